import type { Call, Interceptor } from '../../cloud.ts';
import type { JournalEntry } from '../../journal.ts';
import type { TargetNow } from '../../services/elbv2/balanced-targets.ts';
import type { SimulatedWorld } from '../../simulated.ts';
import type { Mark, Watch } from '../watch.ts';

/** An invocation of a function that looks: of one binding's plan, or the watch of all. */
export interface Look {
  /** The execution's name; the watch has none. */
  readonly execution: string;
  /** Absent for the watch. */
  readonly binding?: string;
  readonly begun: Mark;
  /** Addresses of the proxies' interfaces at its begin. */
  readonly interfaces: ReadonlySet<string>;
  ended?: Mark;
  /** Whether the caller got its result. */
  isTold: boolean;
}

/** A call that registers or deregisters targets. */
export interface TargetsWrite extends Mark {
  readonly action: 'register' | 'deregister';
  readonly by: 'us' | 'hand';
  /** The execution's name; empty for a person. */
  readonly execution: string;
  readonly targetGroupArn: string;
  readonly targets: readonly { readonly id: string; readonly port: number }[];
  /** What was registered just before, draining targets among it. */
  readonly before: readonly TargetNow[];
  /** Addresses of the proxies' interfaces just before. */
  readonly interfaces: ReadonlySet<string>;
  /** What the execution saw last, where it was ours. */
  readonly plan?: Look;
  /** Who had the lease by then, by the execution's name; undefined = nobody. */
  readonly holder?: string | undefined;
  /** What DNS named when the plan was made, and until when what did not get healthy was not tried again. */
  readonly refused: ReadonlyMap<string, string>;
  isDone: boolean;
}

/** What a target's health became. */
export interface HealthChange extends Mark {
  /** `deregistered` = it is gone. */
  readonly state: string;
}

/** A run took a binding in hand, or let it go. */
export interface Lease extends Mark {
  readonly binding: string;
  readonly execution: string;
  readonly isTaken: boolean;
  /** Whose it was until then, where that run was still under way. */
  readonly takenFrom?: string;
}

/** What DNS answered to somebody of ours. */
export interface Heard extends Mark {
  readonly hostName: string;
  /** Absent where it was no answer. */
  readonly addresses?: readonly string[];
}

/** What was told of a refresh. */
export interface ToldRefresh {
  readonly execution: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

type Attribute = { readonly S?: string; readonly M?: Readonly<Record<string, { readonly M?: Item }>> };
type Item = Readonly<Record<string, Attribute | undefined>>;
interface UpdateInput {
  readonly Key?: Item;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Attribute | undefined>>;
}

/** The watch's function is given so many milliseconds. */
export const PATIENCE = 50_000;

const sessionOf = ({ principal }: Call): string => principal.arn.slice(principal.arn.lastIndexOf('/') + 1);

/** Of a target in a group, one text. */
export const targetKey = (
  targetGroupArn: string,
  { id, port }: { readonly id: string; readonly port: number },
): string => `${targetGroupArn} ${id}:${port}`;

/** Writes down what becomes of targets, and by whom. It stands as far inside as the watch. */
export class TargetsWatch {
  readonly writes: TargetsWrite[] = [];
  readonly plans: Look[] = [];
  /** The watch's own invocations. */
  readonly looks: Look[] = [];
  readonly leases: Lease[] = [];
  readonly heard: Heard[] = [];
  readonly told: ToldRefresh[] = [];
  /** Adoptions: `binding address`. */
  readonly adopted: (Mark & { readonly binding: string; readonly address: string })[] = [];
  /** Of each target, by {@link targetKey}. */
  readonly health = new Map<string, HealthChange[]>();
  /** Reads of targets' health by the watch's function. */
  readonly reads: (Mark & { readonly targetGroupArn: string })[] = [];
  /** By binding, until when what did not get healthy is not tried again, as the ledger has it: address to ISO 8601. */
  readonly #refused = new Map<string, ReadonlyMap<string, string>>();
  readonly #ours = new Map<string, ReadonlySet<string>>();
  readonly #world: SimulatedWorld;
  readonly #watch: Watch;

  readonly #proxies: readonly string[];

