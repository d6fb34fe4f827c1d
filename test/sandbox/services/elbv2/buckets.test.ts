import { describe, expect, it } from 'vitest';
import { Buckets } from '../../../../sandbox/services/buckets.ts';
import { elbv2Limits } from '../../../../sandbox/services/elbv2/buckets.ts';
import { elbWorld, failureOf, SECOND } from './support.ts';

const PROVIDER = '123456789012';
const caller = { principal: { kind: 'account', accountId: PROVIDER, arn: `arn:aws:iam::${PROVIDER}:root` } } as const;

const open = () => {
  let now = 0;
  const buckets = new Buckets(elbv2Limits('Throttling'), 'documented', PROVIDER, () => now);
  /** How many of so many requests at once are answered. */
  const answered = (action: string, requests = 100): number =>
    Array.from({ length: requests }).filter(() => {
      try {
        buckets.take(action, caller);
        return true;
      } catch {
        return false;
      }
    }).length;
  const pass = (seconds: number): void => {
    now += seconds * SECOND;
  };
  return { answered, pass };
};

describe('the token buckets of an account', () => {
  it.each<[action: string, capacity: number, seconds: number, more: number]>([
    ['DescribeTargetHealth', 40, 2, 20],
    ['RegisterTargets', 20, 2, 8],
    ['DeregisterTargets', 20, 2, 8],
    ['ModifyTargetGroupAttributes', 20, 2, 6],
    ['CreateLoadBalancer', 10, 10, 2],
  ])('%s - %i at once; after %i seconds %i more', (action, capacity, seconds, more) => {
    const { answered, pass } = open();
    expect(answered(action)).toBe(capacity);
    pass(seconds);
    expect(answered(action)).toBe(more);
  });

  it('Register and Deregister share one; the account’s is everybody’s', () => {
    const { answered } = open();
    expect(answered('RegisterTargets', 15)).toBe(15);
    expect(answered('DeregisterTargets')).toBe(5);
    expect(answered('CreateTargetGroup', 10)).toBe(10);
    expect(answered('DescribeTargetHealth')).toBe(10);
  });

  it('what is turned away takes no token', () => {
    const { answered, pass } = open();
    expect(answered('CreateLoadBalancer')).toBe(10);
    expect(answered('DescribeTargetHealth')).toBe(30);
    pass(1);
    expect(answered('DescribeTargetHealth')).toBe(10);
  });

  it.each(['Throttling', 'ThrottlingException'] as const)('over the wire - %s, in AWS’s words', async (throttled) => {
    const { group, register } = elbWorld({ throttling: 'documented', uncertain: { throttled } });
    const arn = await group();
    for (let call = 0; call < 20; call += 1) await register(arn, '10.0.0.1');
    expect(await failureOf(register(arn, '10.0.0.1'))).toBe(`${throttled}: Rate exceeded`);
  });
});
