import type {
  CreateVpcEndpointServiceConfigurationRequest,
  CreateVpcEndpointServiceConfigurationResult,
  DeleteVpcEndpointServiceConfigurationsRequest,
  DeleteVpcEndpointServiceConfigurationsResult,
  DescribeVpcEndpointServiceConfigurationsRequest,
  DescribeVpcEndpointServiceConfigurationsResult,
  ModifyVpcEndpointServiceConfigurationRequest,
  ModifyVpcEndpointServiceConfigurationResult,
  UnsuccessfulItem,
} from '@aws-sdk/client-ec2';
import type { ActionDefinition } from '../../cloud.ts';
import { ec2Action, onEverything, onResource } from './action.ts';
import { oneOf, required, requiredList, shaped } from './checks.ts';
import { type FilterTable, filtered, paged, withIds } from './describe.ts';
import { ec2Errors, unsuccessful } from './errors.ts';
import { isAttached } from './lifecycle.ts';
import { once, onService, ownService, requireService } from './lookups.ts';
import { type EndpointService, ec2Arn, type PrivateLink } from './model.ts';
import { checkedName, nameService, unnameService } from './private-dns.ts';
import { onTaggedCreation, requestTagContext, specifiedTags } from './tags.ts';
import { configurationView } from './views.ts';

const FILTERS: FilterTable<EndpointService> = {
  'service-name': (service) => [service.name],
  'service-id': (service) => [service.id],
  'service-state': (service) => [service.state],
  'supported-ip-address-types': (service) => service.ipAddressTypes,
};

const ADDRESS_TYPES = ['ipv4', 'ipv6'] as const;

/** Load balancers are checked by the shape of their ARNs; whether they exist is the business of another service. */
const checkArns = (arns: readonly string[] | undefined, kind: 'net' | 'gwy', parameter: string): void => {
  for (const arn of arns ?? []) {
    if (!new RegExp(`^arn:aws:elasticloadbalancing:[a-z0-9-]+:\\d{12}:loadbalancer/${kind}/[^/]+/[^/]+$`).test(arn)) {
      throw ec2Errors.invalidValue(parameter, arn, `Expected arn:aws:elasticloadbalancing:…:loadbalancer/${kind}/….`);
    }
  }
};

const checkRegions = (regions: readonly string[] | undefined): void => {
  for (const region of regions ?? []) {
    if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
      throw ec2Errors.invalidValue('SupportedRegion', region, 'Expected a Region code, e.g. eu-west-1.');
    }
  }
};

