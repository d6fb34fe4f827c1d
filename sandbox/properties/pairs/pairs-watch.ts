import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Call, HOME_REGION, type Interceptor, STANDBY_REGION } from '../../cloud.ts';
import { FIRST_VPC } from '../../dns/vantages.ts';
import type { SimulatedWorld } from '../../simulated.ts';
import type { Mark, Watch } from '../watch.ts';
import { isWrite } from '../write-watch.ts';
import type { Pair, Pairs, Side } from './pairs.ts';
import { type PairsKeeper, SIDES } from './pairs-keeper.ts';

/** A record set as the API has it. */
export interface ZoneSet {
  readonly Name: string;
  readonly Type: string;
  readonly SetIdentifier?: string;
  readonly Failover?: 'PRIMARY' | 'SECONDARY';
  readonly Weight?: number;
  readonly TTL?: number;
  readonly ResourceRecords?: readonly { readonly Value: string }[];
  readonly AliasTarget?: {
    readonly HostedZoneId: string;
    readonly DNSName: string;
    readonly EvaluateTargetHealth: boolean;
  };
  readonly HealthCheckId?: string;
}

/** One change of a batch. */
export interface ZoneChange {
  readonly Action: 'CREATE' | 'DELETE' | 'UPSERT';
  readonly ResourceRecordSet: ZoneSet;
}

/** A batch that Route 53 made. */
export interface ZoneWrite extends Mark {
  readonly by: 'us' | 'hand';
  readonly zoneId: string;
  readonly changes: readonly ZoneChange[];
  /** What the zone had before. */
  readonly before: readonly ZoneSet[];
  /** Our invocations that were at the zone then. */
  readonly open: readonly Converging[];
  /** The run that had the zone in hand, by its name; undefined = none. */
  readonly holder?: string | undefined;
}

/** An invocation that may write a record's zone. */
export interface Converging {
  /** The execution's name. */
  readonly execution: string;
  readonly pair: string;
  readonly begun: Mark;
}

/** A run took a zone in hand, or let it go. */
export interface ZoneLease extends Mark {
  readonly zoneId: string;
  readonly execution: string;
  readonly isTaken: boolean;
  /** Whose it was until then, where that run was still under way. */
  readonly takenFrom?: string;
}

/** Whose answer a client got. */
export type Answered = Side | 'neither' | 'nobody';

/** A client's answer changed. */
export interface AnswerSeen extends Mark {
  readonly pair: string;
  readonly answered: Answered;
  readonly addresses: readonly string[];
}

/** Who failed a record over, or back. */
interface Word {
  readonly by: string;
  readonly at: string;
}

/** What the ledger says of a record from a mark on. */
export interface RecordState extends Mark {
  readonly pair: string;
  readonly engaged?: Word;
  readonly released?: Word;
  readonly armedAt?: string;
  readonly weights?: Readonly<Record<string, number>>;
  readonly checks?: { readonly primary: string; readonly health: string };
}

/** What was told of a run. */
export interface ToldFailover extends Mark {
  readonly pair: string;
  readonly outcome: string;
}

/** A health check's children changed; undefined for one that has none. */
export interface ChecksSeen extends Mark {
  readonly id: string;
  readonly children: readonly string[];
}

/** How often a client asks, in milliseconds. */
const EVERY = 5_000;
/** A resolver of a client's own, in the VPC of the zones: nothing of ours fills its cache. */
const CLIENT = '10.66.0.2';

const keyOf = ({ Name, Type, SetIdentifier = '' }: ZoneSet): string => `${Name} ${Type} ${SetIdentifier}`;
const sessionOf = ({ principal }: Call): string => principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
const plain = (name: string): string => `${name.toLowerCase().replace(/\.$/, '')}.`;

/** Writes down what becomes of names over two regions: what their zones have, what clients get, what the ledger says. */
export class PairsWatch {
  readonly writes: ZoneWrite[] = [];
  readonly answers: AnswerSeen[] = [];
  readonly states: RecordState[] = [];
  readonly leases: ZoneLease[] = [];
  readonly told: ToldFailover[] = [];
  readonly checks: ChecksSeen[] = [];
  /** The latch's alarm of a pair changed. */
  readonly latches: (Mark & { readonly pair: string; readonly state: string })[] = [];
  /** The home region was cut off, or healed. */
  readonly cuts: (Mark & { readonly region: string; readonly isCut: boolean })[] = [];
  /** Every call of the standby region's roles that changes something, but the latches' metric: `service:Action`. */
  readonly writesBySelf: string[] = [];
  readonly #world: SimulatedWorld;
  readonly #watch: Watch;
  readonly #pairs: Pairs;
  readonly #keeper: PairsKeeper;
  readonly #open = new Set<Converging>();
  readonly #zones = new Map<string, Map<string, ZoneSet>>();

