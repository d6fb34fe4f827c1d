import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembly } from '../support/assembly.ts';
import { changedAssembly, logicalIdOf } from '../support/changed-assembly.ts';
import type { Machine } from '../workflows/support.ts';

/** A statement of a policy, as far as tests look at it. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
}

/** A resource of the template, with its policies. */
interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, { Statement: Statement[] } | undefined> & {
    EventPattern?: unknown;
    DefinitionString?: unknown;
  };
}

/** The synthesised template. */
export interface Template {
  readonly Resources: Record<string, Resource>;
}

/** A stack of a synthesis. */
export interface Place {
  /** The synthesis' directory. */
  readonly whole: string;
  readonly stack: string;
}

/** The template that the tests deploy: the home stack's, unless another is named. */
export const wholeTemplate = (
  { whole, stack }: Place = { whole: assembly(), stack: 'PrivateLinkConcierge' },
): Template => JSON.parse(readFileSync(join(whole, `${stack}.template.json`), 'utf8')) as Template;

/** The synthesised stack, with something broken in its template, for the time of one test. */
export const brokenAssembly = (breakIt: (template: Template) => void, place?: Place): string =>
  changedAssembly({ template: (template) => breakIt(template as Template), ...place });

/** The stack with a rule that hears nothing. It is there still, since policies name it. */
export const deafRule = (rule: string): string =>
  brokenAssembly((template) => {
    const { Properties } = template.Resources[logicalIdOf(template, rule)] ?? {};
    Object.assign(Properties ?? {}, { EventPattern: { source: ['nobody'] } });
  });

/** The stack with something broken in the definition of a workflow. @throws Error where nothing was. */
export const brokenWorkflow = (construct: string, breakIt: (machine: Machine) => void): string =>
  brokenAssembly((template) => {
    const found = template.Resources[logicalIdOf(template, `${construct}StateMachine`)];
    const machine = JSON.parse(String(found?.Properties.DefinitionString)) as Machine;
    const before = JSON.stringify(machine);
    breakIt(machine);
    const after = JSON.stringify(machine);
    if (found === undefined || after === before) throw new Error(`Nothing of ${construct} was broken.`);
    found.Properties.DefinitionString = after;
  });
