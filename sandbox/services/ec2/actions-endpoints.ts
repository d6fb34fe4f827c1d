import type {
  CreateVpcEndpointRequest,
  CreateVpcEndpointResult,
  DeleteVpcEndpointsRequest,
  DeleteVpcEndpointsResult,
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcEndpointsResult,
} from '@aws-sdk/client-ec2';
import type { ActionDefinition } from '../../cloud.ts';
import { ec2Action, onEverything } from './action.ts';
import { requiredList, shaped } from './checks.ts';
import { checkCreation, creationNeeds, make } from './creation.ts';
import { type FilterTable, filtered, paged, withIds } from './describe.ts';
import { ec2Errors, unsuccessful } from './errors.ts';
import { remove } from './lifecycle.ts';
import { everyConnection, findConnection, once, onEndpoint } from './lookups.ts';
import type { EndpointService, PrivateLink } from './model.ts';
import { isAllowed } from './principals.ts';
import { detailView, endpointView, type Seen, seenNow, truthOf } from './views.ts';

const FILTERS: FilterTable<Seen> = {
  'ip-address-type': ({ connection }) => [connection.ipAddressType],
  'service-name': ({ connection }) => [connection.serviceName],
  'service-region': ({ connection }) => [connection.serviceRegion],
  'vpc-id': ({ connection }) => [connection.vpcId],
  'vpc-endpoint-id': ({ connection }) => [connection.id],
  'vpc-endpoint-state': ({ state }) => [state],
  'vpc-endpoint-type': () => ['Interface'],
};

const SERVICE_FILTERS: FilterTable<EndpointService> = {
  owner: (service) => [service.owner],
  'service-name': (service) => [service.name],
  'service-region': (service) => [service.region],
  'service-type': (service) => [service.kind],
  'supported-ip-address-types': (service) => service.ipAddressTypes,
};

/** The consumer's actions. */
export const endpointActions = (world: PrivateLink): Record<string, ActionDefinition> => ({
  CreateVpcEndpoint: ec2Action<CreateVpcEndpointRequest, CreateVpcEndpointResult>(world, 'CreateVpcEndpoint', {
    check: checkCreation,
    needs: (input, caller) => creationNeeds(world, input, caller),
    run: (input, caller) => {
      const id = once(world, caller, 'CreateVpcEndpoint', input, () => make(world, input, caller));
      const connection = findConnection(world, id)?.connection;
      if (connection === undefined) throw ec2Errors.unknownEndpoint(id);
      return {
        VpcEndpoint: endpointView(truthOf(connection)),
        ...(input.ClientToken === undefined ? {} : { ClientToken: input.ClientToken }),
      };
    },
  }),

  DescribeVpcEndpoints: ec2Action<DescribeVpcEndpointsRequest, DescribeVpcEndpointsResult>(
    world,
    'DescribeVpcEndpoints',
    {
      check: (input) => {
        for (const id of input.VpcEndpointIds ?? []) shaped('vpce', id);
      },
      needs: () => onEverything('DescribeVpcEndpoints'),
      run: (input, { accountId, region }) => {
        const own = seenNow(world, everyConnection(world)).filter(
          ({ connection }) => connection.owner === accountId && connection.region === region,
        );
        const wanted = withIds(own, input.VpcEndpointIds, ({ connection }) => connection.id);
        const found = filtered(wanted, input.Filters, FILTERS, ({ connection }) => connection.tags);
        const { items, NextToken } = paged(found, input, world.settings.defaultPage);
        return { VpcEndpoints: items.map(endpointView), NextToken };
      },
    },
  ),

  DeleteVpcEndpoints: ec2Action<DeleteVpcEndpointsRequest, DeleteVpcEndpointsResult>(world, 'DeleteVpcEndpoints', {
    check: (input) => {
      for (const id of requiredList(input.VpcEndpointIds, 'VpcEndpointId')) shaped('vpce', id);
    },
    needs: (input, caller) =>
      (input.VpcEndpointIds ?? []).map((id) => onEndpoint(world, caller, 'DeleteVpcEndpoints', id)),
    run: (input, { accountId, region }) => ({
      Unsuccessful: (input.VpcEndpointIds ?? []).flatMap((id) => {
        const { home, connection } = findConnection(world, id) ?? {};
        const own = connection?.owner === accountId && connection.region === region;
        if (!own || home === undefined || connection.state === 'deleted') {
          return [unsuccessful(id, 'InvalidVpcEndpoint.NotFound', ec2Errors.unknownEndpoint(id).message)];
        }
        if (connection.state !== 'deleting') {
          remove(home, connection);
          return [];
        }
        const code = world.settings.uncertain.deleteDeleting;
        return code === null ? [] : [unsuccessful(id, code, `The Vpc Endpoint '${id}' is being deleted.`)];
      }),
    }),
  }),

  DescribeVpcEndpointServices: ec2Action<DescribeVpcEndpointServicesRequest, DescribeVpcEndpointServicesResult>(
    world,
    'DescribeVpcEndpointServices',
    {
      needs: () => onEverything('DescribeVpcEndpointServices'),
      run: (input, { principal, region }) => {
        const regions = input.ServiceRegions ?? [];
        const inReach = (service: EndpointService): boolean =>
          region === service.region
            ? regions.length === 0 || regions.includes(region)
            : regions.includes(service.region) && service.regions.get(region) === 'Available';
        const all = world.everywhere.flatMap(({ services }) => [...services.values()]);
        const open = all.filter(
          (service) => service.state === 'Available' && isAllowed(service, principal) && inReach(service),
        );
        const wanted = withIds(open, input.ServiceNames, (service) => service.name, ec2Errors.unknownServiceName);
        const found = filtered(wanted, input.Filters, SERVICE_FILTERS, (service) => service.tags);
        const { items, NextToken } = paged(found, input, world.settings.defaultPage);
        return {
          ServiceNames: items.map((service) => service.name),
          ServiceDetails: items.map(detailView),
          NextToken,
        };
      },
    },
  ),
});
