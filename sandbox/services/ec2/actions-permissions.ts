import type {
  AllowedPrincipal,
  DescribeVpcEndpointServicePermissionsRequest,
  DescribeVpcEndpointServicePermissionsResult,
  ModifyVpcEndpointServicePermissionsRequest,
  ModifyVpcEndpointServicePermissionsResult,
} from '@aws-sdk/client-ec2';
import type { ActionDefinition } from '../../cloud.ts';
import { ec2Action, onEverything } from './action.ts';
import { required, shaped } from './checks.ts';
import { type FilterTable, filtered, paged } from './describe.ts';
import { ec2Errors } from './errors.ts';
import { isAttached, reject } from './lifecycle.ts';
import { onService, requireService } from './lookups.ts';
import { type EndpointService, type Permit, type PrivateLink, tagList } from './model.ts';
import { isAllowed, principalType } from './principals.ts';

const FILTERS: FilterTable<Permit> = {
  principal: (permit) => [permit.principal],
  'principal-type': (permit) => [principalType(permit.principal)],
};

const view = (service: EndpointService, permit: Permit): AllowedPrincipal => ({
  PrincipalType: principalType(permit.principal),
  Principal: permit.principal,
  ServicePermissionId: permit.id,
  ServiceId: service.id,
  Tags: tagList(permit.tags),
});

/** The actions on a service's allow list. */
export const permissionActions = (world: PrivateLink): Record<string, ActionDefinition> => ({
  ModifyVpcEndpointServicePermissions: ec2Action<
    ModifyVpcEndpointServicePermissionsRequest,
    ModifyVpcEndpointServicePermissionsResult
  >(world, 'ModifyVpcEndpointServicePermissions', {
    check: (input) => {
      shaped('vpce-svc', required(input.ServiceId, 'ServiceId'));
      const named = [...(input.AddAllowedPrincipals ?? []), ...(input.RemoveAllowedPrincipals ?? [])];
      if (named.length === 0) throw ec2Errors.missing('AddAllowedPrincipals or RemoveAllowedPrincipals');
      for (const principal of named) principalType(principal);
    },
    needs: (input, caller) => [onService(world, caller, 'ModifyVpcEndpointServicePermissions', input.ServiceId ?? '')],
    run: (input, caller) => {
      const service = requireService(world, caller, input.ServiceId ?? '');
      const added = [...new Set(input.AddAllowedPrincipals ?? [])].filter((name) => !service.permits.has(name));
      for (const principal of added) {
        const id = world.newId('vpce-svc-perm-');
        service.permits.set(principal, { order: world.nextOrder(), id, principal, tags: new Map() });
      }
      for (const principal of input.RemoveAllowedPrincipals ?? []) service.permits.delete(principal);
      if (world.settings.uncertain.principalRemoval === 'disconnects') disconnectStrangers(world, service);
      return {
        AddedPrincipals: added.flatMap((name) => {
          const permit = service.permits.get(name);
          if (permit === undefined) return [];
          const { Tags: _tags, ...principal } = view(service, permit);
          return [principal];
        }),
        ReturnValue: true,
      };
    },
  }),

  DescribeVpcEndpointServicePermissions: ec2Action<
    DescribeVpcEndpointServicePermissionsRequest,
    DescribeVpcEndpointServicePermissionsResult
  >(world, 'DescribeVpcEndpointServicePermissions', {
    check: (input) => {
      shaped('vpce-svc', required(input.ServiceId, 'ServiceId'));
    },
    needs: () => onEverything('DescribeVpcEndpointServicePermissions'),
    run: (input, caller) => {
      const service = requireService(world, caller, input.ServiceId ?? '');
      const found = filtered([...service.permits.values()], input.Filters, FILTERS);
      const { items, NextToken } = paged(found, input, world.settings.defaultPage);
      return { AllowedPrincipals: items.map((permit) => view(service, permit)), NextToken };
    },
  }),
});

const disconnectStrangers = (world: PrivateLink, service: EndpointService): void => {
  for (const connection of world.connections.values()) {
    if (connection.serviceId !== service.id || !isAttached(connection)) continue;
    if (!isAllowed(service, connection.requester)) reject(world, connection);
  }
};
