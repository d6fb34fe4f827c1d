import { CONNECTION_ANSWERED_PATTERN } from '../../events/connection-answered.ts';
import { NOTICE_UNREADABLE_PATTERN } from '../../events/notice-unreadable.ts';
import type { Call, Interceptor } from '../cloud.ts';
import type { JournalEntry } from '../journal.ts';
import type { SimulatedWorld } from '../simulated.ts';

/** When something was seen: by the world's clock, and a count that orders what happens at one time. */
export interface Mark {
  readonly at: number;
  readonly mark: number;
}

/** An invocation of a workflow's deciding function for one request. */
export interface Invocation {
  /** The execution's name. */
  readonly execution: string;
  readonly endpointId: string;
  readonly begun: Mark;
  ended?: Mark;
}

/** An answer that an execution put into the queue. */
export interface Ask extends Mark {
  /** The execution's name. */
  readonly execution: string;
  readonly endpointId: string;
  /** What it is to end: a request that waits, or a connection that lives. */
  readonly ends: string;
}

/** An Accept or Reject that changed the connection's state. */
export interface Answer extends Mark {
  readonly endpointId: string;
  readonly verdict: 'accept' | 'reject';
  /** `us`: a role of the stack; `hand`: the operator. */
  readonly by: 'us' | 'hand';
  /** What it was asked by last, where it was ours. */
  readonly ask?: Ask;
  /** Whether the execution that asked still ran. */
  readonly isAwaited?: boolean;
  /** When modes were read before it, by whoever made the call; where it was ours. */
  readonly checked?: Mark;
}

/** A decision's record as it was written, or an event as it was published. */
export interface Told extends Mark {
  readonly endpointId: string;
  readonly generation: number;
  readonly outcome: string;
  /** Of a record: the whole item. Of an event: its detail-type. */
  readonly text: string;
}

/** What a person said of a request. */
export interface Word extends Mark {
  readonly endpointId: string;
  readonly answer: 'approve' | 'deny';
}

/** A run took a request in hand, or let it go. */
export interface Holding extends Mark {
  readonly endpointId: string;
  /** The execution's name. */
  readonly execution: string;
  readonly isTaken: boolean;
  /** Whose it was until then, where that run was still under way: there should be none. */
  readonly takenFrom?: string;
}

/** A state that EC2 brought a connection to. */
export interface StateChange extends Mark {
  readonly state: string;
}

/** Something worth a line when the history is told. */
export interface Happening extends Mark {
  readonly text: string;
}

/** How an execution stands. */
export interface ExecutionSeen {
  readonly name: string;
  /** `admit-connection`. */
  readonly workflow: string;
  /** When it was first seen to run. */
  readonly begun: Mark;
  status: string;
  /** Error and cause, where it failed. */
  why?: string;
  /** Whether it had ended before: an operator redrove it. */
  isRedriven?: true;
}

/** A change of an entitlement's places. */
export interface PlaceChange extends Mark {
  readonly customerId: string;
  readonly endpointId: string;
  readonly isTaken: boolean;
}

type Attribute = { readonly S?: string; readonly N?: string };
type Item = Readonly<Record<string, Attribute | undefined>>;
interface DynamoInput {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly Item[] }>>;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}
interface PutEventsInput {
  readonly Entries?: readonly { readonly DetailType?: string; readonly Detail?: string }[];
}
interface SendMessageInput {
  readonly MessageBody?: string;
}
interface AnswerInput {
  readonly VpcEndpointIds?: readonly string[];
}
interface InvokeInput {
  readonly FunctionName?: string;
  readonly Payload?: Uint8Array;
}
type PublishedDetail = { readonly vpcEndpointId: string; readonly generation: number; readonly outcome: string };

const ANSWERED: ReadonlySet<string> = new Set(CONNECTION_ANSWERED_PATTERN.detailType);
const UNREADABLE: ReadonlySet<string> = new Set(NOTICE_UNREADABLE_PATTERN.detailType);
const CONNECTED = ['pending', 'available'];

/** Whether a connection in this state is one that its provider accepted and that still is. */
export const isLive = (state: string | undefined): boolean => state !== undefined && CONNECTED.includes(state);

/** The last decision of a request that the ledger had at a mark: of several records of one generation all are the same. */
export const lastRecordOf = (
  { records }: Pick<Watch, 'records'>,
  endpointId: string,
  mark = Number.POSITIVE_INFINITY,
): Told | undefined => records.findLast((record) => record.endpointId === endpointId && record.mark <= mark);

/**
 * Writes down what a world shows: the stack's calls, EC2's own states, how executions end. It stands innermost around each
 * call, so that what it notes is what happened, not what was meant to.
 */
