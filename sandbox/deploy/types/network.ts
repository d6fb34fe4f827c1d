import { each } from '../property-rules.ts';
import { type Change, defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';
import { type Tags, tagChange } from './tags.ts';

const tagged = (ResourceType: string, tags: Tags | undefined): object =>
  tags === undefined || tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType, Tags: tags }] };

/** Properties that are sets, which EC2 is told what to add to and what to take from. */
const SERVICE_SETS = [
  'NetworkLoadBalancerArns',
  'GatewayLoadBalancerArns',
  'SupportedIpAddressTypes',
  'SupportedRegions',
] as const;

type ServiceProperties = {
  readonly [set in (typeof SERVICE_SETS)[number]]?: readonly string[];
} & {
  readonly AcceptanceRequired?: boolean;
  readonly PrivateDnsName?: string;
  readonly Tags?: Tags;
};

const without = (all: readonly string[] = [], those: readonly string[] = []): readonly string[] =>
  all.filter((one) => !those.includes(one));

/** A change of a service as ModifyVpcEndpointServiceConfiguration takes it; undefined where there is none. */
const serviceChange = ({ before, after }: Change<ServiceProperties>): object | undefined => {
  const sets = SERVICE_SETS.flatMap((name) => [
    [`Add${name}`, without(after[name], before[name])] as const,
    [`Remove${name}`, without(before[name], after[name])] as const,
  ]).filter(([, names]) => names.length > 0);
  const change = defined({
    ...Object.fromEntries(sets),
    AcceptanceRequired:
      before.AcceptanceRequired === after.AcceptanceRequired ? undefined : (after.AcceptanceRequired ?? true),
    PrivateDnsName: before.PrivateDnsName === after.PrivateDnsName ? undefined : after.PrivateDnsName,
    RemovePrivateDnsName: before.PrivateDnsName !== undefined && after.PrivateDnsName === undefined ? true : undefined,
  });
  return Object.keys(change).length === 0 ? undefined : change;
};

/** EC2 deletes several at once and says which it did not. */
const refuseUnsuccessful = ({ Unsuccessful: failed }: Readonly<Record<string, unknown>>): void => {
  if (!Array.isArray(failed) || failed.length === 0) return;
  const errors = failed.map(({ Error: error }: { readonly Error?: { Code?: string; Message?: string } }) => error);
  const real = errors.find((error) => error?.Code?.endsWith('NotFound') !== true);
  if (real !== undefined) throw new Error(`${real.Code}: ${real.Message}`);
};

/**
 * Endpoint services and the security groups of what stands behind them.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html
 */
