import type { CreateVpcEndpointResult } from '@aws-sdk/client-ec2';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type Key, registryKey } from '../../functions/registry/keys.ts';
import { OPERATOR } from '../cloud.ts';
import { accountPrincipal, type Principal } from '../iam/principal.ts';
import { seededRandom } from '../random.ts';
import { AwsError } from '../services/errors.ts';
import type { World } from '../world.ts';

/** What it came to that many asked at once. Seconds of the world's clock after they did. */
export interface CrowdResult {
  readonly requests: number;
  /** Endpoints that EC2 shows as available. */
  readonly available: number;
  /** When the last Accept was made. */
  readonly lastAccept: number;
  /** When the last endpoint was available. */
  readonly lastAvailable: number;
  readonly acceptCalls: number;
  /** Calls of EC2 by the stack, and how many of them EC2 turned away. */
  readonly ec2Calls: number;
  readonly throttled: number;
}

/** A call of the stack takes so many milliseconds each way. */
const LATENCY = [5, 25] as const;
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** BatchWriteItem takes so many. */
const BATCH = 25;

/** Many services, and many customers who ask at the same moment, each from an account of its own. */
export class Crowd {
  readonly #world: World;
  readonly #number: number;

  /** @param number - tells crowds of one world apart. */
  constructor(world: World, number: number) {
    this.#world = world;
    this.#number = number;
  }

  /** What the ids of its customers begin with. */
  get prefix(): string {
    return `crowd-${this.#number}-`;
  }

