import type {
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
  NetworkInterface,
} from '@aws-sdk/client-ec2';
import type { ActionDefinition } from '../../cloud.ts';
import { ec2Action, onEverything } from './action.ts';
import { shaped } from './checks.ts';
import { type FilterTable, filtered, paged, withIds } from './describe.ts';
import { ec2Errors } from './errors.ts';
import type { InterfaceRecord } from './interfaces.ts';
import type { PrivateLink } from './model.ts';

const FILTERS: FilterTable<InterfaceRecord> = {
  'addresses.private-ip-address': ({ ipv4 }) => ipv4,
  'availability-zone': ({ zone }) => [zone],
  description: ({ description }) => [description],
  'group-id': ({ groupIds }) => groupIds,
  'ipv6-addresses.ipv6-address': ({ ipv6 }) => ipv6,
  'network-interface-id': ({ id }) => [id],
  'owner-id': ({ owner }) => [owner],
  'private-ip-address': ({ ipv4 }) => ipv4.slice(0, 1),
  'requester-id': ({ requesterId }) => [requesterId],
  'requester-managed': () => ['true'],
  status: ({ status }) => [status],
  'subnet-id': ({ subnetId }) => [subnetId],
  'vpc-id': ({ vpcId }) => [vpcId],
};

/** No tags: what a service makes for itself has none. */
const view = (one: InterfaceRecord): NetworkInterface => ({
  NetworkInterfaceId: one.id,
  Description: one.description,
  OwnerId: one.owner,
  RequesterId: one.requesterId,
  RequesterManaged: true,
  InterfaceType: 'interface',
  Status: one.status,
  SourceDestCheck: true,
  VpcId: one.vpcId,
  SubnetId: one.subnetId,
  AvailabilityZone: one.zone,
  Groups: one.groupIds.map((GroupId) => ({ GroupId, GroupName: GroupId })),
  ...(one.ipv4[0] === undefined ? {} : { PrivateIpAddress: one.ipv4[0] }),
  PrivateIpAddresses: one.ipv4.map((PrivateIpAddress, index) => ({ PrivateIpAddress, Primary: index === 0 })),
  Ipv6Addresses: one.ipv6.map((Ipv6Address) => ({ Ipv6Address })),
  TagSet: [],
});

/** See https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
export const interfaceActions = (world: PrivateLink): Record<string, ActionDefinition> => ({
  DescribeNetworkInterfaces: ec2Action<DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult>(
    world,
    'DescribeNetworkInterfaces',
    {
      check: ({ NetworkInterfaceIds = [], MaxResults }) => {
        for (const id of NetworkInterfaceIds) shaped('eni', id);
        if (NetworkInterfaceIds.length > 0 && MaxResults !== undefined) {
          throw ec2Errors.combination('The parameter NetworkInterfaceIds cannot be used with the parameter MaxResults');
        }
      },
      needs: () => onEverything('DescribeNetworkInterfaces'),
      run: (input, { accountId }) => {
        const moment = world.cloud.clock.now() - world.within(world.settings.readDelay);
        const own = world.interfaces.at(moment).filter(({ owner }) => owner === accountId);
        const wanted = withIds(own, input.NetworkInterfaceIds, ({ id }) => id, ec2Errors.unknownInterface);
        const { items, NextToken } = paged(
          filtered(wanted, input.Filters, FILTERS),
          input,
          world.settings.defaultPage,
          world.settings.largestPage,
        );
        return { NetworkInterfaces: items.map(view), NextToken };
      },
    },
  ),
});
