import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, resolve, sep } from 'node:path';
import { compileFunction } from 'node:vm';
import { TASK_ROOT } from './files.ts';
import { moduleNotFound } from './modules.ts';

/** What a module file's wrapper is called with; Node's own. */
type ModuleBody = (exports: unknown, require: unknown, module: unknown, filename: string, dirname: string) => void;

/**
 * Each file is compiled once for a thread and called anew at each cold start: the machine code and the syntax tree are
 * shared, the module's state is not, and nothing stays behind when an instance goes (a context or an ES module would).
 */
const compiled = new Map<string, (...globals: readonly unknown[]) => ModuleBody>();

/** The file of each path that was required, which may have been without its extension. */
const resolved = new Map<string, string>();

const compile = (file: string, filename: string, names: string): ((...globals: readonly unknown[]) => ModuleBody) => {
  const key = `${file}\n${names}`;
  let body = compiled.get(key);
  if (body === undefined) {
    const source = readFileSync(file, 'utf8').replace(/^#!.*/, '');
    // The world's globals are parameters of an outer function, so that a module may declare the same names itself.
    const head = 'return (function (exports, require, module, __filename, __dirname) {';
    body = compileFunction(`${head}${source}\n})`, names.split(','), { filename, columnOffset: -head.length }) as (
      ...globals: readonly unknown[]
    ) => ModuleBody;
    compiled.set(key, body);
  }
  return body;
};

/** One instance of a bundle: its modules, each run once, as `require` does. */
export class LoadedBundle {
  readonly #directory: string;
  readonly #names: string;
  readonly #values: readonly unknown[];
  readonly #builtin: (name: string) => unknown;
  readonly #modules = new Map<string, { exports: unknown }>();

  /**
   * @param globals what the bundle's free names mean, e.g. `{ Date, process, setTimeout }`.
   * @param builtin `require` for Node's own modules.
   */
  constructor(directory: string, globals: Readonly<Record<string, unknown>>, builtin: (name: string) => unknown) {
    this.#directory = resolve(directory);
    this.#names = Object.keys(globals).join();
    this.#values = Object.values(globals);
    this.#builtin = builtin;
  }

  /** The exports of a module, by its path in the bundle without extension, e.g. `index`. */
  load(module: string): unknown {
    return this.#file(this.#resolve(`./${module}`, this.#directory, `the handler`));
  }

  /** `require` as seen from a directory of the bundle. */
  requireFrom(directory: string, from: string): NodeJS.Require {
    const require = (name: string): unknown => {
      if (name.startsWith('./') || name.startsWith('../') || name === '.' || name === '..') {
        return this.#file(this.#resolve(name, directory, from));
      }
      if (name.startsWith(`${TASK_ROOT}/`)) {
        return this.#file(this.#resolve(`.${name.slice(TASK_ROOT.length)}`, this.#directory, from));
      }
      const plain = name.replace(/^node:/, '');
      if (plain === 'module') return { createRequire: () => require, isBuiltin: () => false, builtinModules: [] };
      try {
        return this.#builtin(name);
      } catch (error) {
        if (name.startsWith('node:')) throw error;
        throw moduleNotFound(name, from);
      }
    };
    return Object.assign(require, {
      resolve: (name: string) => name,
      cache: {},
      main: undefined,
    }) as unknown as NodeJS.Require;
  }

  #resolve(name: string, directory: string, from: string): string {
    const path = resolve(directory, name);
    const known = resolved.get(path);
    if (known !== undefined) return known;
    const tried = [path, `${path}.js`, `${path}.cjs`, `${path}.json`, join(path, 'index.js')];
    const found = tried.find((file) => existsSync(file) && statSync(file).isFile());
    if (found === undefined || !found.startsWith(this.#directory + sep)) {
      if (existsSync(`${path}.mjs`))
        throw new SyntaxError(`${name}.mjs is an ES module; simulated functions are CommonJS`);
      throw moduleNotFound(name, from);
    }
    resolved.set(path, found);
    return found;
  }

  #file(file: string): unknown {
    const known = this.#modules.get(file);
    if (known !== undefined) return known.exports;
    if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8'));
    const filename = posix.join(TASK_ROOT, file.slice(this.#directory.length).split(sep).join('/'));
    const module = { exports: {} as unknown, id: filename, filename, loaded: false, children: [], paths: [] };
    this.#modules.set(file, module);
    try {
      const body = compile(file, filename, this.#names)(...this.#values);
      const require = this.requireFrom(dirname(file), filename);
      body.call(module.exports, module.exports, require, module, filename, posix.dirname(filename));
    } catch (error) {
      this.#modules.delete(file);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  }
}
