import type { CreateVpcEndpointRequest } from '@aws-sdk/client-ec2';
import type { Permission } from '../../cloud.ts';
import { type Caller, onResource } from './action.ts';
import { oneOf, required, shaped } from './checks.ts';
import { ec2Errors } from './errors.ts';
import { begin } from './lifecycle.ts';
import { type EndpointService, ec2Arn, type PrivateLink } from './model.ts';
import { isAllowed } from './principals.ts';
import { verifiedName } from './private-dns.ts';
import { onTaggedCreation, requestTagContext, specifiedTags } from './tags.ts';

const FULL_ACCESS = JSON.stringify({
  Statement: [{ Action: '*', Effect: 'Allow', Principal: '*', Resource: '*' }],
});

const ADDRESS_TYPES = ['ipv4', 'ipv6', 'dualstack'] as const;

/** The faults of a CreateVpcEndpoint request that show without looking anything up. VPC ids are checked by shape only. */
export const checkCreation = (input: CreateVpcEndpointRequest): void => {
  shaped('vpc', required(input.VpcId, 'VpcId'));
  required(input.ServiceName, 'ServiceName');
  for (const id of input.SubnetIds ?? []) shaped('subnet', id);
  for (const id of input.SecurityGroupIds ?? []) shaped('sg', id);
  if (input.IpAddressType !== undefined) oneOf(input.IpAddressType, ADDRESS_TYPES, 'IpAddressType');
  specifiedTags(input.TagSpecifications, 'vpc-endpoint');
};

/**
 * What IAM is asked: the endpoint to be made, the VPC, and the subnets and groups that are named.
 * See https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export const creationNeeds = (
  world: PrivateLink,
  input: CreateVpcEndpointRequest,
  { accountId, region }: Caller,
): readonly Permission[] => {
  const tags = specifiedTags(input.TagSpecifications, 'vpc-endpoint');
  const service = byName(world, input.ServiceName)?.service;
  const arn = (type: string, id: string): string => ec2Arn(region, accountId, type, id);
  const on = (type: string, id: string): Permission => onResource('CreateVpcEndpoint', arn(type, id));
  return [
    onResource('CreateVpcEndpoint', arn('vpc-endpoint', '*'), {
      ...requestTagContext(tags),
      'ec2:VpceServiceName': input.ServiceName ?? '',
      ...(service === undefined ? {} : { 'ec2:VpceServiceOwner': service.owner }),
    }),
    on('vpc', input.VpcId ?? ''),
    ...(input.SubnetIds ?? []).map((id) => on('subnet', id)),
    ...(input.SecurityGroupIds ?? []).map((id) => on('security-group', id)),
    ...onTaggedCreation('CreateVpcEndpoint', arn('vpc-endpoint', '*'), tags),
  ];
};

/** A service and the EC2 that it belongs to. */
interface Found {
  readonly home: PrivateLink;
  readonly service: EndpointService;
}

const byName = (world: PrivateLink, name: string | undefined): Found | undefined => {
  for (const home of world.everywhere) {
    const service = [...home.services.values()].find((one) => one.name === name);
    if (service !== undefined) return { home, service };
  }
  return undefined;
};

/**
 * The service that the caller may connect to, from its region.
 *
 * @throws AwsError `InvalidServiceName`, the same for a service that does not exist, one that the caller is not allowed
 * to see, and one that is not offered in the caller's region.
 */
const reachable = (world: PrivateLink, input: CreateVpcEndpointRequest, caller: Caller): Found => {
  const name = input.ServiceName ?? '';
  const found = byName(world, name);
  const wanted = input.ServiceRegion ?? caller.region;
  const service = found?.service;
  if (
    found === undefined ||
    service === undefined ||
    service.state !== 'Available' ||
    wanted !== service.region ||
    (caller.region !== service.region && service.regions.get(caller.region) !== 'Available') ||
    !isAllowed(service, caller.principal)
  ) {
    throw ec2Errors.unknownServiceName(name);
  }
  return found;
};

/**
 * Makes the endpoint, and with it the connection.
 *
 * @returns its id.
 */
export const make = (world: PrivateLink, input: CreateVpcEndpointRequest, caller: Caller): string => {
  const { home, service } = reachable(world, input, caller);
  world.cloud.in(home.region); // it must answer
  const type = input.VpcEndpointType ?? 'Gateway';
  if (type !== service.kind) {
    throw ec2Errors.invalid(`Endpoint type (${type}) does not match available service types ([${service.kind}]).`);
  }
  if (type !== 'Interface') throw ec2Errors.notModelled(`VPC endpoints of type ${type}, only Interface endpoints`);
  const privateName = input.PrivateDnsEnabled === true ? verifiedName(service) : undefined;
  const ipAddressType = input.IpAddressType ?? (service.ipAddressTypes.includes('ipv4') ? 'ipv4' : 'ipv6');
  const wanted = ipAddressType === 'dualstack' ? (['ipv4', 'ipv6'] as const) : [ipAddressType];
  if (!wanted.every((one) => service.ipAddressTypes.some((offered) => offered === one))) {
    throw ec2Errors.invalid(`The service ${service.name} does not support the IP address type ${ipAddressType}.`);
  }
  const id = world.newId('vpce-');
  begin(home, {
    order: world.nextOrder(),
    id,
    connectionId: world.newId('vpce-con-'),
    serviceId: service.id,
    serviceName: service.name,
    serviceRegion: service.region,
    owner: caller.accountId,
    requester: caller.principal,
    region: caller.region,
    vpcId: input.VpcId ?? '',
    subnetIds: [...(input.SubnetIds ?? [])],
    groupIds: [...(input.SecurityGroupIds ?? [])],
    networkInterfaceIds: (input.SubnetIds ?? []).map(() => world.newId('eni-')),
    ipAddressType,
    privateName,
    policyDocument: input.PolicyDocument ?? FULL_ACCESS,
    dnsName: `${id}-${world.cloud.random.hex(8)}.${service.id}.${service.region}.vpce.amazonaws.com`,
    createdAt: world.cloud.clock.now(),
    state: service.acceptanceRequired ? 'pendingAcceptance' : 'pending',
    history: [],
    cancel: () => undefined,
    tags: specifiedTags(input.TagSpecifications, 'vpc-endpoint'),
    connectionTags: new Map(),
  });
  return id;
};
