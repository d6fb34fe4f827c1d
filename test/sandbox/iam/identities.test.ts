import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import { OPERATOR, type Permission } from '../../../sandbox/cloud.ts';
import { Identities } from '../../../sandbox/iam/identities.ts';
import {
  accountPrincipal,
  type PolicyDocument,
  type PolicyStatement,
  type Principal,
  roleSession,
  servicePrincipal,
} from '../../../sandbox/iam/principal.ts';

const START = Date.UTC(2026, 10, 23, 12);
const QUEUE = 'arn:aws:sqs:us-west-2:123456789012:intake';
const KEY = 'arn:aws:kms:us-west-2:123456789012:key/1';
const TOPIC = 'arn:aws:sns:us-west-2:123456789012:notices';
const ROLE = 'arn:aws:iam::123456789012:role/worker';
const ROOT = 'arn:aws:iam::123456789012:root';
const WORKER = roleSession(ROLE, 'session');
const SNS = servicePrincipal('sns.amazonaws.com', TOPIC);
const CUSTOMER = accountPrincipal('222222222222');

const policy = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (more: Partial<PolicyStatement>): PolicyStatement => ({ Effect: 'Allow', Resource: '*', ...more });
const deny = (more: Partial<PolicyStatement>): PolicyStatement => ({ Effect: 'Deny', Resource: '*', ...more });
const trust = (...services: string[]): PolicyDocument =>
  policy({ Effect: 'Allow', Principal: { Service: services }, Action: 'sts:AssumeRole' });

const withWorker = (...statements: PolicyStatement[]): Identities => {
  const identities = new Identities(new VirtualClock(START));
  identities.createRole('worker', '/', 'AROA1', trust('lambda.amazonaws.com'));
  if (statements.length > 0) identities.putRolePolicy('worker', 'inline', policy(...statements));
  return identities;
};

interface Situation {
  readonly name: string;
  readonly who?: Principal;
  readonly identity?: readonly PolicyStatement[];
  readonly permission?: Partial<Permission>;
  readonly resourcePolicy?: PolicyDocument;
  /** The end of AWS's sentence, or undefined where it is allowed. */
  readonly refusal?: string;
}

const NO_IDENTITY = 'because no identity-based policy allows the sqs:SendMessage action';
const NO_RESOURCE = 'because no resource-based policy allows the sqs:SendMessage action';
const SEND = { Action: 'sqs:SendMessage' };