  constructor(world: SimulatedWorld, watch: Watch, pairs: Pairs, keeper: PairsKeeper) {
    this.#world = world;
    this.#watch = watch;
    this.#pairs = pairs;
    this.#keeper = keeper;
    world.dns.vantages.define(CLIENT, FIRST_VPC);
    // Route 53 is one for all regions, and is called at home.
    world.cloud.intercept(this.#atHome);
    world.regions.get(STANDBY_REGION).cloud.intercept(this.#inStandby);
    world.journal.listen(({ kind, who, what }) => {
      const cut = kind === 'state' && who === 'regions' ? /^(\S+) (cut off|healed)$/.exec(what) : null;
      if (cut !== null) this.cuts.push({ ...watch.mark(), region: cut[1] ?? '', isCut: cut[2] === 'cut off' });
    });
  }

  /** Asks as a client from now on. */
  begin(): void {
    this.#world.clock.inBackground(EVERY, () => {
      this.#look();
      this.begin();
    });
  }

  /** What a zone has now. */
  setsOf(zoneId: string): readonly ZoneSet[] {
    return [...(this.#zones.get(zoneId)?.values() ?? [])];
  }

  /** Who has a zone in hand now, by the execution's name. */
  holderOf(zoneId: string): string | undefined {
    const last = this.leases.findLast((lease) => lease.zoneId === zoneId);
    return last?.isTaken === true ? last.execution : undefined;
  }

  /** What the ledger said of a record at a mark. */
  stateAt(pair: string, mark = Number.POSITIVE_INFINITY): RecordState | undefined {
    return this.states.findLast((state) => state.pair === pair && state.mark <= mark);
  }

  #look(): void {
    for (const pair of this.#pairs.pairs) {
      const addresses = this.#ask(this.#keeper.nameOf(pair));
      const answered = this.#whose(pair, addresses);
      const last = this.answers.findLast((each) => each.pair === pair.name);
      const isSame = last?.answered === answered && String(last.addresses) === String(addresses);
      if (isSame || (last === undefined && answered === 'nobody')) continue;
      this.answers.push({ ...this.#watch.mark(), pair: pair.name, answered, addresses });
      this.#watch.note(`${pair.name} is answered with ${addresses.join(', ') || 'nothing'}: ${answered}`);
    }
    this.#lookAtLatches();
  }

  #lookAtLatches(): void {
    const alarms = this.#world.regions.get(STANDBY_REGION).metrics.alarms();
    for (const { name: pair } of this.#pairs.pairs) {
      const [, state] = Object.entries(alarms).find(([name]) => name.endsWith(`-latch-${pair}`)) ?? [];
      const last = this.latches.findLast((each) => each.pair === pair);
      if (state === undefined || state === last?.state) continue;
      this.latches.push({ ...this.#watch.mark(), pair, state });
      this.#watch.note(`${pair}’s latch is ${state}`);
    }
  }

  #ask(name: string): readonly string[] {
    const answer = this.#world.dns.resolve(name, 'A', CLIENT);
    return answer.code === 'NOERROR' ? answer.records.map(({ address }) => address).sort() : [];
  }

  #whose(pair: Pair, addresses: readonly string[]): Answered {
    if (addresses.length === 0) return 'nobody';
    const of = SIDES.find((side) => {
      const balancer = pair.sides === 'alias' ? this.#keeper.balancerOf(pair, side) : undefined;
      const own = balancer === undefined ? this.#keeper.addressesOf(pair, side) : this.#ask(balancer.dnsName);
      return addresses.every((address) => own.includes(address));
    });
    return of ?? 'neither';
  }

  #atHome: Interceptor = async (call, next) => {
    const { service, action, principal, input } = call;
    if (service !== 'route53') return next();
    const output = await next();
    if (action === 'ChangeResourceRecordSets') this.#write(call);
    if (action === 'CreateHealthCheck') {
      const { HealthCheck } = output as { readonly HealthCheck: { readonly Id: string } };
      const { HealthCheckConfig } = input as { readonly HealthCheckConfig: { ChildHealthChecks?: readonly string[] } };
      this.#seeChildren(HealthCheck.Id, HealthCheckConfig.ChildHealthChecks);
    }
    if (action === 'UpdateHealthCheck') {
      const { HealthCheckId, ChildHealthChecks } = input as {
        readonly HealthCheckId: string;
        readonly ChildHealthChecks?: readonly string[];
      };
      this.#seeChildren(HealthCheckId, ChildHealthChecks);
    }
    if (principal.kind === 'role' && isWrite(call)) this.#count(call);
    return output;
  };

  #seeChildren(id: string, children: readonly string[] | undefined): void {
    if (children !== undefined) this.checks.push({ ...this.#watch.mark(), id, children });
  }

  #write({ input, principal }: Call): void {
    const { HostedZoneId, ChangeBatch } = input as {
      readonly HostedZoneId: string;
      readonly ChangeBatch: { readonly Changes: readonly ZoneChange[] };
    };
    const zoneId = HostedZoneId.replace('/hostedzone/', '');
    const before = this.setsOf(zoneId);
    const zone = this.#zones.get(zoneId) ?? new Map<string, ZoneSet>();
    this.#zones.set(zoneId, zone);
    const changes = ChangeBatch.Changes.map(({ Action, ResourceRecordSet: set }) => ({
      Action,
      ResourceRecordSet: { ...set, Name: plain(set.Name) },
    }));
    for (const { Action, ResourceRecordSet: set } of changes) {
      if (Action === 'DELETE') zone.delete(keyOf(set));
      else zone.set(keyOf(set), set);
    }
    const by = principal.kind === 'role' ? 'us' : 'hand';
    const inZone = ({ pair }: Converging) => this.#keeper.zoneIdOf(this.#keeper.pairOf(pair)) === zoneId;
    const open = [...this.#open].filter(inZone);
    this.writes.push({ ...this.#watch.mark(), by, zoneId, changes, before, open, holder: this.holderOf(zoneId) });
    const words = changes.map(({ Action, ResourceRecordSet: { Name, Type, SetIdentifier = '' } }) =>
      [Action, Name, Type, SetIdentifier].join(' ').trim(),
    );
    this.#watch.note(`${by === 'us' ? 'we' : 'a person'}: ${words.join('; ')}`);
  }

  #count({ service, action, principal }: Call): void {
    if (service === 'monitoring' && action === 'PutMetricData') return;
    this.writesBySelf.push(`${service}:${action} by ${principal.arn.replace(/^.*assumed-role\//, '')}`);
  }

  #inStandby: Interceptor = (call, next) => {
    const { service, action, principal } = call;
    if (service === 'dynamodb' && action === 'PutItem') return this.#put(call, next);
    if (principal.kind !== 'role') return next();
    this.#watch.calls += 1;
    if (isWrite(call)) this.#count(call);
    if (service === 'lambda' && action === 'Invoke') return this.#invoke(call, next);
    if (service === 'dynamodb' && action === 'UpdateItem') return this.#update(call, next);
    if (service === 'events' && action === 'PutEvents') return this.#publish(call, next);
    return next();
  };

  async #invoke(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { FunctionName = '', Payload } = call.input as {
      readonly FunctionName?: string;
      readonly Payload?: Uint8Array;
    };
    if (!FunctionName.includes('ConvergeRecord')) return next();
    const { recordId } = JSON.parse(Buffer.from(Payload ?? []).toString() || '{}') as { readonly recordId: string };
    const converging = { execution: sessionOf(call), pair: recordId, begun: this.#watch.mark() };
    this.#open.add(converging);
    try {
      return await next();
    } finally {
      this.#open.delete(converging);
    }
  }

  async #put(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const output = await next();
    const { Item = {} } = call.input as { readonly Item?: Record<string, AttributeValue> };
    if (Item.pk?.S !== 'RECORDS' || Item.version === undefined) return output;
    const { sk, engaged, released, armedAt, weights, checks } = unmarshall(Item) as RecordState & { sk: string };
    const pair = sk.slice('RECORD#'.length);
    const known = { engaged, released, armedAt, weights, checks };
    const set = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
    this.states.push({ ...this.#watch.mark(), pair, ...set });
    const standing = engaged !== undefined ? 'engaged' : released !== undefined ? 'released' : 'free';
    this.#watch.note(`the ledger has ${pair} ${standing}${armedAt === undefined ? '' : ', armed'}`);
    return output;
  }

  async #update(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const { Key, UpdateExpression = '' } = call.input as {
      readonly Key?: { readonly pk?: { readonly S?: string } };
      readonly UpdateExpression?: string;
    };
    const output = await next();
    const zoneId = /^ZONE#(.*)$/.exec(Key?.pk?.S ?? '')?.[1];
    if (zoneId === undefined) return output;
    const execution = sessionOf(call);
    const isTaken = UpdateExpression.startsWith('SET execution');
    const holder = this.holderOf(zoneId);
    const seen = this.#watch.executions.get(holder ?? '');
    const isRobbed =
      isTaken && holder !== undefined && holder !== execution && seen?.status === 'RUNNING' && seen.isRedriven !== true;
    const robbed = isRobbed ? { takenFrom: holder } : {};
    this.leases.push({ ...this.#watch.mark(), zoneId, execution, isTaken, ...robbed });
    return output;
  }

  async #publish(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const output = await next();
    const { Entries = [] } = call.input as {
      readonly Entries?: readonly { readonly DetailType?: string; readonly Detail?: string }[];
    };
    for (const { DetailType, Detail = '{}' } of Entries) {
      if (DetailType !== 'Failover Updated') continue;
      const { recordId, outcome } = JSON.parse(Detail) as { readonly recordId: string; readonly outcome: string };
      this.told.push({ ...this.#watch.mark(), pair: recordId, outcome });
      this.#watch.note(`told: ${recordId} ${outcome}`);
    }
    return output;
  }
}

/** Whether the home region was cut off at some time between two moments of the world's clock. */
export const wasHomeCut = ({ cuts }: PairsWatch, from: number, until: number): boolean =>
  wasCut(cuts, HOME_REGION, from, until);

const wasCut = (cuts: PairsWatch['cuts'], region: string, from: number, until: number): boolean => {
  const of = cuts.filter((cut) => cut.region === region);
  return of.some(
    ({ isCut, at }, index) => isCut && at <= until && (of[index + 1]?.at ?? Number.POSITIVE_INFINITY) >= from,
  );
};
