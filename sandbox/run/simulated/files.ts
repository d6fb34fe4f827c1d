import fs from 'node:fs';
import { join, posix } from 'node:path';
import { refusedModule } from './refuse.ts';

/** Where Lambda puts a function's code. */
export const TASK_ROOT = '/var/task';

const missing = (syscall: string, path: string): Error =>
  Object.assign(new Error(`ENOENT: no such file or directory, ${syscall} '${path}'`), {
    errno: -2,
    code: 'ENOENT',
    syscall,
    path,
  });

type Done = (error: unknown, result?: unknown) => void;

/**
 * `node:fs` as a simulated function sees it: its own bundle, to be read, and nothing else. So the SDK finds no
 * `~/.aws`, and the machine's files are neither seen nor changed.
 *
 * @param directory where the bundle really is.
 */
export const bundleFiles = (directory: string): Record<string, unknown> => {
  const real = (path: unknown): string | undefined => {
    const asked = path instanceof URL ? path.pathname : String(path);
    const inside = posix.relative(TASK_ROOT, posix.resolve(TASK_ROOT, asked));
    return inside === '..' || inside.startsWith('../') ? undefined : join(directory, inside);
  };
  const exists = (path: unknown): boolean => {
    const found = real(path);
    return found !== undefined && fs.existsSync(found);
  };
  const reading =
    <A extends unknown[], R>(syscall: string, read: (path: string, ...args: A) => R) =>
    (path: unknown, ...args: A): R => {
      const found = real(path);
      if (found === undefined || !fs.existsSync(found)) throw missing(syscall, String(path));
      return read(found, ...args);
    };
  const synchronous = {
    readFileSync: reading('open', (path, options?: { encoding?: BufferEncoding | null } | BufferEncoding | null) =>
      fs.readFileSync(path, options as BufferEncoding),
    ),
    statSync: reading('stat', (path) => fs.statSync(path)),
    lstatSync: reading('lstat', (path) => fs.lstatSync(path)),
    readdirSync: reading('scandir', (path) => fs.readdirSync(path).sort()),
    accessSync: reading('access', () => undefined),
    realpathSync: reading('lstat', (path) => path.replace(directory, TASK_ROOT)),
  };
  // The other two forms do the same work at once: the thread pool would be outside virtual time.
  const names = Object.entries(synchronous).map(([name, read]) => [name.slice(0, -'Sync'.length), read] as const);
  const callbacks = names.map(([name, read]) => {
    const withCallback = (path: unknown, ...rest: unknown[]): void => {
      const done = rest.pop() as Done;
      try {
        process.nextTick(done, null, (read as (...args: unknown[]) => unknown)(path, ...rest));
      } catch (error) {
        process.nextTick(done, error);
      }
    };
    return [name, withCallback] as const;
  });
  const promised = names.map(
    ([name, read]) => [name, async (...args: unknown[]) => (read as (...args: unknown[]) => unknown)(...args)] as const,
  );
  return {
    ...refusedModule('fs', fs),
    ...synchronous,
    ...Object.fromEntries(callbacks),
    existsSync: exists,
    promises: {
      ...refusedModule('fs.promises', fs.promises),
      ...Object.fromEntries(promised),
      constants: fs.constants,
    },
  };
};
