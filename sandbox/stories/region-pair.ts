import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ledgerKey, registryKey } from '../../functions/registry/keys.ts';
import { HOME_REGION, STANDBY_REGION } from '../cloud.ts';
import { FIRST_VPC } from '../dns/vantages.ts';
import { OTHER_VPC } from '../services/ec2/subnets.ts';
import type { World } from '../world.ts';
import { type Balancer, invoke, makeBalancer, PORT } from './balancer.ts';
import type { Stage } from './stage.ts';

/** The stack of the standby region. */
const STANDBY_STACK = 'PrivateLinkConciergeStandby';
const SERVICE = 'vpce-svc-0f0f0f0f0f0f0f0f0';
const OPERATOR_ARN = 'arn:aws:iam::123456789012:user/operator';
/** Longer than an alarm, Route 53 and every cache take together, in milliseconds. */
const WITHIN = 15 * 60_000;

/** Whose addresses an answer has. */
export type Answered = 'primary' | 'secondary' | 'neither' | 'nobody';

/** How an execution of `update-failover` ended. */
export interface Ended {
  readonly status: string;
  readonly outcome: string;
  readonly because: string;
  /** Of a dry run: how many record sets it would change. */
  readonly planned?: number;
}

/** What a failover came to: seconds of the world's clock since what caused it. */
export interface Flipped {
  /** When a client's answer was the other side's for the first time. */
  readonly answered: number;
  /** Whether it flapped since. */
  readonly isSteady: boolean;
}

/** A service in two regions under one name: a load balancer in each, a private zone, and a record that fails over. */
export class RegionPair {
  readonly name: string;
  readonly recordId: string;
  readonly zoneId: string;
  readonly #world: World;
  readonly #stage: Stage;
  readonly #balancers: Readonly<Record<string, Balancer>>;

  private constructor(
    world: World,
    stage: Stage,
    parts: Pick<RegionPair, 'name' | 'recordId' | 'zoneId'> & {
      readonly balancers: Readonly<Record<string, Balancer>>;
    },
  ) {
    this.#world = world;
    this.#stage = stage;
    this.name = parts.name;
    this.recordId = parts.recordId;
    this.zoneId = parts.zoneId;
    this.#balancers = parts.balancers;
  }

