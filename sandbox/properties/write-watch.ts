import type { Call, Interceptor } from '../cloud.ts';
import type { SimulatedWorld } from '../simulated.ts';
import type { Mark, Watch } from './watch.ts';

/** A call of ours that EC2 got and that may write: an answer, or a change of allowed principals. */
export interface Write extends Mark {
  readonly action: string;
  readonly serviceId: string;
  /** Since when it stood on what was read: its function's last read of the modes. */
  readonly since: Mark;
}

/** The registry's size as the ledger had it from a mark on. */
export interface Seen extends Mark {
  readonly count: number;
  /** Nothing that is missing is believed until a person confirms it. */
  readonly isFrozen: boolean;
}

type Attribute = { readonly S?: string; readonly N?: string; readonly M?: object };
type Item = Readonly<Record<string, Attribute | undefined>>;

/** A change of a service's allowed principals. */
export interface PrincipalChange {
  /** When its function began, or when the call was made. */
  readonly begun: Mark;
  readonly ended: Mark;
  readonly by: 'us' | 'hand';
  readonly serviceId: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Whether a call changes something that lasts: whoever looks only reads, invokes functions and takes messages out of queues. */
export const isWrite = ({ service, action }: Call): boolean =>
  service !== 'lambda' &&
  !/^(Describe|Get|List|BatchGet|Query|Scan|Receive|DeleteMessage|ChangeMessage|Assume)/.test(action);

const WRITES = /^(Accept|Reject)VpcEndpointConnections$|^ModifyVpcEndpointServicePermissions$/;

/** The part of a function's name that its calls' ARN ends with. */
const nameOf = ({ principal }: Call): string => principal.arn.slice(principal.arn.lastIndexOf('/') + 1);

/** Writes down what we ask EC2 to write, and what the ledger says of the registry's size. It stands as far inside as the watch. */
export class WriteWatch {
  readonly writes: Write[] = [];
  readonly seen: Seen[] = [];
  /** Every call of ours that changes something, the ledger included: `service:Action`. */
  readonly writesBySelf: string[] = [];
  /** Changes of allowed principals, in order: by whom, of which service, and what. */
  readonly principals: PrincipalChange[] = [];
  readonly #watch: Watch;
  /** The last read of the modes by each function. */
  readonly #reads = new Map<string, Mark>();
  /** Invocations under way, by whatever the caller names the function. */
  readonly #open = new Set<{ readonly functionName: string; readonly begun: Mark }>();

  constructor(world: SimulatedWorld, watch: Watch) {
    this.#watch = watch;
    world.cloud.intercept(this.#intercept);
  }

  /** Notes that the registry is believed to have so many entries, or is not believed. */
  see(count: number, isFrozen: boolean): void {
    this.seen.push({ ...this.#watch.mark(), count, isFrozen });
    this.#watch.note(isFrozen ? 'the registry is frozen' : `the registry is believed to have ${count} entries`);
  }

  #intercept: Interceptor = async (call, next) => {
    const { service, action, principal } = call;
    if (service === 'ec2' && action === 'ModifyVpcEndpointServicePermissions') this.#allow(call);
    if (principal.kind !== 'role') return next();
    if (isWrite(call))
      this.writesBySelf.push(`${service}:${action} by ${principal.arn.replace(/^.*assumed-role\//, '')}`);
    if (service === 'ec2' && WRITES.test(action)) {
      const mark = this.#watch.mark();
      const { ServiceId: serviceId } = call.input as { readonly ServiceId: string };
      this.writes.push({ ...mark, action, serviceId, since: this.#sinceOf(call) ?? mark });
      return next();
    }
    if (service === 'lambda' && action === 'Invoke') return this.#invoke(call, next);
    if (service !== 'dynamodb') return next();
    if (/^(BatchGetItem|Query|GetItem)$/.test(action) && JSON.stringify(call.input).includes('"MODES"')) {
      this.#reads.set(nameOf(call), this.#watch.mark());
    }
    if (action !== 'PutItem') return next();
    const output = await next();
    const { Item = {} } = call.input as { readonly Item?: Item };
    if (Item.sk?.S === 'SEEN') this.see(Number(Item.count?.N), Item.frozen !== undefined);
    return output;
  };

  #allow(call: Call): void {
    const { input, principal } = call;
    const change = input as {
      readonly ServiceId: string;
      readonly AddAllowedPrincipals?: readonly string[];
      readonly RemoveAllowedPrincipals?: readonly string[];
    };
    const ended = this.#watch.mark();
    this.principals.push({
      begun: this.#openOf(nameOf(call))[0]?.begun ?? ended,
      ended,
      by: principal.kind === 'role' ? 'us' : 'hand',
      serviceId: change.ServiceId,
      added: change.AddAllowedPrincipals ?? [],
      removed: change.RemoveAllowedPrincipals ?? [],
    });
  }

  /** Of several invocations of a function at once nobody knows which made the call: the earliest counts. */
  #sinceOf(call: Call): Mark | undefined {
    const name = nameOf(call);
    const open = this.#openOf(name);
    const read = this.#reads.get(name);
    return open.length > 1 || read === undefined ? open[0]?.begun : read;
  }

  #openOf(name: string) {
    return [...this.#open].filter(({ functionName }) => functionName.includes(name));
  }

  async #invoke({ input }: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { FunctionName: functionName = '' } = input as { readonly FunctionName?: string };
    const open = { functionName, begun: this.#watch.mark() };
    this.#open.add(open);
    try {
      return await next();
    } finally {
      this.#open.delete(open);
    }
  }
}
