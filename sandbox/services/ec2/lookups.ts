import type { Permission } from '../../cloud.ts';
import { type Caller, onResource, tagContext } from './action.ts';
import { canonical } from './checks.ts';
import { ec2Errors } from './errors.ts';
import { type Connection, type EndpointService, ec2Arn, type PrivateLink } from './model.ts';

/** The caller's own service; nobody else's exists for it. */
export const ownService = (world: PrivateLink, caller: Caller, id: string): EndpointService | undefined => {
  const service = world.services.get(id);
  return service?.owner === caller.accountId ? service : undefined;
};

/**
 * The caller's own service, in working order.
 *
 * @throws AwsError `InvalidVpcEndpointServiceId.NotFound`, for another account's service as well.
 */
export const requireService = (world: PrivateLink, caller: Caller, id: string): EndpointService => {
  const service = ownService(world, caller, id);
  if (service === undefined || service.state !== 'Available') throw ec2Errors.unknownService(id);
  return service;
};

/** The permission of an action on a service, with the condition keys of the service's tags. */
export const onService = (world: PrivateLink, caller: Caller, action: string, id: string): Permission =>
  onResource(
    action,
    ec2Arn(world.region, caller.accountId, 'vpc-endpoint-service', id),
    tagContext(ownService(world, caller, id)?.tags),
  );

/** The connections to the services of all regions: among them are the endpoints of this one. */
export const everyConnection = (world: PrivateLink): readonly Connection[] =>
  world.everywhere.flatMap(({ connections }) => [...connections.values()]);

/** A connection by its endpoint's id, and the EC2 of its service, which moves it. */
export const findConnection = (
  world: PrivateLink,
  id: string,
): { readonly home: PrivateLink; readonly connection: Connection } | undefined => {
  for (const home of world.everywhere) {
    const connection = home.connections.get(id);
    if (connection !== undefined) return { home, connection };
  }
  return undefined;
};

/** The permission of an action on an endpoint, with the condition keys of the endpoint's tags. */
export const onEndpoint = (world: PrivateLink, caller: Caller, action: string, id: string): Permission => {
  const connection = findConnection(world, id)?.connection;
  const own = connection?.owner === caller.accountId ? connection : undefined;
  return onResource(action, ec2Arn(world.region, caller.accountId, 'vpc-endpoint', id), {
    ...tagContext(own?.tags),
    ...(own === undefined ? {} : { 'ec2:VpceServiceName': own.serviceName }),
  });
};

/**
 * Makes something once for each client token, account, region and action.
 * See https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 *
 * @returns the id of what was made, now or earlier.
 * @throws AwsError `IdempotentParameterMismatch` where the token came with another request before.
 */
export const once = (
  world: PrivateLink,
  caller: Caller,
  action: string,
  input: { readonly ClientToken?: string | undefined },
  make: () => string,
): string => {
  if (input.ClientToken === undefined || input.ClientToken === '') return make();
  const key = [caller.accountId, caller.region, action, input.ClientToken].join(' ');
  const request = canonical(input);
  const before = world.made.get(key);
  if (before === undefined) {
    const id = make();
    world.made.set(key, { request, id });
    return id;
  }
  if (before.request !== request) throw ec2Errors.tokenReused(input.ClientToken);
  return before.id;
};
