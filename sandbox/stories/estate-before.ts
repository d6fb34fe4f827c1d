import {
  AcceptVpcEndpointConnectionsCommand,
  CreateTagsCommand,
  CreateVpcEndpointConnectionNotificationCommand,
  CreateVpcEndpointServiceConfigurationCommand,
  ModifyVpcEndpointServicePermissionsCommand,
  paginateDescribeVpcEndpointConnections,
  paginateDescribeVpcEndpointServicePermissions,
} from '@aws-sdk/client-ec2';
import { HOME_REGION, PROVIDER_ACCOUNT } from '../cloud.ts';
import { createEndpointOf } from './endpoint-input.ts';
import type { Stage } from './stage.ts';

/** Whose an endpoint is, as far as the registry will know. */
type Kind = 'customer' | 'shared' | 'unknown';

/** One endpoint of the estate, as it was before anybody thought of the Concierge. */
export interface OldEndpoint {
  readonly endpointId: string;
  readonly account: string;
  readonly kind: Kind;
  /** Nobody has accepted it yet. */
  readonly isPending: boolean;
}

/** One endpoint service of the estate. */
export interface OldService {
  readonly serviceId: string;
  readonly endpoints: readonly OldEndpoint[];
}

/** How many services there are. */
export const SERVICES = 400;
/** How many endpoints are connected to each, in turns: what the story costs is a run for each of them. */
const LIVE = [2, 3] as const;
/** How many customers the registry will name. */
export const CUSTOMERS = 200;
/** How many accounts connected of which nobody knows whose they are. */
const STRANGERS = 25;

/** An account of two customers, both of whom may use every service. */
export const SHARED_ACCOUNT = '400000000000';
export const customerAccount = (customer: number): string => String(100_000_000_000 + customer);
const strangerAccount = (stranger: number): string => String(300_000_000_000 + stranger);

const principalOf = (account: string): string => `arn:aws:iam::${account}:root`;
/** A role of an account that never connected. */
const OLD_ROLE = `arn:aws:iam::500000000000:role/old-integration`;

/** Who is connected to a service, or wants to be: most are customers. */
const ownersOf = (service: number): readonly Omit<OldEndpoint, 'endpointId'>[] => {
  const live = Array.from({ length: LIVE[service % LIVE.length] ?? 0 }, (_, slot) => {
    const number = service * 3 + slot;
    const share = number % 20;
    if (share < 16) return { kind: 'customer', account: customerAccount((number * 7) % CUSTOMERS) } as const;
    if (share < 19) return { kind: 'unknown', account: strangerAccount(number % STRANGERS) } as const;
    return { kind: 'shared', account: SHARED_ACCOUNT } as const;
  });
  const pending =
    service % 10 === 0 ? [{ kind: 'customer', account: customerAccount((service * 11) % CUSTOMERS) } as const] : [];
  const unclear = service % 50 === 5 ? [{ kind: 'shared', account: SHARED_ACCOUNT } as const] : [];
  return [
    ...live.map((owner) => ({ ...owner, isPending: false })),
    ...[...pending, ...unclear].map((owner) => ({ ...owner, isPending: true })),
  ];
};

/** How many endpoints there are of those that are meant. */
export const countOf = (isMeant: (endpoint: Omit<OldEndpoint, 'endpointId'>) => boolean): number =>
  Array.from({ length: SERVICES }, (_, service) => ownersOf(service).filter(isMeant).length).reduce((a, b) => a + b, 0);