export class Watch {
  readonly decisions: Invocation[] = [];
  readonly asks: Ask[] = [];
  readonly answers: Answer[] = [];
  readonly records: Told[] = [];
  readonly published: Told[] = [];
  /** Notices that the intake told as unreadable. */
  readonly unreadable: Mark[] = [];
  readonly places: PlaceChange[] = [];
  readonly words: Word[] = [];
  /** Disconnections that a person asked for. */
  readonly forced: (Mark & { readonly endpointId: string; readonly execution: string })[] = [];
  readonly holdings: Holding[] = [];
  readonly states = new Map<string, StateChange[]>();
  readonly executions = new Map<string, ExecutionSeen>();
  readonly happenings: Happening[] = [];
  /** How many calls the stack made. */
  calls = 0;
  readonly #world: SimulatedWorld;
  /** The last read of modes by each principal. */
  readonly #checks = new Map<string, Mark>();
  #count = 0;

  constructor(world: SimulatedWorld) {
    this.#world = world;
    world.journal.listen((entry) => this.#hear(entry));
    world.cloud.intercept(this.#intercept);
  }

  /** A fresh mark. */
  mark(): Mark {
    this.#count += 1;
    return { at: this.#world.clock.now(), mark: this.#count };
  }

  /** Notes something for when the history is told. */
  note(text: string): void {
    this.happenings.push({ ...this.mark(), text });
  }

  /** Notes what a person is about to say. */
  say(answer: 'approve' | 'deny', endpointId: string): void {
    this.words.push({ ...this.mark(), endpointId, answer });
    this.note(`a person says ${answer} to ${endpointId}`);
  }

  /** Notes that a person is about to have an endpoint disconnected, by an execution of that name. */
  force(endpointId: string, execution: string): void {
    this.forced.push({ ...this.mark(), endpointId, execution });
    this.note(`a person has ${endpointId} disconnected`);
  }

  /** The state that EC2 truly had the connection in at a mark, whatever a lagging read showed. */
  stateAt(endpointId: string, mark = Number.POSITIVE_INFINITY): string | undefined {
    return this.states.get(endpointId)?.findLast((change) => change.mark <= mark)?.state;
  }

  #hear({ kind, who, what, detail }: JournalEntry): void {
    if (kind !== 'state') return;
    const [subject = '', state = '', ...more] = what.split(' ');
    if (who === 'ec2' && more.length === 0) {
      const changes = this.states.get(subject);
      if (changes === undefined) this.states.set(subject, [{ ...this.mark(), state }]);
      else changes.push({ ...this.mark(), state });
      this.note(`${subject} is ${state}`);
    } else if (subject === 'execution') {
      const name = who.slice(who.lastIndexOf(':') + 1);
      const workflow =
        who
          .split(':')
          .at(-2)
          ?.replace(/^.*?-(?=[a-z])/, '') ?? '';
      const seen = this.executions.get(name) ?? { name, workflow, begun: this.mark(), status: state };
      this.executions.set(name, seen);
      if (state === 'RUNNING' && seen.status !== 'RUNNING') seen.isRedriven = true;
      seen.status = state;
      if (detail !== undefined) {
        const { error, cause } = detail as { readonly error?: string; readonly cause?: string };
        seen.why = `${error}: ${cause}`;
      }
      if (state !== 'RUNNING') this.note(`execution ${name.slice(0, 8)} ${state}${seen.why ? ` (${seen.why})` : ''}`);
    }
  }

  #intercept: Interceptor = (call, next) => {
    const { service, action } = call;
    if (service === 'ec2' && /^(Accept|Reject)VpcEndpointConnections$/.test(action)) return this.#answer(call, next);
    if (call.principal.kind !== 'role') return next();
    this.calls += 1;
    if (service === 'lambda' && action === 'Invoke') return this.#invoke(call, next);
    if (service === 'sqs' && action === 'SendMessage') return this.#ask(call, next);
    if (service === 'dynamodb' && action === 'BatchGetItem') this.#check(call);
    if (service === 'dynamodb' && action === 'PutItem') return this.#put(call, next);
    if (service === 'dynamodb' && action === 'UpdateItem') return this.#update(call, next);
    if (service === 'events' && action === 'PutEvents') return this.#publish(call, next);
    return next();
  };

  #sessionOf(call: Call): string {
    return call.principal.arn.slice(call.principal.arn.lastIndexOf('/') + 1);
  }

