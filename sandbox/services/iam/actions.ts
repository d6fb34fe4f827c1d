import type { ActionDefinition, CallContext, ServiceDefinition } from '../../cloud.ts';
import { AWS_MANAGED_POLICIES } from '../../iam/aws-managed-policies.ts';
import type { Identities } from '../../iam/identities.ts';
import type { Random } from '../../random.ts';
import { AwsError } from '../errors.ts';

/** The members of IAM's inputs that are read; the SDK's own types know more. */
interface CreateRoleInput {
  readonly RoleName: string;
  readonly AssumeRolePolicyDocument: string;
  /** Begins and ends with a slash; `/` where it is absent. */
  readonly Path?: string;
}
interface PutRolePolicyInput {
  readonly RoleName: string;
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}
interface CreatePolicyInput {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
  readonly Path?: string;
}
interface UpdateAssumeRolePolicyInput {
  readonly RoleName: string;
  readonly PolicyDocument: string;
}
interface CreatePolicyVersionInput {
  readonly PolicyArn: string;
  readonly PolicyDocument: string;
  /** Must be true: there are no versions beside the default one. */
  readonly SetAsDefault?: boolean;
}
interface AttachRolePolicyInput {
  readonly RoleName: string;
  readonly PolicyArn: string;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A unique id as IAM makes them: `AROA` or `ANPA` and 17 characters. */
const uniqueId = (prefix: string, random: Random): string => {
  let id = prefix;
  while (id.length < 21) id += LETTERS[random.between(0, 31)];
  return id;
};

const define = <I, O>(action: ActionDefinition<I, O>): ActionDefinition<I, O> => action;

type Caller = Pick<CallContext, 'principal'>;

/** A role of the caller's own account. */
const roleArn = (name: string, { principal }: Caller): string => `arn:aws:iam::${principal.accountId}:role/${name}`;

/**
 * IAM's actions, as far as deploying a template needs them. No client reaches them by wire: IAM's endpoint is not served.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 */
export const iamService = (identities: Identities): ServiceDefinition => {
  /** Names are an account's own: nobody reaches another's role by its name. */
  const own = (name: string, caller: Caller): string =>
    identities.findRole(name, caller.principal.accountId)?.arn ?? roleArn(name, caller);
  return {
    name: 'iam',
    isGlobal: true,
    denied: (message) => new AwsError('AccessDenied', message, 403),
    notModelled: [
      'Users, groups, permissions boundaries, session policies, service control policies',
      'Every read and list; policies have one version, the newest',
    ],
    actions: {
      CreateRole: define<CreateRoleInput, unknown>({
        permissions: ({ RoleName }, caller) => [{ action: 'iam:CreateRole', resource: roleArn(RoleName, caller) }],
        run: ({ RoleName, AssumeRolePolicyDocument, Path = '/' }, { cloud, principal }) => {
          const role = identities.createRole(
            RoleName,
            Path,
            uniqueId('AROA', cloud.random),
            AssumeRolePolicyDocument,
            principal.accountId,
          );
          return { Role: { RoleName, Path, RoleId: role.id, Arn: role.arn, CreateDate: new Date(cloud.clock.now()) } };
        },
      }),
      PutRolePolicy: define<PutRolePolicyInput, unknown>({
        permissions: ({ RoleName }, caller) => [{ action: 'iam:PutRolePolicy', resource: roleArn(RoleName, caller) }],
        run: ({ RoleName, PolicyName, PolicyDocument }, caller) => {
          identities.putRolePolicy(own(RoleName, caller), PolicyName, PolicyDocument);
          return {};
        },
      }),
      CreatePolicy: define<CreatePolicyInput, unknown>({
        permissions: ({ PolicyName }, { principal }) => [
          { action: 'iam:CreatePolicy', resource: `arn:aws:iam::${principal.accountId}:policy/${PolicyName}` },
        ],
        run: ({ PolicyName, PolicyDocument, Path = '/' }, { cloud, principal }) => {
          const arn = `arn:aws:iam::${principal.accountId}:policy${Path}${PolicyName}`;
          identities.createManagedPolicy(arn, PolicyDocument);
          return { Policy: { PolicyName, Path, PolicyId: uniqueId('ANPA', cloud.random), Arn: arn } };
        },
      }),
      UpdateAssumeRolePolicy: define<UpdateAssumeRolePolicyInput, unknown>({
        permissions: ({ RoleName }, caller) => [
          { action: 'iam:UpdateAssumeRolePolicy', resource: roleArn(RoleName, caller) },
        ],
        run: ({ RoleName, PolicyDocument }, caller) => {
          identities.updateTrust(own(RoleName, caller), PolicyDocument);
          return {};
        },
      }),
      DeleteRolePolicy: define<Pick<PutRolePolicyInput, 'RoleName' | 'PolicyName'>, unknown>({
        permissions: ({ RoleName }, caller) => [
          { action: 'iam:DeleteRolePolicy', resource: roleArn(RoleName, caller) },
        ],
        run: ({ RoleName, PolicyName }, caller) => {
          identities.deleteRolePolicy(own(RoleName, caller), PolicyName);
          return {};
        },
      }),
      DetachRolePolicy: define<AttachRolePolicyInput, unknown>({
        permissions: ({ RoleName }, caller) => [
          { action: 'iam:DetachRolePolicy', resource: roleArn(RoleName, caller) },
        ],
        run: ({ RoleName, PolicyArn }, caller) => {
          identities.detachRolePolicy(own(RoleName, caller), PolicyArn);
          return {};
        },
      }),
      DeleteRole: define<Pick<CreateRoleInput, 'RoleName'>, unknown>({
        permissions: ({ RoleName }, caller) => [{ action: 'iam:DeleteRole', resource: roleArn(RoleName, caller) }],
        run: ({ RoleName }, caller) => {
          identities.deleteRole(own(RoleName, caller));
          return {};
        },
      }),
      CreatePolicyVersion: define<CreatePolicyVersionInput, unknown>({
        permissions: ({ PolicyArn }) => [{ action: 'iam:CreatePolicyVersion', resource: PolicyArn }],
        run: ({ PolicyArn, PolicyDocument, SetAsDefault }) => {
          if (SetAsDefault !== true) {
            throw new AwsError(
              'NotImplemented',
              'The sandbox keeps one version of a policy: SetAsDefault must be true.',
              501,
            );
          }
          identities.updateManagedPolicy(PolicyArn, PolicyDocument);
          return {};
        },
      }),
      DeletePolicy: define<Pick<AttachRolePolicyInput, 'PolicyArn'>, unknown>({
        permissions: ({ PolicyArn }) => [{ action: 'iam:DeletePolicy', resource: PolicyArn }],
        run: ({ PolicyArn }) => {
          identities.deleteManagedPolicy(PolicyArn);
          return {};
        },
      }),
      AttachRolePolicy: define<AttachRolePolicyInput, unknown>({
        permissions: ({ RoleName }, caller) => [
          { action: 'iam:AttachRolePolicy', resource: roleArn(RoleName, caller) },
        ],
        run: ({ RoleName, PolicyArn }, caller) => {
          learnAwsPolicy(identities, PolicyArn);
          identities.attachRolePolicy(own(RoleName, caller), PolicyArn);
          return {};
        },
      }),
    },
  };
};

/** AWS's own managed policies are there from the beginning; each is taken up when first attached. */
const learnAwsPolicy = (identities: Identities, arn: string): void => {
  if (!arn.startsWith('arn:aws:iam::aws:policy/') || identities.hasManagedPolicy(arn)) return;
  const document = AWS_MANAGED_POLICIES[arn];
  if (document === undefined) {
    const known = Object.keys(AWS_MANAGED_POLICIES).join(', ');
    throw new AwsError('NotImplemented', `The sandbox does not know the content of ${arn}. It knows ${known}.`, 501);
  }
  identities.createManagedPolicy(arn, document);
};
