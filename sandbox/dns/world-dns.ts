import { isIPv6 } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import type { Journal } from '../journal.ts';
import type { Random } from '../random.ts';
import { type DnsAuthority, type HostAddresses, plainName } from './authority.ts';
import type { DnsOptions } from './options.ts';

/** The record types that a world has: addresses. */
export type AddressType = 'A' | 'AAAA';

/** One address of an answer; the TTL in seconds is what is left of it. */
export interface AddressRecord {
  readonly address: string;
  readonly ttl: number;
}

/** What a resolver answers. `NOERROR` without records is what is called NODATA; `TIMEOUT` = nothing comes back. */
export type DnsAnswer =
  | { readonly code: 'NOERROR'; readonly records: readonly AddressRecord[] }
  | { readonly code: 'NXDOMAIN' | 'SERVFAIL' | 'TIMEOUT' };

/** What may be wrong with a name; whoever asks, at once and until it is healed, past every cache. */
export type Ailment =
  | { readonly kind: 'nxdomain' | 'servfail' | 'empty' | 'timeout' }
  /** Foreign addresses come into the answer beside the true ones, or instead of them. */
  | { readonly kind: 'poison'; readonly addresses: readonly string[]; readonly isAlone?: boolean | undefined };

/** The resolver of the VPC, which functions use unless they say otherwise. */
export const VPC_RESOLVER = '10.0.0.2';

interface Cached {
  readonly answer: DnsAnswer;
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
 * What AWS's resolver answers for the names of a world: addresses from the authorities, by way of a cache for each
 * vantage. https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
 */
export class WorldDns {
  readonly #parts: DnsParts;
  readonly #options: DnsOptions;
  readonly #static = new Map<string, HostAddresses>();
  readonly #authorities: DnsAuthority[] = [{ find: (name) => this.#static.get(name) }];
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
  add(authority: DnsAuthority): void {
    this.#authorities.push(authority);
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

  /** What is answered now. @param vantage - the address of the resolver that is asked. */
  resolve(name: string, type: AddressType, vantage: string = VPC_RESOLVER): DnsAnswer {
    const answer = this.#answer(name, type, vantage);
    for (const listener of this.#listeners) listener(plainName(name), answer);
    return answer;
  }

  #answer(name: string, type: AddressType, vantage: string): DnsAnswer {
    const plain = plainName(name);
    const ailment = this.#ailments.get(plain);
    switch (ailment?.kind) {
      case undefined:
        return this.#cached(plain, type, vantage);
      case 'nxdomain':
        return { code: 'NXDOMAIN' };
      case 'servfail':
        return { code: 'SERVFAIL' };
      case 'timeout':
        return { code: 'TIMEOUT' };
      case 'empty':
        return { code: 'NOERROR', records: [] };
      case 'poison':
        return this.#poisoned(ailment, this.#cached(plain, type, vantage), type);
    }
  }

  #poisoned(ailment: Ailment & { kind: 'poison' }, answer: DnsAnswer, type: AddressType): DnsAnswer {
    const foreign = ailment.addresses
      .filter((address) => isIPv6(address) === (type === 'AAAA'))
      .map((address) => ({ address, ttl: 30 }));
    const own = answer.code === 'NOERROR' && ailment.isAlone !== true ? answer.records : [];
    return { code: 'NOERROR', records: [...own, ...foreign] };
  }

  #cached(name: string, type: AddressType, vantage: string): DnsAnswer {
    if (!this.#options.isCaching) return this.#ask(name, type, vantage);
    const now = this.#parts.clock.now();
    const key = `${vantage} ${type} ${name}`;
    const kept = this.#caches.get(key);
    if (kept !== undefined && now < kept.until) return aged(kept.answer, Math.floor((now - kept.at) / 1000));
    const answer = this.#ask(name, type, vantage);
    const ttl = (answer.code === 'NOERROR' ? answer.records[0]?.ttl : undefined) ?? this.#options.negativeTtl;
    this.#caches.set(key, { answer, at: now, until: now + ttl * 1000 });
    return answer;
  }

  #ask(name: string, type: AddressType, vantage: string): DnsAnswer {
    for (const authority of this.#authorities) {
      const found = authority.find(name, vantage);
      if (found === undefined) continue;
      const all = type === 'A' ? found.ipv4 : found.ipv6;
      const key = `${type} ${name}`;
      const turn = this.#turns.get(key) ?? 0;
      this.#turns.set(key, turn + 1);
      const begin = all.length === 0 ? 0 : turn % all.length;
      const chosen = [...all.slice(begin), ...all.slice(0, begin)].slice(0, this.#options.answerSize);
      return { code: 'NOERROR', records: chosen.map((address) => ({ address, ttl: found.ttl })) };
    }
    return { code: 'NXDOMAIN' };
  }

  #note(what: string, detail?: object): void {
    const more = detail === undefined || Object.keys(detail).length === 0 ? {} : { detail };
    this.#parts.journal.write({ kind: 'state', who: 'dns', what, ...more });
  }
}

const aged = (answer: DnsAnswer, seconds: number): DnsAnswer =>
  answer.code === 'NOERROR'
    ? { code: 'NOERROR', records: answer.records.map(({ address, ttl }) => ({ address, ttl: ttl - seconds })) }
    : answer;