export const networkTypes: ResourceTypes = {
  'AWS::EC2::VPCEndpointService': resourceType<ServiceProperties>({
    properties: {
      ...each('used', 'AcceptanceRequired', 'NetworkLoadBalancerArns', 'GatewayLoadBalancerArns'),
      ...each('used', 'SupportedIpAddressTypes', 'SupportedRegions', 'PrivateDnsName', 'Tags'),
      ...each('accepted', 'ContributorInsightsEnabled', 'PayerResponsibility'),
    },
    async create({ Tags, ...properties }, { call }) {
      const created = await call('ec2', 'CreateVpcEndpointServiceConfiguration', {
        ...properties,
        ...tagged('vpc-endpoint-service', Tags),
      });
      const id = textOf(created, 'ServiceConfiguration', 'ServiceId');
      return { ref: id, attributes: { ServiceId: id } };
    },
    inPlace: ['AcceptanceRequired', 'PrivateDnsName', 'Tags', ...SERVICE_SETS],
    async update(change, { call }) {
      const { ref, before, after } = change;
      const modified = serviceChange(change);
      if (modified !== undefined) {
        await call('ec2', 'ModifyVpcEndpointServiceConfiguration', { ServiceId: ref, ...modified });
      }
      const { added, removed } = tagChange(before.Tags, after.Tags);
      if (added.length > 0) await call('ec2', 'CreateTags', { Resources: [ref], Tags: added });
      if (removed.length > 0) {
        await call('ec2', 'DeleteTags', { Resources: [ref], Tags: removed.map((Key) => ({ Key })) });
      }
    },
    async remove({ ref }, { call }) {
      refuseUnsuccessful(await call('ec2', 'DeleteVpcEndpointServiceConfigurations', { ServiceIds: [ref] }));
    },
  }),

  'AWS::EC2::VPCEndpointServicePermissions': resourceType<{
    readonly ServiceId: string;
    readonly AllowedPrincipals?: readonly string[];
  }>({
    properties: each('used', 'ServiceId', 'AllowedPrincipals'),
    async create({ ServiceId, AllowedPrincipals = [] }, { call }) {
      if (AllowedPrincipals.length > 0) {
        await call('ec2', 'ModifyVpcEndpointServicePermissions', {
          ServiceId,
          AddAllowedPrincipals: AllowedPrincipals,
        });
      }
      return { ref: ServiceId, attributes: {} };
    },
    replacing: ['ServiceId'],
    inPlace: ['AllowedPrincipals'],
    async update({ before, after }, { call }) {
      const AddAllowedPrincipals = without(after.AllowedPrincipals, before.AllowedPrincipals);
      const RemoveAllowedPrincipals = without(before.AllowedPrincipals, after.AllowedPrincipals);
      await call('ec2', 'ModifyVpcEndpointServicePermissions', {
        ServiceId: after.ServiceId,
        ...(AddAllowedPrincipals.length > 0 && { AddAllowedPrincipals }),
        ...(RemoveAllowedPrincipals.length > 0 && { RemoveAllowedPrincipals }),
      });
    },
    async remove({ properties: { ServiceId, AllowedPrincipals = [] } }, { call }) {
      if (AllowedPrincipals.length === 0) return;
      const RemoveAllowedPrincipals = AllowedPrincipals;
      await call('ec2', 'ModifyVpcEndpointServicePermissions', { ServiceId, RemoveAllowedPrincipals });
    },
  }),

  'AWS::EC2::VPCEndpointConnectionNotification': resourceType<{
    readonly ConnectionEvents: readonly string[];
    readonly ConnectionNotificationArn: string;
    readonly ServiceId?: string;
    readonly VPCEndpointId?: string;
  }>({
    properties: each('used', 'ConnectionEvents', 'ConnectionNotificationArn', 'ServiceId', 'VPCEndpointId'),
    async create({ VPCEndpointId, ...properties }, { call }) {
      const created = await call('ec2', 'CreateVpcEndpointConnectionNotification', {
        ...properties,
        ...defined({ VpcEndpointId: VPCEndpointId }),
      });
      const id = textOf(created, 'ConnectionNotification', 'ConnectionNotificationId');
      return { ref: id, attributes: { VPCEndpointConnectionNotificationId: id } };
    },
    replacing: ['ServiceId', 'VPCEndpointId'],
    inPlace: ['ConnectionEvents', 'ConnectionNotificationArn'],
    async update({ ref, after: { ConnectionEvents, ConnectionNotificationArn } }, { call }) {
      await call('ec2', 'ModifyVpcEndpointConnectionNotification', {
        ConnectionNotificationId: ref,
        ConnectionEvents,
        ConnectionNotificationArn,
      });
    },
    async remove({ ref }, { call }) {
      refuseUnsuccessful(
        await call('ec2', 'DeleteVpcEndpointConnectionNotifications', { ConnectionNotificationIds: [ref] }),
      );
    },
  }),

  'AWS::EC2::SecurityGroup': resourceType<{ readonly VpcId?: string }>({
    behaviour: 'without behaviour',
    properties: 'anything',
    replacing: ['GroupName', 'GroupDescription', 'VpcId'],
    async create({ VpcId }, { hex }) {
      const id = `sg-${hex(17)}`;
      return { ref: id, attributes: { GroupId: id, Id: id, ...defined({ VpcId }) } as Record<string, string> };
    },
  }),
};
