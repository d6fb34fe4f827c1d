import { describe, expect, it } from 'vitest';
import { CONNECTION_ANSWERED_DETAIL_TYPES, CONNECTION_ANSWERED_PATTERN } from '../../events/connection-answered.ts';
import { CONNECTION_REQUESTED_PATTERN, connectionRequested } from '../../events/connection-requested.ts';
import { NOTICE_UNREADABLE_PATTERN, noticeUnreadable } from '../../events/notice-unreadable.ts';
import { EVENT_SOURCE } from '../../events/source.ts';
import { sample, samples, takes } from './support.ts';

const PATTERNS = {
  'connection-requested': CONNECTION_REQUESTED_PATTERN,
  'notice-unreadable': NOTICE_UNREADABLE_PATTERN,
  'connection-answered': CONNECTION_ANSWERED_PATTERN,
};

const kindOf = (name: string): string => name.replace(/^(connection-answered)-.*/, '$1');

describe.each([...samples])('the sample %s', (name, event) => {
  it('is an event as EventBridge delivers it, from our source', () => {
    expect(event).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': expect.stringMatching(/^[A-Z][A-Za-z ]{1,127}$/),
      source: EVENT_SOURCE,
      account: expect.stringMatching(/^\d{12}$/),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: 'us-west-2',
      resources: [],
      detail: expect.objectContaining({ schemaVersion: 1 }),
    });
  });

  it.each(Object.entries(PATTERNS))('is taken by the pattern of %s only if it is one', (kind, pattern) => {
    expect(takes(pattern, event)).toBe(kindOf(name) === kind);
  });

  it('is taken by no pattern if it comes from somebody else', () => {
    for (const pattern of Object.values(PATTERNS)) expect(takes(pattern, { ...event, source: 'aws.ec2' })).toBe(false);
  });
});

it('there is a sample of every kind, and of no other', () => {
  expect([...samples.keys()]).toEqual(
    [
      'connection-requested',
      'notice-unreadable',
      ...Object.keys(CONNECTION_ANSWERED_DETAIL_TYPES).map((outcome) => `connection-answered-${outcome}`),
    ].sort(),
  );
});

describe('the constructors', () => {
  it('connectionRequested makes the sample’s detail, without what else its giver holds', () => {
    const { detail, 'detail-type': detailType } = sample('connection-requested');
    const { serviceId, vpcEndpointId } = detail as { serviceId: string; vpcEndpointId: string };
    const made = connectionRequested({ kind: 'requested', serviceId, vpcEndpointId } as never);

    expect(made).toEqual(detail);
    expect(made.detailType).toBe(detailType);
  });

  it('noticeUnreadable makes the sample’s detail, without what else its giver holds', () => {
    const { detail, 'detail-type': detailType } = sample('notice-unreadable');
    const { messageId, problem, excerpt } = detail as { messageId: string; problem: string; excerpt: string };
    const made = noticeUnreadable({ kind: 'unreadable', messageId, problem, excerpt } as never);

    expect(made).toEqual(detail);
    expect(made.detailType).toBe(detailType);
  });
});
