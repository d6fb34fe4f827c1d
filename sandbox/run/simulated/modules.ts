import asyncHooks from 'node:async_hooks';
import { Console } from 'node:console';
import http from 'node:http';
import { createRequire, isBuiltin } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import zlib from 'node:zlib';
import { moduleWith, refusedModule } from './refuse.ts';
import type { timerModules } from './timers.ts';

/** What takes the place of `node:http` and `node:https`; the real module fits too. */
export interface HttpStandIn {
  readonly request: (...args: never[]) => unknown;
  readonly get: (...args: never[]) => unknown;
  readonly Agent: unknown;
}

/** Makes what takes the place of `node:dns`, with `promises`, from the timers of one instance and the VPC that it is in, if any. */
export type DnsStandIn = (
  timers: ReturnType<typeof timerModules>['globals'],
  vpcId: string | undefined,
) => Readonly<Record<string, unknown>>;

const real = createRequire(import.meta.url);

/** Modules that only compute: the real ones. */
const PURE = new Set([
  'assert',
  'assert/strict',
  'buffer',
  'constants',
  'diagnostics_channel',
  'events',
  'path',
  'path/posix',
  'path/win32',
  'punycode',
  'querystring',
  'stream',
  'stream/consumers',
  'stream/promises',
  'stream/web',
  'string_decoder',
  'sys',
  'url',
  'util',
  'util/types',
]); // prettier-ignore

const httpModule = (standIn: HttpStandIn): object =>
  moduleWith(refusedModule('http', http), {
    METHODS: http.METHODS,
    STATUS_CODES: http.STATUS_CODES,
    IncomingMessage: http.IncomingMessage,
    OutgoingMessage: http.OutgoingMessage,
    ClientRequest: http.ClientRequest,
    validateHeaderName: http.validateHeaderName,
    validateHeaderValue: http.validateHeaderValue,
    ...standIn,
  });

/** What computes with addresses; whoever wants a socket is refused. */
const netModule = (): object =>
  moduleWith(refusedModule('net', net), {
    BlockList: net.BlockList,
    SocketAddress: net.SocketAddress,
    isIP: net.isIP,
    isIPv4: net.isIPv4,
    isIPv6: net.isIPv6,
  });

/** The machine, as every function of every world sees it. */
const osModule = (): object =>
  moduleWith(refusedModule('os', os), {
    arch: () => 'arm64',
    availableParallelism: () => 2,
    cpus: () => [],
    endianness: () => 'LE',
    freemem: () => 0,
    homedir: () => '/home/sbx_user1051',
    hostname: () => 'sandbox',
    loadavg: () => [0, 0, 0],
    machine: () => 'aarch64',
    networkInterfaces: () => ({}),
    platform: () => 'linux',
    release: () => '6.1.0',
    tmpdir: () => '/tmp',
    totalmem: () => 0,
    type: () => 'Linux',
    uptime: () => 0,
    userInfo: () => ({ username: 'sbx_user1051', uid: 993, gid: 990, shell: null, homedir: '/home/sbx_user1051' }),
    version: () => '#1 SMP',
  });

/** Compression without the thread pool: the callback forms do the synchronous form's work. */
const zlibModule = (): object => {
  const synchronous = Object.entries(zlib).filter(([name]) => name.endsWith('Sync'));
  const callbacks = synchronous.map(([name, work]) => {
    const withCallback = (...args: unknown[]): void => {
      const done = args.pop() as (error: unknown, result?: unknown) => void;
      try {
        process.nextTick(done, null, (work as (...args: unknown[]) => unknown)(...args));
      } catch (error) {
        process.nextTick(done, error);
      }
    };
    return [name.slice(0, -'Sync'.length), withCallback] as const;
  });
  return moduleWith(zlib, Object.fromEntries(callbacks));
};

/** Hooks see every promise of the thread, other functions' too, and are never dropped: none is installed. */
const asyncHooksModule = (): object => {
  const hook = { enable: () => hook, disable: () => hook };
  return moduleWith(asyncHooks, { createHook: () => hook });
};

/** What the modules of a world are made of. */
export interface WorldModuleParts {
  readonly crypto: Record<string, unknown>;
  readonly http: HttpStandIn;
}

/** Gives a world's form of a module of Node's, by its plain name. It is shared: an instance gets an object that inherits from it. */
export type WorldModules = (name: string) => object;

/** Makes each module once for a world, when it is first asked for. */
export const worldModules = ({ crypto, http: standIn }: WorldModuleParts): WorldModules => {
  const make: Readonly<Record<string, () => object>> = {
    async_hooks: asyncHooksModule,
    crypto: () => crypto,
    http: () => httpModule(standIn),
    https: () => httpModule(standIn),
    net: netModule,
    os: osModule,
    tty: () => moduleWith(refusedModule('tty', real('node:tty')), { isatty: () => false }),
    zlib: zlibModule,
  };
  const made = new Map<string, object>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const module = Object.hasOwn(make, name) ? make[name]?.() : undefined;
    const kept = module ?? refusedModule(name, real(`node:${name}`));
    made.set(name, kept);
    return kept;
  };
};

/** What the modules of one instance are made of. */
export interface ModuleParts {
  readonly world: WorldModules;
  readonly files: Readonly<Record<string, unknown>>;
  readonly process: object;
  readonly console: object;
  readonly performance: object;
  readonly timers: ReturnType<typeof timerModules>;
  /** `node:dns`, with `promises`; refused where absent. */
  readonly dns: Readonly<Record<string, unknown>> | undefined;
  /** Already bound to the instance. */
  readonly http: Pick<HttpStandIn, 'request' | 'get'>;
}

/** `require` for Node's own modules, one set for each instance; `node:` may be written or left out. */
export const builtinModules = (parts: ModuleParts): ((name: string) => unknown) => {
  const { world, files, http: calls, timers, dns } = parts;
  const own = (name: string): unknown => {
    switch (name) {
      case 'console':
        return Object.assign(Object.create(parts.console), { Console });
      case 'dns':
        return dns ?? Object.create(world(name));
      case 'dns/promises':
        return dns?.promises ?? Object.create(world(name));
      case 'fs':
        return Object.create(files);
      case 'fs/promises':
        return files.promises;
      case 'http':
      case 'https':
        return Object.assign(Object.create(world(name)), calls);
      case 'perf_hooks':
        return Object.assign(Object.create(world(name)), { performance: parts.performance });
      case 'process':
        return parts.process;
      case 'timers':
        return { ...timers.globals, promises: timers.promises };
      case 'timers/promises':
        return timers.promises;
      default:
        return Object.create(world(name));
    }
  };
  const made = new Map<string, unknown>();
  return (name) => {
    if (!isBuiltin(name)) throw new Error(`${name} is no module of Node's`);
    const plain = name.replace(/^node:/, '');
    if (PURE.has(plain)) return real(`node:${plain}`);
    if (!made.has(plain)) made.set(plain, own(plain));
    return made.get(plain);
  };
};

/** Says that a function asked for something that is not in its bundle. */
export const moduleNotFound = (name: string, from: string): Error =>
  Object.assign(new Error(`Cannot find module '${name}' (required by ${from}; is it in the bundle?)`), {
    code: 'MODULE_NOT_FOUND',
  });
