import { registryKey } from '../../functions/registry/keys.ts';
import { OPERATOR } from '../cloud.ts';
import type { JournalEntry } from '../journal.ts';
import type { World } from '../world.ts';
import type { Stage } from './stage.ts';

/** What a refresh came to, in seconds of the world's clock after the first change of addresses; undefined = it did not come to that. */
export interface Refreshed {
  readonly detected?: number;
  readonly registered?: number;
  /** When the last new target was healthy. */
  readonly healthy?: number;
  /** When the targets were the addresses in DNS, and healthy. */
  readonly clean?: number;
  /** The fewest healthy targets there were. */
  readonly lowest: number;
  /** The same, as far as we took one away that was healthy; undefined = we took none. */
  readonly lowestByUs?: number;
  /** Calls of AWS by the Concierge. */
  readonly calls: number;
}

const VPC = 'vpc-0a11ce0a11ce0a11c';
const PORT = 5432;
const ZONES = ['a', 'b'] as const;
/** Registering takes up to two minutes, health checks one and a half, and a stale target three looks and an interface's end. */
const WITHIN = 40 * 60_000;

interface StateDetail {
  readonly targetGroupArn?: string;
  readonly from?: string;
  readonly healthy?: number;
}

/** An RDS proxy behind a network load balancer, bound to it: what a story happens to. */
export class Database {
  readonly name: string;
  readonly targetGroupArn: string;
  /** Under which its addresses are looked up. */
  readonly hostName: string;
  readonly #world: World;
  readonly #stage: Stage;

  private constructor(
    { world, stage }: { readonly world: World; readonly stage: Stage },
    { name, targetGroupArn, hostName }: Pick<Database, 'name' | 'targetGroupArn' | 'hostName'>,
  ) {
    this.#world = world;
    this.#stage = stage;
    this.name = name;
    this.targetGroupArn = targetGroupArn;
    this.hostName = hostName;
  }

