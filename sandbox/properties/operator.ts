import { ALL_SERVICES, DECISION_PREFIX, ledgerKey, requestKey } from '../../functions/registry/keys.ts';
import { OPERATOR } from '../cloud.ts';
import { AwsError } from '../services/errors.ts';
import type { SimulatedWorld } from '../simulated.ts';
import type { Effect, Mode, PauseOf } from './history.ts';
import type { RegistryTruth, RegistryVersions } from './registry-truth.ts';
import type { Watch } from './watch.ts';

const text = (S: string) => ({ S });

/** What an operator's commands are about. */
interface Charge {
  readonly serviceId: string;
  /** What modes and pauses are in truth, beside the registry. */
  readonly registry: RegistryVersions;
  /** Has `admit-connection` look at an endpoint. */
  readonly wake: (endpointId: string) => Promise<void>;
}

/** An operator, who does what `ops` does, in this folder's own words. */
export class Operator {
  readonly #world: SimulatedWorld;
  readonly #watch: Watch;
  readonly #serviceId: string;
  readonly #registry: RegistryVersions;
  readonly #wake: Charge['wake'];
  #modesSet: Readonly<Partial<Record<Effect, Mode>>> = {};
  readonly #versions: Record<PauseOf, number> = { service: 0, all: 0 };

  constructor(world: SimulatedWorld, watch: Watch, { serviceId, registry, wake }: Charge) {
    this.#world = world;
    this.#watch = watch;
    this.#serviceId = serviceId;
    this.#registry = registry;
    this.#wake = wake;
  }

  /** Has everything looked through. */
  async sweep(): Promise<void> {
    await this.#call('states', 'StartExecution', { stateMachineArn: this.#output('ReconcileArn'), input: '{}' });
  }

  /** The whole item again, with what was set by command before. */
  async setMode(effect: Effect, mode: Mode): Promise<void> {
    this.#modesSet = { ...this.#modesSet, [effect]: mode };
    const { modes } = this.#registry.last;
    await this.#command('service', { ...this.#registry.last, modes: { ...modes, [effect]: mode } });
    this.#watch.note(`an operator sets ${effect} to ${mode}`);
  }

  /** Stops every write on AWS, or ends that. */
  async pause(of: PauseOf, isPaused: boolean): Promise<void> {
    const others = [...this.#registry.last.paused].filter((each) => each !== of);
    await this.#command(of, { ...this.#registry.last, paused: new Set(isPaused ? [...others, of] : others) });
    this.#watch.note(`an operator ${isPaused ? 'pauses' : 'resumes'} ${of === 'all' ? 'everything' : 'the service'}`);
    // As `resume` does: what came meanwhile is looked at.
    if (!isPaused) await this.sweep();
  }

  /** Puts the item of modes and pause, of the service or of all. */
  async #command(of: PauseOf, truth: RegistryTruth): Promise<void> {
    const { pk, sk } = ledgerKey.modes(of === 'all' ? ALL_SERVICES : this.#serviceId);
    this.#versions[of] += 1;
    const done = this.#registry.change(truth, this.#watch.mark().mark);
    const modes = of === 'all' ? {} : this.#modesSet;
    const paused = {
      M: { by: text('operator'), reason: text('as agreed'), at: text(new Date(this.#world.clock.now()).toISOString()) },
    };
    const Item = {
      pk: text(pk),
      sk: text(sk),
      modes: { M: Object.fromEntries(Object.entries(modes).map(([name, set]) => [name, text(set)])) },
      version: { N: String(this.#versions[of]) },
      ...(truth.paused.has(of) ? { paused } : {}),
    };
    await this.#call('dynamodb', 'PutItem', { TableName: this.#output('LedgerTable'), Item });
    done(this.#watch.mark().mark);
  }

  /** Has an endpoint disconnected that was once in hand. */
  async force(vpcEndpointId: string): Promise<void> {
    const TableName = this.#output('LedgerTable');
    const { pk, sk } = ledgerKey.admission(this.#serviceId, vpcEndpointId);
    const Key = { pk: text(pk), sk: text(sk) };
    const { Item } = (await this.#call('dynamodb', 'GetItem', { TableName, Key })) as { readonly Item?: object };
    if (Item === undefined) return;
    this.#watch.force(vpcEndpointId);
    const force = { by: 'arn:aws:iam::123456789012:user/operator', reason: 'as agreed' };
    await this.#call('states', 'StartExecution', {
      stateMachineArn: this.#output('RevokeConnectionArn'),
      input: JSON.stringify({ serviceId: this.#serviceId, vpcEndpointId, force }),
    });
  }

  /** One word for a decision that holds, then the workflow is started, which wakes the run that waits. */
  async say(answer: 'approve' | 'deny', endpointId: string): Promise<void> {
    const TableName = this.#output('LedgerTable');
    const { Items = [] } = (await this.#call('dynamodb', 'Query', {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :decision)',
      ExpressionAttributeValues: {
        ':pk': text(requestKey(this.#serviceId, endpointId)),
        ':decision': text(DECISION_PREFIX),
      },
    })) as { readonly Items?: readonly Record<string, { readonly S?: string }>[] };
    const last = Items.at(-1);
    const isFor = answer === 'approve' ? last?.proposed !== undefined : last?.proposed?.S !== 'reject';
    if (last?.outcome?.S !== 'held' || !isFor) return;
    const generation = Number(last.sk?.S?.slice(DECISION_PREFIX.length));
    const { pk, sk } = ledgerKey.approval(this.#serviceId, endpointId, generation);
    const Item = {
      pk: text(pk),
      sk: text(sk),
      answer: text(answer),
      generation: { N: String(generation) },
      by: text('arn:aws:iam::123456789012:user/operator'),
      reason: text('as agreed'),
    };
    this.#watch.say(answer, endpointId);
    try {
      await this.#call('dynamodb', 'PutItem', { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
    } catch (error) {
      // Somebody said something before: that counts.
      if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
    }
    await this.#wake(endpointId);
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
