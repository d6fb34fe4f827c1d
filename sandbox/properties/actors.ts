import { type Key, registryKey } from '../../functions/registry/keys.ts';
import { OPERATOR } from '../cloud.ts';
import { accountPrincipal, type Principal } from '../iam/principal.ts';
import type { SimulatedWorld } from '../simulated.ts';
import type { Deed, History, Terms } from './history.ts';
import { Operator } from './operator.ts';
import { matchKey, type RegistryTruth, RegistryVersions } from './registry-truth.ts';
import type { Mark, Watch } from './watch.ts';

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

type Attributes = Readonly<Record<string, unknown>>;

const text = (S: string) => ({ S });

const LAX = ['requester-unknown', 'customer-suspended', 'contract-ended', 'approval-needed', 'quota-reached'];
const STRICT = [...LAX, 'requester-ambiguous', 'entry-unreadable', 'region-not-covered', 'contract-not-begun'];

const serviceEntry = (serviceId: string, { policy, begins }: Pick<History, 'policy' | 'begins'>): Attributes => {
  const all = (codes: readonly string[], verdict: string) =>
    Object.fromEntries(codes.map((code) => [code, text(verdict)]));
  const verdicts = { plain: {}, none: {}, lax: all(LAX, 'accept'), strict: all(STRICT, 'reject') };
  const chosen = policy === 'closed' ? all(['entitled'], 'hold') : verdicts[policy];
  return {
    serviceId: text(serviceId),
    ...(begins === 'enforce' ? { origin: text('created') } : {}),
    ...(Object.keys(chosen).length === 0 ? {} : { verdicts: { M: chosen } }),
  };
};

const customerEntry = (customerId: string, status: string): Attributes => ({
  customerId: text(customerId),
  name: text(customerId),
  status: text(status),
});

/** The entry's times have no fraction of a second. */
const instant = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

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

  constructor(world: SimulatedWorld, watch: Watch, { policy, begins, customers }: History) {
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
    });
  }

  /** Enters everything that a history begins with. */
  async enter({ policy, begins, customers }: History): Promise<void> {
    const { serviceId } = this;
    const entries: (readonly [Key, Attributes])[] = [];
    if (policy !== 'none') entries.push([registryKey.service(serviceId), serviceEntry(serviceId, { policy, begins })]);
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
