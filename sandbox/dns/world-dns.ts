import { isIPv6 } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import type { Journal } from '../journal.ts';
import type { Random } from '../random.ts';
import { type DnsAuthority, type HostAddresses, type NameRecord, plainName, type ZoneAuthority } from './authority.ts';
import type { DnsOptions } from './options.ts';
import { txtStrings } from './txt.ts';
import { PUBLIC_RESOLVER, Vantages, VPC_RESOLVER } from './vantages.ts';

/** The record types of addresses. */
export type AddressType = 'A' | 'AAAA';

/** One address of an answer; the TTL in seconds is what is left of it. */
export interface AddressRecord {
  readonly address: string;
  readonly ttl: number;
}

/** How an answer ends. `TIMEOUT` = nothing comes back. */
type DnsFailure = 'NXDOMAIN' | 'SERVFAIL' | 'TIMEOUT';

/** What a resolver answers. `NOERROR` without records is what is called NODATA. */
export type DnsAnswer =
  | { readonly code: 'NOERROR'; readonly records: readonly AddressRecord[] }
  | { readonly code: DnsFailure };

/** A record with the name that has it. */
export interface NamedRecord extends NameRecord {
  readonly name: string;
}

/** A whole answer: the CNAMEs that were followed, in order, and what is at the end; before a failure, as far as it came. */
export interface DnsReply {
  readonly code: 'NOERROR' | DnsFailure;
  readonly records: readonly NamedRecord[];
}

/** What is known of one name and type, without following it. */
type Look = { readonly code: 'NOERROR'; readonly records: readonly NameRecord[] } | { readonly code: DnsFailure };

/** What may be wrong with a name; whoever asks, at once and until it is healed, past every cache. */
export type Ailment =
  | { readonly kind: 'nxdomain' | 'servfail' | 'empty' | 'timeout' }
  /** Foreign addresses come into the answer beside the true ones, or instead of them. */
  | { readonly kind: 'poison'; readonly addresses: readonly string[]; readonly isAlone?: boolean | undefined };

/** How many CNAMEs in a row are followed. */
const LONGEST_CHAIN = 8;

interface Cached {
  readonly look: Look;
  readonly at: number;
  readonly until: number;
}

/** What a world's DNS is made of. */
export interface DnsParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
}

/**
 * What AWS's resolver answers for the names of a world: records from the authorities, by way of a cache for each vantage;
 * CNAMEs are followed. https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
 */
export class WorldDns {
  /** In which VPC whoever asks is. */
  readonly vantages = new Vantages();
  readonly #parts: DnsParts;
  readonly #options: DnsOptions;
  readonly #static = new Map<string, HostAddresses>();
  readonly #authorities: (DnsAuthority | ZoneAuthority)[] = [{ find: (name) => this.#static.get(name) }];
  readonly #last: (DnsAuthority | ZoneAuthority)[] = [];
  readonly #ailments = new Map<string, Ailment>();
  readonly #caches = new Map<string, Cached>();
  readonly #listeners = new Set<(name: string, answer: DnsAnswer) => void>();
  /** How often each name was asked for at an authority: where the next answer begins. */
  readonly #turns = new Map<string, number>();

