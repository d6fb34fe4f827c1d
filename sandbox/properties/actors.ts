import { DECISION_PREFIX, type Key, ledgerKey, registryKey, requestKey } from '../../functions/registry/keys.ts';
import { OPERATOR } from '../cloud.ts';
import { accountPrincipal, type Principal } from '../iam/principal.ts';
import { AwsError } from '../services/errors.ts';
import type { SimulatedWorld } from '../simulated.ts';
import type { Deed, Effect, History, Mode, Terms } from './history.ts';
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
  #modesSet: Readonly<Partial<Record<Effect, Mode>>> = {};
  #modesVersion = 0;

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
      modes: { accept: begins, reject: begins },
      terms: new Map(customers.flatMap(({ customerId, terms }) => (terms === undefined ? [] : [[customerId, terms]]))),
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
        return this.#setMode(deed.effect, deed.mode);
      case 'word':
        return this.#say(deed.answer, endpointId);
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

  /** As `ops` does it: the whole item again, with what was set by command before. */
  async #setMode(effect: Effect, mode: Mode): Promise<void> {
    const { pk, sk } = ledgerKey.modes(this.serviceId);
    this.#modesSet = { ...this.#modesSet, [effect]: mode };
    this.#modesVersion += 1;
    const done = this.registry.change(
      { ...this.registry.last, modes: { ...this.registry.last.modes, [effect]: mode } },
      this.#watch.mark().mark,
    );
    const modes = Object.fromEntries(Object.entries(this.#modesSet).map(([name, set]) => [name, text(set)]));
    const Item = { pk: text(pk), sk: text(sk), modes: { M: modes }, version: { N: String(this.#modesVersion) } };
    await this.#call('dynamodb', 'PutItem', { TableName: this.#output('LedgerTable'), Item });
    done(this.#watch.mark().mark);
    this.#watch.note(`an operator sets ${effect} to ${mode}`);
  }

  /** As `ops` does it: one word for a decision that holds, then the workflow is started, which wakes the run that waits. */
  async #say(answer: 'approve' | 'deny', endpointId: string): Promise<void> {
    const TableName = this.#output('LedgerTable');
    const { Items = [] } = (await this.#call('dynamodb', 'Query', {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :decision)',
      ExpressionAttributeValues: {
        ':pk': text(requestKey(this.serviceId, endpointId)),
        ':decision': text(DECISION_PREFIX),
      },
    })) as { readonly Items?: readonly Record<string, { readonly S?: string }>[] };
    const last = Items.at(-1);
    const isFor = answer === 'approve' ? last?.proposed !== undefined : last?.proposed?.S !== 'reject';
    if (last?.outcome?.S !== 'held' || !isFor) return;
    const generation = Number(last.sk?.S?.slice(DECISION_PREFIX.length));
    const { pk, sk } = ledgerKey.approval(this.serviceId, endpointId, generation);
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
    await this.#start(endpointId, 'right');
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

  #entitlement(customerId: string, { maxEndpoints, approval, from, until, regions }: Terms): Attributes {
    const time = (seconds: number) => text(instant(this.#beginning + seconds * 1000));
    return {
      customerId: text(customerId),
      serviceId: text(this.serviceId),
      maxEndpoints: { N: String(maxEndpoints) },
      approval: text(approval),
      ...(from === undefined ? {} : { from: time(from) }),
      ...(until === undefined ? {} : { until: time(until) }),
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