  /** Makes a proxy of two nodes in two zones, a load balancer and a binding, and waits until all of that is at rest. */
  static async make(world: World, stage: Stage, name: string): Promise<Database> {
    const call = caller(world);
    const subnets = ZONES.map((zone) => {
      // Each database has its own.
      const id = `subnet-${world.cloud.random.hex(17)}`;
      return world.subnets.define({ id, vpcId: VPC, zone: `us-west-2${zone}` }).id;
    });
    const { LoadBalancers } = await call<{ LoadBalancers: readonly [{ LoadBalancerArn: string }] }>(
      'elasticloadbalancing',
      'CreateLoadBalancer',
      { Name: name, Type: 'network', Scheme: 'internal', Subnets: subnets },
    );
    const { TargetGroups } = await call<{ TargetGroups: readonly [{ TargetGroupArn: string }] }>(
      'elasticloadbalancing',
      'CreateTargetGroup',
      {
        Name: name,
        Protocol: 'TCP',
        Port: PORT,
        VpcId: VPC,
        TargetType: 'ip',
        Tags: [{ Key: 'privatelink-concierge', Value: 'managed' }],
      },
    );
    const [{ TargetGroupArn }] = TargetGroups;
    await call('elasticloadbalancing', 'CreateListener', {
      LoadBalancerArn: LoadBalancers[0].LoadBalancerArn,
      Port: PORT,
      Protocol: 'TCP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    });
    const { DBProxy } = await call<{ DBProxy: { Endpoint: string } }>('rds', 'CreateDBProxy', {
      DBProxyName: name,
      EngineFamily: 'POSTGRESQL',
      RoleArn: 'arn:aws:iam::123456789012:role/proxy',
      VpcSubnetIds: subnets,
      Auth: [{ AuthScheme: 'SECRETS', SecretArn: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:proxy' }],
    });
    const database = new Database(
      { world, stage },
      { name, targetGroupArn: TargetGroupArn, hostName: DBProxy.Endpoint },
    );
    const { serviceId } = await stage.endpointService('orders');
    await stage.register(registryKey.service(serviceId), { serviceId, origin: 'created' });
    await stage.register(registryKey.binding(name), {
      bindingId: name,
      serviceId,
      targetGroupArn: TargetGroupArn,
      port: PORT,
      source: { kind: 'proxy', proxyName: name },
    });
    await database.untilClean();
    // What the proxy's creation woke looks on for a while.
    await stage.until('the end of every run', async () => {
      const runs = await stage.executions('RefreshTargetsArn');
      return runs.some(({ status }) => status === 'RUNNING') ? undefined : true;
    });
    return database;
  }

  /** What happens to it without anybody's call. */
  get life(): World['proxies'] {
    return this.#world.proxies;
  }

  get dns(): World['dns'] {
    return this.#world.dns;
  }

  /** The addresses in DNS now. */
  named(): readonly string[] {
    return this.#world.proxies
      .nodes(this.name)
      .filter(({ isListed }) => isListed)
      .flatMap(({ addresses }) => addresses)
      .sort();
  }

  /** The addresses that are registered and do not drain, healthy or not. */
  registered(): readonly string[] {
    return this.#world.targets
      .registered(this.targetGroupArn)
      .filter(({ health }) => health.state !== 'draining')
      .map(({ id }) => id)
      .sort();
  }

  /** Somebody else registers a target, or deregisters one. */
  async byHand(action: 'RegisterTargets' | 'DeregisterTargets', address: string): Promise<void> {
    const Targets = [{ Id: address, Port: PORT }];
    await caller(this.#world)('elasticloadbalancing', action, { TargetGroupArn: this.targetGroupArn, Targets });
  }

  /** Starts `refresh-targets` by hand. */
  async refresh(input: object = {}): Promise<void> {
    await caller(this.#world)('states', 'StartExecution', {
      stateMachineArn: this.#stage.output('RefreshTargetsArn'),
      input: JSON.stringify({ bindingId: this.name, ...input }),
    });
  }

  /**
   * Waits until the proxy is at rest, and the targets are the addresses in DNS beside those of others, and healthy.
   *
   * @returns since when they are, by the world's clock.
   * @throws Error where that does not come.
   */
  async untilClean(others: readonly string[] = []): Promise<number> {
    const { clock } = this.#world;
    const deadline = clock.now() + WITHIN;
    let since: number | undefined;
    for (;;) {
      since = this.#isClean(others) ? (since ?? clock.now()) : undefined;
      if (since !== undefined && this.#isAtRest()) return since;
      if (clock.now() > deadline) throw new Error(`nothing came of: the targets of ${this.name} follow it`);
      await clock.sleep(1_000);
    }
  }

  /** Whether every node is in DNS, and of none that went anything is left. */
  #isAtRest(): boolean {
    return this.#world.proxies.nodes(this.name).every(({ isListed, isEnding }) => isListed && !isEnding);
  }

  #isClean(others: readonly string[]): boolean {
    const named = this.named();
    const targets = this.#world.targets
      .registered(this.targetGroupArn)
      .filter(({ id, health }) => health.state !== 'draining' && !others.includes(id));
    const isHealthy = targets.every(({ health }) => health.state === 'healthy');
    return named.length > 0 && isHealthy && String(targets.map(({ id }) => id).sort()) === String(named);
  }

  /** Lets something happen, and watches what comes of it until `end`. @param end - @default until it is clean */
  async watch(
    happen: () => Promise<void> | void,
    end: () => Promise<number | undefined> = () => this.untilClean(),
  ): Promise<Refreshed> {
    const { clock, journal } = this.#world;
    const calls = this.#stage.conciergeCalls();
    const marks: { drift?: number; detected?: number; registered?: number; healthy?: number } = {};
    const healthy = this.#world.targets
      .registered(this.targetGroupArn)
      .filter(({ health }) => health.state === 'healthy').length;
    const counts = { lowest: healthy, byUs: Number.POSITIVE_INFINITY };
    const leave = journal.listen((entry) => this.#hear(entry, marks, counts));
    await happen();
    const begun = clock.now();
    const clean = await end();
    leave();
    const from = marks.drift ?? begun;
    const seconds = (at: number | undefined) => (at === undefined ? undefined : Math.round((at - from) / 1000));
    const found = { detected: marks.detected, registered: marks.registered, healthy: marks.healthy, clean };
    return {
      ...Object.fromEntries(
        Object.entries(found).flatMap(([name, at]) => (at === undefined ? [] : [[name, seconds(at)]])),
      ),
      lowest: counts.lowest,
      ...(counts.byUs === Number.POSITIVE_INFINITY ? {} : { lowestByUs: counts.byUs }),
      calls: this.#stage.conciergeCalls() - calls,
    };
  }

  #hear(
    { kind, who, what, detail }: JournalEntry,
    marks: { drift?: number; detected?: number; registered?: number; healthy?: number },
    counts: { lowest: number; byUs: number },
  ): void {
    const now = this.#world.clock.now();
    if (kind === 'state' && who === 'rds' && what.startsWith(`${this.name} `) && /in DNS|out of DNS/.test(what)) {
      marks.drift ??= now;
    }
    if (kind === 'call' && marks.drift !== undefined && who.includes(':assumed-role/')) {
      if (what === 'elasticloadbalancing:RegisterTargets') marks.registered ??= now;
      const isTold = what === 'events:PutEvents' && who.includes('WatchTargets');
      if (isTold || what.endsWith(':RegisterTargets') || what.endsWith(':DeregisterTargets')) marks.detected ??= now;
    }
    const { targetGroupArn, from, healthy } = (detail ?? {}) as StateDetail;
    if (kind !== 'state' || who !== 'elbv2' || targetGroupArn !== this.targetGroupArn || healthy === undefined) return;
    if (what.endsWith(' healthy')) marks.healthy = now;
    counts.lowest = Math.min(counts.lowest, healthy);
    if (what.endsWith(' draining') && from === 'healthy') counts.byUs = Math.min(counts.byUs, healthy);
  }
}

const caller =
  (world: World) =>
  <T>(service: string, action: string, input: unknown): Promise<T> =>
    world.cloud.invoke({ service, action, input, principal: OPERATOR }) as Promise<T>;
