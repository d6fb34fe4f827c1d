import { each } from '../property-rules.ts';
import { type Creation, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';
import { policyText } from './policies.ts';

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

const putPolicy = ({ call }: Creation, RoleName: string, policy: InlinePolicy): Promise<unknown> =>
  call('iam', 'PutRolePolicy', {
    RoleName,
    PolicyName: policy.PolicyName,
    PolicyDocument: policyText(policy.PolicyDocument, `${policy.PolicyName} of role ${RoleName}`),
  });

const without = (all: readonly string[] = [], those: readonly string[] = []): readonly string[] =>
  all.filter((one) => !those.includes(one));

const namesOf = ({ Policies = [] }: { readonly Policies?: readonly InlinePolicy[] }): readonly string[] =>
  Policies.map(({ PolicyName }) => PolicyName);

/**
 * Roles and policies. Users, groups and permissions boundaries have no rule and are refused.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
 */
export const identityTypes: ResourceTypes = {
  'AWS::IAM::Role': resourceType<{
    readonly RoleName?: string;
    readonly Path?: string;
    readonly AssumeRolePolicyDocument: unknown;
    readonly ManagedPolicyArns?: readonly string[];
    readonly Policies?: readonly InlinePolicy[];
  }>({
    properties: {
      ...each('used', 'RoleName', 'Path', 'AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Policies'),
      ...each('accepted', 'Description', 'MaxSessionDuration', 'Tags'),
    },
    async create(properties, creation) {
      const { call, generatedName } = creation;
      const name = properties.RoleName ?? generatedName(64);
      const created = await call('iam', 'CreateRole', {
        RoleName: name,
        Path: properties.Path ?? '/',
        AssumeRolePolicyDocument: policyText(properties.AssumeRolePolicyDocument, `trust of role ${name}`),
      });
      for (const policy of properties.Policies ?? []) await putPolicy(creation, name, policy);
      for (const PolicyArn of properties.ManagedPolicyArns ?? []) {
        await call('iam', 'AttachRolePolicy', { RoleName: name, PolicyArn });
      }
      return {
        ref: name,
        attributes: { Arn: textOf(created, 'Role', 'Arn'), RoleId: textOf(created, 'Role', 'RoleId') },
      };
    },
    replacing: ['RoleName', 'Path'],
    inPlace: ['AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Policies'],
    async update({ ref, before, after }, creation) {
      const { call } = creation;
      await call('iam', 'UpdateAssumeRolePolicy', {
        RoleName: ref,
        PolicyDocument: policyText(after.AssumeRolePolicyDocument, `trust of role ${ref}`),
      });
      for (const policy of after.Policies ?? []) await putPolicy(creation, ref, policy);
      for (const PolicyName of without(namesOf(before), namesOf(after))) {
        await call('iam', 'DeleteRolePolicy', { RoleName: ref, PolicyName });
      }
      for (const PolicyArn of without(after.ManagedPolicyArns, before.ManagedPolicyArns)) {
        await call('iam', 'AttachRolePolicy', { RoleName: ref, PolicyArn });
      }
      for (const PolicyArn of without(before.ManagedPolicyArns, after.ManagedPolicyArns)) {
        await call('iam', 'DetachRolePolicy', { RoleName: ref, PolicyArn });
      }
    },
    async remove({ ref, properties }, { call }) {
      for (const PolicyName of namesOf(properties)) {
        await call('iam', 'DeleteRolePolicy', { RoleName: ref, PolicyName });
      }
      for (const PolicyArn of properties.ManagedPolicyArns ?? []) {
        await call('iam', 'DetachRolePolicy', { RoleName: ref, PolicyArn });
      }
      await call('iam', 'DeleteRole', { RoleName: ref });
    },
  }),

  'AWS::IAM::Policy': resourceType<InlinePolicy & { readonly Roles?: readonly string[] }>({
    properties: each('used', 'PolicyName', 'PolicyDocument', 'Roles'),
    async create(properties, creation) {
      for (const role of properties.Roles ?? []) await putPolicy(creation, role, properties);
      const id = creation.generatedName(128);
      return { ref: id, attributes: { Id: id } };
    },
    inPlace: ['PolicyName', 'PolicyDocument', 'Roles'],
    async update({ before, after }, creation) {
      for (const role of after.Roles ?? []) await putPolicy(creation, role, after);
      const isRenamed = before.PolicyName !== after.PolicyName;
      for (const RoleName of isRenamed ? (before.Roles ?? []) : without(before.Roles, after.Roles)) {
        await creation.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName: before.PolicyName });
      }
    },
    async remove({ properties }, { call }) {
      for (const RoleName of properties.Roles ?? []) {
        await call('iam', 'DeleteRolePolicy', { RoleName, PolicyName: properties.PolicyName });
      }
    },
  }),

  'AWS::IAM::ManagedPolicy': resourceType<{
    readonly ManagedPolicyName?: string;
    readonly PolicyDocument: unknown;
    readonly Path?: string;
    readonly Roles?: readonly string[];
  }>({
    properties: {
      ...each('used', 'ManagedPolicyName', 'PolicyDocument', 'Path', 'Roles'),
      Description: 'accepted',
    },
    async create(properties, { call, generatedName }) {
      const name = properties.ManagedPolicyName ?? generatedName(128);
      const created = await call('iam', 'CreatePolicy', {
        PolicyName: name,
        Path: properties.Path ?? '/',
        PolicyDocument: policyText(properties.PolicyDocument, `managed policy ${name}`),
      });
      const arn = textOf(created, 'Policy', 'Arn');
      for (const RoleName of properties.Roles ?? [])
        await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn: arn });
      return { ref: arn, attributes: { PolicyArn: arn, PolicyId: textOf(created, 'Policy', 'PolicyId') } };
    },
    replacing: ['ManagedPolicyName', 'Path'],
    inPlace: ['PolicyDocument', 'Roles'],
    async update({ ref, before, after }, { call }) {
      await call('iam', 'CreatePolicyVersion', {
        PolicyArn: ref,
        PolicyDocument: policyText(after.PolicyDocument, `managed policy ${ref}`),
        SetAsDefault: true,
      });
      for (const RoleName of without(after.Roles, before.Roles)) {
        await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn: ref });
      }
      for (const RoleName of without(before.Roles, after.Roles)) {
        await call('iam', 'DetachRolePolicy', { RoleName, PolicyArn: ref });
      }
    },
    async remove({ ref, properties }, { call }) {
      for (const RoleName of properties.Roles ?? []) {
        await call('iam', 'DetachRolePolicy', { RoleName, PolicyArn: ref });
      }
      await call('iam', 'DeletePolicy', { PolicyArn: ref });
    },
  }),
};
