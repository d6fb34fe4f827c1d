import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RecordId } from '../../functions/registry/dns-records.ts';
import { BindingId } from '../../functions/registry/schemas.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { hostileJson, hostileText, mangled, PATIENCE, parsed, runs } from './hostile.ts';
import { STOP, start } from './starting.ts';

const FIELDS = ['serviceId', 'vpcEndpointId', 'dryRun', 'seen', 'force', 'by', 'reason', 'readAt', 'executionArn'];
const LISTS = ['schemaVersion', 'admit', 'revoke', 'principals', 'places', 'warn', 'forget', 'registry', 'input'];
const anything = hostileJson(SERVICE_ID, ENDPOINT_ID, ...FIELDS, ...LISTS);

/** Mostly right, so that the later parts of a condition are reached. */
const field = (right: string, weight = 4): fc.Arbitrary<string> =>
  fc.oneof({ weight, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: anything });
const list = fc.oneof(
  { weight: 5, arbitrary: fc.constant('[]') },
  { weight: 1, arbitrary: anything },
  { weight: 1, arbitrary: fc.array(anything, { maxLength: 2 }).map((items) => `[${items.join(',')}]`) },
);
const objectOf = (fields: Record<string, fc.Arbitrary<string>>, requiredKeys: readonly string[] = []) =>
  fc
    .tuple(
      fc.record(fields, { requiredKeys: [...requiredKeys], noNullPrototype: true }),
      fc.option(fc.tuple(hostileText, anything), { freq: 6, nil: undefined }),
    )
    .map(([known, more]) => {
      const entries = [...Object.entries(known), ...(more === undefined ? [] : [more])];
      return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
    });

const said = hostileText.filter((text) => text.length > 0 && text.length <= 500);
const force = fc
  .tuple(said, said)
  .map(([by, reason]) => JSON.stringify({ by: by.toWellFormed(), reason: reason.toWellFormed() }));
const request = objectOf(
  {
    serviceId: field(JSON.stringify(SERVICE_ID)),
    vpcEndpointId: field(JSON.stringify(ENDPOINT_ID)),
    dryRun: field('false'),
    seen: field('{"readAt":"2026-11-23T12:00:00Z"}'),
    force: fc.oneof(force, anything, objectOf({ by: anything, reason: anything })),
  },
  ['serviceId', 'vpcEndpointId'],
);
const difference = objectOf(
  {
    schemaVersion: field('1'),
    detailType: field('"Difference Found"'),
    ...Object.fromEntries(LISTS.slice(1, 7).map((name) => [name, list])),
    registry: anything,
    left: field('0'),
  },
  LISTS.slice(0, 7),
);
const ended = objectOf(
  {
    executionArn: field('"arn:aws:states:us-west-2:123456789012:execution:m:e"'),
    status: field('"ABORTED"'),
    input: fc.oneof(
      fc.oneof(request, mangled(request), anything).map((text) => JSON.stringify(text)),
      anything,
    ),
  },
  ['executionArn'],
);
/** JSONata's library takes data with these keys for a function of its own, and breaks. Whether AWS's does is not documented; nothing is done either way. */
const isData = (json: string): boolean => !json.includes('_jsonata_');
const input = fc.oneof(request, request, anything).filter(isData).map(parsed);
const ofReconcile = fc.oneof(request, ended, ended, difference, anything).filter(isData).map(parsed);

const OF_BINDING = v.strictObject({
  bindingId: BindingId,
  settle: v.exactOptional(v.boolean()),
  dryRun: v.exactOptional(v.boolean()),
});
const OF_RDS = v.strictObject({ source: v.strictObject({ arn: v.string(), name: v.string() }) });
const ofRefresh = fc
  .oneof(
    objectOf({ bindingId: field('"orders-postgres"'), settle: field('true'), dryRun: field('false') }, ['bindingId']),
    objectOf({
      bindingId: fc.oneof(
        hostileText.map((text) => JSON.stringify(text)),
        fc.constantFrom('7', 'true', 'null'),
      ),
    }),
    objectOf({ source: objectOf({ arn: field('"arn:aws:rds:u:1:db:x"'), name: field('"x"') }, ['arn', 'name']) }),
    anything,
  )
  .filter(isData)
  .map(parsed);

