import { OPERATOR } from '../../cloud.ts';
import { AwsError } from '../../services/errors.ts';
import type { SimulatedWorld } from '../../simulated.ts';
import type { Watch } from '../watch.ts';
import type { Estate, ProxyEvent, TargetsDeed } from './estate.ts';
import type { EstateKeeper } from './estate-keeper.ts';

const text = (S: string) => ({ S });

/** An adoption writes two versions further, as `ops` does. */
const STEP = 2;

interface TargetsItem {
  readonly ours?: { readonly M: Readonly<Record<string, unknown>> };
  readonly version?: { readonly N: string };
}

/** What happens to what is behind load balancers, and what people do about it by hand. */
export class EstateLife {
  readonly #world: SimulatedWorld;
  readonly #watch: Watch;
  readonly #estate: Estate;
  readonly #keeper: EstateKeeper;
  /** Addresses of nodes that were held from serving. */
  readonly #held = new Set<string>();

  constructor(world: SimulatedWorld, watch: Watch, estate: Estate, keeper: EstateKeeper) {
    this.#world = world;
    this.#watch = watch;
    this.#estate = estate;
    this.#keeper = keeper;
  }

  /** Does what a step says; what can't be done any more is not done. */
  async do(deed: TargetsDeed): Promise<void> {
    switch (deed.deed) {
      case 'proxy':
        return this.#live(deed.proxy, deed.event, deed.number);
      case 'host':
        this.#watch.note(`${deed.host} leads to ${deed.addresses.join(', ')}`);
        return this.#keeper.lead(deed.host, deed.addresses);
      case 'bind':
        return this.#keeper.bind(deed.binding, deed.isBound);
      case 'refresh':
        return this.#refresh(deed.binding, deed.input);
      case 'target':
        return this.#handle(deed);
    }
  }

  #live(proxy: string, event: ProxyEvent, which: number): void {
    const { proxies } = this.#world;
    this.#watch.note(`${proxy}: ${event} ${which}`);
    const zone = `us-west-2${'abc'.charAt(which % this.#zonesOf(proxy))}`;
    switch (event) {
      case 'rotate-one':
        proxies.rotate(proxy, { nodes: 'one' });
        return;
      case 'rotate-all':
        proxies.rotate(proxy, { nodes: 'all', pace: 'one-by-one' });
        return;
      case 'rotate-at-once':
        proxies.rotate(proxy, { nodes: 'all', pace: 'at-once' });
        return;
      case 'rotate-barren':
        proxies.rotate(proxy, { nodes: 'all', pace: 'at-once', isHealthy: false });
        return;
      case 'scale':
        proxies.scale(proxy, { nodes: which });
        return;
      case 'fail-zone':
        proxies.failZone(proxy, zone);
        return;
      case 'restore-zone':
        proxies.restoreZone(proxy, zone);
        return;
      case 'die': {
        const nodes = proxies.nodes(proxy).filter(({ isListed, isEnding }) => isListed && !isEnding);
        const address = nodes[which % Math.max(1, nodes.length)]?.addresses[0];
        if (address === undefined) return;
        this.#held.add(address);
        proxies.serve(address, false);
        return;
      }
      case 'revive':
        for (const address of this.#held) proxies.serve(address, true);
        this.#held.clear();
    }
  }

  #zonesOf(proxy: string): number {
    return this.#estate.proxies.find(({ name }) => name === proxy)?.zones ?? 1;
  }

  async #refresh(binding: string, input: 'right' | 'settle' | 'dry' | 'wrong'): Promise<void> {
    const more = { right: {}, settle: { settle: true }, dry: { dryRun: true }, wrong: { colour: 'blue' } }[input];
    await this.#call('states', 'StartExecution', {
      stateMachineArn: this.#output('RefreshTargetsArn'),
      input: JSON.stringify({ bindingId: binding, ...more }),
    });
  }

  async #handle({ action, binding: name, address, port }: TargetsDeed & { readonly deed: 'target' }): Promise<void> {
    const binding = this.#keeper.bindingOf(name);
    const TargetGroupArn = this.#keeper.groupOf(binding);
    const Port = port ?? binding.port;
    const there = this.#world.targets
      .registered(TargetGroupArn)
      .filter((target) => target.port === Port && target.health.state !== 'draining');
    const Id = typeof address === 'number' ? there[address % Math.max(1, there.length)]?.id : address;
    if (Id === undefined) return;
    const isThere = there.some(({ id }) => id === Id);
    if (action === 'adopt') return isThere && Port === binding.port ? this.#adopt(name, Id) : undefined;
    const Targets = [{ Id, Port }];
    const verb = action === 'register' ? 'RegisterTargets' : 'DeregisterTargets';
    try {
      await this.#call('elasticloadbalancing', verb, { TargetGroupArn, Targets });
    } catch (error) {
      // Too many at once, or too many in all: a person lets it be.
      if (!(error instanceof AwsError)) throw error;
    }
  }

  /** As `adopt-target` does, in this folder's own words. */
  async #adopt(binding: string, address: string): Promise<void> {
    const TableName = this.#output('LedgerTable');
    const Key = { pk: text('TARGETS'), sk: text(`BINDING#${binding}`) };
    const read = await this.#call('dynamodb', 'GetItem', { TableName, Key, ConsistentRead: true });
    const { ours, version } = (read as { readonly Item?: TargetsItem }).Item ?? {};
    if (ours?.M[address] !== undefined) return;
    const own = {
      M: {
        by: text('arn:aws:iam::123456789012:user/operator'),
        reason: text('as agreed'),
        at: text(new Date(this.#world.clock.now()).toISOString()),
      },
    };
    try {
      await this.#call('dynamodb', 'UpdateItem', {
        TableName,
        Key,
        UpdateExpression: 'SET ours = :ours, #version = :next',
        ConditionExpression: version === undefined ? 'attribute_not_exists(#version)' : '#version = :read',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: {
          ':ours': { M: { ...ours?.M, [address]: own } },
          ':next': { N: String(Number(version?.N ?? 0) + STEP) },
          ...(version === undefined ? {} : { ':read': version }),
        },
      });
      this.#watch.note(`a person says that ${address} is ours, of ${binding}`);
    } catch (error) {
      // A run wrote it meanwhile: the operator is told so.
      if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
    }
  }

  #output(name: string): string {
    const value = this.#world.deployment.outputs[name];
    if (value === undefined) throw new Error(`The stack has no output ${name}.`);
    return value;
  }

  #call(service: string, action: string, input: unknown): Promise<unknown> {
    return this.#world.cloud.invoke({ service, action, input, principal: OPERATOR });
  }
}