  constructor(parts: DnsParts, options: DnsOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Lets somebody answer for the names that those before him do not know. */
  add(authority: DnsAuthority | ZoneAuthority): void {
    this.#authorities.push(authority);
  }

  /** Lets somebody answer for the names that nobody else knows, whoever comes later. */
  addLast(authority: DnsAuthority | ZoneAuthority): void {
    this.#last.push(authority);
  }

  /** Sets a name of any host, IPv4 and IPv6 addresses mixed; it comes before what authorities say. @param ttl - seconds. */
  setName(name: string, addresses: readonly string[], ttl = 30): void {
    const ipv6 = addresses.filter(isIPv6);
    this.#static.set(plainName(name), { ipv4: addresses.filter((address) => !ipv6.includes(address)), ipv6, ttl });
    this.#note(`${plainName(name)} set`, { addresses, ttl });
  }

  /** Takes a name away that was set. */
  unsetName(name: string): void {
    if (this.#static.delete(plainName(name))) this.#note(`${plainName(name)} unset`);
  }

  /** Makes a name ail, in place of what it ailed of before. */
  ail(name: string, ailment: Ailment): void {
    this.#ailments.set(plainName(name), ailment);
    const { kind, ...detail } = ailment;
    this.#note(`${plainName(name)} ${kind}`, detail);
  }

  /** Heals a name. */
  heal(name: string): void {
    if (this.#ailments.delete(plainName(name))) this.#note(`${plainName(name)} healed`);
  }

  /** What an answer takes, in milliseconds. */
  latency(): number {
    const [low, high] = this.#options.latency;
    return low === high ? low : this.#parts.random.between(low, high);
  }

  /** Calls `listener` with each answer from now on, and the name that was asked for. */
  listen(listener: (name: string, answer: DnsAnswer) => void): void {
    this.#listeners.add(listener);
  }

  /** The addresses that are answered now, CNAMEs followed. @param vantage - the address of the resolver that is asked. */
  resolve(name: string, type: AddressType, vantage: string = VPC_RESOLVER): DnsAnswer {
    const answer = this.#addresses(name, type, vantage);
    for (const listener of this.#listeners) listener(plainName(name), answer);
    return answer;
  }

  #addresses(name: string, type: AddressType, vantage: string): DnsAnswer {
    const { code, records } = this.query(name, type, vantage);
    if (code !== 'NOERROR') return { code };
    const ttl = Math.min(...records.map((record) => record.ttl));
    return {
      code,
      records: records.filter((record) => record.type === type).map(({ data }) => ({ address: data, ttl })),
    };
  }

  /**
   * All records that are answered now: of the type, and the CNAMEs on the way there.
   *
   * @param type - e.g. `A`, `TXT`.
   * @param vantage - the address of the resolver that is asked, or a VPC's id.
   */
  query(name: string, type: string, vantage: string = VPC_RESOLVER): DnsReply {
    const records: NamedRecord[] = [];
    let at = plainName(name);
    for (let links = 0; links <= LONGEST_CHAIN; links += 1) {
      const look = this.#ailing(at, type, vantage);
      if (look.code !== 'NOERROR') return { code: look.code, records };
      records.push(...look.records.map((record) => ({ name: at, ...record })));
      const [first] = look.records;
      if (first?.type !== 'CNAME' || type === 'CNAME') return { code: 'NOERROR', records };
      at = plainName(first.data);
    }
    return { code: 'SERVFAIL', records };
  }

  /** What public DNS has of TXT under a name, each record's strings joined; nothing where it has none, or does not answer. */
  publicTxt(name: string): readonly string[] {
    const { code, records } = this.query(name, 'TXT', PUBLIC_RESOLVER);
    if (code !== 'NOERROR') return [];
    return records.filter(({ type }) => type === 'TXT').map(({ data }) => (txtStrings(data) ?? [data]).join(''));
  }

  #ailing(name: string, type: string, vantage: string): Look {
    const ailment = this.#ailments.get(name);
    switch (ailment?.kind) {
      case undefined:
        return this.#cached(name, type, vantage);
      case 'nxdomain':
        return { code: 'NXDOMAIN' };
      case 'servfail':
        return { code: 'SERVFAIL' };
      case 'timeout':
        return { code: 'TIMEOUT' };
      case 'empty':
        return { code: 'NOERROR', records: [] };
      case 'poison':
        return poisoned(ailment, this.#cached(name, type, vantage), type);
    }
  }

  #cached(name: string, type: string, vantage: string): Look {
    if (!this.#options.isCaching) return this.#ask(name, type, vantage);
    const now = this.#parts.clock.now();
    const key = `${vantage} ${this.vantages.vpcOf(vantage) ?? ''} ${type} ${name}`;
    const kept = this.#caches.get(key);
    if (kept !== undefined && now < kept.until) return aged(kept.look, Math.floor((now - kept.at) / 1000));
    const look = this.#ask(name, type, vantage);
    const ttl = (look.code === 'NOERROR' ? look.records[0]?.ttl : undefined) ?? this.#options.negativeTtl;
    this.#caches.set(key, { look, at: now, until: now + ttl * 1000 });
    return look;
  }

  #ask(name: string, type: string, vantage: string): Look {
    for (const authority of [...this.#authorities, ...this.#last]) {
      const found = answerOf(authority, name, type, vantage);
      if (found === undefined) continue;
      if (found.code !== 'NOERROR') return found;
      const all = found.records;
      const key = `${type} ${name}`;
      const turn = this.#turns.get(key) ?? 0;
      this.#turns.set(key, turn + 1);
      const begin = all.length === 0 ? 0 : turn % all.length;
      const records = [...all.slice(begin), ...all.slice(0, begin)].slice(0, this.#options.answerSize);
      return { code: 'NOERROR', records };
    }
    return { code: 'NXDOMAIN' };
  }

  #note(what: string, detail?: object): void {
    const more = detail === undefined || Object.keys(detail).length === 0 ? {} : { detail };
    this.#parts.journal.write({ kind: 'state', who: 'dns', what, ...more });
  }
}

const answerOf = (
  authority: DnsAuthority | ZoneAuthority,
  name: string,
  type: string,
  vantage: string,
): Look | undefined => {
  if ('answer' in authority) return authority.answer(name, type, vantage);
  const found = authority.find(name, vantage);
  if (found === undefined) return undefined;
  const addresses = { A: found.ipv4, AAAA: found.ipv6 }[type] ?? [];
  return { code: 'NOERROR', records: addresses.map((data) => ({ type, ttl: found.ttl, data })) };
};

const poisoned = (ailment: Ailment & { kind: 'poison' }, look: Look, type: string): Look => {
  const foreign = ailment.addresses
    .filter((address) => type === (isIPv6(address) ? 'AAAA' : 'A'))
    .map((data) => ({ type, ttl: 30, data }));
  const own = look.code === 'NOERROR' && ailment.isAlone !== true ? look.records : [];
  return { code: 'NOERROR', records: [...own, ...foreign] };
};

const aged = (look: Look, seconds: number): Look =>
  look.code === 'NOERROR'
    ? { code: 'NOERROR', records: look.records.map((record) => ({ ...record, ttl: record.ttl - seconds })) }
    : look;
