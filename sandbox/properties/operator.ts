import { ALL_SERVICES, CURRENT, DECISION_PREFIX, ledgerKey, requestKey } from '../../functions/registry/keys.ts';
import { OPERATOR } from '../cloud.ts';
import { AwsError } from '../services/errors.ts';
import type { SimulatedWorld } from '../simulated.ts';
import type { Effect, Mode } from './history.ts';
import { type RegistryTruth, type RegistryVersions, truthOf, withService } from './registry-truth.ts';
import type { Watch } from './watch.ts';
import type { WriteWatch } from './write-watch.ts';

const text = (S: string) => ({ S });

/** What the ledger says of the registry's size, as far as it is confirmed. */
interface SeenRead {
  readonly Item?: {
    readonly version?: { readonly N: string };
    readonly frozen?: {
      readonly M: { readonly count: { readonly N: string }; readonly tableId: { readonly S: string } };
    };
  };
}

/** What an operator's commands are about. */
interface Charge {
  /** A service's id, by its name. */
  readonly idOf: (service: string) => string;
  /** What modes and pauses are in truth, beside the registry. */
  readonly registry: RegistryVersions;
  /** Has `admit-connection` look at an endpoint. */
  readonly wake: (service: string, endpointId: string) => Promise<void>;
  /** Hears what is confirmed. */
  readonly writeWatch: WriteWatch;
}

/** An operator, who does what `ops` does, in this folder's own words. */
export class Operator {
  readonly #world: SimulatedWorld;
  readonly #watch: Watch;
  readonly #idOf: Charge['idOf'];
  readonly #registry: RegistryVersions;
  readonly #wake: Charge['wake'];
  readonly #writeWatch: WriteWatch;
  /** By service. */
  readonly #modesSet = new Map<string, Readonly<Partial<Record<Effect, Mode>>>>();
  #forces = 0;
  /** Of the items of modes and pauses, by their keys. */
  readonly #versions = new Map<string, number>();

  constructor(world: SimulatedWorld, watch: Watch, { idOf, registry, wake, writeWatch }: Charge) {
    this.#world = world;
    this.#watch = watch;
    this.#idOf = idOf;
    this.#registry = registry;
    this.#wake = wake;
    this.#writeWatch = writeWatch;
  }

  /** Has everything looked through, or one service. */
  async sweep(of: { readonly serviceId?: string } = {}): Promise<void> {
    const input = JSON.stringify(of);
    await this.#call('states', 'StartExecution', { stateMachineArn: this.#output('ReconcileArn'), input });
  }

  /** The whole item again, with what was set by command before. */
  async setMode(service: string, effect: Effect, mode: Mode): Promise<void> {
    this.#modesSet.set(service, { ...this.#modesSet.get(service), [effect]: mode });
    const { last } = this.#registry;
    const { modes, isPaused } = truthOf(last, service);
    const truth = withService(last, service, { modes: { ...modes, [effect]: mode } });
    await this.#command(this.#idOf(service), truth, { isPaused, modes: this.#modesSet.get(service) ?? {} });
    this.#watch.note(`an operator sets ${effect} to ${mode}`);
  }

