import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleAll } from '../../infra/bundling.ts';

const require = createRequire(import.meta.url);
const root = mkdtempSync(join(tmpdir(), 'sources-'));
/** Beside the sources, so that no node_modules is in sight of a bundle. */
const outputs = mkdtempSync(join(tmpdir(), 'bundles-'));
const source = (name: string, text: string): string => {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
};
const contentsOf = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory)
      .sort()
      .map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );
const directoryOf = (entry: string, output: string): string =>
  bundleAll([entry], join(outputs, output)).get(entry) ?? '';

let entry: string;
let directory: string;
beforeAll(() => {
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  source('late.ts', `export const greet = (name: string): string => \`hello \${name}\`;`);
  entry = source(
    'main.ts',
    `import { STSClient } from '@aws-sdk/client-sts';
     class NamedOnPurpose {}
     export const handler = async (name: string) => {
       const { greet } = await import('./late.ts');
       return { greeting: greet(name), named: new NamedOnPurpose().constructor.name, client: typeof STSClient };
     };`,
  );
  directory = directoryOf(entry, 'first');
}, 60_000);

describe('a bundle', () => {
  it('is CommonJS that needs nothing else, with names kept', async () => {
    const { handler } = require(join(directory, 'index.js'));
    expect(await handler('Ada')).toEqual({ greeting: 'hello Ada', named: 'NamedOnPurpose', client: 'function' });
  });

  it('keeps dynamic imports in chunks of their own and makes them require()', () => {
    const files = contentsOf(directory);
    const late = Object.entries(files).filter(([, text]) => text.includes('hello ${'));
    expect(late.map(([name]) => name)).toEqual([expect.stringMatching(/^late-/)]);
    expect(Object.values(files).filter((text) => /[^.\w]import\(/.test(text))).toEqual([]);
  });

  it('is the same byte for byte when it is made again', () => {
    expect(contentsOf(directoryOf(entry, 'second'))).toEqual(contentsOf(directory));
  });

  it('is made again when a source changes, and leaves nothing of the old one', () => {
    const other = source('other.ts', `export const handler = async () => import('./word.ts');`);
    source('word.ts', `export const word = 'before';`);
    const made = directoryOf(other, 'changing');
    source('word.ts', `export const word = 'after';`);
    expect(Object.values(contentsOf(directoryOf(other, 'changing'))).join()).toContain('after');
    expect(Object.values(contentsOf(made)).join()).not.toContain('before');
  });
});

describe('what is refused', () => {
  it('an import that is not found', () => {
    const lost = source('lost.ts', `import x from 'no-such-package'; export const handler = async () => x;`);
    expect(() => bundleAll([lost], join(outputs, 'refused'))).toThrow(/Could not resolve 'no-such-package'/);
  });

  it('a file that exports no handler', () => {
    const lost = source('unnamed.ts', 'export const handle = async () => 1;');
    expect(() => bundleAll([lost], join(outputs, 'refused'))).toThrow(/unnamed\.ts exports no "handler"/);
  });
});
