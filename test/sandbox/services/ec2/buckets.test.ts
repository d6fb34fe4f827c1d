import { describe, expect, it } from 'vitest';
import { Buckets, type Throttling } from '../../../../sandbox/services/buckets.ts';
import { ec2Limits } from '../../../../sandbox/services/ec2/buckets.ts';

const PROVIDER = '123456789012';
const account = (accountId: string) => ({
  principal: { kind: 'account', accountId, arn: `arn:aws:iam::${accountId}:root` } as const,
});

const open = (throttling: Throttling = 'documented') => {
  let now = 0;
  const buckets = new Buckets(ec2Limits, throttling, PROVIDER, () => now);
  /** How many of so many requests at once are answered. */
  const answered = (action: string, requests: number, accountId = PROVIDER): number =>
    Array.from({ length: requests }).filter(() => {
      try {
        buckets.take(action, account(accountId));
        return true;
      } catch {
        return false;
      }
    }).length;
  return {
    buckets,
    answered,
    pass: (seconds: number): void => {
      now += seconds * 1000;
    },
  };
};

describe('the token buckets of an account', () => {
  it.each<[action: string, capacity: number, seconds: number, more: number]>([
    ['AcceptVpcEndpointConnections', 10, 5, 5],
    ['RejectVpcEndpointConnections', 10, 5, 5],
    ['CreateVpcEndpointServiceConfiguration', 10, 3, 3],
    ['CreateVpcEndpoint', 4, 10, 3],
    ['ModifyVpcEndpointServicePermissions', 50, 2, 10],
    ['DescribeVpcEndpointConnections', 100, 2, 40],
  ])('%s - %i at once; after %i seconds %i more', (action, capacity, seconds, more) => {
    const { answered, pass } = open();

    expect(answered(action, 200)).toBe(capacity);
    pass(seconds);
    expect(answered(action, 200)).toBe(more);
    pass(86_400);
    expect(answered(action, 200)).toBe(capacity);
  });

  it('Accept and Reject have one each; what only reads shares one', () => {
    const { answered } = open();
    answered('AcceptVpcEndpointConnections', 10);
    answered('DescribeVpcEndpointConnections', 100);

    expect(answered('RejectVpcEndpointConnections', 20)).toBe(10);
    expect(answered('DescribeVpcEndpointServices', 1)).toBe(0);
  });

  it('are each account’s own', () => {
    const { answered } = open();
    answered('CreateVpcEndpoint', 4, '222222222222');

    expect(answered('CreateVpcEndpoint', 9, '333333333333')).toBe(4);
  });

  it('turn away in EC2’s words', () => {
    const { buckets, answered } = open();
    answered('AcceptVpcEndpointConnections', 10);

    expect(() => buckets.take('AcceptVpcEndpointConnections', account(PROVIDER))).toThrow(
      expect.objectContaining({ code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 }),
    );
  });

  it.each<[Throttling, provider: number, consumer: number]>([
    ['documented', 4, 4],
    ['provider', 4, 50],
    ['none', 50, 50],
  ])('%s - in force for whom it says', (throttling, provider, consumer) => {
    const { answered } = open(throttling);

    expect(answered('CreateVpcEndpoint', 50)).toBe(provider);
    expect(answered('CreateVpcEndpoint', 50, '222222222222')).toBe(consumer);
  });
});