  /** Stops every write on AWS for a service, or for all, or ends that. */
  async pause(service: string | undefined, isPaused: boolean): Promise<void> {
    const { last } = this.#registry;
    const truth = service === undefined ? { ...last, isAllPaused: isPaused } : withService(last, service, { isPaused });
    const serviceId = service === undefined ? ALL_SERVICES : this.#idOf(service);
    const modes = service === undefined ? {} : (this.#modesSet.get(service) ?? {});
    await this.#command(serviceId, truth, { isPaused, modes });
    this.#watch.note(`an operator ${isPaused ? 'pauses' : 'resumes'} ${service ?? 'everything'}`);
    // As `resume` does: what came meanwhile is looked at.
    if (!isPaused) await this.sweep(service === undefined ? {} : { serviceId });
  }

  /** Puts the item of modes and pause, of a service or of all. */
  async #command(
    serviceId: string,
    truth: RegistryTruth,
    { isPaused, modes }: { readonly isPaused: boolean; readonly modes: Readonly<Partial<Record<Effect, Mode>>> },
  ): Promise<void> {
    const { pk, sk } = ledgerKey.modes(serviceId);
    const version = (this.#versions.get(pk) ?? 0) + 1;
    this.#versions.set(pk, version);
    const done = this.#registry.change(truth, this.#watch.mark().mark);
    const paused = {
      M: { by: text('operator'), reason: text('as agreed'), at: text(new Date(this.#world.clock.now()).toISOString()) },
    };
    const Item = {
      pk: text(pk),
      sk: text(sk),
      // So that a sweep finds it.
      current: text(CURRENT),
      modes: { M: Object.fromEntries(Object.entries(modes).map(([name, set]) => [name, text(set)])) },
      version: { N: String(version) },
      ...(isPaused ? { paused } : {}),
    };
    await this.#call('dynamodb', 'PutItem', { TableName: this.#output('LedgerTable'), Item });
    done(this.#watch.mark().mark);
  }

  /** Has an endpoint disconnected that was once in hand. */
  async force(service: string, vpcEndpointId: string): Promise<void> {
    const serviceId = this.#idOf(service);
    const TableName = this.#output('LedgerTable');
    const { pk, sk } = ledgerKey.admission(serviceId, vpcEndpointId);
    const Key = { pk: text(pk), sk: text(sk) };
    const { Item } = (await this.#call('dynamodb', 'GetItem', { TableName, Key })) as { readonly Item?: object };
    if (Item === undefined) return;
    // Named beforehand: it is known as forced before it does anything.
    this.#forces += 1;
    const name = `forced-${this.#forces}`;
    this.#watch.force(vpcEndpointId, name);
    const force = { by: 'arn:aws:iam::123456789012:user/operator', reason: 'as agreed' };
    await this.#call('states', 'StartExecution', {
      stateMachineArn: this.#output('RevokeConnectionArn'),
      name,
      input: JSON.stringify({ serviceId, vpcEndpointId, force }),
    });
  }

  /** Stops every run that is under way. */
  async abort(): Promise<void> {
    for (const machine of ['AdmitConnectionArn', 'RevokeConnectionArn', 'RefreshTargetsArn']) {
      const stateMachineArn = this.#output(machine);
      const listed = (await this.#call('states', 'ListExecutions', { stateMachineArn, statusFilter: 'RUNNING' })) as {
        readonly executions?: readonly { readonly executionArn: string; readonly name: string }[];
      };
      for (const { executionArn, name } of listed.executions ?? []) {
        this.#watch.note(`an operator stops ${name.slice(0, 8)}`);
        await this.#call('states', 'StopExecution', { executionArn });
      }
    }
  }

  /** Redrives every run that failed, timed out or was stopped, as long as Step Functions lets it be. */
  async redrive(): Promise<void> {
    for (const machine of ['AdmitConnectionArn', 'RevokeConnectionArn', 'ReconcileArn', 'RefreshTargetsArn']) {
      for (const statusFilter of ['FAILED', 'TIMED_OUT', 'ABORTED']) {
        const stateMachineArn = this.#output(machine);
        const listed = (await this.#call('states', 'ListExecutions', { stateMachineArn, statusFilter })) as {
          readonly executions?: readonly { readonly executionArn: string; readonly name: string }[];
        };
        for (const { executionArn, name } of listed.executions ?? []) {
          await this.#call('states', 'RedriveExecution', { executionArn }).then(
            () => this.#watch.note(`an operator redrives ${name.slice(0, 8)}`),
            (error: unknown) => {
              if (!(error instanceof AwsError) || error.code !== 'ExecutionNotRedrivable') throw error;
            },
          );
        }
      }
    }
  }

  /** Says that the registry is right as it was when it was last looked through, where it is not believed. */
  async confirm(): Promise<void> {
    const TableName = this.#output('LedgerTable');
    const { pk, sk } = ledgerKey.registrySeen();
    const Key = { pk: text(pk), sk: text(sk) };
    const read = (await this.#call('dynamodb', 'GetItem', { TableName, Key, ConsistentRead: true })) as SeenRead;
    const { frozen, version } = read.Item ?? {};
    if (frozen === undefined || version === undefined) return;
    try {
      await this.#call('dynamodb', 'UpdateItem', {
        TableName,
        Key,
        UpdateExpression: 'SET #count = :count, tableId = :tableId, #at = :at, #version = :next REMOVE frozen',
        ConditionExpression: '#version = :read',
        ExpressionAttributeNames: { '#count': 'count', '#at': 'at', '#version': 'version' },
        ExpressionAttributeValues: {
          ':count': frozen.M.count,
          ':tableId': frozen.M.tableId,
          ':at': text(new Date(this.#world.clock.now()).toISOString()),
          ':next': { N: String(Number(version.N) + 1) },
          ':read': version,
        },
      });
    } catch (error) {
      // It was looked through in this moment: the operator would see other numbers.
      if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
      return;
    }
    this.#writeWatch.see(Number(frozen.M.count.N), false);
  }

  /** One word for a decision that holds, then the workflow is started, which wakes the run that waits. */
  async say(answer: 'approve' | 'deny', service: string, endpointId: string): Promise<void> {
    const serviceId = this.#idOf(service);
    const TableName = this.#output('LedgerTable');
    const { Items = [] } = (await this.#call('dynamodb', 'Query', {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :decision)',
      ExpressionAttributeValues: {
        ':pk': text(requestKey(serviceId, endpointId)),
        ':decision': text(DECISION_PREFIX),
      },
    })) as { readonly Items?: readonly Record<string, { readonly S?: string }>[] };
    const last = Items.at(-1);
    const isFor = answer === 'approve' ? last?.proposed !== undefined : last?.proposed?.S !== 'reject';
    if (last?.outcome?.S !== 'held' || !isFor) return;
    const generation = Number(last.sk?.S?.slice(DECISION_PREFIX.length));
    const { pk, sk } = ledgerKey.approval(serviceId, endpointId, generation);
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
    await this.#wake(service, endpointId);
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
