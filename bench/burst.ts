import type { AcceptVpcEndpointConnectionsRequest, CreateVpcEndpointResult } from '@aws-sdk/client-ec2';
import { marshall } from '@aws-sdk/util-dynamodb';
import { registryKey } from '../functions/registry/keys.ts';
import { type Call, OPERATOR } from '../sandbox/cloud.ts';
import { accountPrincipal, type Principal } from '../sandbox/iam/principal.ts';
import { seededRandom } from '../sandbox/random.ts';
import { AwsError } from '../sandbox/services/errors.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../sandbox/simulated.ts';

/** How many requests come at the same moment, and to how many services. */
export interface BurstOptions {
  readonly assembly: string;
  readonly seed: number;
  readonly requests: number;
  readonly services: number;
}

/** What a burst came to. Seconds of virtual time after the requests. */
export interface Burst {
  readonly requests: number;
  /** To how many services requests came. */
  readonly services: number;
  /** How many are accepted in the ledger, and available on EC2. */
  readonly accepted: number;
  readonly lastCall: number;
  /** The least that EC2's bucket allows for one Accept a service. */
  readonly allowed: number;
  readonly allAvailable: number;
  readonly acceptCalls: number;
  /** Calls of EC2 by the stack, and how many of them EC2 turned away. */
  readonly ec2Calls: number;
  readonly throttled: number;
  readonly calls: number;
  /** Of the runs that did not succeed. */
  readonly failures: readonly string[];
}

/** The bucket of Accept. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
const [CAPACITY, REFILL_PER_SECOND] = [10, 1];
/** A call takes so many milliseconds each way. */
const LATENCY = [5, 25] as const;
/** Customers among whom the requests are shared out: each is one account. */
const CUSTOMERS = 50;
const HOUR = 3_600_000;

const accountOf = (customer: number): string => String(200_000_000_000 + customer);
const customerOf = (customer: number): string => `customer-${customer}`;

/** Lets many customers ask at the same moment, and measures until the last of them is connected. EC2's buckets are in force for the provider. */
export const playBurst = async ({ assembly, seed, requests, services }: BurstOptions): Promise<Burst> => {
  const world = await createSimulatedWorld({ assembly, seed, ec2: { throttling: 'provider' } });
  try {
    return await play(world, seededRandom(seed), { requests, services });
  } finally {
    await world.host.close();
  }
};