const PERSON = { by: v.string(), reason: v.pipe(v.string(), v.regex(/[^ \t\n\r]/)) };
const OF_RECORD = v.variant('action', [
  ...(['converge', 'follow', 'status'] as const).map((action) => v.looseObject({ action: v.literal(action) })),
  ...(['failover', 'failback'] as const).map((action) => v.looseObject({ action: v.literal(action), ...PERSON })),
  v.looseObject({
    action: v.literal('shift'),
    ...PERSON,
    weights: v.custom((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  }),
]);
const OF_ALL = v.strictObject({
  recordId: RecordId,
  action: v.string(),
  dryRun: v.exactOptional(v.boolean()),
  by: v.optional(v.any()),
  reason: v.optional(v.any()),
  force: v.optional(v.any()),
  weights: v.optional(v.any()),
});
const OF_CAUSE = v.union([
  v.strictObject({ alarm: v.looseObject({ name: v.string(), region: v.string() }) }),
  v.strictObject({ targetGroupArn: v.string() }),
]);
const ACTIONS = ['converge', 'follow', 'status', 'failover', 'failback', 'shift'];
const ofFailover = fc
  .oneof(
    objectOf(
      {
        recordId: field('"orders-db"', 9),
        action: fc.oneof(
          { weight: 9, arbitrary: fc.constantFrom(...ACTIONS).map((each) => JSON.stringify(each)) },
          { weight: 1, arbitrary: anything },
        ),
        by: field('"ada"', 9),
        reason: field('"a drill"', 9),
        force: field('true'),
        weights: field('{"blue":7}', 9),
        dryRun: field('false', 9),
      },
      ['recordId', 'action', 'by', 'reason'],
    ),
    objectOf({ alarm: objectOf({ name: field('"sick"'), region: field('"us-west-2"') }, ['name', 'region']) }, [
      'alarm',
    ]),
    objectOf({ targetGroupArn: field('"arn:x"') }),
    anything,
  )
  .filter(isData)
  .map(parsed);

const refusal = /^Give \{.* Got: /s;

describe('a workflow that is started with anything', () => {
  it.each(['admit-connection', 'revoke-connection'] as const)(
    '%s refuses it as Malformed in words, or goes on with two ids of AWS’s shape',
    async (name) => {
      const property = fc.asyncProperty(input, async (given) => {
        const { types, error, cause, path, asked } = await start[name](given);
        const isRefused = path[1] === 'Refuse the input';

        expect(types).not.toContain('EvaluationFailed');
        expect(error).toBe(isRefused ? 'Malformed' : STOP);
        expect(isRefused ? cause : 'Give { Got: ').toMatch(refusal);
        expect(isRefused || JSON.stringify(asked).includes(ENDPOINT_ID)).toBe(true);
        const { serviceId, vpcEndpointId } = (given ?? {}) as Record<string, unknown>;
        expect(isRefused || (serviceId === SERVICE_ID && vpcEndpointId === ENDPOINT_ID)).toBe(true);
      });
      await fc.assert(property, runs(400));
    },
    PATIENCE,
  );

  it(
    'reconcile refuses it as Malformed in words, settles nothing, or goes on',
    async () => {
      const property = fc.asyncProperty(ofReconcile, async (given) => {
        const { status, error, cause, path } = await start.reconcile(given);
        const isRefused = path[1] === 'Refuse the input';

        expect(isRefused ? error : 'Malformed').toBe('Malformed');
        expect(isRefused ? cause : 'Give { Got: ').toMatch(refusal);
        // What a difference lists is tried one by one: what is nothing that can be worked off is told at the end.
        expect(status === 'SUCCEEDED' || [STOP, 'Malformed', 'NotSettled'].includes(error ?? '')).toBe(true);
      });
      await fc.assert(property, runs(400));
    },
    PATIENCE,
  );

  it(
    'refresh-targets refuses it as Malformed in words, or goes on with a binding’s id, or with two texts of an event',
    async () => {
      const property = fc.asyncProperty(ofRefresh, async (given) => {
        const { types, error, cause, path } = await start['refresh-targets'](given);
        const next = v.is(OF_RDS, given) ? 'Find the bindings' : v.is(OF_BINDING, given) ? 'Take the lease' : undefined;
        const isDry = next === 'Take the lease' && (given as { dryRun?: boolean }).dryRun === true;

        expect(types).not.toContain('EvaluationFailed');
        expect(path[1]).toBe(isDry ? 'Plan only' : (next ?? 'Refuse the input'));
        expect(error).toBe(next === undefined ? 'Malformed' : STOP);
        expect(next === undefined ? cause : 'Give { Got: ').toMatch(refusal);
      });
      await fc.assert(property, runs(400));
    },
    PATIENCE,
  );

  it(
    'update-failover refuses it as Malformed in words, or goes on with a record and an action, or with a cause',
    async () => {
      let taken = 0;
      const property = fc.asyncProperty(ofFailover, async (given) => {
        const { types, error, cause, path } = await start['update-failover'](given);
        const isOfRecord = v.is(OF_ALL, given) && v.is(OF_RECORD, given);
        const next = v.is(OF_CAUSE, given) ? 'Find the records' : isOfRecord ? 'Plan' : undefined;
        const isDry = isOfRecord && (given as { dryRun?: boolean }).dryRun === true;
        taken += next === undefined ? 0 : 1;

        expect(types).not.toContain('EvaluationFailed');
        expect(path[1]).toBe(isDry ? 'Plan only' : (next ?? 'Refuse the input'));
        expect(error).toBe(next === undefined ? 'Malformed' : STOP);
        expect(next === undefined ? cause : 'Give { Got: ').toMatch(refusal);
      });
      await fc.assert(property, runs(400));
      expect(taken).toBeGreaterThan(40);
    },
    PATIENCE,
  );

  it(
    'is found again by reconcile after it was stopped, whoever forced it for whatever reason, and for no other ids',
    async () => {
      const OTHERS = `"vpcEndpointId":"vpce-0bbbbbbbbbbbbbbb2","serviceId":"vpce-svc-0fedcba9876543210","dryRun":true`;
      const text = fc.oneof(said, fc.constantFrom(OTHERS, `},{${OTHERS}`, '\\', '\\"', '"}', `"seen":{${OTHERS}}`));
      const property = fc.asyncProperty(text, text, async (by, reason) => {
        const ofRun = JSON.stringify({ serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID, force: { by, reason } });
        const { path, asked } = await start.reconcile({ executionArn: 'arn', status: 'ABORTED', input: ofRun });

        expect(path[1]).toBe('Count its restarts');
        expect(asked).toMatchObject({
          ExpressionAttributeValues: { ':pk': { S: `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}` } },
        });
      });
      await fc.assert(property, runs(200));
    },
    PATIENCE,
  );
});
