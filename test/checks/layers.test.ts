import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LAYER_RULES } from '../../sandbox/checks/layer-rules.ts';
import { checkLayers } from '../../sandbox/checks/layers.ts';

const folders: string[] = [];

/** Writes a little project, e.g. `{ 'events/a.ts': 'export {};' }`, and returns where it is. */
const project = (files: Record<string, string>): string => {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
};

/** A package that is installed and stands in package.json's `dependencies` or `devDependencies`. */
const installed = (name: string, kind: 'dependencies' | 'devDependencies'): Record<string, string> => ({
  'package.json': JSON.stringify({ name: 'fixture', [kind]: { [name]: '1.0.0' } }),
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  [`node_modules/${name}/index.js`]: 'exports.thing = 1;',
});

/** Every file that an import of the table below may name. */
const targets = {
  'events/requested.ts': 'export const thing = 1;',
  'workflows/catalog.ts': 'export const thing = 1;',
  'workflows/other.ts': 'export const thing = 1;',
  'functions/domain/types.ts': 'export const thing = 1;',
  'functions/registry/keys.ts': 'export const thing = 1;',
  'functions/aws/ec2.ts': 'export const thing = 1;',
  'infra/bundling.ts': 'export const thing = 1;',
  'infra/config.ts': 'export const thing = 1;',
  'ops/actions/pause.ts': 'export const thing = 1;',
  'sandbox/cloud.ts': 'export const thing = 1;',
  'test/support/setup.ts': 'export const thing = 1;',
  'bench/burst.ts': 'export const thing = 1;',
};

const importing = (from: string, specifier: string, extra: Record<string, string> = {}): string =>
  project({ ...targets, ...extra, [from]: `import { thing } from '${specifier}';\nexport const own = thing;` });

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('an import that is refused', () => {
  it.each([
    ['domain-is-pure', 'functions/domain/decide.ts', 'node:crypto'],
    ['domain-is-pure', 'functions/domain/decide.ts', 'fs'],
    ['domain-is-pure', 'functions/domain/decide.ts', '../registry/keys.ts'],
    ['domain-is-pure', 'functions/domain/decide.ts', '../../events/requested.ts'],
    ['the-app-knows-none-of-its-surroundings', 'functions/targets/plan.ts', '../../infra/config.ts'],
    ['the-app-knows-none-of-its-surroundings', 'workflows/names.ts', '../sandbox/cloud.ts'],
    ['the-app-knows-none-of-its-surroundings', 'events/changed.ts', '../ops/actions/pause.ts'],
    ['infra-wires', 'infra/app.ts', '../functions/aws/ec2.ts'],
    ['infra-wires', 'infra/app.ts', '../functions/domain/types.ts'],
    ['infra-wires', 'infra/app.ts', '../workflows/other.ts'],
    ['infra-wires', 'infra/app.ts', '../sandbox/cloud.ts'],
    ['ops-drives-from-outside', 'ops/cli/main.ts', '../../functions/aws/ec2.ts'],
    ['ops-drives-from-outside', 'ops/cli/main.ts', '../../workflows/catalog.ts'],
    ['ops-drives-from-outside', 'ops/cli/main.ts', '../../infra/config.ts'],
    ['ops-drives-from-outside', 'ops/cli/main.ts', '../../sandbox/cloud.ts'],
    ['sandbox-runs-what-the-template-names', 'sandbox/start.ts', '../functions/domain/types.ts'],
    ['sandbox-runs-what-the-template-names', 'sandbox/start.ts', '../infra/config.ts'],
    ['sandbox-runs-what-the-template-names', 'sandbox/start.ts', '../workflows/catalog.ts'],
    ['nobody-imports-tests', 'bench/other.ts', '../test/support/setup.ts'],
    ['nobody-imports-benchmarks', 'ops/cli/main.ts', '../../bench/burst.ts'],
    ['everything-resolves', 'events/changed.ts', './not-there.ts'],
  ])('%s: %s imports %s', async (rule, from, specifier) => {
    const { complaints } = await checkLayers(importing(from, specifier));

    expect(complaints).toContainEqual(expect.stringMatching(new RegExp(`^${from} -> .*: ${rule}\\.`)));
  });

  it('domain-is-pure: even a package that is installed', async () => {
    const root = importing('functions/domain/decide.ts', 'valibot', installed('valibot', 'dependencies'));

    expect((await checkLayers(root)).complaints).toEqual([
      expect.stringMatching(/-> node_modules\/valibot.*domain-is-pure/),
    ]);
  });

  it('domain-is-pure: even a type', async () => {
    const text = "import type { Buffer } from 'node:buffer';\nexport type Own = Buffer;";
    const root = project({ 'functions/domain/decide.ts': text });

    expect((await checkLayers(root)).complaints).toEqual([expect.stringContaining('domain-is-pure')]);
  });

  it('domain-is-pure: even when it happens later, by import()', async () => {
    const root = project({ 'functions/domain/decide.ts': "export const later = () => import('node:fs');" });

    expect((await checkLayers(root)).complaints).toEqual([expect.stringContaining('domain-is-pure')]);
  });

  it.each(['functions/targets/plan.ts', 'ops/main.ts'])(
    'functions-ship-what-they-import: %s imports a package for development only',
    async (from) => {
      const { complaints } = await checkLayers(importing(from, 'vitest', installed('vitest', 'devDependencies')));

      expect(complaints).toEqual([expect.stringContaining('functions-ship-what-they-import')]);
    },
  );

  it('no-cycles: the complaint shows the way round', async () => {
    const root = project({
      'events/a.ts': "import { b } from './b.ts';\nexport const a = () => b;",
      'events/b.ts': "import { a } from './a.ts';\nexport const b = () => a;",
    });

    expect((await checkLayers(root)).complaints).toContainEqual(
      expect.stringMatching(/^events\/a\.ts -> events\/b\.ts -> events\/a\.ts: no-cycles/),
    );
  });

  it('was shown here for every rule that there is', () => {
    const shown = [
      'domain-is-pure',
      'the-app-knows-none-of-its-surroundings',
      'functions-ship-what-they-import',
      'infra-wires',
      'ops-drives-from-outside',
      'sandbox-runs-what-the-template-names',
      'nobody-imports-tests',
      'nobody-imports-benchmarks',
      'no-cycles',
      'everything-resolves',
    ];

    expect(LAYER_RULES.map((rule) => rule.name)).toEqual(shown);
  });
});