  async #answer(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { VpcEndpointIds = [] } = call.input as AnswerInput;
    const verdict = call.action.startsWith('Accept') ? 'accept' : 'reject';
    const by = call.principal.kind === 'role' ? 'us' : 'hand';
    const before = VpcEndpointIds.map((id) => this.stateAt(id));
    // EC2 acts before the call's promise is returned: what differs now, this call did.
    const answered = next();
    VpcEndpointIds.forEach((endpointId, index) => {
      if (this.stateAt(endpointId) === before[index]) return;
      const ask = by === 'us' ? this.asks.findLast((each) => each.endpointId === endpointId) : undefined;
      const checked = by === 'us' ? this.#checks.get(call.principal.arn) : undefined;
      const known = {
        ...(ask === undefined ? {} : { ask, isAwaited: this.executions.get(ask.execution)?.status === 'RUNNING' }),
        ...(checked === undefined ? {} : { checked }),
      };
      this.answers.push({ ...this.mark(), endpointId, verdict, by, ...known });
      this.note(`${by === 'us' ? 'we' : 'a person'} ${verdict}ed ${endpointId}`);
    });
    return answered;
  }

  async #invoke(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { FunctionName = '', Payload } = call.input as InvokeInput;
    if (!/-Decide(Connection|Revocation)/.test(FunctionName)) return next();
    const { vpcEndpointId } = JSON.parse(Buffer.from(Payload ?? []).toString()) as { readonly vpcEndpointId: string };
    const invocation: Invocation = {
      execution: this.#sessionOf(call),
      endpointId: vpcEndpointId,
      begun: this.mark(),
    };
    this.decisions.push(invocation);
    try {
      return await next();
    } finally {
      invocation.ended = this.mark();
    }
  }

  #ask(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { MessageBody = '{}' } = call.input as SendMessageInput;
    const body = JSON.parse(MessageBody) as { readonly vpcEndpointId?: string; readonly ends?: string };
    if (body.vpcEndpointId !== undefined && body.ends !== undefined) {
      const { vpcEndpointId: endpointId, ends } = body;
      this.asks.push({ ...this.mark(), execution: this.#sessionOf(call), endpointId, ends });
    }
    return next();
  }

  #check({ input, principal }: Call): void {
    const keys = Object.values((input as DynamoInput).RequestItems ?? {}).flatMap(({ Keys = [] }) => Keys);
    if (keys.some(({ sk }) => sk?.S === 'MODES')) this.#checks.set(principal.arn, this.mark());
  }

  async #put({ input }: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { Item = {} } = input as DynamoInput;
    const output = await next();
    if (Item.sk?.S?.startsWith('DECISION#') === true) {
      const outcome = Item.outcome?.S ?? '';
      const [generation, endpointId] = [Number(Item.sk.S.slice('DECISION#'.length)), Item.pk?.S?.split('#')[2] ?? ''];
      this.records.push({ ...this.mark(), endpointId, generation, outcome, text: JSON.stringify(Item) });
      this.note(`${endpointId} recorded ${generation}: ${outcome}, ${Item.code?.S}`);
    }
    return output;
  }

  /** One that is redriven goes on by an operator's word, whoever took over meanwhile: it then may answer nothing. */
  #isAtWork(execution: string): boolean {
    const seen = this.executions.get(execution);
    return seen?.status === 'RUNNING' && seen.isRedriven !== true;
  }

  /** As the ledger has it: by the write that just succeeded. */
  #hold(call: Call, endpointId: string, expression: string): void {
    const execution = this.#sessionOf(call);
    const isTaken = expression.startsWith('SET execution');
    if (!isTaken && !expression.startsWith('SET #status = :done')) return;
    const before = this.holdings.findLast((each) => each.endpointId === endpointId);
    const isRobbed =
      isTaken && before?.isTaken === true && before.execution !== execution && this.#isAtWork(before.execution);
    this.holdings.push({
      ...this.mark(),
      endpointId,
      execution,
      isTaken,
      ...(isRobbed ? { takenFrom: before.execution } : {}),
    });
  }

  async #update(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { input } = call;
    const { Key, UpdateExpression = '', ExpressionAttributeNames } = input as DynamoInput;
    const output = await next();
    if (Key?.sk?.S === 'ADMISSION') this.#hold(call, Key.pk?.S?.split('#')[2] ?? '', UpdateExpression);
    const endpointId = ExpressionAttributeNames?.['#me'];
    if (Key?.sk?.S === 'PLACES' && endpointId !== undefined) {
      const customerId = Key.pk?.S?.split('#')[2] ?? '';
      const isTaken = UpdateExpression.startsWith('SET');
      this.places.push({ ...this.mark(), customerId, endpointId, isTaken });
      this.note(`${endpointId} ${isTaken ? 'takes a place of' : 'gives its place back to'} ${customerId}`);
    }
    return output;
  }

  async #publish({ input }: Call, next: () => Promise<unknown>): Promise<unknown> {
    const output = await next();
    if (((output as { readonly FailedEntryCount?: number }).FailedEntryCount ?? 0) > 0) return output;
    for (const { DetailType = '', Detail = '{}' } of (input as PutEventsInput).Entries ?? []) {
      if (UNREADABLE.has(DetailType)) this.unreadable.push(this.mark());
      if (!ANSWERED.has(DetailType)) continue;
      const { vpcEndpointId, generation, outcome } = JSON.parse(Detail) as PublishedDetail;
      this.published.push({ ...this.mark(), endpointId: vpcEndpointId, generation, outcome, text: DetailType });
    }
    return output;
  }
}
