import { describe, expect, it } from 'vitest';
import { CONNECTION_ANSWERED_DETAIL_TYPES, CONNECTION_ANSWERED_PATTERN } from '../../events/connection-answered.ts';
import { CONNECTION_CHANGED_PATTERN, connectionChanged } from '../../events/connection-changed.ts';
import { CONNECTION_REQUESTED_PATTERN, connectionRequested } from '../../events/connection-requested.ts';
import { FAILOVER_PATTERN, PROXY_CHANGED_PATTERN } from '../../events/database-changed.ts';
import { DIFFERENCE_FOUND_PATTERN, differenceFound } from '../../events/difference-found.ts';
import { FAILOVER_UPDATED_PATTERN } from '../../events/failover-updated.ts';
import { NOTICE_UNREADABLE_PATTERN, noticeUnreadable } from '../../events/notice-unreadable.ts';
import { PROMOTION_WANTED_PATTERN } from '../../events/promotion-wanted.ts';
import { REVOCATIONS_BOUNDED, REVOCATIONS_BOUNDED_PATTERN } from '../../events/revocations-bounded.ts';
import { runFailedPattern } from '../../events/run-failed.ts';
import { EVENT_SOURCE } from '../../events/source.ts';
import { TARGET_DRIFT_DETECTED_PATTERN } from '../../events/target-drift-detected.ts';
import { TARGETS_REFRESHED_PATTERN } from '../../events/targets-refreshed.ts';
import { WARNING_PATTERN } from '../../events/warning.ts';
import { sample, samples, takes } from './support.ts';

const ADMIT_CONNECTION = 'arn:aws:states:us-west-2:123456789012:stateMachine:PrivateLinkConcierge-admit-connection';
const REVOKE_CONNECTION = ADMIT_CONNECTION.replace('admit', 'revoke');

const PATTERNS = {
  'connection-requested': CONNECTION_REQUESTED_PATTERN,
  'connection-changed': CONNECTION_CHANGED_PATTERN,
  'notice-unreadable': NOTICE_UNREADABLE_PATTERN,
  'connection-answered': CONNECTION_ANSWERED_PATTERN,
  'difference-found': DIFFERENCE_FOUND_PATTERN,
  warning: WARNING_PATTERN,
  'revocations-bounded': REVOCATIONS_BOUNDED_PATTERN,
  'run-failed': runFailedPattern(ADMIT_CONNECTION, REVOKE_CONNECTION),
  'target-drift-detected': TARGET_DRIFT_DETECTED_PATTERN,
  'targets-refreshed': TARGETS_REFRESHED_PATTERN,
  'proxy-changed': PROXY_CHANGED_PATTERN,
  failover: FAILOVER_PATTERN,
  'failover-updated': FAILOVER_UPDATED_PATTERN,
  'promotion-wanted': PROMOTION_WANTED_PATTERN,
};
/** Events of AWS’s own. */
const OF_AWS = ['run-failed', 'proxy-changed', 'failover'];

const kindOf = (name: string): string =>
  name.replace(/^(connection-answered-.*|run-failed-.*|warning-.*|failover-(?:cluster|instance))$/, (kind) =>
    kind.replace(/^(connection-answered|run-failed|warning|failover).*/, '$1'),
  );
const ours = [...samples].filter(([name]) => !OF_AWS.includes(kindOf(name)));

describe.each(ours)('the sample %s', (name, event) => {
  it('is an event as EventBridge delivers it, from our source', () => {
    expect(event).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': expect.stringMatching(/^[A-Z][A-Za-z ]{1,127}$/),
      source: EVENT_SOURCE,
      account: expect.stringMatching(/^\d{12}$/),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: 'us-west-2',
      resources: name === 'targets-refreshed' ? [event.detail.targetGroupArn] : [],
      detail: expect.objectContaining({ schemaVersion: 1 }),
    });
  });
});

describe.each([...samples])('who takes the sample %s', (name, event) => {
  it.each(Object.entries(PATTERNS))('is taken by the pattern of %s only if it is one', (kind, pattern) => {
    expect(takes(pattern, event)).toBe(kindOf(name) === kind);
  });

  it('is taken by no pattern if it comes from somebody else', () => {
    for (const pattern of Object.values(PATTERNS)) expect(takes(pattern, { ...event, source: 'aws.ec2' })).toBe(false);
  });
});

