import { ChangeResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { OPERATOR } from '../../../../sandbox/cloud.ts';
import { accountPrincipal, type PolicyStatement } from '../../../../sandbox/iam/principal.ts';
import { inProcessHandler } from '../../../../sandbox/wire/in-process.ts';
import { serve } from '../../../../sandbox/wire/server.ts';
import { createEmptyWorld } from '../../../../sandbox/world.ts';
import { run } from '../../../e2e/served-sandbox.ts';

const CONSUMER = '222222222222';
const STRANGER = '333333333333';
const ROLE = `arn:aws:iam::${CONSUMER}:role/dns`;
const EXTERNAL = 'acme-1';
const TRUST: PolicyStatement = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::123456789012:root' },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL } },
};
const never = (): never => {
  throw new Error('Nothing runs here.');
};

/** A consumer with a zone and a role that may write it, and a provider with a function's role that may take that one. */
const world = async (trust: Partial<PolicyStatement> = {}, own: string = ROLE) => {
  const clock = new VirtualClock(Date.parse('2026-11-23T00:00:00Z'));
  const { cloud, handler } = createEmptyWorld(
    {
      ...{ clock, seed: 1, endpoint: 'http://127.0.0.1:4599' },
      createHost: () => ({ instancesPerFunction: 0, close: async () => undefined, start: never }),
    },
    never,
  );
  const as = (account: string, service: string, action: string, input: object) =>
    cloud.invoke({
      ...{ service, action, input },
      principal: account === OPERATOR.accountId ? OPERATOR : accountPrincipal(account),
    });
  const role = async (account: string, RoleName: string, trusts: PolicyStatement, allows: PolicyStatement) => {
    await as(account, 'iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: { Statement: [trusts] } });
    await as(account, 'iam', 'PutRolePolicy', {
      RoleName,
      PolicyName: 'own',
      PolicyDocument: { Statement: [allows] },
    });
  };
  const { HostedZone } = (await as(CONSUMER, 'route53', 'CreateHostedZone', {
    Name: 'example.com',
    CallerReference: 'one',
  })) as { HostedZone: { Id: string } };
  const zone = `arn:aws:route53:::hostedzone/${HostedZone.Id.replace('/hostedzone/', '')}`;
  await role(
    CONSUMER,
    'dns',
    { ...TRUST, ...trust },
    { Effect: 'Allow', Action: 'route53:ChangeResourceRecordSets', Resource: zone },
  );
  await role(
    OPERATOR.accountId,
    'dns',
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' },
    { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: own },
  );
  const configOf = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) => ({
    ...{ region: 'us-west-2', credentials, maxAttempts: 1, requestHandler: inProcessHandler(handler) },
  });
  const take = async (
    client: STSClient,
    RoleArn: string,
    more: { readonly ExternalId?: string; readonly Policy?: string } = {},
  ) => {
    const { Credentials, AssumedRoleUser } = await client.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'concierge', ...more }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration } = Credentials ?? {};
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return { credentials, Expiration, arn: AssumedRoleUser?.Arn };
  };
  const operator = new STSClient(configOf({ accessKeyId: 'operator', secretAccessKey: 'any' }));
  /** The function's role. */
  const ours = async () => {
    const { credentials } = await take(operator, 'arn:aws:iam::123456789012:role/dns');
    return new STSClient(configOf(credentials));
  };
  const stsOf = (accessKeyId: string) => new STSClient(configOf({ accessKeyId, secretAccessKey: 'any' }));
  return { take, ours, operator, stsOf, configOf, handler, zoneId: HostedZone.Id };
};

