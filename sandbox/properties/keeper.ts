import { type Key, registryKey } from '../../functions/registry/keys.ts';
import { OPERATOR } from '../cloud.ts';
import type { SimulatedWorld } from '../simulated.ts';
import { type Attributes, customerEntry, entitlementEntry, serviceEntry, text } from './entries.ts';
import { type History, type HistoryCustomer, type HistoryService, OWN, type Terms } from './history.ts';
import { type Entry, entriesOf, hasEntry, withEntryOf } from './registry-losses.ts';
import {
  matchKey,
  type RegistryTruth,
  RegistryVersions,
  type ServiceTruth,
  truthOf,
  withService,
} from './registry-truth.ts';
import type { Watch } from './watch.ts';

/** Entries that DynamoDB writes in one call. */
const BATCH = 25;

/** All services of a history; the stack's own first. */
export const servicesOf = ({ policy, begins, bound, customers, others = [] }: History): readonly HistoryService[] => {
  const terms = Object.fromEntries(
    customers.flatMap((customer) => (customer.terms === undefined ? [] : [[customer.customerId, customer.terms]])),
  );
  return [{ name: OWN, policy, begins, terms, ...(bound === undefined ? {} : { bound }) }, ...others];
};

/** Who is matched at a service in the beginning: at the stack's own whoever is matched at all, elsewhere whoever may use it. */
const matchedAt = ({ name, terms }: HistoryService, customers: readonly HistoryCustomer[]) =>
  customers.filter(({ customerId, isMatched }) => isMatched && (name === OWN || Object.hasOwn(terms, customerId)));

const firstTruth = (service: HistoryService, customers: readonly HistoryCustomer[]): ServiceTruth => {
  const { policy, begins, terms } = service;
  // Of a service without an entry nobody knows whether it was made for the Concierge: it takes a person to end what is held.
  const mode = policy === 'none' ? 'propose' : begins;
  const matches = new Map<string, Set<string>>();
  for (const { customerId, account } of matchedAt(service, customers)) {
    const key = matchKey('account', account);
    matches.set(key, new Set([...(matches.get(key) ?? []), customerId]));
  }
  return {
    policy,
    matches,
    modes: { accept: mode, reject: mode, revoke: mode, 'targets-add': mode, 'targets-remove': mode },
    isPaused: false,
    terms: new Map(Object.entries(terms)),
  };
};

/** Those who keep the registry, entry by entry, and know what it says in truth. */
export class Keeper {
  readonly registry: RegistryVersions;
  readonly #world: SimulatedWorld;
  readonly #watch: Watch;
  readonly #beginning: number;
  readonly #idOf: (service: string) => string;
  /** The registry before somebody's entries were removed; undefined = everybody's. */
  readonly #lost = new Map<string | undefined, RegistryTruth>();
  readonly #first: RegistryTruth;
  #imported = 0;

  /** @param idOf - a service's id, by its name. */
  constructor(world: SimulatedWorld, watch: Watch, history: History, idOf: (service: string) => string) {
    this.#world = world;
    this.#watch = watch;
    this.#beginning = world.clock.now();
    this.#idOf = idOf;
    const { customers } = history;
    this.#first = {
      statuses: new Map(customers.map(({ customerId, status }) => [customerId, status])),
      services: new Map(servicesOf(history).map((service) => [service.name, firstTruth(service, customers)])),
      isAllPaused: false,
    };
    this.registry = new RegistryVersions(this.#first);
  }

  /** Enters everything that a history begins with. */
  async enter(history: History): Promise<void> {
    const { customers } = history;
    const entries: (readonly [Key, Attributes])[] = customers.map(({ customerId, status }) => [
      registryKey.customer(customerId),
      customerEntry(customerId, status),
    ]);
    for (const service of servicesOf(history)) {
      const serviceId = this.#idOf(service.name);
      if (service.policy !== 'none') entries.push([registryKey.service(serviceId), serviceEntry(serviceId, service)]);
      for (const { customerId, account } of matchedAt(service, customers)) {
        const match = registryKey.match(serviceId, 'account', account, customerId);
        entries.push([match, { customerId: text(customerId) }]);
      }
      for (const [customerId, terms] of Object.entries(service.terms)) {
        entries.push([
          registryKey.entitlement(serviceId, customerId),
          this.#entitlement(service.name, customerId, terms),
        ]);
      }
    }
    await this.#putAll(entries);
  }