  /** @param proxies - names of the world's proxies. */
  constructor(world: SimulatedWorld, watch: Watch, proxies: readonly string[]) {
    this.#proxies = proxies;
    this.#world = world;
    this.#watch = watch;
    world.cloud.intercept(this.#intercept);
    world.journal.listen((entry) => this.#hear(entry));
    world.dns.listen((hostName, answer) => {
      const addresses = answer.code === 'NOERROR' ? answer.records.map(({ address }) => address) : [];
      this.heard.push({ ...watch.mark(), hostName, ...(addresses.length === 0 ? {} : { addresses }) });
    });
  }

  /** Who has a binding in hand now, by the execution's name. */
  holderOf(binding: string): string | undefined {
    const last = this.leases.findLast((lease) => lease.binding === binding);
    return last?.isTaken === true ? last.execution : undefined;
  }

  /**
   * A target's states from a time on up to a mark, the one that it had at that time among them; empty where it never was.
   *
   * @param from - by the world's clock.
   */
  statesOf(key: string, from: number, until = Number.POSITIVE_INFINITY): readonly string[] {
    const all = (this.health.get(key) ?? []).filter(({ mark }) => mark <= until);
    const first = all.findLast(({ at }) => at < from);
    return [...(first === undefined ? [] : [first]), ...all.filter(({ at }) => at >= from)].map(({ state }) => state);
  }

  /** Who registered a target that is there at a mark; undefined = nobody did. */
  ownerOf(key: string, mark: number): 'us' | 'hand' | undefined {
    return this.writes.findLast(
      (write) =>
        write.mark <= mark &&
        write.isDone &&
        write.action === 'register' &&
        write.targets.some((target) => targetKey(write.targetGroupArn, target) === key) &&
        // Who is there already, stays as it is.
        !write.before.some(
          (target) => targetKey(write.targetGroupArn, target) === key && target.health.state !== 'draining',
        ),
    )?.by;
  }

  #interfaces(): ReadonlySet<string> {
    const nodes = this.#proxies.flatMap((proxy) => this.#world.proxies.nodes(proxy));
    return new Set(nodes.flatMap(({ addresses }) => addresses));
  }

  #hear(entry: JournalEntry): void {
    const { kind, who, what, detail } = entry;
    // Whoever starts the watch does not wait for its end: its last word is.
    if (kind === 'log' && who.includes('WatchTargets') && (detail as { message?: string }).message === 'watched') {
      const open = this.looks.find((look) => look.ended === undefined && look.begun.at >= entry.at - PATIENCE);
      if (open !== undefined) open.ended = this.#watch.mark();
    }
    if (kind !== 'state' || who !== 'elbv2') return;
    const { targetGroupArn } = (detail ?? {}) as { readonly targetGroupArn?: string };
    const [name = '', state = ''] = what.split(' ');
    if (targetGroupArn === undefined) return;
    const key = `${targetGroupArn} ${name}`;
    const changes = this.health.get(key) ?? [];
    this.health.set(key, changes);
    changes.push({ ...this.#watch.mark(), state });
    this.#watch.note(`${name} is ${state}`);
  }

  #intercept: Interceptor = (call, next) => {
    const { service, action, principal } = call;
    if (service === 'elasticloadbalancing' && /^(Register|Deregister)Targets$/.test(action)) {
      return this.#write(call, next);
    }
    if (service === 'dynamodb' && action === 'UpdateItem') return this.#update(call, next);
    if (principal.kind !== 'role') return next();
    if (service === 'lambda' && action === 'Invoke') return this.#invoke(call, next);
    if (service === 'events' && action === 'PutEvents') this.#publish(call);
    if (service === 'elasticloadbalancing' && principal.arn.includes('WatchTargets')) {
      const { TargetGroupArn: targetGroupArn } = call.input as { readonly TargetGroupArn: string };
      this.reads.push({ ...this.#watch.mark(), targetGroupArn });
    }
    return next();
  };

  async #write(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { TargetGroupArn: targetGroupArn, Targets } = call.input as {
      readonly TargetGroupArn: string;
      readonly Targets: readonly { readonly Id: string; readonly Port?: number }[];
    };
    const before = this.#world.targets.registered(targetGroupArn);
    const execution = call.principal.kind === 'role' ? sessionOf(call) : '';
    const plan = this.plans.findLast((each) => each.execution === execution && each.isTold);
    const write: TargetsWrite = {
      ...this.#watch.mark(),
      action: call.action === 'RegisterTargets' ? 'register' : 'deregister',
      by: call.principal.kind === 'role' ? 'us' : 'hand',
      execution,
      targetGroupArn,
      // The group's own port, where none is named.
      targets: Targets.map(({ Id: id, Port: port = 5432 }) => ({ id, port })),
      before,
      interfaces: this.#interfaces(),
      refused: this.#refused.get(plan?.binding ?? '') ?? new Map(),
      ...(plan === undefined ? {} : { plan, holder: this.holderOf(plan.binding ?? '') }),
      isDone: false,
    };
    this.writes.push(write);
    const words = `${write.by === 'us' ? `we (${execution.slice(0, 8)})` : 'a person'} ${write.action} ${write.targets.map(({ id, port }) => `${id}:${port}`).join(', ')}`;
    try {
      const output = await next();
      write.isDone = true;
      this.#watch.note(words);
      return output;
    } catch (error) {
      this.#watch.note(`${words}: ${String(error)}`);
      throw error;
    }
  }

  async #invoke(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { FunctionName = '', Payload } = call.input as {
      readonly FunctionName?: string;
      readonly Payload?: Uint8Array;
    };
    const isPlan = FunctionName.includes('PlanTargets');
    if (!isPlan && !FunctionName.includes('WatchTargets')) return next();
    const { bindingId } = JSON.parse(Buffer.from(Payload ?? []).toString() || '{}') as { readonly bindingId?: string };
    const look: Look = {
      execution: isPlan ? sessionOf(call) : '',
      ...(bindingId === undefined ? {} : { binding: bindingId }),
      begun: this.#watch.mark(),
      interfaces: this.#interfaces(),
      isTold: false,
    };
    (isPlan ? this.plans : this.looks).push(look);
    try {
      const output = await next();
      look.isTold = (output as { readonly FunctionError?: string }).FunctionError === undefined;
      return output;
    } finally {
      if (isPlan) look.ended = this.#watch.mark();
    }
  }

