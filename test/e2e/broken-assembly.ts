import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { assembly } from '../support/assembly.ts';
import type { Machine } from '../workflows/support.ts';

/** A statement of a policy, as far as tests look at it. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
}

/** A resource of the template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, { Statement: Statement[] } | undefined> & {
    EventPattern?: unknown;
    StateMachineName?: unknown;
    DefinitionString?: unknown;
  };
}

/** The synthesised template. */
export interface Template {
  readonly Resources: Record<string, Resource>;
}

const TEMPLATE = 'PrivateLinkConcierge.template.json';
const ASSETS = 'PrivateLinkConcierge.assets.json';
const rooms: string[] = [];
afterEach(() => {
  for (const room of rooms.splice(0)) rmSync(room, { recursive: true });
});

/** The template that the tests deploy. */
export const wholeTemplate = (): Template => JSON.parse(readFileSync(join(assembly(), TEMPLATE), 'utf8')) as Template;

/** The synthesised stack, with something broken in its template; it is gone after the test. */
export const brokenAssembly = (breakIt: (template: Template) => void): string => {
  const room = mkdtempSync(join(tmpdir(), 'broken-'));
  rooms.push(room);
  const whole = assembly();
  const manifest = readFileSync(join(whole, ASSETS), 'utf8');
  // What earlier syntheses left beside it is not worth the copying.
  const isOurs = (name: string): boolean =>
    !name.startsWith('asset.') || manifest.includes(name.slice('asset.'.length));
  for (const name of readdirSync(whole).filter(isOurs)) {
    if (name !== TEMPLATE) cpSync(join(whole, name), join(room, name), { recursive: true });
  }
  const template = wholeTemplate();
  breakIt(template);
  writeFileSync(join(room, TEMPLATE), JSON.stringify(template));
  return room;
};

/** The synthesised stack, with something broken in the definition of a workflow. @throws Error where the template has no such workflow. */
export const brokenWorkflow = (name: string, breakIt: (machine: Machine) => void): string =>
  brokenAssembly(({ Resources }) => {
    const found = Object.values(Resources).find(({ Properties }) => String(Properties.StateMachineName).endsWith(name));
    const definition = found?.Properties.DefinitionString;
    if (found === undefined || typeof definition !== 'string') throw new Error(`The template defines no ${name}.`);
    const machine = JSON.parse(definition) as Machine;
    breakIt(machine);
    const broken = JSON.stringify(machine);
    if (broken === JSON.stringify(JSON.parse(definition))) throw new Error(`Nothing of ${name} was broken.`);
    found.Properties.DefinitionString = broken;
  });
