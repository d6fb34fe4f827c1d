import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { Cloud, OPERATOR } from '../../../../sandbox/cloud.ts';
import { Identities } from '../../../../sandbox/iam/identities.ts';
import { roleSession } from '../../../../sandbox/iam/principal.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { iamService } from '../../../../sandbox/services/iam/actions.ts';
import { logsService } from '../../../../sandbox/services/logs/actions.ts';

const TRUST = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const LOGS = { action: 'logs:PutLogEvents', resource: 'arn:aws:logs:us-west-2:123456789012:log-group:/g:*' };

const world = () => {
  const clock = new VirtualClock(0);
  const identities = new Identities(clock);
  const cloud = new Cloud({ clock, random: seededRandom(1), journal: new Journal(clock), authorizer: identities });
  cloud.register(iamService(identities));
  cloud.register(logsService());
  const call = (name: string, input: object): Promise<unknown> => {
    const [service = '', action = ''] = name.split(':');
    return cloud.invoke({ service, action, input, principal: OPERATOR });
  };
  return { identities, call };
};

describe('roles by their actions', () => {
  it('a role with a path - its ARN holds it, its session does not', async () => {
    const { identities, call } = world();
    const created = await call('iam:CreateRole', { RoleName: 'r', Path: '/app/', AssumeRolePolicyDocument: TRUST });
    const arn = 'arn:aws:iam::123456789012:role/app/r';
    expect(created).toMatchObject({ Role: { Arn: arn, RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/) } });
    expect(identities.assumeRole('lambda.amazonaws.com', arn, 'f').arn).toBe(
      'arn:aws:sts::123456789012:assumed-role/r/f',
    );
  });

  it('AWSLambdaBasicExecutionRole attached - the role may write logs', async () => {
    const { identities, call } = world();
    await call('iam:CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST });
    const session = roleSession('arn:aws:iam::123456789012:role/r', 'f');
    expect(identities.refuse(session, LOGS)).toContain('no identity-based policy allows');
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    await call('iam:AttachRolePolicy', { RoleName: 'r', PolicyArn });
    expect(identities.refuse(session, LOGS)).toBeUndefined();
  });

  it('a policy of the account - made, attached, and in force', async () => {
    const { identities, call } = world();
    await call('iam:CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST });
    const PolicyDocument = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }] });
    const made = (await call('iam:CreatePolicy', { PolicyName: 'p', PolicyDocument })) as { Policy: { Arn: string } };
    await call('iam:AttachRolePolicy', { RoleName: 'r', PolicyArn: made.Policy.Arn });
    expect(identities.refuse(roleSession('arn:aws:iam::123456789012:role/r', 'f'), LOGS)).toBeUndefined();
    await expect(call('iam:CreatePolicy', { PolicyName: 'p', PolicyDocument })).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
    });
  });

  it.each<readonly [string, string, object, string]>([
    ['a role twice', 'iam:CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST }, 'EntityAlreadyExists'],
    [
      'a policy of no role',
      'iam:PutRolePolicy',
      { RoleName: 'x', PolicyName: 'p', PolicyDocument: TRUST },
      'NoSuchEntity',
    ],
    [
      'a policy that AWS manages and we do not know',
      'iam:AttachRolePolicy',
      { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      'NotImplemented',
    ],
    [
      'a policy that is not there',
      'iam:AttachRolePolicy',
      { RoleName: 'r', PolicyArn: 'arn:aws:iam::123456789012:policy/x' },
      'NoSuchEntity',
    ],
  ])('%s - %s refused', async (_, action, input, code) => {
    const { call } = world();
    await call('iam:CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST });
    await expect(call(action, input)).rejects.toMatchObject({ code });
  });
});

describe('services without behaviour', () => {
  it('a log group twice - ResourceAlreadyExistsException', async () => {
    const { call } = world();
    await call('logs:CreateLogGroup', { logGroupName: '/g' });
    await expect(call('logs:CreateLogGroup', { logGroupName: '/g' })).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
    });
  });
});

describe('what is changed', () => {
  const allowing = (Action: string): string =>
    JSON.stringify({ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
  const ARN = 'arn:aws:iam::123456789012:role/r';
  const session = roleSession(ARN, 'f');
  const withRole = async () => {
    const made = world();
    await made.call('iam:CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST });
    return made;
  };

  it('a policy put again or taken away - counts for the next call of a session that is open', async () => {
    const { identities, call } = await withRole();
    await call('iam:PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allowing('logs:*') });
    expect(identities.refuse(session, LOGS)).toBeUndefined();
    await call('iam:PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allowing('sqs:*') });
    expect(identities.refuse(session, LOGS)).toContain('no identity-based policy allows');
    await call('iam:PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allowing('logs:*') });
    await call('iam:DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' });
    expect(identities.refuse(session, LOGS)).toContain('no identity-based policy allows');
  });

  it("a managed policy's new version, and its detaching - count for the next call", async () => {
    const { identities, call } = await withRole();
    const PolicyArn = 'arn:aws:iam::123456789012:policy/p';
    await call('iam:CreatePolicy', { PolicyName: 'p', PolicyDocument: allowing('sqs:*') });
    await call('iam:AttachRolePolicy', { RoleName: 'r', PolicyArn });
    await call('iam:CreatePolicyVersion', { PolicyArn, PolicyDocument: allowing('logs:*'), SetAsDefault: true });
    expect(identities.refuse(session, LOGS)).toBeUndefined();
    await expect(call('iam:DeletePolicy', { PolicyArn })).rejects.toMatchObject({ code: 'DeleteConflict' });
    await call('iam:DetachRolePolicy', { RoleName: 'r', PolicyArn });
    expect(identities.refuse(session, LOGS)).toContain('no identity-based policy allows');
    await call('iam:DeletePolicy', { PolicyArn });
    await expect(call('iam:AttachRolePolicy', { RoleName: 'r', PolicyArn })).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
  });

  it("a role's trust - counts for who takes it next", async () => {
    const { identities, call } = await withRole();
    await call('iam:UpdateAssumeRolePolicy', {
      RoleName: 'r',
      PolicyDocument: TRUST.replace('lambda.amazonaws.com', 'pipes.amazonaws.com'),
    });
    expect(() => identities.assumeRole('lambda.amazonaws.com', ARN, 'f')).toThrow('sts:AssumeRole');
    expect(identities.assumeRole('pipes.amazonaws.com', ARN, 'p').roleArn).toBe(ARN);
  });

  it('a role that still has policies - not deleted', async () => {
    const { identities, call } = await withRole();
    await call('iam:PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: allowing('logs:*') });
    await expect(call('iam:DeleteRole', { RoleName: 'r' })).rejects.toMatchObject({ code: 'DeleteConflict' });
    await call('iam:DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' });
    await call('iam:DeleteRole', { RoleName: 'r' });
    expect(identities.findRole('r')).toBeUndefined();
  });
});