  setStatus(customerId: string, status: 'active' | 'suspended'): Promise<void> {
    const { last } = this.registry;
    const truth = { ...last, statuses: new Map(last.statuses).set(customerId, status) };
    return this.#change(truth, registryKey.customer(customerId), customerEntry(customerId, status));
  }

  /** The customer's own entry is removed, or put back. */
  setCustomer(customerId: string, isThere: boolean): Promise<void> {
    const { last } = this.registry;
    const others = [...last.statuses].filter(([each]) => each !== customerId);
    const own = isThere ? ([[customerId, 'active']] as const) : [];
    const truth = { ...last, statuses: new Map([...others, ...own]) };
    return this.#change(
      truth,
      registryKey.customer(customerId),
      isThere ? customerEntry(customerId, 'active') : undefined,
    );
  }

  /** @param terms - absent = the entry is removed. */
  entitle(service: string, customerId: string, terms?: Terms): Promise<void> {
    const { last } = this.registry;
    const others = [...truthOf(last, service).terms].filter(([each]) => each !== customerId);
    const all = new Map([...others, ...(terms === undefined ? [] : [[customerId, terms] as const])]);
    const entry = terms === undefined ? undefined : this.#entitlement(service, customerId, terms);
    const key = registryKey.entitlement(this.#idOf(service), customerId);
    return this.#change(withService(last, service, { terms: all }), key, entry);
  }

  /** An account or an endpoint stands for a customer, or no longer. */
  match(
    service: string,
    [kind, id]: readonly ['account' | 'endpoint', string],
    customerId: string,
    isMatched: boolean,
  ): Promise<void> {
    const { last } = this.registry;
    const { matches } = truthOf(last, service);
    const others = [...(matches.get(matchKey(kind, id)) ?? [])].filter((each) => each !== customerId);
    const named = new Set(isMatched ? [...others, customerId] : others);
    const truth = withService(last, service, { matches: new Map(matches).set(matchKey(kind, id), named) });
    const key = registryKey.match(this.#idOf(service), kind, id, customerId);
    return this.#change(truth, key, isMatched ? { customerId: text(customerId) } : undefined);
  }

  /** All entries of a customer go, or everybody's: entry by entry, as people do it. */
  async lose(customerId: string | undefined): Promise<void> {
    const before = this.registry.last;
    const entries = entriesOf(before, customerId);
    if (entries.length === 0) return;
    this.#lost.set(customerId, before);
    this.#watch.note(`the entries of ${customerId ?? 'all customers'} are removed`);
    for (const entry of entries) await this.#set(entry, undefined);
  }

  /** What was entered again meanwhile stays. */
  async restore(customerId: string | undefined): Promise<void> {
    const before = this.#lost.get(customerId);
    if (before === undefined) return;
    this.#watch.note(`the entries of ${customerId ?? 'all customers'} are put back`);
    for (const entry of entriesOf(before, customerId).toReversed()) {
      if (!hasEntry(this.registry.last, entry)) await this.#set(entry, before);
    }
  }

  /** The registry is brought back to what it was in the beginning: what is newer is gone, what was changed is as before. */
  async rewind(): Promise<void> {
    this.#watch.note('the registry is brought back to what it was in the beginning');
    for (const entry of entriesOf(this.registry.last)) {
      if (!hasEntry(this.#first, entry)) await this.#set(entry, undefined);
    }
    for (const entry of entriesOf(this.#first).toReversed()) await this.#set(entry, this.#first);
  }

  /** Enters new customers of the stack's own service, all at once; nobody of them has an endpoint. */
  async import(count: number): Promise<void> {
    this.#watch.note(`${count} customers are imported`);
    const entries: (readonly [Key, Attributes])[] = [];
    let truth = this.registry.last;
    const terms: Terms = { maxEndpoints: 1, approval: 'automatic' };
    for (let left = count; left > 0; left -= 1) {
      this.#imported += 1;
      const customerId = `imported-${this.#imported}`;
      const account = String(800_000_000_000 + this.#imported);
      const { terms: before, matches } = truthOf(truth, OWN);
      truth = withService({ ...truth, statuses: new Map(truth.statuses).set(customerId, 'active') }, OWN, {
        terms: new Map(before).set(customerId, terms),
        matches: new Map(matches).set(matchKey('account', account), new Set([customerId])),
      });
      entries.push(
        [registryKey.customer(customerId), customerEntry(customerId, 'active')],
        [registryKey.match(this.#idOf(OWN), 'account', account, customerId), { customerId: text(customerId) }],
        [registryKey.entitlement(this.#idOf(OWN), customerId), this.#entitlement(OWN, customerId, terms)],
      );
    }
    const done = this.registry.change(truth, this.#watch.mark().mark);
    await this.#putAll(entries);
    done(this.#watch.mark().mark);
  }

  /** Brings one entry to what it is in another registry. */
  #set(entry: Entry, other: RegistryTruth | undefined): Promise<void> {
    const { customerId } = entry;
    const truth = withEntryOf(this.registry.last, entry, other);
    if (entry.kind === 'customer') {
      const status = other?.statuses.get(customerId);
      const put = status === undefined ? undefined : customerEntry(customerId, status);
      return this.#change(truth, registryKey.customer(customerId), put);
    }
    const { service } = entry;
    const serviceId = this.#idOf(service);
    if (entry.kind === 'match') {
      const key = registryKey.match(serviceId, entry.of, entry.id, customerId);
      return this.#change(truth, key, other === undefined ? undefined : { customerId: text(customerId) });
    }
    const terms = other === undefined ? undefined : truthOf(other, service).terms.get(customerId);
    const put = terms === undefined ? undefined : this.#entitlement(service, customerId, terms);
    return this.#change(truth, registryKey.entitlement(serviceId, customerId), put);
  }

  /** Puts an entry, or takes it away. A reader may see either truth as long as that is under way. */
  async #change(truth: RegistryTruth, { pk, sk }: Key, entry?: Attributes): Promise<void> {
    const TableName = this.#table();
    const key = { pk: text(pk), sk: text(sk) };
    const done = this.registry.change(truth, this.#watch.mark().mark);
    await (entry === undefined
      ? this.#call('DeleteItem', { TableName, Key: key })
      : this.#call('PutItem', { TableName, Item: { ...key, ...entry } }));
    done(this.#watch.mark().mark);
  }

  async #putAll(entries: readonly (readonly [Key, Attributes])[]): Promise<void> {
    for (let from = 0; from < entries.length; from += BATCH) {
      const puts = entries
        .slice(from, from + BATCH)
        .map(([{ pk, sk }, entry]) => ({ PutRequest: { Item: { pk: text(pk), sk: text(sk), ...entry } } }));
      await this.#call('BatchWriteItem', { RequestItems: { [this.#table()]: puts } });
    }
  }

  #entitlement(service: string, customerId: string, terms: Terms): Attributes {
    return entitlementEntry(this.#idOf(service), customerId, terms, this.#beginning);
  }

  #table(): string {
    const { RegistryTable } = this.#world.deployment.outputs;
    if (RegistryTable === undefined) throw new Error('The stack has no output RegistryTable.');
    return RegistryTable;
  }

  #call(action: string, input: unknown): Promise<unknown> {
    return this.#world.cloud.invoke({ service: 'dynamodb', action, input, principal: OPERATOR });
  }
}