const SITUATIONS: readonly Situation[] = [
  { name: 'a role without policies - refused', refusal: NO_IDENTITY },
  { name: 'a role that may - allowed', identity: [allow(SEND)] },
  { name: 'an action in other case - allowed', identity: [allow({ Action: 'SQS:sendmessage' })] },
  { name: 'an action by wildcard - allowed', identity: [allow({ Action: ['s3:*', 'sqs:Send*'] })] },
  { name: 'another action - refused', identity: [allow({ Action: 'sqs:SendMessageBatch' })], refusal: NO_IDENTITY },
  { name: 'a resource by wildcard - allowed', identity: [allow({ ...SEND, Resource: 'arn:aws:sqs:*:*:int?ke' })] },
  {
    name: 'a resource in other case - refused',
    identity: [allow({ ...SEND, Resource: QUEUE.replace('intake', 'Intake') })],
    refusal: NO_IDENTITY,
  },
  { name: 'everything but other actions - allowed', identity: [{ ...allow({}), NotAction: 'sqs:ReceiveMessage' }] },
  {
    name: 'everything but this action - refused',
    identity: [{ ...allow({}), NotAction: 'sqs:Send*' }],
    refusal: NO_IDENTITY,
  },
  {
    name: 'everywhere but here - refused',
    identity: [{ Effect: 'Allow', ...SEND, NotResource: QUEUE }],
    refusal: NO_IDENTITY,
  },
  {
    name: 'a denial beside a permission - refused',
    identity: [allow(SEND), deny(SEND)],
    refusal: 'with an explicit deny in an identity-based policy',
  },
  {
    name: 'a denial by the resource - refused',
    identity: [allow(SEND)],
    resourcePolicy: policy(deny({ ...SEND, Principal: '*' })),
    refusal: 'with an explicit deny in a resource-based policy',
  },
  {
    name: 'a denial for clear text, as CDK writes it - allowed, since loopback stands for TLS',
    identity: [allow(SEND)],
    resourcePolicy: policy(
      deny({ Action: 'sqs:*', Principal: { AWS: '*' }, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ),
  },
  {
    name: 'a denial for the whole account - meets its roles too',
    identity: [allow(SEND)],
    resourcePolicy: policy(deny({ ...SEND, Principal: { AWS: ROOT } })),
    refusal: 'with an explicit deny in a resource-based policy',
  },
  {
    name: 'no policy of its own, the resource names the role - allowed',
    resourcePolicy: policy(allow({ ...SEND, Principal: { AWS: ROLE } })),
  },
  {
    name: 'no policy of its own, the resource names the account - refused',
    resourcePolicy: policy(allow({ ...SEND, Principal: { AWS: ROOT } })),
    refusal: NO_IDENTITY,
  },
  {
    name: 'no policy of its own, the resource names everybody - allowed',
    resourcePolicy: policy(allow({ ...SEND, Principal: '*' })),
  },
  {
    name: 'the resource names another role - refused',
    resourcePolicy: policy(allow({ ...SEND, Principal: { AWS: `${ROLE}2` } })),
    refusal: NO_IDENTITY,
  },
  { name: 'an operator - allowed', who: OPERATOR },
  {
    name: 'an operator whom the resource denies - refused',
    who: OPERATOR,
    resourcePolicy: policy(deny({ ...SEND, Principal: '*' })),
    refusal: 'with an explicit deny in a resource-based policy',
  },
  { name: "a customer's administrator at our queue - refused", who: CUSTOMER, refusal: NO_RESOURCE },
  {
    name: "a customer's administrator whom our queue names - allowed",
    who: CUSTOMER,
    resourcePolicy: policy(allow({ ...SEND, Principal: { AWS: '222222222222' } })),
  },
  {
    name: "a customer's administrator at what has no account - allowed",
    who: CUSTOMER,
    permission: { action: 'ec2:DescribeVpcEndpoints', resource: '*' },
  },
  {
    name: "a role at a customer's queue that names it, without a policy of its own - refused",
    permission: { resource: 'arn:aws:sqs:us-west-2:222222222222:theirs' },
    resourcePolicy: policy(allow({ ...SEND, Principal: { AWS: ROLE } })),
    refusal: NO_IDENTITY,
  },
  {
    name: "a role at a customer's queue, both allow - allowed",
    permission: { resource: 'arn:aws:sqs:us-west-2:222222222222:theirs' },
    identity: [allow(SEND)],
    resourcePolicy: policy(allow({ ...SEND, Principal: { AWS: '123456789012' } })),
  },
  { name: 'a service at a resource without a policy - refused', who: SNS, refusal: NO_RESOURCE },
  {
    name: 'a service that the resource names - allowed',
    who: SNS,
    resourcePolicy: policy(
      allow({
        ...SEND,
        Principal: { Service: 'sns.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': TOPIC }, StringEquals: { 'aws:SourceAccount': '123456789012' } },
      }),
    ),
  },
  {
    name: 'a service that the resource names for another topic - refused',
    who: SNS,
    resourcePolicy: policy(
      allow({
        ...SEND,
        Principal: { Service: 'sns.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': `${TOPIC}2` } },
      }),
    ),
    refusal: NO_RESOURCE,
  },
  {
    name: 'another service - refused',
    who: SNS,
    resourcePolicy: policy(allow({ ...SEND, Principal: { Service: 'events.amazonaws.com' } })),
    refusal: NO_RESOURCE,
  },
  {
    name: 'a service whose account the resource names - refused, an account is not its services',
    who: SNS,
    resourcePolicy: policy(allow({ ...SEND, Principal: { AWS: ROOT } })),
    refusal: NO_RESOURCE,
  },
  {
    name: 'a service by its regional name - allowed',
    who: SNS,
    resourcePolicy: policy(allow({ ...SEND, Principal: { Service: 'sns.us-west-2.amazonaws.com' } })),
  },
  {
    name: 'a tag of the resource that the condition wants - allowed',
    identity: [allow({ ...SEND, Condition: { StringEquals: { 'aws:ResourceTag/team': 'edge' } } })],
    permission: { context: { 'aws:ResourceTag/team': 'edge' } },
  },
  {
    name: 'no such tag - refused',
    identity: [allow({ ...SEND, Condition: { StringEquals: { 'aws:ResourceTag/team': 'edge' } } })],
    refusal: NO_IDENTITY,
  },
  {
    name: 'the role that a condition names by aws:PrincipalArn - allowed, a session counts as its role',
    resourcePolicy: policy(allow({ ...SEND, Principal: '*', Condition: { ArnEquals: { 'AWS:principalarn': ROLE } } })),
  },
  {
    name: 'a permission that has run out by the world clock - refused',
    identity: [allow({ ...SEND, Condition: { DateLessThan: { 'aws:CurrentTime': '2026-11-23T11:59:59Z' } } })],
    refusal: NO_IDENTITY,
  },
];

describe('decisions', () => {
  it.each(SITUATIONS)('$name', ({ who = WORKER, identity = [], permission, resourcePolicy, refusal }) => {
    const asked: Permission = { action: 'sqs:SendMessage', resource: QUEUE, resourcePolicy, ...permission };
    const sentence = withWorker(...identity).refuse(who, asked);
    const whole =
      refusal &&
      `User: ${who.arn} is not authorized to perform: ${asked.action} on resource: ${asked.resource} ${refusal}`;
    expect(sentence).toBe(whole);
  });
});

