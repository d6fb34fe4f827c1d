import { type Key, registryKey } from '../../functions/registry/keys.ts';
import { OPERATOR } from '../cloud.ts';
import { accountPrincipal, type Principal } from '../iam/principal.ts';
import type { SimulatedWorld } from '../simulated.ts';
import { type Attributes, customerEntry, instant, serviceEntry, text } from './entries.ts';
import type { Deed, History, Terms } from './history.ts';
import { Operator } from './operator.ts';
import { type Entry, entriesOf, hasEntry, withEntryOf } from './registry-losses.ts';
import { matchKey, type RegistryTruth, RegistryVersions } from './registry-truth.ts';
import { Silences } from './silence.ts';
import type { Mark, Watch } from './watch.ts';
import type { WriteWatch } from './write-watch.ts';

/** A request of a history, as it came to be. */
export interface Request {
  /** `e1`. */
  readonly name: string;
  readonly endpointId: string;
  readonly account: string;
  readonly created: Mark;
}

/** An operator's start of the workflow. */
interface StartByHand {
  /** The execution's name. */
  readonly execution: string;
  readonly input: 'right' | 'dry' | 'wrong';
}

/** Who writes down what the world shows. */
interface Watches {
  readonly watch: Watch;
  readonly writeWatch: WriteWatch;
}

/** Consumers, the operator and those who keep the registry: each calls AWS as itself, by the door that every client's call goes through. */
export class Actors {
  readonly serviceId: string;
  readonly registry: RegistryVersions;
  readonly requests = new Map<string, Request>();
  readonly startsByHand: StartByHand[] = [];
  readonly #world: SimulatedWorld;
  readonly #watch: Watch;
  readonly #beginning: number;
  readonly #operator: Operator;
  readonly silences: Silences;
  /** The registry before somebody's entries were removed; undefined = everybody's. */
  readonly #lost = new Map<string | undefined, RegistryTruth>();

