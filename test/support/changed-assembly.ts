import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { assembly } from './assembly.ts';

/** A resource of the stack's template, as far as tests change one. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

/** The stack's template; tests write into it. */
export interface Template {
  readonly Resources: Record<string, Resource>;
}

const HOME = 'PrivateLinkConcierge';
const ASSETS = 'PrivateLinkConcierge.assets.json';

/** The one resource whose construct has this id: what the CDK puts behind it are hashes. @throws Error where there is not one. */
export const logicalIdOf = ({ Resources }: Template, construct: string): string => {
  const [id, ...more] = Object.keys(Resources).filter((each) =>
    new RegExp(`^${construct}[0-9A-F]{8}([0-9a-f]{32})?$`).test(each),
  );
  if (id === undefined || more.length > 0) throw new Error(`The template has not one ${construct}.`);
  return id;
};

/** Text that stands at the end of a function's bundle, by the function's construct: `{ DecideConnection: '…' }`. */
export type Additions = Readonly<Record<string, string>>;

/** Gives a function other code, as another synthesis would: another asset, another version of another logical id. */
const addCode = (room: string, template: Template, construct: string, addition: string, label: string): void => {
  const func = template.Resources[logicalIdOf(template, `${construct}Function`)];
  const version = logicalIdOf(template, `${construct}FunctionCurrentVersion`);
  const code = func?.Properties.Code as { S3Key: string } | undefined;
  const hash = code?.S3Key.replace(/\.zip$/, '') ?? '';
  const other = `${label}${hash.slice(label.length)}`;
  cpSync(join(room, `asset.${hash}`), join(room, `asset.${other}`), { recursive: true });
  appendFileSync(join(room, `asset.${other}`, 'index.js'), addition);
  const replaced = (text: string): string => text.replaceAll(hash, other);
  writeFileSync(join(room, ASSETS), replaced(readFileSync(join(room, ASSETS), 'utf8')));
  const renamed = JSON.stringify(template.Resources).replaceAll(version, `${version.slice(0, -label.length)}${label}`);
  for (const id of Object.keys(template.Resources)) delete template.Resources[id];
  Object.assign(template.Resources, JSON.parse(replaced(renamed)));
};

/** What is to be different from the stack as it is synthesised. */
export interface AssemblyChange {
  readonly code?: Additions;
  readonly template?: (template: Template) => void;
  /** Where the right one lies. @default the home stack alone */
  readonly whole?: string;
  /** Whose template is changed. @default the home stack's */
  readonly stack?: string;
}

/** The synthesised stack with something changed, for the time of one test; gives its directory. */
export const changedAssembly = ({
  code = {},
  template: change,
  whole = assembly(),
  stack = HOME,
}: AssemblyChange): string => {
  const room = mkdtempSync(join(tmpdir(), 'changed-'));
  onTestFinished(() => rmSync(room, { recursive: true }));
  const file = `${stack}.template.json`;
  const manifest = readdirSync(whole)
    .filter((name) => name.endsWith('.assets.json'))
    .map((name) => readFileSync(join(whole, name), 'utf8'))
    .join();
  // What earlier syntheses left beside it is not worth the copying.
  const isOurs = (name: string): boolean =>
    !name.startsWith('asset.') || manifest.includes(name.slice('asset.'.length));
  for (const name of readdirSync(whole).filter(isOurs)) {
    if (name !== file) cpSync(join(whole, name), join(room, name), { recursive: true });
  }
  const template = JSON.parse(readFileSync(join(whole, file), 'utf8')) as Template;
  for (const [construct, addition] of Object.entries(code)) addCode(room, template, construct, addition, 'c0de5abe');
  change?.(template);
  writeFileSync(join(room, file), JSON.stringify(template));
  return room;
};