describe('KMS keys', () => {
  const use = (identities: Identities, who: Principal, resourcePolicy?: PolicyDocument) =>
    identities.refuse(who, { action: 'kms:Decrypt', resource: KEY, resourcePolicy });
  const delegating = policy(allow({ Action: 'kms:*', Principal: { AWS: ROOT } }));
  const mayDecrypt = allow({ Action: 'kms:Decrypt' });

  it('a role that may, a key policy that is silent - refused', () => {
    expect(use(withWorker(mayDecrypt), WORKER, policy())).toContain('because no resource-based policy allows');
  });
  it('a role that may, a key policy that names the account - allowed', () => {
    expect(use(withWorker(mayDecrypt), WORKER, delegating)).toBeUndefined();
  });
  it('a role without a policy, a key policy that names the account - refused', () => {
    expect(use(withWorker(), WORKER, delegating)).toContain('because no identity-based policy allows');
  });
  it('a role without a policy, a key policy that names the role - allowed', () => {
    expect(
      use(withWorker(), WORKER, policy(allow({ Action: 'kms:Decrypt', Principal: { AWS: ROLE } }))),
    ).toBeUndefined();
  });
  it('an operator, a key policy that names a role only - refused', () => {
    const resourcePolicy = policy(allow({ Action: 'kms:*', Principal: { AWS: ROLE } }));
    expect(use(withWorker(), OPERATOR, resourcePolicy)).toContain('because no resource-based policy allows');
    expect(use(withWorker(), OPERATOR, delegating)).toBeUndefined();
  });
  it('a service, a key policy that names the account only - refused', () => {
    expect(use(withWorker(), SNS, delegating)).toContain('because no resource-based policy allows');
  });
});

describe('managed policies', () => {
  it('attached - counts beside the inline ones, and its denial too', () => {
    const identities = withWorker(allow(SEND));
    identities.createManagedPolicy('arn:aws:iam::123456789012:policy/no', policy(deny({ Action: 'sqs:*' })));
    const asked = { action: 'sqs:SendMessage', resource: QUEUE };
    expect(identities.refuse(WORKER, asked)).toBeUndefined();
    identities.attachRolePolicy('worker', 'arn:aws:iam::123456789012:policy/no');
    expect(identities.refuse(WORKER, asked)).toContain('with an explicit deny in an identity-based policy');
  });
});

describe('taking a role', () => {
  const conditional = (condition: Readonly<Record<string, Readonly<Record<string, string>>>>) => {
    const identities = new Identities(new VirtualClock(START));
    identities.createRole(
      'pipe',
      '/',
      'AROA1',
      policy({
        Effect: 'Allow',
        Principal: { Service: 'pipes.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: condition,
      }),
    );
    return (source?: string) =>
      identities.assumeRole('pipes.amazonaws.com', 'arn:aws:iam::123456789012:role/pipe', 'p', source);
  };
  const PIPE = 'arn:aws:pipes:us-west-2:123456789012:pipe/p';

  it('a service that the trust names - a session', () => {
    expect(withWorker().assumeRole('lambda.amazonaws.com', ROLE, 'f')).toEqual({
      kind: 'role',
      accountId: '123456789012',
      roleArn: ROLE,
      arn: 'arn:aws:sts::123456789012:assumed-role/worker/f',
    });
  });
  it('a service that the trust does not name - AccessDenied', () => {
    const take = () => withWorker().assumeRole('states.amazonaws.com', ROLE, 'f');
    expect(take).toThrow(`states.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`);
    expect(take).toThrow(expect.objectContaining({ code: 'AccessDenied', status: 403 }));
  });
  it('no such role - AccessDenied, naming it', () => {
    expect(() => withWorker().assumeRole('lambda.amazonaws.com', `${ROLE}2`, 'f')).toThrow(
      `${ROLE}2: there is no such role`,
    );
  });
  it("a trust for the role's own account - a session", () => {
    expect(conditional({ StringEquals: { 'aws:SourceAccount': '123456789012' } })().kind).toBe('role');
  });
  it('a trust for another account - AccessDenied', () => {
    expect(() => conditional({ StringEquals: { 'aws:SourceAccount': '999999999999' } })()).toThrow('not authorized');
  });
  it('a trust for one resource - judged where the resource is told, passed where it is not', () => {
    const take = conditional({ ArnEquals: { 'aws:SourceArn': PIPE } });
    expect(take().kind).toBe('role');
    expect(take(PIPE).kind).toBe('role');
    expect(() => take(`${PIPE}2`)).toThrow('not authorized');
  });
});