  constructor(world: SimulatedWorld, watches: Watches, { policy, begins, customers }: History) {
    const { watch, writeWatch } = watches;
    this.silences = new Silences(world);
    this.#world = world;
    this.#watch = watch;
    this.#beginning = world.clock.now();
    this.serviceId = this.#output('ServiceIdorders');
    const matches = new Map<string, Set<string>>();
    for (const { customerId, account, isMatched } of customers) {
      if (!isMatched) continue;
      const key = matchKey('account', account);
      matches.set(key, new Set([...(matches.get(key) ?? []), customerId]));
    }
    this.registry = new RegistryVersions({
      policy,
      matches,
      statuses: new Map(customers.map(({ customerId, status }) => [customerId, status])),
      modes: { accept: begins, reject: begins, revoke: begins },
      paused: new Set(),
      terms: new Map(customers.flatMap(({ customerId, terms }) => (terms === undefined ? [] : [[customerId, terms]]))),
    });
    this.#operator = new Operator(world, watch, {
      serviceId: this.serviceId,
      registry: this.registry,
      wake: (endpointId) => this.#start(endpointId, 'right'),
      writeWatch,
    });
  }

  /** Enters everything that a history begins with. */
  async enter({ policy, begins, bound, customers }: History): Promise<void> {
    const { serviceId } = this;
    const entries: (readonly [Key, Attributes])[] = [];
    const service = serviceEntry(serviceId, { policy, begins, ...(bound === undefined ? {} : { bound }) });
    if (policy !== 'none') entries.push([registryKey.service(serviceId), service]);
    for (const { customerId, status, account, isMatched, terms } of customers) {
      entries.push([registryKey.customer(customerId), customerEntry(customerId, status)]);
      const match = registryKey.match(serviceId, 'account', account, customerId);
      if (isMatched) entries.push([match, { customerId: text(customerId) }]);
      if (terms !== undefined) {
        entries.push([registryKey.entitlement(serviceId, customerId), this.#entitlement(customerId, terms)]);
      }
    }
    const puts = entries.map(([{ pk, sk }, entry]) => ({
      PutRequest: { Item: { pk: text(pk), sk: text(sk), ...entry } },
    }));
    if (puts.length === 0) return;
    await this.#call('dynamodb', 'BatchWriteItem', { RequestItems: { [this.#output('RegistryTable')]: puts } });
  }

  /** Does what a step says. What is to be done with an endpoint that does not exist (yet) is not done. */
  async do(deed: Deed): Promise<void> {
    const { serviceId, registry } = this;
    const { statuses, terms, matches } = registry.last;
    if ('endpoint' in deed && deed.deed !== 'create' && !this.requests.has(deed.endpoint)) return;
    const endpointId = 'endpoint' in deed ? (this.requests.get(deed.endpoint)?.endpointId ?? '') : '';
    switch (deed.deed) {
      case 'create':
        return this.#create(deed.endpoint, deed.account);
      case 'delete': {
        const owner = accountPrincipal(this.requests.get(deed.endpoint)?.account ?? '');
        await this.#call('ec2', 'DeleteVpcEndpoints', { VpcEndpointIds: [endpointId] }, owner);
        return;
      }
      case 'answer': {
        const action = `${deed.verdict === 'accept' ? 'Accept' : 'Reject'}VpcEndpointConnections`;
        await this.#call('ec2', action, { ServiceId: serviceId, VpcEndpointIds: [endpointId] });
        return;
      }
      case 'start':
        return this.#start(endpointId, deed.input);
      case 'mode':
        return this.#operator.setMode(deed.effect, deed.mode);
      case 'pause':
        return this.#operator.pause(deed.of, deed.isPaused);
      case 'word':
        return this.#operator.say(deed.answer, endpointId);
      case 'force':
        return this.#operator.force(endpointId);
      case 'sweep':
        return this.#operator.sweep();
      case 'confirm':
        return this.#operator.confirm();
      case 'silence':
        this.#watch.note(`no ${deed.of} come for a while`);
        return this.silences.begin(deed.of, deed.lasts);
      case 'lose':
        return this.#lose(deed.customerId);
      case 'restore':
        return this.#restore(deed.customerId);
      case 'customer': {
        const others = [...statuses].filter(([customerId]) => customerId !== deed.customerId);
        const own = deed.isThere ? ([[deed.customerId, 'active']] as const) : [];
        const truth = { ...registry.last, statuses: new Map([...others, ...own]) };
        const entry = deed.isThere ? customerEntry(deed.customerId, 'active') : undefined;
        return this.#change(truth, registryKey.customer(deed.customerId), entry);
      }
      case 'status': {
        const entry = customerEntry(deed.customerId, deed.status);
        const truth = { ...registry.last, statuses: new Map(statuses).set(deed.customerId, deed.status) };
        return this.#change(truth, registryKey.customer(deed.customerId), entry);
      }
      case 'entitle': {
        const truth = { ...registry.last, terms: new Map(terms).set(deed.customerId, deed.terms) };
        const key = registryKey.entitlement(serviceId, deed.customerId);
        return this.#change(truth, key, this.#entitlement(deed.customerId, deed.terms));
      }
      case 'revoke': {
        const left = new Map([...terms].filter(([customerId]) => customerId !== deed.customerId));
        return this.#change({ ...registry.last, terms: left }, registryKey.entitlement(serviceId, deed.customerId));
      }
      case 'match':
      case 'claim': {
        const [kind, id] =
          deed.deed === 'match' ? ['account' as const, deed.account] : ['endpoint' as const, endpointId];
        const { customerId } = deed;
        const isMatched = deed.deed === 'claim' || deed.isMatched;
        const others = [...(matches.get(matchKey(kind, id)) ?? [])].filter((each) => each !== customerId);
        const named = new Set(isMatched ? [...others, customerId] : others);
        const truth = { ...registry.last, matches: new Map(matches).set(matchKey(kind, id), named) };
        const key = registryKey.match(serviceId, kind, id, customerId);
        return this.#change(truth, key, isMatched ? { customerId: text(customerId) } : undefined);
      }
    }
  }

  /** Everything in the ledger, in the order of its keys. */
  async ledger(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const output = await this.#call('dynamodb', 'Scan', { TableName: this.#output('LedgerTable') });
    return (output as { readonly Items?: readonly Readonly<Record<string, unknown>>[] }).Items ?? [];
  }

  /** Has the sweep come as often as an expression says: `rate(5 minutes)`. */
  async sweep(expression: string): Promise<void> {
    const listed = (await this.#call('scheduler', 'ListSchedules', {})) as { Schedules?: readonly { Name: string }[] };
    for (const { Name } of listed.Schedules ?? []) {
      const schedule = (await this.#call('scheduler', 'GetSchedule', { Name })) as Record<string, unknown>;
      const { FlexibleTimeWindow, Target } = schedule;
      await this.#call('scheduler', 'UpdateSchedule', {
        Name,
        FlexibleTimeWindow,
        Target,
        ScheduleExpression: expression,
      });
    }
  }

  async #create(name: string, account: string): Promise<void> {
    const input = {
      VpcEndpointType: 'Interface',
      ServiceName: `com.amazonaws.vpce.us-west-2.${this.serviceId}`,
      VpcId: `vpc-0${account.slice(0, 7)}`,
      SubnetIds: [`subnet-0${account.slice(0, 7)}`],
    };
    const output = await this.#call('ec2', 'CreateVpcEndpoint', input, accountPrincipal(account));
    const { VpcEndpoint } = output as { readonly VpcEndpoint: { readonly VpcEndpointId: string } };
    const endpointId = VpcEndpoint.VpcEndpointId;
    this.requests.set(name, { name, endpointId, account, created: this.#watch.mark() });
    this.#watch.note(`${account} created ${endpointId}`);
  }

  async #start(endpointId: string, input: StartByHand['input']): Promise<void> {
    const request = { serviceId: this.serviceId, vpcEndpointId: input === 'wrong' ? 'vpce-' : endpointId };
    const output = await this.#call('states', 'StartExecution', {
      stateMachineArn: this.#output('AdmitConnectionArn'),
      input: JSON.stringify({ ...request, ...(input === 'dry' ? { dryRun: true } : {}) }),
    });
    const { executionArn } = output as { readonly executionArn: string };
    this.startsByHand.push({ execution: executionArn.slice(executionArn.lastIndexOf(':') + 1), input });
  }

  /** Entry by entry, as people do it. */
  async #lose(customerId: string | undefined): Promise<void> {
    const before = this.registry.last;
    const entries = entriesOf(before, customerId);
    if (entries.length === 0) return;
    this.#lost.set(customerId, before);
    this.#watch.note(`the entries of ${customerId ?? 'all customers'} are removed`);
    for (const entry of entries) await this.#set(entry, undefined);
  }

  /** What was entered again meanwhile stays. */
  async #restore(customerId: string | undefined): Promise<void> {
    const before = this.#lost.get(customerId);
    if (before === undefined) return;
    this.#watch.note(`the entries of ${customerId ?? 'all customers'} are put back`);
    for (const entry of entriesOf(before, customerId).toReversed()) {
      if (!hasEntry(this.registry.last, entry)) await this.#set(entry, before);
    }
  }

  /** Brings one entry to what it is in another registry. */
  #set(entry: Entry, other: RegistryTruth | undefined): Promise<void> {
    const { customerId } = entry;
    const truth = withEntryOf(this.registry.last, entry, other);
    const { serviceId } = this;
    switch (entry.kind) {
      case 'match': {
        const key = registryKey.match(serviceId, entry.of, entry.id, customerId);
        return this.#change(truth, key, other === undefined ? undefined : { customerId: text(customerId) });
      }
      case 'entitlement': {
        const terms = other?.terms.get(customerId);
        const put = terms === undefined ? undefined : this.#entitlement(customerId, terms);
        return this.#change(truth, registryKey.entitlement(serviceId, customerId), put);
      }
      case 'customer': {
        const status = other?.statuses.get(customerId);
        const put = status === undefined ? undefined : customerEntry(customerId, status);
        return this.#change(truth, registryKey.customer(customerId), put);
      }
    }
  }

  /** Puts an entry, or takes it away. A reader may see either truth as long as that is under way. */
  async #change(truth: RegistryTruth, { pk, sk }: Key, entry?: Attributes): Promise<void> {
    const TableName = this.#output('RegistryTable');
    const key = { pk: text(pk), sk: text(sk) };
    const done = this.registry.change(truth, this.#watch.mark().mark);
    await (entry === undefined
      ? this.#call('dynamodb', 'DeleteItem', { TableName, Key: key })
      : this.#call('dynamodb', 'PutItem', { TableName, Item: { ...key, ...entry } }));
    done(this.#watch.mark().mark);
  }

  #entitlement(customerId: string, { maxEndpoints, approval, from, until, whenEnded, regions }: Terms): Attributes {
    const time = (seconds: number) => text(instant(this.#beginning + seconds * 1000));
    return {
      customerId: text(customerId),
      serviceId: text(this.serviceId),
      maxEndpoints: { N: String(maxEndpoints) },
      approval: text(approval),
      ...(from === undefined ? {} : { from: time(from) }),
      ...(until === undefined ? {} : { until: time(until) }),
      ...(whenEnded === undefined ? {} : { whenEnded: text(whenEnded) }),
      ...(regions === undefined ? {} : { regions: { L: regions.map(text) } }),
    };
  }

  #output(name: string): string {
    const value = this.#world.deployment.outputs[name];
    if (value === undefined) throw new Error(`The stack has no output ${name}.`);
    return value;
  }

  #call(service: string, action: string, input: unknown, principal: Principal = OPERATOR): Promise<unknown> {
    return this.#world.cloud.invoke({ service, action, input, principal });
  }
}