  /**
   * Creates endpoint services beside one that there is, with its load balancer and its notices, and enters them as the Concierge's own.
   *
   * @returns their ids, after that of the first.
   */
  async services(first: string, count: number): Promise<readonly string[]> {
    const described = await this.#call<{ ServiceConfigurations: readonly [{ NetworkLoadBalancerArns: string[] }] }>(
      'ec2',
      'DescribeVpcEndpointServiceConfigurations',
      { ServiceIds: [first] },
    );
    const [{ NetworkLoadBalancerArns }] = described.ServiceConfigurations;
    const ids = [first];
    while (ids.length < count) {
      const { ServiceConfiguration } = await this.#call<{ ServiceConfiguration: { ServiceId: string } }>(
        'ec2',
        'CreateVpcEndpointServiceConfiguration',
        {
          AcceptanceRequired: true,
          NetworkLoadBalancerArns,
          TagSpecifications: [
            { ResourceType: 'vpc-endpoint-service', Tags: [{ Key: 'privatelink-concierge', Value: 'managed' }] },
          ],
        },
      );
      const { ServiceId } = ServiceConfiguration;
      await this.#call('ec2', 'CreateVpcEndpointConnectionNotification', {
        ServiceId,
        ConnectionNotificationArn: this.#world.deployment.outputs.IntakeTopicArn,
        ConnectionEvents: ['Connect', 'Accept', 'Reject', 'Delete'],
      });
      ids.push(ServiceId);
    }
    await this.#enter(ids.map((serviceId) => [registryKey.service(serviceId), { serviceId, origin: 'created' }]));
    return ids;
  }

  /** Enters a customer for each of these services, the same one several times: each may have one endpoint. @returns their accounts. */
  async customers(serviceIds: readonly string[]): Promise<readonly string[]> {
    const accounts = serviceIds.map((_, index) => String(700_000_000_000 + this.#number * 1_000_000 + index));
    await this.#enter(
      serviceIds.flatMap((serviceId, index): readonly (readonly [Key, object])[] => {
        const [customerId, account] = [`${this.prefix}${index}`, accounts[index] ?? ''];
        return [
          [registryKey.customer(customerId), { customerId, name: customerId, status: 'active' }],
          [registryKey.match(serviceId, 'account', account, customerId), { customerId }],
          [
            registryKey.entitlement(serviceId, customerId),
            { serviceId, customerId, maxEndpoints: 1, approval: 'automatic' },
          ],
        ];
      }),
    );
    return accounts;
  }

  /** Whether each service allows as many principals as it is to have. */
  async arePrincipalsThere(serviceIds: readonly string[]): Promise<boolean> {
    const wanted = new Map<string, number>();
    for (const each of serviceIds) wanted.set(each, (wanted.get(each) ?? 0) + 1);
    for (const [ServiceId, count] of wanted) {
      let found = 0;
      let NextToken: string | undefined;
      do {
        const page = await this.#call<{ AllowedPrincipals?: readonly object[]; NextToken?: string }>(
          'ec2',
          'DescribeVpcEndpointServicePermissions',
          { ServiceId, ...(NextToken === undefined ? {} : { NextToken }) },
        );
        found += page.AllowedPrincipals?.length ?? 0;
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      if (found < count) return false;
    }
    return true;
  }

  /** All ask at once, each one service, and are watched until the last is connected, or for two hours. */
  async ask(serviceIds: readonly string[], accounts: readonly string[]): Promise<CrowdResult> {
    const { clock, cloud, journal } = this.#world;
    const random = seededRandom(this.#number);
    const begun = clock.now();
    let [acceptCalls, ec2Calls, throttled, lastAccept, lastAvailable] = [0, 0, 0, begun, begun];
    const available = new Set<string>();
    const leave = cloud.intercept(async ({ service, action, principal }, next) => {
      if (principal.kind !== 'role') return next();
      await clock.sleep(random.between(...LATENCY));
      if (service === 'ec2') ec2Calls += 1;
      try {
        const output = await next();
        if (action === 'AcceptVpcEndpointConnections') {
          acceptCalls += 1;
          lastAccept = clock.now();
        }
        return output;
      } catch (error) {
        if (service === 'ec2' && error instanceof AwsError && error.code === 'RequestLimitExceeded') throttled += 1;
        throw error;
      } finally {
        await clock.sleep(random.between(...LATENCY));
      }
    });
    const stopListening = journal.listen(({ kind, who, what }) => {
      const [subject = '', state] = what.split(' ');
      if (kind !== 'state' || who !== 'ec2' || state !== 'available') return;
      available.add(subject);
      lastAvailable = clock.now();
    });
    const asked = await Promise.all(
      serviceIds.map((serviceId, index) =>
        this.#call<CreateVpcEndpointResult>(
          'ec2',
          'CreateVpcEndpoint',
          {
            VpcEndpointType: 'Interface',
            ServiceName: `com.amazonaws.vpce.us-west-2.${serviceId}`,
            VpcId: 'vpc-0c0ffee0',
            SubnetIds: ['subnet-0c0ffee0'],
          },
          accountPrincipal(accounts[index] ?? ''),
        ),
      ),
    );
    const ids = asked.map(({ VpcEndpoint }) => VpcEndpoint?.VpcEndpointId ?? '');
    while (!ids.every((id) => available.has(id)) && clock.now() < begun + 2 * HOUR) await clock.sleep(SECOND);
    // What comes after: records, events, and the notices of our own answers.
    await clock.sleep(120 * SECOND);
    leave();
    stopListening();
    const after = (moment: number): number => Math.round((moment - begun) / SECOND);
    return {
      requests: ids.length,
      available: ids.filter((id) => available.has(id)).length,
      lastAccept: after(lastAccept),
      lastAvailable: after(lastAvailable),
      acceptCalls,
      ec2Calls,
      throttled,
    };
  }

  async #enter(entries: readonly (readonly [Key, object])[]): Promise<void> {
    const table = this.#world.deployment.outputs.RegistryTable ?? '';
    for (let start = 0; start < entries.length; start += BATCH) {
      const puts = entries.slice(start, start + BATCH).map(([key, entry]) => ({
        PutRequest: { Item: marshall({ ...key, ...entry }) },
      }));
      await this.#call('dynamodb', 'BatchWriteItem', { RequestItems: { [table]: puts } });
    }
  }

  /** A call that EC2 turns away is made again a second later. */
  async #call<T = unknown>(
    service: string,
    action: string,
    input: unknown,
    principal: Principal = OPERATOR,
  ): Promise<T> {
    for (;;) {
      try {
        return (await this.#world.cloud.invoke({ service, action, input, principal })) as T;
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'RequestLimitExceeded') throw error;
        await this.#world.clock.sleep(SECOND);
      }
    }
  }
}