  async #update(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { Key, UpdateExpression = '', ExpressionAttributeValues = {} } = call.input as UpdateInput;
    const output = await next();
    if (Key?.pk?.S !== 'TARGETS') return output;
    const binding = Key.sk?.S?.slice('BINDING#'.length) ?? '';
    const refused = ExpressionAttributeValues[':refused']?.M;
    if (refused !== undefined) {
      const entries = Object.entries(refused).map(([address, { M }]) => [address, M?.until?.S ?? ''] as const);
      this.#refused.set(binding, new Map(entries));
    }
    const ours = ExpressionAttributeValues[':ours']?.M;
    if (ours !== undefined) {
      const before = this.#ours.get(binding) ?? new Set();
      if (call.principal.kind !== 'role') {
        for (const address of Object.keys(ours)) {
          if (!before.has(address)) this.adopted.push({ ...this.#watch.mark(), binding, address });
        }
      }
      this.#ours.set(binding, new Set(Object.keys(ours)));
    }
    if (call.principal.kind === 'role') this.#hold(binding, sessionOf(call), UpdateExpression);
    return output;
  }

  #hold(binding: string, execution: string, expression: string): void {
    const isTaken = expression.startsWith('SET execution');
    if (!isTaken && !expression.includes('REMOVE execution')) return;
    const holder = this.holderOf(binding);
    const seen = this.#watch.executions.get(holder ?? '');
    const isRobbed =
      isTaken && holder !== undefined && holder !== execution && seen?.status === 'RUNNING' && seen.isRedriven !== true;
    this.leases.push({
      ...this.#watch.mark(),
      binding,
      execution,
      isTaken,
      ...(isRobbed ? { takenFrom: holder } : {}),
    });
    this.#watch.note(`${execution.slice(0, 8)} ${isTaken ? 'has' : 'lets go of'} ${binding}`);
  }

  #publish({ input }: Call): void {
    const { Entries = [] } = input as { readonly Entries?: readonly { DetailType?: string; Detail?: string }[] };
    for (const { DetailType, Detail = '{}' } of Entries) {
      if (DetailType !== 'Targets Refreshed') continue;
      const { executionArn, added, removed } = JSON.parse(Detail) as Omit<ToldRefresh, 'execution'> & {
        readonly executionArn: string;
      };
      this.told.push({ execution: executionArn.slice(executionArn.lastIndexOf(':') + 1), added, removed });
    }
  }
}