  /** Makes all of it but the record. @param recordId - lower-case letters and hyphens, of its own for each pair. */
  static async make(world: World, stage: Stage, recordId: string): Promise<RegionPair> {
    const balancers: Record<string, Balancer> = {};
    for (const region of [HOME_REGION, STANDBY_REGION]) balancers[region] = await makeBalancer(world, region, recordId);
    const domain = `${recordId}.example.internal`;
    const { HostedZone } = (await invoke(world, HOME_REGION, 'route53', 'CreateHostedZone', {
      Name: domain,
      CallerReference: recordId,
      VPC: { VPCRegion: HOME_REGION, VPCId: FIRST_VPC },
    })) as { HostedZone: { Id: string } };
    const zoneId = HostedZone.Id.replace('/hostedzone/', '');
    // In the other region nobody sees the zone otherwise, we among them.
    await invoke(world, HOME_REGION, 'route53', 'AssociateVPCWithHostedZone', {
      HostedZoneId: zoneId,
      VPC: { VPCRegion: STANDBY_REGION, VPCId: OTHER_VPC },
    });
    const pair = new RegionPair(world, stage, {
      name: `db.${domain}`,
      recordId,
      zoneId,
      balancers,
    });
    pair.makePrimary('well');
    await invoke(world, HOME_REGION, 'monitoring', 'PutMetricAlarm', {
      AlarmName: pair.alarm,
      Namespace: 'Orders',
      MetricName: 'Availability',
      Dimensions: [{ Name: 'record', Value: recordId }],
      Statistic: 'Minimum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'missing',
    });
    for (const region of [HOME_REGION, STANDBY_REGION]) {
      await stage.until(`a healthy target in ${region}`, () => pair.#isServing(region));
    }
    await pair.putLedger({ ...ledgerKey.modes(SERVICE), modes: { dns: 'enforce' }, version: 1, serviceId: SERVICE });
    return pair;
  }

  /** The alarm that says whether the primary is well. */
  get alarm(): string {
    return `${this.recordId}-is-ill`;
  }

  /** The entry of a record that fails over from the home region to the other. */
  failoverEntry(more: object = {}): object {
    return {
      recordId: this.recordId,
      serviceId: SERVICE,
      zoneId: this.zoneId,
      name: this.name,
      type: 'A',
      client: { side: 'provider' },
      seenFrom: 'vpc',
      routing: {
        kind: 'failover',
        primary: this.alias(HOME_REGION),
        secondary: this.alias(STANDBY_REGION),
        health: { name: this.alarm, region: HOME_REGION },
        ...more,
      },
    };
  }

  /** An alias to the load balancer of a region. */
  alias(region: string): object {
    const { dnsName, zoneId } = this.#of(region);
    return { kind: 'alias', dnsName, zoneId };
  }

  /** The load balancer of a region. */
  loadBalancerOf(region: string): string {
    return this.#of(region).loadBalancerArn;
  }

  /** The target group of a region's load balancer. */
  targetGroupOf(region: string): string {
    return this.#of(region).targetGroupArn;
  }

  /** Puts a record's entry into the standby region's registry. */
  async put(entry: object): Promise<void> {
    await this.#putItem('RegistryTable', { ...registryKey.record(this.recordId), ...entry });
  }

  /** Puts the entry of another record of the same zone. */
  async putOther(recordId: string, entry: object): Promise<void> {
    await this.#putItem('RegistryTable', { ...registryKey.record(recordId), ...entry });
  }

  /** Puts an item into the standby region's ledger. */
  async putLedger(item: object): Promise<void> {
    await this.#putItem('LedgerTable', item);
  }

  /** What the ledger knows of the record. */
  async state(): Promise<Readonly<Record<string, unknown>>> {
    const { Item } = (await invoke(this.#world, STANDBY_REGION, 'dynamodb', 'GetItem', {
      TableName: this.#output('LedgerTable'),
      Key: marshall(ledgerKey.record(this.recordId)),
    })) as { Item?: Parameters<typeof unmarshall>[0] };
    return Item === undefined ? {} : unmarshall(Item);
  }

  /** Starts `update-failover` and waits for its end. */
  async run(action: string, more: object = {}): Promise<Ended> {
    return this.#ended(await this.start(action, more));
  }

  /** Brings the record in line, and says `armed` where it is: by this run, or by one of the watch's just before. */
  async arm(): Promise<Ended> {
    const ended = await this.run('converge');
    const { armedAt } = await this.state();
    return ended.outcome === 'converged' && armedAt !== undefined ? { ...ended, outcome: 'armed' } : ended;
  }

