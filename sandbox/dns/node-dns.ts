import dns from 'node:dns';
import { refusedModule } from '../run/simulated/refuse.ts';
import { VPC_RESOLVER } from './vantages.ts';
import type { AddressType, DnsAnswer, WorldDns } from './world-dns.ts';

/** The timers of the function that asks: with them its questions are frozen and ended as it is. */
export interface DnsTimers {
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(handle: unknown): void;
}

type Answer = readonly string[] | readonly { readonly address: string; readonly ttl: number }[];
type Done = (error: Error | null, answer?: Answer) => void;

interface ResolverOptions {
  readonly timeout?: number;
  readonly tries?: number;
}

/** What c-ares does unless it is told otherwise, in milliseconds; each further try waits twice as long. */
const TIMEOUT = 2_000;
const TRIES = 4;

const dnsError = (code: string, type: AddressType, hostname: string): Error => {
  const syscall = `query${type === 'A' ? 'A' : 'Aaaa'}`;
  return Object.assign(new Error(`${syscall} ${code} ${hostname}`), { errno: undefined, code, syscall, hostname });
};

/** The error of Node's for an answer without addresses. https://nodejs.org/docs/latest-v24.x/api/dns.html#error-codes */
const codeOf = (answer: DnsAnswer): string | undefined => {
  switch (answer.code) {
    case 'NOERROR':
      return answer.records.length === 0 ? 'ENODATA' : undefined;
    case 'NXDOMAIN':
      return 'ENOTFOUND';
    case 'SERVFAIL':
      return 'ESERVFAIL';
    case 'TIMEOUT':
      return 'ETIMEOUT';
  }
};

/** One resolver's state: whom it asks, and what it has asked. */
class Questions {
  readonly #dns: WorldDns;
  readonly #timers: DnsTimers;
  readonly #patience: number;
  readonly #own: string;
  readonly #open = new Set<() => void>();
  servers: readonly string[] = [VPC_RESOLVER];

  /** @param own - the vantage of whoever asks {@link VPC_RESOLVER}: every VPC has one of its own there. */
  constructor(
    world: WorldDns,
    timers: DnsTimers,
    own: string,
    { timeout = TIMEOUT, tries = TRIES }: ResolverOptions = {},
  ) {
    this.#dns = world;
    this.#own = own;
    this.#timers = timers;
    const first = timeout < 0 ? TIMEOUT : timeout;
    this.#patience = Array.from({ length: tries }).reduce<number>((sum, _, index) => sum + first * 2 ** index, 0);
  }

