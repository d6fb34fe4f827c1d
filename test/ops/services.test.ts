import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, workflowArn } from '../../ops/services.ts';
import { callsOf } from '../functions/support.ts';
import { ADA } from './support.ts';

// `connect` makes its clients itself, so all of them are mocked, and given back.
const everySts = () => mockClient(STSClient);
let sts: ReturnType<typeof everySts>;
beforeEach(() => {
  sts = everySts();
});
afterEach(() => {
  sts.restore();
});

describe('connect', () => {
  it('names tables and workflows after the stack, in the account and partition of the caller', async () => {
    const arn = 'arn:aws-us-gov:iam::210987654321:user/people/ada';
    sts.on(GetCallerIdentityCommand).resolves({ Arn: arn });
    const services = connect({ stack: 'Other', region: 'us-gov-west-1' });

    expect(services.tables).toEqual({ registry: 'Other-registry', ledger: 'Other-ledger' });
    await expect(services.caller()).resolves.toBe(arn);
    const workflows = [
      services.admitConnection(),
      services.reconcile(),
      services.revokeConnection(),
      services.refreshTargets(),
    ];
    await expect(Promise.all(workflows)).resolves.toEqual(
      ['admit-connection', 'reconcile', 'revoke-connection', 'refresh-targets'].map(
        (name) => `arn:aws-us-gov:states:us-gov-west-1:210987654321:stateMachine:Other-${name}`,
      ),
    );
  });

  it('asks who calls once, and not before an action wants to know', async () => {
    sts.on(GetCallerIdentityCommand).resolves({ Arn: ADA });
    const { caller, admitConnection } = connect({ stack: 'Other', region: 'us-west-2' });

    expect(callsOf(sts)).toEqual([]);
    await Promise.all([caller(), admitConnection(), caller()]);
    expect(callsOf(sts)).toEqual([['GetCallerIdentity', {}]]);
  });

  it('a session name with control characters - plain text', async () => {
    sts.on(GetCallerIdentityCommand).resolves({ Arn: `${ADA}\u001b[2J` });

    await expect(connect({ stack: 'Other', region: 'us-west-2' }).caller()).resolves.toBe(`${ADA}·[2J`);
  });

  it('STS does not say who calls - nobody acts', async () => {
    sts.on(GetCallerIdentityCommand).resolves({});

    await expect(connect({ stack: 'Other', region: 'us-west-2' }).caller()).rejects.toThrow('does not say who calls');
  });
});

describe('workflowArn', () => {
  it.each([
    ['a role', ADA, 'arn:aws:states:eu-west-1:123456789012:stateMachine:W'],
    ['the root user', 'arn:aws-cn:iam::123456789012:root', 'arn:aws-cn:states:eu-west-1:123456789012:stateMachine:W'],
  ])('%s', (_situation, caller, expected) => {
    expect(workflowArn(caller, 'eu-west-1', 'W')).toBe(expected);
  });
});