  /** Starts `update-failover`. @returns the execution's ARN. */
  async start(action: string, more: object = {}): Promise<string> {
    const isOrder = ['failover', 'failback', 'shift'].includes(action);
    const who = isOrder ? { by: OPERATOR_ARN, reason: 'the story wants it' } : {};
    const { executionArn } = (await invoke(this.#world, STANDBY_REGION, 'states', 'StartExecution', {
      stateMachineArn: this.#output('UpdateFailoverArn'),
      input: JSON.stringify({ recordId: this.recordId, action, ...who, ...more }),
    })) as { executionArn: string };
    return executionArn;
  }

  /** Waits until a run has ended. */
  async endOf(executionArn: string): Promise<Ended> {
    return this.#ended(executionArn);
  }

  /** Whether the primary serves, as its alarm's metric has it: every minute from now on. */
  makePrimary(state: 'well' | 'ill' | 'silent'): void {
    const value = { well: 1, ill: 0, silent: undefined }[state];
    this.#world.regions.get(HOME_REGION).metrics.hold(['Orders', 'Availability', { record: this.recordId }], value);
  }

  /** What a client in the home region's VPC gets now. @param resolver - whom it asks. */
  addresses(resolver: string = FIRST_VPC): readonly string[] {
    const answer = this.#world.dns.resolve(this.name, 'A', resolver);
    return answer.code === 'NOERROR' ? answer.records.map(({ address }) => address) : [];
  }

  /** Whose answers so many clients get, each by a resolver that has nothing in its cache. */
  askedByMany(clients: number): readonly Answered[] {
    return Array.from({ length: clients }, (_, index) => {
      const resolver = `10.0.${100 + Math.floor(index / 250)}.${index % 250}`;
      this.#world.dns.vantages.define(resolver, FIRST_VPC);
      return this.answered(resolver);
    });
  }

  /** Whose answer that is. */
  answered(resolver: string = FIRST_VPC): Answered {
    const of = (region: string): readonly string[] => {
      const answer = this.#world.dns.resolve(this.#of(region).dnsName, 'A', FIRST_VPC);
      return answer.code === 'NOERROR' ? answer.records.map(({ address }) => address) : [];
    };
    const answer = this.addresses(resolver);
    if (answer.length === 0) return 'nobody';
    const isOf = (region: string): boolean => answer.every((address) => of(region).includes(address));
    if (isOf(HOME_REGION)) return 'primary';
    return isOf(STANDBY_REGION) ? 'secondary' : 'neither';
  }

  /** Waits until a client's answer is a side's, and looks on for a while whether it stays. */
  async untilAnswered(side: 'primary' | 'secondary', watched = 5 * 60_000): Promise<Flipped> {
    const { clock } = this.#world;
    const begun = clock.now();
    while (this.answered() !== side) {
      if (clock.now() - begun > WITHIN) throw new Error(`nothing came of: the answer is the ${side}'s`);
      await clock.sleep(1_000);
    }
    const at = clock.now();
    let isSteady = true;
    while (clock.now() - at < watched) {
      await clock.sleep(5_000);
      if (this.answered() !== side) isSteady = false;
    }
    return { answered: Math.round((at - begun) / 1_000), isSteady };
  }

  /** The record sets of its zone as the API lists them. */
  async sets(): Promise<readonly { readonly Name: string; readonly Type: string }[]> {
    const { ResourceRecordSets } = (await invoke(this.#world, HOME_REGION, 'route53', 'ListResourceRecordSets', {
      HostedZoneId: this.zoneId,
    })) as { ResourceRecordSets: readonly { Name: string; Type: string }[] };
    return ResourceRecordSets;
  }

  /** The first value of its record set of a type; undefined where there is none. */
  async valueOf(type: string): Promise<string | undefined> {
    const found = (await this.sets()).find(({ Name, Type }) => Type === type && Name === `${this.name}.`);
    return (found as { ResourceRecords?: readonly { Value: string }[] } | undefined)?.ResourceRecords?.[0]?.Value;
  }

  /** Somebody deletes the TXT record that says whose it is. */
  async takeMarkAway(): Promise<void> {
    const mark = (await this.sets()).find(({ Type }) => Type === 'TXT');
    await invoke(this.#world, HOME_REGION, 'route53', 'ChangeResourceRecordSets', {
      HostedZoneId: this.zoneId,
      ChangeBatch: { Changes: [{ Action: 'DELETE', ResourceRecordSet: mark }] },
    });
  }

  /** How many health checks of the Concierge's this record has. */
  async healthChecks(): Promise<number> {
    const { HealthChecks } = (await invoke(this.#world, HOME_REGION, 'route53', 'ListHealthChecks', {})) as {
      HealthChecks: readonly {
        Id: string;
        HealthCheckConfig: { AlarmIdentifier?: { Name: string }; ChildHealthChecks?: readonly string[] };
      }[];
    };
    const names = [this.alarm, `${STANDBY_STACK}-latch-${this.recordId}`];
    const children = HealthChecks.filter(({ HealthCheckConfig: { AlarmIdentifier } }) =>
      names.includes(AlarmIdentifier?.Name ?? ''),
    );
    const ids = children.map(({ Id }) => Id);
    const parents = HealthChecks.filter(({ HealthCheckConfig: { ChildHealthChecks = [] } }) =>
      ChildHealthChecks.some((id) => ids.includes(id)),
    );
    return children.length + parents.length;
  }

  /** Somebody deletes an entry, as if there were no command. */
  async deleteEntry(recordId: string): Promise<void> {
    await invoke(this.#world, STANDBY_REGION, 'dynamodb', 'DeleteItem', {
      TableName: this.#output('RegistryTable'),
      Key: marshall(registryKey.record(recordId)),
    });
  }

  /** Somebody else writes a record set into the zone. */
  async writeByHand(ResourceRecordSet: object): Promise<void> {
    await invoke(this.#world, HOME_REGION, 'route53', 'ChangeResourceRecordSets', {
      HostedZoneId: this.zoneId,
      ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet }] },
    });
  }

  /** Somebody else registers a target with the load balancer of a region, or deregisters one. */
  async target(region: string, action: 'RegisterTargets' | 'DeregisterTargets', address: string): Promise<void> {
    await invoke(this.#world, region, 'elasticloadbalancing', action, {
      TargetGroupArn: this.#of(region).targetGroupArn,
      Targets: [{ Id: address, Port: PORT }],
    });
  }

  /** Every target of a region's load balancer goes, or those that went come back. */
  async targets(region: string, action: 'RegisterTargets' | 'DeregisterTargets'): Promise<void> {
    await this.target(region, action, this.#of(region).target);
  }

  /** Tells the bus of the home region what a run of `refresh-targets` tells. */
  async tellRefreshed(region: string): Promise<void> {
    await invoke(this.#world, HOME_REGION, 'events', 'PutEvents', {
      Entries: [
        {
          EventBusName: this.#stage.output('EventBusName'),
          Source: 'privatelink-concierge',
          DetailType: 'Targets Refreshed',
          Detail: JSON.stringify({ targetGroupArn: this.#of(region).targetGroupArn }),
        },
      ],
    });
  }

  async #putItem(table: string, item: object): Promise<void> {
    await invoke(this.#world, STANDBY_REGION, 'dynamodb', 'PutItem', {
      TableName: this.#output(table),
      Item: marshall(item),
    });
  }

  async #ended(executionArn: string): Promise<Ended> {
    return this.#stage.until(`the end of ${executionArn}`, async () => {
      const found = (await invoke(this.#world, STANDBY_REGION, 'states', 'DescribeExecution', { executionArn })) as {
        status: string;
        output?: string;
        error?: string;
        cause?: string;
      };
      if (found.status === 'RUNNING') return undefined;
      const {
        outcome = found.error ?? '',
        because = found.cause ?? '',
        zone,
      } = JSON.parse(found.output ?? '{}') as {
        outcome?: string;
        because?: string;
        zone?: { readonly plan: { readonly changes?: readonly unknown[] } };
      };
      const planned = zone === undefined ? {} : { planned: zone.plan.changes?.length ?? 0 };
      return { status: found.status, outcome, because, ...planned };
    });
  }

  async #isServing(region: string): Promise<true | undefined> {
    const { TargetHealthDescriptions } = (await invoke(
      this.#world,
      region,
      'elasticloadbalancing',
      'DescribeTargetHealth',
      { TargetGroupArn: this.#of(region).targetGroupArn },
    )) as { TargetHealthDescriptions: readonly { TargetHealth: { State: string } }[] };
    return TargetHealthDescriptions.some(({ TargetHealth }) => TargetHealth.State === 'healthy') ? true : undefined;
  }

  #of(region: string): Balancer {
    const found = this.#balancers[region];
    if (found === undefined) throw new Error(`${this.recordId} is not in ${region}.`);
    return found;
  }

  #output(name: string): string {
    const value = this.#world.deployments.get(STANDBY_STACK)?.outputs[name];
    if (value === undefined) throw new Error(`The standby region's stack is not there, or has no output ${name}.`);
    return value;
  }
}