/** Creates a service as it was before: who may connect, who does, and whom a person accepted. */
const createService = async (stage: Stage, service: number): Promise<OldService> => {
  const balancer = `arn:aws:elasticloadbalancing:${HOME_REGION}:${PROVIDER_ACCOUNT}:loadbalancer/net/old/${service}`;
  const { ServiceConfiguration } = await stage.onEc2('operator', (ec2) =>
    ec2.send(new CreateVpcEndpointServiceConfigurationCommand({ NetworkLoadBalancerArns: [balancer] })),
  );
  const { ServiceId = '', ServiceName = '' } = ServiceConfiguration ?? {};
  const owners = ownersOf(service);
  const AddAllowedPrincipals = [
    ...new Set(owners.map(({ account }) => principalOf(account))),
    ...(service % 40 === 0 ? ['*'] : []),
    ...(service % 3 === 0 ? [OLD_ROLE] : []),
  ];
  await stage.onEc2('operator', (ec2) =>
    ec2.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, AddAllowedPrincipals })),
  );
  const endpoints: OldEndpoint[] = [];
  for (const owner of owners) {
    const { VpcEndpoint } = await stage.onEc2(owner.account, (ec2) =>
      ec2.send(createEndpointOf(owner.account, ServiceName)),
    );
    endpoints.push({ ...owner, endpointId: VpcEndpoint?.VpcEndpointId ?? '' });
  }
  const VpcEndpointIds = endpoints.flatMap(({ endpointId, isPending }) => (isPending ? [] : [endpointId]));
  await stage.onEc2('operator', (ec2) =>
    ec2.send(new AcceptVpcEndpointConnectionsCommand({ ServiceId, VpcEndpointIds })),
  );
  return { serviceId: ServiceId, endpoints };
};

/** Creates the estate, one service after the other, as years would. */
export const createEstate = async (stage: Stage): Promise<readonly OldService[]> => {
  const services: OldService[] = [];
  for (let service = 0; service < SERVICES; service += 1) services.push(await createService(stage, service));
  return services;
};

/** Puts the tag on every service without which the Concierge may not touch it, and has it notify the intake. */
export const handOver = async (stage: Stage, services: readonly OldService[]): Promise<void> => {
  const Tags = [{ Key: 'privatelink-concierge', Value: 'managed' }];
  const Resources = services.map(({ serviceId }) => serviceId);
  await stage.onEc2('operator', (ec2) => ec2.send(new CreateTagsCommand({ Resources, Tags })));
  const ConnectionNotificationArn = stage.output('IntakeTopicArn');
  const ConnectionEvents = ['Accept', 'Connect', 'Delete', 'Reject'];
  for (const ServiceId of Resources) {
    await stage.onEc2('operator', (ec2) =>
      ec2.send(
        new CreateVpcEndpointConnectionNotificationCommand({ ServiceId, ConnectionNotificationArn, ConnectionEvents }),
      ),
    );
  }
};

/** Everything on EC2 that must not be taken away from anybody, as the provider sees it. */
export interface Seen {
  /** By endpoint: `available`. */
  readonly states: ReadonlyMap<string, string>;
  /** `vpce-svc-… arn:…` for each allowed principal of each service. */
  readonly principals: ReadonlySet<string>;
}

/** Looks at every connection and every allowed principal. */
export const lookAt = async (stage: Stage, services: readonly OldService[]): Promise<Seen> => {
  const states = new Map<string, string>();
  await stage.onEc2('operator', async (client) => {
    for await (const page of paginateDescribeVpcEndpointConnections({ client }, { MaxResults: 1_000 })) {
      for (const { VpcEndpointId = '', VpcEndpointState = '' } of page.VpcEndpointConnections ?? []) {
        states.set(VpcEndpointId, VpcEndpointState);
      }
    }
  });
  const principals = new Set<string>();
  for (const { serviceId: ServiceId } of services) {
    await stage.onEc2('operator', async (client) => {
      for await (const page of paginateDescribeVpcEndpointServicePermissions({ client }, { ServiceId })) {
        for (const { Principal } of page.AllowedPrincipals ?? []) principals.add(`${ServiceId} ${Principal}`);
      }
    });
  }
  return { states, principals };
};

/** What somebody lost or what was turned over since: `vpce-… available -> rejected`. Empty where nobody did anything to anybody. */
export const changesBetween = (before: Seen, after: Seen): readonly string[] => [
  ...[...before.states].flatMap(([id, state]) =>
    after.states.get(id) === state ? [] : [`${id} ${state} -> ${after.states.get(id)}`],
  ),
  ...[...before.principals].flatMap((each) => (after.principals.has(each) ? [] : [`${each} removed`])),
];