const play = async (
  world: SimulatedWorld,
  random: ReturnType<typeof seededRandom>,
  { requests, services }: { readonly requests: number; readonly services: number },
): Promise<Burst> => {
  const { clock, cloud, deployment } = world;
  const call = async <T>(
    service: string,
    action: string,
    input: unknown,
    principal: Principal = OPERATOR,
  ): Promise<T> => {
    for (;;) {
      try {
        return (await cloud.invoke({ service, action, input, principal })) as T;
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'RequestLimitExceeded') throw error;
        await clock.sleep(1_000);
      }
    }
  };
  const serviceIds = [deployment.outputs.ServiceIdorders ?? ''];
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => index);
  /** By request: to which service, from which customer. */
  let chosen: readonly string[] = [];
  const prepared = (async () => {
    const registry = deployment.outputs.RegistryTable ?? '';
    const put = (Items: readonly object[]) =>
      Promise.all(Items.map((item) => call('dynamodb', 'PutItem', { TableName: registry, Item: marshall(item) })));
    const topic = deployment.outputs.IntakeTopicArn;
    const { ServiceConfigurations } = await call<{ ServiceConfigurations: { NetworkLoadBalancerArns: string[] }[] }>(
      'ec2',
      'DescribeVpcEndpointServiceConfigurations',
      { ServiceIds: serviceIds },
    );
    const AddAllowedPrincipals = customers.map((each) => `arn:aws:iam::${accountOf(each)}:root`);
    while (serviceIds.length < services) {
      const { ServiceConfiguration } = await call<{ ServiceConfiguration: { ServiceId: string } }>(
        'ec2',
        'CreateVpcEndpointServiceConfiguration',
        {
          AcceptanceRequired: true,
          NetworkLoadBalancerArns: ServiceConfigurations[0]?.NetworkLoadBalancerArns,
          TagSpecifications: [
            { ResourceType: 'vpc-endpoint-service', Tags: [{ Key: 'privatelink-concierge', Value: 'managed' }] },
          ],
        },
      );
      serviceIds.push(ServiceConfiguration.ServiceId);
      await call('ec2', 'CreateVpcEndpointConnectionNotification', {
        ServiceId: ServiceConfiguration.ServiceId,
        ConnectionNotificationArn: topic,
        ConnectionEvents: ['Connect', 'Accept', 'Reject', 'Delete'],
      });
    }
    for (const ServiceId of serviceIds)
      await call('ec2', 'ModifyVpcEndpointServicePermissions', { ServiceId, AddAllowedPrincipals });
    chosen = Array.from({ length: requests }, () => serviceIds[random.between(0, serviceIds.length - 1)] ?? '');
    const customersOf = new Map<string, Set<number>>();
    for (const [index, serviceId] of chosen.entries()) {
      customersOf.set(serviceId, (customersOf.get(serviceId) ?? new Set()).add(index % CUSTOMERS));
    }
    await put(
      customers.map((each) => ({
        ...registryKey.customer(customerOf(each)),
        customerId: customerOf(each),
        name: customerOf(each),
        status: 'active',
      })),
    );
    for (const [serviceId, asking] of customersOf) {
      await put([
        { ...registryKey.service(serviceId), serviceId, origin: 'created' },
        ...[...asking].flatMap((each) => {
          const customerId = customerOf(each);
          return [
            { ...registryKey.match(serviceId, 'account', accountOf(each), customerId), customerId },
            {
              ...registryKey.entitlement(serviceId, customerId),
              serviceId,
              customerId,
              maxEndpoints: 100,
              approval: 'automatic',
            },
          ];
        }),
      ]);
    }
  })();
  let isPrepared = false;
  prepared.then(
    () => {
      isPrepared = true;
    },
    () => {
      isPrepared = true;
    },
  );
  await clock.run(() => isPrepared);
  await prepared;
  // What the registry's change brought is over.
  await clock.run(() => false, clock.now() + HOUR);

  const begun = clock.now();
  let [acceptCalls, ec2Calls, throttled, calls, lastCall] = [0, 0, 0, 0, begun];
  const available = new Map<string, number>();
  const failures: string[] = [];
  world.journal.listen(({ kind, who, what, detail }) => {
    if (kind !== 'state') return;
    const [subject = '', state] = what.split(' ');
    if (who === 'ec2' && state === 'available') available.set(subject, clock.now());
    if (subject === 'execution' && !['RUNNING', 'SUCCEEDED'].includes(state ?? '')) {
      failures.push(`${who.slice(who.lastIndexOf(':') + 1)} ${state} ${JSON.stringify(detail)}`);
    }
  });
  const leave = cloud.intercept(async ({ service, action, principal, input }: Call, next) => {
    if (principal.kind !== 'role') return next();
    calls += 1;
    await clock.sleep(random.between(...LATENCY));
    if (service === 'ec2') ec2Calls += 1;
    try {
      const output = await next();
      if (action === 'AcceptVpcEndpointConnections') {
        const { VpcEndpointIds = [] } = input as AcceptVpcEndpointConnectionsRequest;
        if (VpcEndpointIds.length > 0) lastCall = clock.now();
        acceptCalls += 1;
      }
      return output;
    } catch (error) {
      if (service === 'ec2' && error instanceof AwsError && error.code === 'RequestLimitExceeded') throttled += 1;
      throw error;
    } finally {
      await clock.sleep(random.between(...LATENCY));
    }
  });
  const asking = Promise.all(
    chosen.map((serviceId, index) =>
      call<CreateVpcEndpointResult>(
        'ec2',
        'CreateVpcEndpoint',
        {
          VpcEndpointType: 'Interface',
          ServiceName: `com.amazonaws.vpce.us-west-2.${serviceId}`,
          VpcId: 'vpc-0aaaaaaa',
          SubnetIds: ['subnet-0aaaaaaa'],
        },
        accountPrincipal(accountOf(index % CUSTOMERS)),
      ),
    ),
  );
  await clock.run(() => available.size >= requests, begun + 2 * HOUR);
  const created = await asking;
  await clock.run(() => false, clock.now() + 10 * 60_000);
  leave();
  const decisions = await scan(world, deployment.outputs.LedgerTable ?? '');
  const accepted = new Set(
    decisions.flatMap(({ pk, outcome }) => (outcome?.S === 'accepted' ? [pk?.S?.split('#')[2] ?? ''] : [])),
  );
  const ids = created.map(({ VpcEndpoint }) => VpcEndpoint?.VpcEndpointId ?? '');
  const asked = new Set(chosen).size;
  return {
    requests,
    services: asked,
    accepted: ids.filter((id) => accepted.has(id) && available.has(id)).length,
    lastCall: (lastCall - begun) / 1000,
    allowed: Math.max(0, asked - CAPACITY) / REFILL_PER_SECOND,
    allAvailable: (Math.max(begun, ...available.values()) - begun) / 1000,
    acceptCalls,
    ec2Calls,
    throttled,
    calls,
    failures,
  };
};

interface Page {
  readonly Items: readonly Record<string, { readonly S?: string }>[];
  readonly LastEvaluatedKey?: object;
}

/** Everything in a table, all pages. */
const scan = async ({ cloud }: SimulatedWorld, TableName: string): Promise<Page['Items']> => {
  const items: Page['Items'][number][] = [];
  let ExclusiveStartKey: object | undefined;
  do {
    const input = { TableName, ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }) };
    const page = (await cloud.invoke({ service: 'dynamodb', action: 'Scan', input, principal: OPERATOR })) as Page;
    items.push(...page.Items);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
};
