import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { Cloud, OPERATOR, type Permission } from '../../../../sandbox/cloud.ts';
import { Identities } from '../../../../sandbox/iam/identities.ts';
import { accountPrincipal, type Principal, servicePrincipal } from '../../../../sandbox/iam/principal.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { kmsService } from '../../../../sandbox/services/kms/actions.ts';
import { Keys } from '../../../../sandbox/services/kms/keys.ts';

const VPCE = servicePrincipal(
  'vpce.amazonaws.com',
  'arn:aws:ec2:us-west-2:123456789012:vpc-endpoint-service/vpce-svc-1',
);
const ROOT = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'kms:*', Resource: '*' };

const world = () => {
  const clock = new VirtualClock(0);
  const identities = new Identities(clock);
  const cloud = new Cloud({ clock, random: seededRandom(1), journal: new Journal(clock), authorizer: identities });
  const keys = new Keys();
  cloud.register(kmsService(keys));
  const call = (action: string, input: object, principal: Principal = OPERATOR) =>
    cloud.invoke({ service: 'kms', action, input, principal }) as Promise<{
      KeyMetadata: { KeyId: string; Arn: string };
    }>;
  const refuse = (who: Principal, key: string, context: NonNullable<Permission['context']> = {}) => {
    const found = keys.find(key);
    return identities.refuse(who, {
      action: 'kms:GenerateDataKey',
      resource: found?.arn ?? '',
      resourcePolicy: found?.policy,
      context,
    });
  };
  return { keys, call, refuse };
};

describe('keys', () => {
  it('a key - found by its id, its ARN, its alias and its alias’s ARN', async () => {
    const { keys, call } = world();
    const { KeyMetadata: key } = await call('CreateKey', {});
    await call('CreateAlias', { AliasName: 'alias/intake', TargetKeyId: key.KeyId });
    const names = [key.KeyId, key.Arn, 'alias/intake', 'arn:aws:kms:us-west-2:123456789012:alias/intake'];
    expect(names.map((name) => keys.find(name)?.arn)).toEqual(names.map(() => key.Arn));
    expect(keys.find('alias/other')).toBeUndefined();
  });

  it('a key without a policy - the account decides, services may not', async () => {
    const { call, refuse } = world();
    const { KeyMetadata: key } = await call('CreateKey', {});
    expect(refuse(OPERATOR, key.Arn)).toBeUndefined();
    expect(refuse(VPCE, key.Arn)).toContain('because no resource-based policy allows the kms:GenerateDataKey action');
  });

  it('a key whose policy names vpce for this account - vpce may', async () => {
    const { call, refuse } = world();
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'vpce.amazonaws.com' },
      Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
    };
    const { KeyMetadata: key } = await call('CreateKey', { Policy: JSON.stringify({ Statement: [ROOT, statement] }) });
    expect(refuse(VPCE, key.Arn)).toBeUndefined();
  });

  it('alias/aws/sns - who comes through SNS may, a service by itself may not', () => {
    const { refuse } = world();
    const through = { 'kms:ViaService': 'sns.us-west-2.amazonaws.com' };
    expect(refuse(OPERATOR, 'alias/aws/sns', through)).toBeUndefined();
    expect(refuse(OPERATOR, 'alias/aws/sns')).toContain('no resource-based policy');
    expect(refuse(VPCE, 'alias/aws/sns', through)).toContain('no resource-based policy');
    expect(refuse(accountPrincipal('222222222222'), 'alias/aws/sns', through)).toContain('no resource-based policy');
  });

  it.each<readonly [string, object, string]>([
    ['an alias of AWS’s own', { AliasName: 'alias/aws/x', TargetKeyId: 'k' }, 'InvalidAliasNameException'],
    ['an alias of no key', { AliasName: 'alias/x', TargetKeyId: 'k' }, 'NotFoundException'],
  ])('%s - refused', async (_, input, code) => {
    await expect(world().call('CreateAlias', input)).rejects.toMatchObject({ code });
  });

  it('an alias twice - AlreadyExistsException', async () => {
    const { call } = world();
    const { KeyMetadata: key } = await call('CreateKey', {});
    const input = { AliasName: 'alias/x', TargetKeyId: key.KeyId };
    await call('CreateAlias', input);
    await expect(call('CreateAlias', input)).rejects.toMatchObject({ code: 'AlreadyExistsException' });
  });

  it('a policy with an unknown operator - refused when the key is made', async () => {
    const Policy = JSON.stringify({ Statement: [{ ...ROOT, Condition: { IpAddress: { 'aws:SourceIp': '1' } } }] });
    await expect(world().call('CreateKey', { Policy })).rejects.toThrow('the condition operator IpAddress');
  });
});