/** The actions on endpoint service configurations: the provider's own services. */
export const serviceActions = (world: PrivateLink): Record<string, ActionDefinition> => ({
  CreateVpcEndpointServiceConfiguration: ec2Action<
    CreateVpcEndpointServiceConfigurationRequest,
    CreateVpcEndpointServiceConfigurationResult
  >(world, 'CreateVpcEndpointServiceConfiguration', {
    check: (input) => {
      const networks = input.NetworkLoadBalancerArns ?? [];
      const gateways = input.GatewayLoadBalancerArns ?? [];
      if (networks.length > 0 === gateways.length > 0) {
        throw ec2Errors.invalid(
          'exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member',
        );
      }
      checkArns(networks, 'net', 'NetworkLoadBalancerArn');
      checkArns(gateways, 'gwy', 'GatewayLoadBalancerArn');
      checkRegions(input.SupportedRegions);
      for (const type of input.SupportedIpAddressTypes ?? []) oneOf(type, ADDRESS_TYPES, 'SupportedIpAddressType');
      if (gateways.length > 0 && input.PrivateDnsName !== undefined) {
        throw ec2Errors.combination(
          'PrivateDnsName is for interface endpoint services; this one has Gateway Load Balancers.',
        );
      }
      if (input.PrivateDnsName !== undefined) checkedName(input.PrivateDnsName);
      specifiedTags(input.TagSpecifications, 'vpc-endpoint-service');
    },
    needs: (input, { accountId }) => {
      const arn = ec2Arn(world.region, accountId, 'vpc-endpoint-service', '*');
      const tags = specifiedTags(input.TagSpecifications, 'vpc-endpoint-service');
      const dns = input.PrivateDnsName === undefined ? {} : { 'ec2:VpceServicePrivateDnsName': input.PrivateDnsName };
      return [
        onResource('CreateVpcEndpointServiceConfiguration', arn, { ...requestTagContext(tags), ...dns }),
        ...onTaggedCreation('CreateVpcEndpointServiceConfiguration', arn, tags),
      ];
    },
    run: (input, caller) => {
      const made = once(world, caller, 'CreateVpcEndpointServiceConfiguration', input, () => {
        const id = world.newId('vpce-svc-');
        const networks = input.NetworkLoadBalancerArns ?? [];
        const service: EndpointService = {
          order: world.nextOrder(),
          id,
          name: `com.amazonaws.vpce.${world.region}.${id}`,
          region: world.region,
          owner: caller.accountId,
          state: 'Available',
          acceptanceRequired: input.AcceptanceRequired ?? true,
          kind: networks.length > 0 ? 'Interface' : 'GatewayLoadBalancer',
          loadBalancerArns: [...networks, ...(input.GatewayLoadBalancerArns ?? [])],
          ipAddressTypes: (input.SupportedIpAddressTypes ?? ['ipv4']).map((type) =>
            oneOf(type, ADDRESS_TYPES, 'SupportedIpAddressType'),
          ),
          // Its own region is implied.
          regions: new Map(
            (input.SupportedRegions ?? [])
              .filter((region) => region !== world.region)
              .map((region) => [region, 'Available']),
          ),
          privateDns: undefined,
          permits: new Map(),
          tags: specifiedTags(input.TagSpecifications, 'vpc-endpoint-service'),
        };
        world.services.set(id, service);
        if (input.PrivateDnsName !== undefined) nameService(world, service, input.PrivateDnsName);
        world.cloud.journal.write({ kind: 'state', who: 'ec2', what: `${id} Available` });
        return id;
      });
      const service = world.services.get(made);
      if (service === undefined) throw ec2Errors.unknownService(made);
      return {
        ServiceConfiguration: configurationView(service),
        ...(input.ClientToken === undefined ? {} : { ClientToken: input.ClientToken }),
      };
    },
  }),

  DescribeVpcEndpointServiceConfigurations: ec2Action<
    DescribeVpcEndpointServiceConfigurationsRequest,
    DescribeVpcEndpointServiceConfigurationsResult
  >(world, 'DescribeVpcEndpointServiceConfigurations', {
    needs: () => onEverything('DescribeVpcEndpointServiceConfigurations'),
    run: (input, { accountId }) => {
      const own = [...world.services.values()].filter((service) => service.owner === accountId);
      const wanted = withIds(own, input.ServiceIds, (service) => service.id, ec2Errors.unknownService);
      const found = filtered(wanted, input.Filters, FILTERS, (service) => service.tags);
      const { items, NextToken } = paged(found, input, world.settings.defaultPage);
      return { ServiceConfigurations: items.map(configurationView), NextToken };
    },
  }),

  ModifyVpcEndpointServiceConfiguration: ec2Action<
    ModifyVpcEndpointServiceConfigurationRequest,
    ModifyVpcEndpointServiceConfigurationResult
  >(world, 'ModifyVpcEndpointServiceConfiguration', {
    check: (input) => {
      shaped('vpce-svc', required(input.ServiceId, 'ServiceId'));
      checkArns(input.AddNetworkLoadBalancerArns, 'net', 'AddNetworkLoadBalancerArn');
      checkArns(input.AddGatewayLoadBalancerArns, 'gwy', 'AddGatewayLoadBalancerArn');
      checkRegions([...(input.AddSupportedRegions ?? []), ...(input.RemoveSupportedRegions ?? [])]);
      if (input.RemovePrivateDnsName === true && input.PrivateDnsName !== undefined) {
        throw ec2Errors.combination('PrivateDnsName and RemovePrivateDnsName cannot both be specified.');
      }
      if (input.PrivateDnsName !== undefined) checkedName(input.PrivateDnsName);
    },
    needs: (input, caller) => [
      onService(world, caller, 'ModifyVpcEndpointServiceConfiguration', input.ServiceId ?? ''),
    ],
    run: (input, caller) => {
      const service = requireService(world, caller, input.ServiceId ?? '');
      const change = planChange(world, service, input);
      service.acceptanceRequired = input.AcceptanceRequired ?? service.acceptanceRequired;
      service.loadBalancerArns = change.arns;
      service.ipAddressTypes = change.types;
      if (input.RemovePrivateDnsName === true) unnameService(service);
      if (input.PrivateDnsName !== undefined) nameService(world, service, input.PrivateDnsName);
      for (const region of input.AddSupportedRegions ?? []) {
        if (region !== world.region) service.regions.set(region, 'Available');
      }
      // A region that was taken away stays listed, closed to new endpoints.
      for (const region of input.RemoveSupportedRegions ?? []) service.regions.set(region, 'Closed');
      return { Return: true };
    },
  }),

  DeleteVpcEndpointServiceConfigurations: ec2Action<
    DeleteVpcEndpointServiceConfigurationsRequest,
    DeleteVpcEndpointServiceConfigurationsResult
  >(world, 'DeleteVpcEndpointServiceConfigurations', {
    check: (input) => {
      requiredList(input.ServiceIds, 'ServiceId');
    },
    needs: (input, caller) =>
      (input.ServiceIds ?? []).map((id) => onService(world, caller, 'DeleteVpcEndpointServiceConfigurations', id)),
    run: (input, caller) => ({
      Unsuccessful: (input.ServiceIds ?? []).flatMap((id): UnsuccessfulItem[] => {
        const service = ownService(world, caller, id);
        if (service === undefined || service.state !== 'Available') {
          return [unsuccessful(id, 'InvalidVpcEndpointService.NotFound', ec2Errors.unknownService(id).message)];
        }
        if (hasConnections(world, service)) {
          const { code, message } = ec2Errors.inUse();
          return [unsuccessful(id, code, message)];
        }
        drop(world, service);
        return [];
      }),
    }),
  }),
});

