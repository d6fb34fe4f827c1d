import { marshall } from '@aws-sdk/util-dynamodb';
import { ALL_SERVICES, CURRENT, ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { HOME_REGION, OPERATOR, STANDBY_REGION } from '../../cloud.ts';
import { FIRST_VPC } from '../../dns/vantages.ts';
import { OTHER_VPC } from '../../services/ec2/subnets.ts';
import { AwsError } from '../../services/errors.ts';
import type { SimulatedWorld } from '../../simulated.ts';
import { type Balancer, makeBalancer, PORT } from '../../stories/balancer.ts';
import type { Mark, Watch } from '../watch.ts';
import type { Pair, Pairs, PairsDeed, Side, Wellness } from './pairs.ts';

/** The stack of the standby region. */
const STANDBY_STACK = 'PrivateLinkConciergeStandby';
const METRIC = ['Orders', 'Availability'] as const;
/** Regions by the side that is there. */
export const REGION_OF: Readonly<Record<Side, string>> = { primary: HOME_REGION, secondary: STANDBY_REGION };
export const SIDES = ['primary', 'secondary'] as const satisfies readonly Side[];

/** A load balancer of a side, with the addresses of its targets, the one that serves now last. */
interface SideBalancer extends Balancer {
  readonly targets: string[];
}

/** How a primary was from a mark on. */
export interface WasSo extends Mark {
  readonly pair: string;
  readonly is: Wellness;
}

/** What a side has from a mark on: somebody who serves, or nobody. */
export interface SideChange extends Mark {
  readonly pair: string;
  readonly side: Side;
  readonly isAlive: boolean;
}

/** What an operator set of the standby region, from a mark on. */
export interface DnsTruth extends Mark {
  readonly modes: ReadonlyMap<string, 'observe' | 'propose' | 'enforce'>;
  readonly isPaused: boolean;
}

/** Who makes what names lead to, their zones and their alarms, and enters their records. */
export class PairsKeeper {
  readonly wellness: WasSo[] = [];
  readonly sides: SideChange[] = [];
  readonly truths: DnsTruth[];
  readonly #world: SimulatedWorld;
  readonly #watch: Watch;
  readonly #pairs: Pairs;
  readonly #idOf: (service: string) => string;
  readonly #zones = new Map<string, string>();
  readonly #balancers = new Map<string, SideBalancer>();
  readonly #versions = new Map<string, number>();
  /** When targets were taken away, by pair, side and address. */
  readonly #gone = new Map<string, number>();
  #moved = 10;

  /** @param idOf - a service's id, by its name. */
  constructor(world: SimulatedWorld, watch: Watch, pairs: Pairs, idOf: (service: string) => string) {
    this.#world = world;
    this.#watch = watch;
    this.#pairs = pairs;
    this.#idOf = idOf;
    this.truths = [{ ...watch.mark(), modes: new Map(), isPaused: false }];
  }

  /** A pair, by its name. @throws Error where there is none */
  pairOf(name: string): Pair {
    const found = this.#pairs.pairs.find((pair) => pair.name === name);
    if (found === undefined) throw new Error(`There is no pair ${name} in this world.`);
    return found;
  }

  /** A hosted zone's id. @throws Error before it is made */
  zoneIdOf({ zone }: Pick<Pair, 'zone'>): string {
    const id = this.#zones.get(zone);
    if (id === undefined) throw new Error(`There is no zone ${zone} yet.`);
    return id;
  }

  /** The name that clients ask for, without a dot at its end. */
  nameOf({ name, zone }: Pick<Pair, 'name' | 'zone'>): string {
    return `${name}.${zone}.example.internal`;
  }

  /** The name of an alias's load balancer; undefined where the side has none. */
  balancerOf({ name, sides }: Pair, side: Side): SideBalancer | undefined {
    return sides === 'addresses' ? undefined : this.#balancers.get(`${name} ${side}`);
  }

  /** Every address that a side ever had, but a load balancer's own. */
  addressesOf(pair: Pair, side: Side): readonly string[] {
    const index = this.#pairs.pairs.indexOf(pair) + 1;
    if (pair.sides === 'addresses') return [`10.${side === 'primary' ? 160 : 161}.0.${index}`];
    return this.balancerOf(pair, side)?.targets ?? [];
  }

  /** When a target of a side was taken away; undefined = it is there, or it stays for ever. */
  goneAt({ name }: Pair, side: Side, address: string): number | undefined {
    return this.#gone.get(`${name} ${side} ${address}`);
  }

  /** Makes everything and enters the records. */
  async enter(): Promise<void> {
    const { pairs } = this.#pairs;
    for (const zone of new Set(pairs.map((pair) => pair.zone))) await this.#makeZone(zone);
    for (const pair of pairs) {
      for (const side of SIDES) if (pair.sides !== 'addresses') await this.#makeBalancer(pair, side);
      await this.#makeAlarm(pair);
      this.#noteSides(pair);
    }
    for (const service of new Set(pairs.map((pair) => pair.service))) await this.setMode(service, 'enforce');
    for (const pair of pairs) {
      const Item = marshall({ ...registryKey.record(pair.name), ...this.#entryOf(pair) });
      await this.call(STANDBY_REGION, 'dynamodb', 'PutItem', { TableName: this.output('RegistryTable'), Item });
    }
  }

  /** Sets how a primary is, as its alarm's metric has it. */
  setWellness(pair: Pair, is: Wellness): void {
    this.wellness.push({ ...this.#watch.mark(), pair: pair.name, is });
    const value = { well: 1, ill: 0, silent: undefined }[is];
    this.#world.regions.get(HOME_REGION).metrics.hold([...METRIC, { record: pair.name }], value);
    this.#watch.note(`${pair.name}’s primary is ${is}`);
  }

  /** Something happens to the only target of a side. */
  async change(pair: Pair, side: Side, event: Extract<PairsDeed, { deed: 'side' }>['event']): Promise<void> {
    const balancer = this.balancerOf(pair, side);
    const serves = balancer?.targets.at(-1);
    if (balancer === undefined || serves === undefined) return;
    const isAlive = this.sides.findLast((each) => each.pair === pair.name && each.side === side)?.isAlive === true;
    // Who is gone neither dies nor moves, and who is there need not be revived.
    if (isAlive === (event === 'revives')) return;
    this.#watch.note(`${pair.name}’s ${side} ${event}`);
    switch (event) {
      case 'dies':
        this.sides.push({ ...this.#watch.mark(), pair: pair.name, side, isAlive: false });
        return this.#target(side, balancer, 'DeregisterTargets', serves);
      case 'revives':
        this.sides.push({ ...this.#watch.mark(), pair: pair.name, side, isAlive: true });
        return this.#target(side, balancer, 'RegisterTargets', serves);
      case 'moves':
      case 'moves-untold': {
        this.#moved += 1;
        const next = `10.${side === 'primary' ? 150 : 151}.251.${this.#moved}`;
        balancer.targets.push(next);
        await this.#target(side, balancer, 'RegisterTargets', next);
        // Make before break: whoever does this waits until the new one serves.
        await this.#world.regions.get(REGION_OF[side]).cloud.clock.sleep(MOVES);
        await this.#target(side, balancer, 'DeregisterTargets', serves);
        this.#gone.set(`${pair.name} ${side} ${serves}`, this.#world.clock.now());
        if (event === 'moves') await this.#tellRefreshed(balancer);
      }
    }
  }

  /** Sets the mode of `dns` of a service, as `ops` does. */
  async setMode(service: string, mode: 'observe' | 'propose' | 'enforce'): Promise<void> {
    const serviceId = this.#idOf(service);
    await this.#command(serviceId, { modes: { dns: mode }, serviceId }, (truth) => ({
      ...truth,
      modes: new Map([...truth.modes, [service, mode]]),
    }));
    this.#watch.note(`an operator sets dns to ${mode} at ${service}`);
  }

  /** Pauses everything of the standby region, or ends that. */
  async pause(isPaused: boolean): Promise<void> {
    const at = new Date(this.#world.clock.now()).toISOString();
    const paused = { by: OPERATOR.arn, reason: 'as agreed', at };
    await this.#command(ALL_SERVICES, { modes: {}, ...(isPaused ? { paused } : {}) }, (truth) => ({
      ...truth,
      isPaused,
    }));
    this.#watch.note(`an operator ${isPaused ? 'pauses' : 'resumes'} the standby region`);
  }

  /** What was set at some time between two marks. */
  truthsBetween(from: number, until: number): readonly DnsTruth[] {
    const before = this.truths.findLastIndex(({ mark }) => mark <= from);
    return this.truths.filter(({ mark }, index) => index >= before && mark <= until);
  }

  /** An output of the standby region's stack. */
  output(name: string): string {
    const value = this.#world.deployments.get(STANDBY_STACK)?.outputs[name];
    if (value === undefined) throw new Error(`The standby region's stack is not there, or has no output ${name}.`);
    return value;
  }

  /** The operator calls a region. */
  call(region: string, service: string, action: string, input: unknown): Promise<unknown> {
    return this.#world.regions.get(region).cloud.invoke({ service, action, input, principal: OPERATOR });
  }

  async #command(serviceId: string, item: object, change: (truth: DnsTruth) => DnsTruth): Promise<void> {
    const version = (this.#versions.get(serviceId) ?? 0) + 1;
    this.#versions.set(serviceId, version);
    const [last] = this.truths.slice(-1);
    if (last === undefined) throw new Error('Nothing was ever set.');
    // Both hold while it is written: whoever reads may have read either.
    this.truths.push({ ...change(last), ...this.#watch.mark() });
    const Item = marshall({ ...ledgerKey.modes(serviceId), current: CURRENT, version, ...item });
    await this.call(STANDBY_REGION, 'dynamodb', 'PutItem', { TableName: this.output('LedgerTable'), Item });
    this.truths.push({ ...change(last), ...this.#watch.mark() });
  }

  async #makeZone(zone: string): Promise<void> {
    const { HostedZone } = (await this.call(HOME_REGION, 'route53', 'CreateHostedZone', {
      Name: `${zone}.example.internal`,
      CallerReference: zone,
      VPC: { VPCRegion: HOME_REGION, VPCId: FIRST_VPC },
    })) as { readonly HostedZone: { readonly Id: string } };
    const HostedZoneId = HostedZone.Id.replace('/hostedzone/', '');
    // From there the Concierge looks.
    await this.call(HOME_REGION, 'route53', 'AssociateVPCWithHostedZone', {
      HostedZoneId,
      VPC: { VPCRegion: STANDBY_REGION, VPCId: OTHER_VPC },
    });
    this.#zones.set(zone, HostedZoneId);
  }

  async #makeAlarm(pair: Pair): Promise<void> {
    this.setWellness(pair, pair.begins);
    await this.call(HOME_REGION, 'monitoring', 'PutMetricAlarm', {
      AlarmName: `${pair.name}-is-ill`,
      Namespace: METRIC[0],
      MetricName: METRIC[1],
      Dimensions: [{ Name: 'record', Value: pair.name }],
      Statistic: 'Minimum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'missing',
    });
  }

  async #makeBalancer(pair: Pair, side: Side): Promise<void> {
    const made = await makeBalancer(this.#world, REGION_OF[side], `${pair.name}-${side}`);
    this.#balancers.set(`${pair.name} ${side}`, { ...made, targets: [made.target] });
  }

  #noteSides({ name: pair }: Pair): void {
    // Whoever is new does not serve at once.
    for (const isAlive of [false, true]) {
      for (const side of SIDES) this.sides.push({ ...this.#watch.mark(), pair, side, isAlive });
    }
  }

  async #target(side: Side, { targetGroupArn }: Balancer, action: string, Id: string): Promise<void> {
    const Targets = [{ Id, Port: PORT }];
    try {
      await this.call(REGION_OF[side], 'elasticloadbalancing', action, { TargetGroupArn: targetGroupArn, Targets });
    } catch (error) {
      // It is gone already, or there are too many calls at once: whoever does this by hand lets it be.
      if (!(error instanceof AwsError)) throw error;
    }
  }

  /** As a run of `refresh-targets` tells it. */
  async #tellRefreshed({ targetGroupArn }: Balancer): Promise<void> {
    await this.call(HOME_REGION, 'events', 'PutEvents', {
      Entries: [
        {
          EventBusName: this.#world.deployment.outputs.EventBusName,
          Source: 'privatelink-concierge',
          DetailType: 'Targets Refreshed',
          Detail: JSON.stringify({ targetGroupArn }),
        },
      ],
    });
  }

  #entryOf(pair: Pair): object {
    const { name, service, routing, engages, healthyForSeconds } = pair;
    const [primary, secondary] = SIDES.map((side) => this.#valueOf(pair, side));
    const kinds = {
      simple: { value: primary },
      weighted: {
        sides: { primary: { weight: 100, value: primary }, secondary: { weight: 0, value: secondary } },
      },
      failover: {
        primary,
        secondary,
        health: { name: `${name}-is-ill`, region: HOME_REGION },
        ...(engages === undefined ? {} : { engages }),
        ...(healthyForSeconds === undefined ? {} : { healthyForSeconds }),
      },
    };
    return {
      recordId: name,
      serviceId: this.#idOf(service),
      zoneId: this.zoneIdOf(pair),
      name: this.nameOf(pair),
      type: 'A',
      client: { side: 'provider' },
      seenFrom: 'vpc',
      routing: { kind: routing, ...kinds[routing] },
    };
  }

  #valueOf(pair: Pair, side: Side): object {
    const balancer = this.balancerOf(pair, side);
    if (balancer === undefined) return { kind: 'addresses', addresses: this.addressesOf(pair, side) };
    const { dnsName, zoneId, targetGroupArn } = balancer;
    return pair.sides === 'alias'
      ? { kind: 'alias', dnsName, zoneId }
      : { kind: 'targets', targetGroupArn, port: PORT };
  }
}

/** Longer than a new target needs until it serves, in milliseconds. */
const MOVES = 240_000;
