import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import type { Clock } from '../../clock/clock.ts';
import type { LogSink } from '../function-host.ts';
import { TASK_ROOT } from './files.ts';
import { refusal } from './refuse.ts';

/** What a simulated process is made of. */
export interface ProcessParts {
  readonly clock: Clock;
  /** When the environment started, by the clock. */
  readonly origin: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly log: LogSink;
  /** Ends the instance; does not return. */
  readonly exit: (code: number) => never;
  readonly require: (name: string) => unknown;
}

const REFUSED = ['abort', 'chdir', 'dlopen', 'kill', 'setuid', 'setgid', 'umask', 'send', 'disconnect'] as const;

/** A stream of which each write is one log event, as Lambda's telemetry takes them. */
const logStream = (log: LogSink): Writable =>
  new Writable({
    decodeStrings: false,
    write: (chunk: unknown, _encoding, done) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('utf8');
      log(text.replace(/\n$/, ''));
      done();
    },
  });

/** A `process` that belongs to one execution environment: own environment variables, own streams, virtual time, fixed figures. */
export const virtualProcess = (parts: ProcessParts): EventEmitter & { readonly stdout: Writable } => {
  const { clock, origin } = parts;
  const elapsed = (): number => clock.now() - origin;
  const megabytes = 2 ** 20;
  const hrtime = (since?: readonly [number, number]): [number, number] => {
    const nanoseconds =
      BigInt(elapsed()) * 1_000_000n - (since ? BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]) : 0n);
    return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)];
  };
  return Object.assign(new EventEmitter(), {
    ...Object.fromEntries(REFUSED.map((name) => [name, refusal(`process.${name}`)])),
    title: 'node',
    version: process.version,
    versions: process.versions,
    release: process.release,
    features: process.features,
    config: process.config,
    platform: 'linux',
    arch: 'arm64',
    pid: 8,
    ppid: 1,
    execPath: '/var/lang/bin/node',
    execArgv: [],
    argv: ['/var/lang/bin/node', '/var/runtime/index.mjs'],
    argv0: 'node',
    env: { ...parts.environment },
    exitCode: undefined,
    cwd: () => TASK_ROOT,
    getuid: () => 993,
    getgid: () => 990,
    uptime: () => elapsed() / 1000,
    hrtime: Object.assign(hrtime, { bigint: () => BigInt(elapsed()) * 1_000_000n }),
    memoryUsage: Object.assign(
      () => ({ rss: parts.memoryMb * megabytes, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
      { rss: () => parts.memoryMb * megabytes },
    ),
    cpuUsage: () => ({ user: 0, system: 0 }),
    resourceUsage: () => ({}),
    nextTick: (task: (...args: unknown[]) => void, ...args: unknown[]) => process.nextTick(task, ...args),
    emitWarning: (warning: unknown) => parts.log(`(node:8) ${String(warning)}`),
    exit: (code?: number) => parts.exit(Number(code ?? 0)),
    getBuiltinModule: (name: string) => parts.require(name),
    stdout: logStream(parts.log),
    stderr: logStream(parts.log),
    stdin: undefined,
  });
};