  ask(name: string, type: AddressType, withTtl: boolean, done: Done): void {
    if (typeof name !== 'string') {
      const message = `The "name" argument must be of type string. Received ${typeof name}`;
      throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
    }
    let timer: unknown;
    const finish = (error: Error | null, answer?: Answer): void => {
      this.#open.delete(cancel);
      done(error, answer);
    };
    const cancel = (): void => {
      this.#timers.clearTimeout(timer);
      timer = this.#timers.setTimeout(() => finish(dnsError('ECANCELLED', type, name)), 0);
    };
    this.#open.add(cancel);
    timer = this.#timers.setTimeout(() => {
      const [server = VPC_RESOLVER] = this.servers;
      const answer = this.#dns.resolve(name, type, server === VPC_RESOLVER ? this.#own : server);
      const code = codeOf(answer);
      if (code === 'ETIMEOUT') {
        timer = this.#timers.setTimeout(() => finish(dnsError(code, type, name)), this.#patience);
      } else if (answer.code !== 'NOERROR' || code !== undefined) {
        finish(dnsError(code ?? 'ESERVFAIL', type, name));
      } else {
        finish(null, withTtl ? answer.records : answer.records.map(({ address }) => address));
      }
    }, this.#dns.latency());
  }

  /** Ends what is open; Node reports it as `ECANCELLED`. */
  cancel(): void {
    for (const cancel of [...this.#open]) cancel();
    this.#open.clear();
  }
}

const hasTtl = (options: unknown): boolean => (options as { ttl?: unknown } | undefined)?.ttl === true;

const typeOf = (rrtype: unknown): AddressType => {
  if (rrtype === undefined || rrtype === 'A') return 'A';
  if (rrtype === 'AAAA') return 'AAAA';
  throw new Error(`A simulated function may resolve A and AAAA records only, not ${JSON.stringify(rrtype)}.`);
};

/** `resolve4` and its like in the form that takes a callback last. */
const callbackForms = (questions: () => Questions) => {
  const last = (args: unknown[]): Done => {
    const done = args.pop();
    if (typeof done === 'function') return done as Done;
    const message = `The "callback" argument must be of type function. Received ${typeof done}`;
    throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
  };
  return {
    resolve4: (name: string, ...args: unknown[]): void => {
      const done = last(args);
      questions().ask(name, 'A', hasTtl(args[0]), done);
    },
    resolve6: (name: string, ...args: unknown[]): void => {
      const done = last(args);
      questions().ask(name, 'AAAA', hasTtl(args[0]), done);
    },
    resolve: (name: string, ...args: unknown[]): void => {
      const done = last(args);
      questions().ask(name, typeOf(args[0]), false, done);
    },
  };
};

const promiseForms = (questions: () => Questions) => {
  const ask = (name: string, type: AddressType, withTtl: boolean): Promise<Answer> =>
    new Promise((resolve, reject) =>
      questions().ask(name, type, withTtl, (error, answer) => (error === null ? resolve(answer ?? []) : reject(error))),
    );
  return {
    resolve4: (name: string, options?: unknown) => ask(name, 'A', hasTtl(options)),
    resolve6: (name: string, options?: unknown) => ask(name, 'AAAA', hasTtl(options)),
    resolve: async (name: string, rrtype?: unknown) => ask(name, typeOf(rrtype), false),
  };
};

const serverForms = (questions: () => Questions) => ({
  getServers: (): string[] => [...questions().servers],
  setServers: (servers: readonly string[]): void => {
    questions().servers = [...servers];
  },
});

/** `lookup` asks the operating system, which has its own ways: functions are to ask DNS itself. */
const lookup = (): never => {
  throw new Error(
    'A simulated function may not use dns.lookup: it asks the operating system, not the DNS of the world. Use resolve4 or resolve6 of node:dns.',
  );
};

/**
 * `node:dns` for one simulated function, with `promises`: `resolve4`, `resolve6` and `resolve` for addresses, and
 * `Resolver`, on the DNS of the world and on virtual time. All else is refused.
 *
 * A resolver's first server is its vantage, with a cache of its own. Time-outs end with `ETIMEOUT` after c-ares's tries.
 *
 * @param vpcId - where the function is, if in a VPC of its own: its resolver is that VPC's.
 */
export const dnsStandIn = (
  world: WorldDns,
  timers: DnsTimers,
  vpcId: string = VPC_RESOLVER,
): Readonly<Record<string, unknown>> => {
  const shared = new Questions(world, timers, vpcId);
  const ownQuestions = (options?: ResolverOptions): Questions => {
    const questions = new Questions(world, timers, vpcId, options);
    questions.servers = shared.servers;
    return questions;
  };
  const resolverOf = (forms: (questions: () => Questions) => object): unknown =>
    function Resolver(options?: ResolverOptions): object {
      const questions = ownQuestions(options);
      return Object.assign(refusedModule('dns.Resolver', refusable), {
        ...forms(() => questions),
        ...serverForms(() => questions),
        cancel: () => questions.cancel(),
        setLocalAddress: () => undefined,
      });
    };
  const promises = {
    ...refusedModule('dns.promises', dns.promises),
    lookup,
    ...promiseForms(() => shared),
    ...serverForms(() => shared),
    Resolver: resolverOf(promiseForms),
  };
  return {
    ...refusedModule('dns', dns),
    lookup,
    ...callbackForms(() => shared),
    ...serverForms(() => shared),
    Resolver: resolverOf(callbackForms),
    promises,
  };
};

/** What else a resolver of Node's can do. */
const refusable = Object.fromEntries(
  Object.getOwnPropertyNames(dns.Resolver.prototype)
    .filter((name) => name.startsWith('resolve') || name === 'reverse')
    .map((name) => [name, () => undefined]),
);
