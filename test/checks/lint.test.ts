import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = join(import.meta.dirname, '../..');

/** One file for each thing that the linters are relied on to refuse, named after the rule that refuses it. */
const refusedByBiome = {
  'suspicious/noExplicitAny': ['events/any.ts', 'export const read = (value: any): string => value.name;'],
  'style/noDefaultExport': ['events/default-export.ts', 'export default 1;'],
  'performance/noBarrelFile': ['events/index.ts', "export { one } from './one.ts';"],
  'style/useImportType': ['events/import-type.ts', "import { One } from './one.ts';\nexport type Two = One;"],
  'correctness/useImportExtensions': ['events/extension.ts', "import { one } from './one';\nexport const two = one;"],
  'correctness/noUndeclaredDependencies': ['events/package.ts', "import { a } from 'left-pad';\nexport const b = a;"],
  'style/noEnum': ['events/enum.ts', 'export enum Verdict { Accept }'],
  'style/noNonNullAssertion': ['events/non-null.ts', 'export const first = (list: string[]): string => list[0]!;'],
  'style/useFilenamingConvention': ['events/camelCase.ts', 'export const one = 1;'],
  'style/useErrorCause': [
    'events/cause.ts',
    'export const read = (): void => { try { JSON.parse("") } catch (error) { throw new Error("unreadable") } };',
  ],
  'suspicious/noFocusedTests': ['test/focused.test.ts', "it.only('is alone', () => { expect(1).toBe(1); });"],
  'suspicious/noSkippedTests': ['test/skipped.test.ts', "it.skip('is left out', () => { expect(1).toBe(1); });"],
  'suspicious/useExpect': ['test/asserts-nothing.test.ts', "it('does something', () => { run(); });"],
} as const;

const refusedByOxlint = {
  'typescript(no-floating-promises)': ['events/floating.ts', 'const send = async (): Promise<void> => {};\nsend();'],
  'typescript(no-misused-promises)': [
    'events/misused.ts',
    'export const ready = async (): Promise<boolean> => false;\nif (ready()) throw new Error("never");',
  ],
  'typescript(await-thenable)': ['events/await.ts', 'export const two = await (1 as number);'],
  'typescript(switch-exhaustiveness-check)': [
    'events/switch.ts',
    "export const say = (verdict: 'accept' | 'reject'): string => {\n  switch (verdict) {\n    case 'accept':\n      return 'yes';\n  }\n  return '';\n};",
  ],
  'typescript(no-base-to-string)': [
    'events/text.ts',
    'export const say = (value: { readonly id: string }): string => String(value);',
  ],
  'typescript(return-await)': [
    'events/return-await.ts',
    'declare const send: () => Promise<void>;\nexport const run = async (): Promise<void> => {\n  try {\n    return send();\n  } catch {\n    console.error("failed");\n  }\n};',
  ],
} as const;

let root: string;
let biome: string;
let oxlint: string;

/** Runs a linter of the project, with the project's own configuration, over the files above. */
const lint = (script: string, ...options: string[]): string => {
  const command = [join(project, 'node_modules', script), ...options];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  return stdout + stderr;
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lint-'));
  for (const name of ['biome.jsonc', '.oxlintrc.json', 'tsconfig.json', 'package.json', '.gitignore']) {
    cpSync(join(project, name), join(root, name));
  }
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  const files = [...Object.values(refusedByBiome), ...Object.values(refusedByOxlint)];
  for (const [path, text] of [...files, ['events/one.ts', 'export const one = 1;\nexport type One = 1;\n'] as const]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  biome = lint('@biomejs/biome/bin/biome', 'lint', '--max-diagnostics=none', '--colors=off', '.');
  oxlint = lint('oxlint/bin/oxlint', '--type-aware', '--format=unix');
}, 60_000);

afterAll(() => {
  rmSync(root, { recursive: true });
});

describe('Biome refuses', () => {
  it.each(Object.entries(refusedByBiome))('%s', (rule, [file]) => {
    expect(biome).toMatch(new RegExp(`${file.replaceAll('.', '\\.')}\\S* lint/${rule} `));
  });
});

describe('oxlint, which knows the types, refuses', () => {
  it.each(Object.entries(refusedByOxlint))('%s', (rule, [file]) => {
    const lines = oxlint.split('\n').filter((line) => line.includes(file));

    expect(lines).toContainEqual(expect.stringContaining(`/${rule}]`));
  });
});

describe('neither', () => {
  it('complains about a file in which nothing is wrong', () => {
    expect(biome + oxlint).not.toContain('events/one.ts');
  });
});