describe('an import that is allowed', () => {
  it.each([
    ['functions/domain/decide.ts', './types.ts'],
    ['functions/targets/plan.ts', '../domain/types.ts'],
    ['functions/targets/plan.ts', 'node:dns/promises'],
    ['infra/app.ts', '../workflows/catalog.ts'],
    ['infra/app.ts', '../events/requested.ts'],
    ['infra/app.ts', '../functions/registry/keys.ts'],
    ['ops/cli/main.ts', '../../functions/domain/types.ts'],
    ['ops/cli/main.ts', '../../functions/registry/keys.ts'],
    ['ops/cli/main.ts', '../../events/requested.ts'],
    ['sandbox/start.ts', '../functions/registry/keys.ts'],
    ['sandbox/start.ts', '../events/requested.ts'],
    ['sandbox/start.ts', '../infra/bundling.ts'],
    ['sandbox/start.ts', 'node:child_process'],
    ['sandbox/start.ts', 'node:worker_threads'],
    ['test/targets/plan.test.ts', '../../sandbox/cloud.ts'],
    ['bench/other.ts', '../sandbox/cloud.ts'],
  ])('%s imports %s', async (from, specifier) => {
    expect((await checkLayers(importing(from, specifier))).complaints).toEqual([]);
  });

  it('two files may know types of each other, which are gone when they run', async () => {
    const root = project({
      'events/a.ts': "import type { B } from './b.ts';\nexport type A = B | 1;",
      'events/b.ts': "import type { A } from './a.ts';\nexport type B = A | 2;",
    });

    expect((await checkLayers(root)).complaints).toEqual([]);
  });

  it('infra imports a package', async () => {
    const root = importing('infra/app.ts', 'aws-cdk-lib', installed('aws-cdk-lib', 'devDependencies'));

    expect((await checkLayers(root)).complaints).toEqual([]);
  });
});

describe('a check that saw nothing', () => {
  it('is a complaint when there are no files', async () => {
    expect((await checkLayers(project({ 'events/sample.json': '{}' }))).complaints).toEqual([
      expect.stringContaining('no TypeScript file'),
    ]);
  });

  it('is a complaint when no file imports anything', async () => {
    expect((await checkLayers(project(targets))).complaints).toEqual([expect.stringContaining('Not one import')]);
  });

  it('says how many files it saw in this project, one folder after the other', async () => {
    const { seen } = await checkLayers(join(import.meta.dirname, '../..'));

    expect(seen.length).toBeGreaterThan(10);
    expect(seen).toContain('sandbox/checks/layers.ts');
    expect(seen).toContain('test/checks/layers.test.ts');
  });
});
