import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTION_ANSWERED_DETAIL_TYPES, CONNECTION_ANSWERED_PATTERN } from '../../events/connection-answered.ts';
import { CONNECTION_CHANGED_PATTERN, connectionChanged } from '../../events/connection-changed.ts';
import { CONNECTION_REQUESTED_PATTERN, connectionRequested } from '../../events/connection-requested.ts';
import { DIFFERENCE_FOUND_PATTERN, differenceFound } from '../../events/difference-found.ts';
import { NOTICE_UNREADABLE_PATTERN, noticeUnreadable } from '../../events/notice-unreadable.ts';
import { REVOCATIONS_BOUNDED, REVOCATIONS_BOUNDED_PATTERN } from '../../events/revocations-bounded.ts';
import { runFailedPattern } from '../../events/run-failed.ts';
import { EVENT_SOURCE } from '../../events/source.ts';
import { WARNING_DETAIL_TYPES, WARNING_PATTERN } from '../../events/warning.ts';
import { CONNECTION_STATES } from '../../functions/domain/connection.ts';
import type { Difference } from '../../functions/domain/difference.ts';
import type { Warning } from '../../functions/domain/warnings.ts';
import { takes } from '../events/support.ts';
import { ENDPOINT_ID, HOME_REGION, NOW, OWNER, SERVICE_ID } from '../support/builders.ts';
import { hostileJson, hostileText, PATIENCE, parsed, runs } from './hostile.ts';
import { start } from './starting.ts';

const ADMIT_CONNECTION = 'arn:aws:states:us-west-2:123456789012:stateMachine:c-admit-connection';

const PATTERNS = {
  requested: CONNECTION_REQUESTED_PATTERN,
  changed: CONNECTION_CHANGED_PATTERN,
  unreadable: NOTICE_UNREADABLE_PATTERN,
  answered: CONNECTION_ANSWERED_PATTERN,
  difference: DIFFERENCE_FOUND_PATTERN,
  warning: WARNING_PATTERN,
  bounded: REVOCATIONS_BOUNDED_PATTERN,
  'run-failed': runFailedPattern(ADMIT_CONNECTION),
};
type Kind = keyof typeof PATTERNS;

const takersOf = (event: unknown): readonly string[] =>
  Object.entries(PATTERNS).flatMap(([kind, pattern]) => (takes(pattern, event) ? [kind] : []));

const ids = fc.record({
  serviceId: fc.oneof(fc.constant(SERVICE_ID), fc.constant('vpce-svc-0a1b2c3d')),
  vpcEndpointId: fc.oneof(fc.constant(ENDPOINT_ID), fc.constant('vpce-0a1b2c3d')),
});
/** What EC2 said, of which we know little: names and dates are its own. */
const seen = fc.record(
  {
    serviceId: fc.constant(SERVICE_ID),
    endpointId: fc.constant(ENDPOINT_ID),
    owner: fc.constantFrom(OWNER, 'amazon', ''),
    region: fc.oneof(fc.constant(HOME_REGION), hostileText),
    state: fc.constantFrom(...CONNECTION_STATES),
    createdAt: fc.constant(NOW),
    dnsNames: fc.array(hostileText, { maxLength: 3 }),
    readAt: fc.constant(NOW),
  },
  {
    requiredKeys: ['serviceId', 'endpointId', 'owner', 'region', 'state', 'dnsNames', 'readAt'],
    noNullPrototype: true,
  },
);

const look = fc.record({
  serviceId: fc.constant(SERVICE_ID),
  vpcEndpointId: fc.constant(ENDPOINT_ID),
  because: hostileText,
});
const warning: fc.Arbitrary<Warning> = fc
  .tuple(fc.constantFrom(...(Object.keys(WARNING_DETAIL_TYPES) as Warning['kind'][])), hostileText, hostileText)
  .map(([kind, what, sentence]) => ({
    kind,
    pk: `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}`,
    sk: `WARNED#${kind}`,
    what,
    serviceId: SERVICE_ID,
    at: NOW,
    sentence,
  }));
const text = { tableId: hostileText, at: fc.constant(NOW) };
const count = fc.nat();
const difference: fc.Arbitrary<Difference> = fc.record(
  {
    admit: fc.array(look, { maxLength: 2 }),
    revoke: fc.array(look, { maxLength: 2 }),
    principals: fc.array(fc.constant({ serviceId: SERVICE_ID }), { maxLength: 2 }),
    places: fc.array(
      fc.record({
        serviceId: fc.constant(SERVICE_ID),
        customerId: fc.constant('acme'),
        endpointId: fc.constant(ENDPOINT_ID),
        takenAt: hostileText,
        because: hostileText,
      }),
      { maxLength: 2 },
    ),
    warn: fc.array(warning, { maxLength: 2 }),
    forget: fc.array(
      warning.map(({ pk, sk }) => ({ pk, sk })),
      { maxLength: 2 },
    ),
    registry: fc.record(
      { ...text, count, version: count, frozen: fc.record({ ...text, count, because: hostileText }) },
      { requiredKeys: ['tableId', 'at', 'count', 'version'], noNullPrototype: true },
    ),
    left: count,
  },
  { requiredKeys: ['admit', 'revoke', 'principals', 'places', 'warn', 'forget', 'left'], noNullPrototype: true },
);