const hasConnections = (world: PrivateLink, service: EndpointService): boolean =>
  [...world.connections.values()].some((connection) => connection.serviceId === service.id && isAttached(connection));

const without = <T>(from: readonly T[], added: readonly T[], removed: readonly string[]): T[] => [
  ...new Set([...from, ...added].filter((item) => !removed.includes(String(item)))),
];

/** Checks the whole change before any of it is made. */
const planChange = (
  world: PrivateLink,
  service: EndpointService,
  input: ModifyVpcEndpointServiceConfigurationRequest,
): { arns: string[]; types: EndpointService['ipAddressTypes'] } => {
  const removedArns = [...(input.RemoveNetworkLoadBalancerArns ?? []), ...(input.RemoveGatewayLoadBalancerArns ?? [])];
  const addedArns = [...(input.AddNetworkLoadBalancerArns ?? []), ...(input.AddGatewayLoadBalancerArns ?? [])];
  if (removedArns.length > 0 && hasConnections(world, service)) throw ec2Errors.inUse();
  const arns = without(service.loadBalancerArns, addedArns, removedArns);
  const foreign = service.kind === 'Interface' ? input.AddGatewayLoadBalancerArns : input.AddNetworkLoadBalancerArns;
  if (foreign !== undefined && foreign.length > 0)
    throw ec2Errors.combination('A service has Network or Gateway Load Balancers, not both.');
  if (arns.length === 0) throw ec2Errors.invalid('A VPC endpoint service must keep at least one load balancer.');
  const types = without(
    service.ipAddressTypes,
    (input.AddSupportedIpAddressTypes ?? []).map((type) => oneOf(type, ADDRESS_TYPES, 'AddSupportedIpAddressType')),
    input.RemoveSupportedIpAddressTypes ?? [],
  );
  if (types.length === 0) throw ec2Errors.invalid('A VPC endpoint service must keep at least one IP address type.');
  for (const region of input.RemoveSupportedRegions ?? []) {
    if (service.regions.get(region) !== 'Available') throw ec2Errors.invalid(`Cannot remove region ${region}`);
  }
  return { arns, types };
};

const drop = (world: PrivateLink, service: EndpointService): void => {
  const { clock, journal } = world.cloud;
  service.state = 'Deleting';
  service.privateDns?.cancel();
  journal.write({ kind: 'state', who: 'ec2', what: `${service.id} Deleting` });
  for (const notification of [...world.notifications.values()]) {
    if ('serviceId' in notification.about && notification.about.serviceId === service.id) {
      world.notifications.delete(notification.id);
    }
  }
  clock.after(world.within(world.settings.timings.serviceDeleting), () => {
    world.services.delete(service.id);
    journal.write({ kind: 'state', who: 'ec2', what: `${service.id} Deleted` });
  });
};
