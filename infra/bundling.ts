import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutputChunk, Plugin } from 'rolldown';

/** One function's code: where it begins and where its bundle goes. */
export interface Bundle {
  /** The source file that exports `handler`, absolute, e.g. `/app/functions/connections/decide.ts`. */
  readonly entry: string;
  /** The directory that becomes the function's asset; the function's `Handler` is `index.handler`. */
  readonly directory: string;
}

/**
 * Bundles every function in one child process, before the app is built, and returns each entry's asset directory:
 * `Code.fromAsset(directories.get(entry))`. CDK hashes the directory; the same sources make the same bytes, so an
 * unchanged function keeps its hash and its version.
 *
 * A bundle is code-split CommonJS with the SDK inside. A cold start loads the static chunks only: credential providers
 * that Lambda never needs stay on disk. `import()` becomes `require()`, which is cheaper and which the sandbox can
 * follow. Names of functions and classes are kept, so that a stack trace says who failed.
 *
 * @param entries paths of source files that export `handler`, relative to the working directory or absolute.
 * @param outputRoot e.g. `cdk.out/bundles`; each bundle replaces what its own directory held.
 * @throws Error in rolldown's words where a file does not parse, an import is not found or `handler` is missing.
 */
export const bundleAll = (entries: readonly string[], outputRoot: string): ReadonlyMap<string, string> => {
  const bundles = entries.map((entry) => ({
    given: entry,
    entry: resolve(entry),
    directory: join(resolve(outputRoot), directoryName(entry)),
  }));
  // CDK's bundling hooks are synchronous and rolldown is not, hence a process that is waited for.
  try {
    execFileSync(process.execPath, [fileURLToPath(import.meta.url)], {
      input: JSON.stringify(bundles),
      stdio: ['pipe', 'inherit', 'pipe'],
      encoding: 'utf8',
    });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim();
    throw new Error(`Bundling failed. ${said || String(error)}`, { cause: error });
  }
  return new Map(bundles.map(({ given, directory }) => [given, directory]));
};

/** `functions/connections/decide.ts` -> `functions-connections-decide`, so that a directory says what is in it. */
export const directoryName = (entry: string): string =>
  relative(process.cwd(), resolve(entry))
    .replace(/\.[cm]?[jt]s$/, '')
    .split(sep)
    .filter((part) => part !== '..')
    .join('-');

/** What a bundle was made of: `NAME.json` beside its directory. While all of it is as it was, the bundle is too, and is not made again. */
export interface Stamp {
  /** The source files of ours that went in, by path, and what they held. */
  readonly sources: Readonly<Record<string, string>>;
  /** The installed packages and this file. */
  readonly packages: string;
}

const hashOf = (path: string): string =>
  existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';

const packagesHash = (): string => hashOf(fileURLToPath(import.meta.url)) + hashOf('node_modules/.package-lock.json');

const isCurrent = (stampFile: string, directory: string): boolean => {
  if (!existsSync(stampFile) || !existsSync(join(directory, 'package.json'))) return false;
  const stamp = JSON.parse(readFileSync(stampFile, 'utf8')) as Stamp;
  return (
    stamp.packages === packagesHash() && Object.entries(stamp.sources).every(([path, hash]) => hashOf(path) === hash)
  );
};

/** Bundles one function, unless the bundle that is there was made of the same files. */
const bundle = async (wanted: Bundle): Promise<void> => {
  const stampFile = `${wanted.directory}.json`; // beside the asset, not in it
  if (isCurrent(stampFile, wanted.directory)) return;
  rmSync(stampFile, { force: true });
  const read = await writeBundle(wanted);
  const ours = read.filter((path) => !path.includes('node_modules') && existsSync(path)).sort();
  const sources = Object.fromEntries(ours.map((path) => [path, hashOf(path)]));
  writeFileSync(stampFile, JSON.stringify({ sources, packages: packagesHash() } satisfies Stamp));
};

/**
 * Bundles one function, whatever its directory held.
 *
 * @param plugins - of rolldown: for who wants a bundle of other sources than those on the disk.
 * @returns the files that were read.
 * @throws Error where an import is not found (rolldown only warns) or `handler` is not exported.
 */
export const writeBundle = async (
  { entry, directory }: Bundle,
  plugins: readonly Plugin[] = [],
): Promise<readonly string[]> => {
  const { rolldown } = await import('rolldown'); // the process that only waits needs no compiler
  const build = await rolldown({
    input: { index: entry },
    platform: 'node',
    resolve: { mainFields: ['module', 'main'] },
    transform: { target: 'node24' },
    plugins: [...plugins],
    onLog(level, log, print) {
      if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
      print(level, log);
    },
  });
  rmSync(directory, { recursive: true, force: true }); // a stale chunk would be deployed with the rest
  const keepNames = { function: true, class: true };
  const { output } = await build.write({
    dir: directory,
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    dynamicImportInCjs: false,
    comments: false,
    minify: { compress: { keepNames }, mangle: { keepNames }, codegen: { removeWhitespace: true } },
  });
  const read = await build.watchFiles;
  await build.close();
  const main = output.find((chunk): chunk is OutputChunk => chunk.type === 'chunk' && chunk.fileName === 'index.js');
  if (!main?.exports.includes('handler')) {
    throw new Error(`${entry} exports no "handler": Lambda would find nothing to call. Add \`export const handler\`.`);
  }
  // An enclosing package.json may say that .js files are ES modules; the bundle speaks for itself.
  writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}\n');
  return read;
};

/** The child process: bundles from standard input. */
const main = async (): Promise<void> => {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const bundles = JSON.parse(Buffer.concat(chunks).toString('utf8')) as readonly Bundle[];
  await Promise.all(bundles.map(bundle));
};

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