const refusedFor = (who: string, role = ROLE) => ({
  name: 'AccessDenied',
  message: `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
});
const OURS = 'arn:aws:sts::123456789012:assumed-role/dns/concierge';

describe('AssumeRole', () => {
  it('of another account, with its external id - that role’s session, which may what the role may', async () => {
    const { take, ours, configOf, zoneId } = await world();

    const taken = await take(await ours(), ROLE, { ExternalId: EXTERNAL });
    expect(taken.arn).toBe(`arn:aws:sts::${CONSUMER}:assumed-role/dns/concierge`);
    expect(taken.Expiration).toEqual(new Date('2026-11-23T01:00:00Z'));
    const session = new STSClient(configOf(taken.credentials));
    expect(await session.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: CONSUMER, Arn: taken.arn });
    const route53 = new Route53Client(configOf(taken.credentials));
    const set = { Name: 'a.example.com', Type: 'A' as const, TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] };
    const write = (id: string) =>
      route53.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: id,
          ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: set }] },
        }),
      );
    await expect(write('Z0000000000')).rejects.toMatchObject({ name: expect.stringMatching(/AccessDenied|NoSuch/) });
    expect((await write(zoneId)).ChangeInfo?.Status).toBe('PENDING');
  });

  it.each([
    ['without an external id', {}],
    ['with a wrong one', { ExternalId: 'acme-2' }],
  ])('%s - AccessDenied', async (_what, more) => {
    const { take, ours } = await world();

    await expect(take(await ours(), ROLE, more)).rejects.toMatchObject(refusedFor(OURS));
  });

  it.each([
    ['a trust that names another account', { Principal: { AWS: `arn:aws:iam::${STRANGER}:root` } }, ROLE],
    ['a trust that denies', { Effect: 'Deny' }, ROLE],
    ['a role that may not take it', {}, `${ROLE}2`],
  ] as const)('%s - AccessDenied', async (_what, trust, own) => {
    const { take, ours } = await world(trust, own);

    await expect(take(await ours(), ROLE, { ExternalId: EXTERNAL })).rejects.toMatchObject(refusedFor(OURS));
  });

  it('a trust that names the very role, of another account - its own policies must allow it all the same', async () => {
    const trust = { Principal: { AWS: 'arn:aws:iam::123456789012:role/dns' } };
    const allowed = await world(trust);
    const { arn } = await allowed.take(await allowed.ours(), ROLE, { ExternalId: EXTERNAL });
    expect(arn).toContain('assumed-role/dns');

    const refused = await world(trust, `${ROLE}2`);
    await expect(refused.take(await refused.ours(), ROLE, { ExternalId: EXTERNAL })).rejects.toMatchObject(
      refusedFor(OURS),
    );
  });

  it('a role that is not there, or is of the same name in another account - AccessDenied, in the same words', async () => {
    const { take, stsOf } = await world();
    const nobody = `arn:aws:iam::${STRANGER}:role/dns`;

    await expect(take(stsOf(CONSUMER), nobody, { ExternalId: EXTERNAL })).rejects.toMatchObject(
      refusedFor(`arn:aws:iam::${CONSUMER}:root`, nobody),
    );
    // Not even its own account, which its trust does not name.
    await expect(take(stsOf(CONSUMER), ROLE, { ExternalId: EXTERNAL })).rejects.toMatchObject(
      refusedFor(`arn:aws:iam::${CONSUMER}:root`),
    );
  });

  it.each([
    ['no ARN', 'dns', {}, 'ValidationError'],
    ['an external id of one letter', ROLE, { ExternalId: 'a' }, 'ValidationError'],
    ['a session policy', ROLE, { ExternalId: EXTERNAL, Policy: '{}' }, 'NotImplemented'],
  ])('%s - %s', async (_what, role, more, name) => {
    const { take, operator } = await world();

    await expect(take(operator, role, more)).rejects.toMatchObject({ name });
  });
});

const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0;
if (!hasBoto3) console.warn('LEFT OUT: boto3 is not installed (Debian package python3-boto3); its test did not run.');

describe.runIf(hasBoto3)('boto3', { timeout: 120_000 }, () => {
  it('takes the role with its external id, and is refused without', async () => {
    const { handler } = await world();
    const server = await serve({ port: 0, host: '127.0.0.1', handler });
    onTestFinished(() => server.close());
    const asked = { RoleArn: ROLE, RoleSessionName: 'boto3' };
    const calls = JSON.stringify([
      ['assume_role', { ...asked, ExternalId: EXTERNAL }],
      ['assume_role', asked],
    ]);
    const parameters = ['test/clients/boto3_calls.py', server.url, 'operator', 'sts', calls];
    const { stdout, stderr } = await run('python3', parameters);

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject([
      { AssumedRoleUser: { Arn: `arn:aws:sts::${CONSUMER}:assumed-role/dns/boto3` } },
      { error: 'AccessDenied' },
    ]);
  });
});