describe('a run that ended without doing its work', () => {
  const event = sample('run-failed-failed');
  const pattern = PATTERNS['run-failed'];
  const changed = (changes: object) => ({ ...event, detail: { ...event.detail, ...changes } });

  it.each([
    ['FAILED', true],
    ['TIMED_OUT', true],
    ['ABORTED', true],
    ['RUNNING', false],
    ['SUCCEEDED', false],
    ['PENDING_REDRIVE', false],
  ])('%s - heard of: %s', (status, isHeard) => {
    expect(takes(pattern, changed({ status }))).toBe(isHeard);
  });

  it.each([ADMIT_CONNECTION, REVOKE_CONNECTION])('%s - heard of', (stateMachineArn) => {
    expect(takes(pattern, changed({ stateMachineArn }))).toBe(true);
  });

  it('another workflow’s - its own business', () => {
    expect(takes(pattern, changed({ stateMachineArn: `${ADMIT_CONNECTION}-2` }))).toBe(false);
  });

  it.each(['failed', 'timed-out', 'aborted'])('%s - the sample is as AWS delivers it, its input a JSON text', (how) => {
    const { detail, ...envelope } = sample(`run-failed-${how}`) as ReturnType<typeof sample> & { resources: unknown };

    expect(envelope.resources).toEqual([detail.executionArn]);
    expect(detail).toMatchObject({
      stateMachineArn: ADMIT_CONNECTION,
      status: how.replace('-', '_').toUpperCase(),
      output: null,
      inputDetails: { included: true },
    });
    expect(Object.keys(JSON.parse(String(detail.input)))).toEqual(['serviceId', 'vpcEndpointId']);
  });
});

it('there is a sample of every kind, and of no other', () => {
  expect([...samples.keys()]).toEqual(
    [
      'connection-requested',
      'connection-changed',
      'notice-unreadable',
      'difference-found',
      'warning-contract',
      'revocations-bounded',
      'target-drift-detected',
      'targets-refreshed',
      'proxy-changed',
      'failover-cluster',
      'failover-instance',
      'failover-updated',
      'promotion-wanted',
      ...['aborted', 'failed', 'timed-out'].map((how) => `run-failed-${how}`),
      ...Object.keys(CONNECTION_ANSWERED_DETAIL_TYPES).map((outcome) => `connection-answered-${outcome}`),
    ].sort(),
  );
});

describe('the constructors', () => {
  it('connectionRequested makes the sample’s detail, without what else its giver holds', () => {
    const { detail, 'detail-type': detailType } = sample('connection-requested');
    const { serviceId, vpcEndpointId, seen } = detail as unknown as Parameters<typeof connectionRequested>[0];
    const made = connectionRequested({ kind: 'requested', serviceId, vpcEndpointId, seen } as never);

    expect(made).toEqual(detail);
    // A rule's input takes no field that may be missing.
    expect(connectionRequested({ serviceId, vpcEndpointId })).toEqual({ ...(detail as object), seen: {} });
    expect(made.detailType).toBe(detailType);
  });

  it('connectionChanged makes the sample’s detail, without what else its giver holds', () => {
    const { detail, 'detail-type': detailType } = sample('connection-changed');
    const { serviceId, vpcEndpointId } = detail as { serviceId: string; vpcEndpointId: string };
    const made = connectionChanged({ kind: 'changed', serviceId, vpcEndpointId } as never);

    expect(made).toEqual(detail);
    expect(made.detailType).toBe(detailType);
  });

  it('differenceFound makes the sample’s detail, and its detail-type', () => {
    const { detail, 'detail-type': detailType } = sample('difference-found');
    const { schemaVersion: _, ...difference } = detail;

    expect(differenceFound(difference as never)).toEqual({ detailType, ...detail });
  });

  it('the bound of a day is named as its pattern has it', () => {
    expect(sample('revocations-bounded')['detail-type']).toBe(REVOCATIONS_BOUNDED);
  });

  it('noticeUnreadable makes the sample’s detail, without what else its giver holds', () => {
    const { detail, 'detail-type': detailType } = sample('notice-unreadable');
    const { messageId, problem, excerpt } = detail as { messageId: string; problem: string; excerpt: string };
    const made = noticeUnreadable({ kind: 'unreadable', messageId, problem, excerpt } as never);

    expect(made).toEqual(detail);
    expect(made.detailType).toBe(detailType);
  });
});