/** What our own builders make, with the kind that it is. */
type Built = readonly [kind: Kind, detail: { readonly detailType: string }];
const of = (kind: Kind, detail: { readonly detailType: string }): Built => [kind, detail];
const built: fc.Arbitrary<Built> = fc.oneof(
  fc
    .tuple(ids, fc.option(seen, { nil: undefined }))
    .map(([each, what]) => of('requested', connectionRequested(what === undefined ? each : { ...each, seen: what }))),
  ids.map((each) => of('changed', connectionChanged(each))),
  fc
    .tuple(hostileText, hostileText, hostileText)
    .map(([messageId, problem, excerpt]) => of('unreadable', noticeUnreadable({ messageId, problem, excerpt }))),
  difference.map((each) => of('difference', differenceFound(each))),
);

const delivered = (detailType: unknown, detail: unknown, source: unknown = EVENT_SOURCE) =>
  JSON.parse(JSON.stringify({ version: '0', source, 'detail-type': detailType, detail })) as Record<string, unknown>;

describe('an event that a builder makes of anything', () => {
  it(
    'is taken by the pattern of its own kind, and by no other',
    () => {
      const property = fc.property(built, ([kind, detail]) => {
        expect(takersOf(delivered(detail.detailType, detail))).toEqual([kind]);
        expect(takersOf(delivered(detail.detailType, detail, 'aws.ec2'))).toEqual([]);
      });
      fc.assert(property, runs());
    },
    PATIENCE,
  );

  it(
    'is no input that its workflow refuses: a request, a change, a difference',
    async () => {
      const property = fc.asyncProperty(built, async ([kind, detail]) => {
        const { serviceId, vpcEndpointId, seen: what } = delivered('', detail).detail as Record<string, unknown>;
        const { path } = await {
          requested: () => start['admit-connection']({ serviceId, vpcEndpointId, seen: what }),
          changed: () => start.reconcile({ serviceId, vpcEndpointId }),
          difference: () => start.reconcile(delivered('', detail).detail),
          others: async () => ({ path: ['no workflow'] }),
        }[kind === 'requested' || kind === 'changed' || kind === 'difference' ? kind : 'others']();

        expect(path[1]).not.toBe('Refuse the input');
      });
      await fc.assert(property, runs(300));
    },
    PATIENCE,
  );
});

describe('an event from anybody', () => {
  const ours: readonly string[] = [
    ...[CONNECTION_REQUESTED_PATTERN, CONNECTION_CHANGED_PATTERN, NOTICE_UNREADABLE_PATTERN].flatMap(
      ({ detailType }) => detailType,
    ),
    ...DIFFERENCE_FOUND_PATTERN.detailType,
    REVOCATIONS_BOUNDED,
    ...Object.values(CONNECTION_ANSWERED_DETAIL_TYPES),
    ...Object.values(WARNING_DETAIL_TYPES),
  ];
  const STATUS_CHANGE = 'Step Functions Execution Status Change';
  const name = (right: readonly string[]) =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...right) },
      { weight: 1, arbitrary: fc.constantFrom(...right).map((each) => each.toLowerCase()) },
      { weight: 1, arbitrary: fc.constantFrom(...right).map((each) => `${each} `) },
      { weight: 1, arbitrary: hostileText },
    );
  const event = fc
    .tuple(
      name([EVENT_SOURCE, 'aws.states']),
      name([...ours, STATUS_CHANGE]),
      fc.oneof(
        hostileJson('detailType', 'status', 'FAILED', 'stateMachineArn', ADMIT_CONNECTION).map(parsed),
        fc.record({
          status: fc.constantFrom('FAILED', 'ABORTED', 'RUNNING', 'failed', ['FAILED'], null),
          stateMachineArn: fc.constantFrom(ADMIT_CONNECTION, [ADMIT_CONNECTION], `${ADMIT_CONNECTION}x`, {}),
        }),
      ),
    )
    .map(([source, detailType, detail]) => delivered(detailType, detail, source));

  it(
    'is taken for ours by its source and its detail-type only, letter for letter, whatever its detail says',
    () => {
      const property = fc.property(event, (given) => {
        const isOurs = given.source === EVENT_SOURCE && ours.includes(String(given['detail-type']));
        const takers = takersOf(given).filter((kind) => kind !== 'run-failed');

        expect(takers).toHaveLength(isOurs ? 1 : 0);
      });
      fc.assert(property, runs());
    },
    PATIENCE,
  );

  it(
    'is heard of as a run that failed only from Step Functions, of our workflow, in a state that is an end',
    () => {
      const has = (value: unknown, ...wanted: readonly string[]): boolean =>
        [value].flat().some((each) => wanted.includes(each as string));
      const property = fc.property(event, (given) => {
        const detail = (given.detail ?? {}) as Record<string, unknown>;
        const isHeard =
          given.source === 'aws.states' &&
          given['detail-type'] === STATUS_CHANGE &&
          has(detail.status, 'FAILED', 'TIMED_OUT', 'ABORTED') &&
          has(detail.stateMachineArn, ADMIT_CONNECTION);

        expect(takersOf(given).includes('run-failed')).toBe(isHeard);
      });
      fc.assert(property, runs());
    },
    PATIENCE,
  );
});
