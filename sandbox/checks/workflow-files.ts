import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import { report } from './report.ts';
import { filesEndingWith } from './source-files.ts';

interface State {
  readonly Comment?: unknown;
  readonly Branches?: readonly StateMachine[];
  readonly ItemProcessor?: StateMachine;
}

interface StateMachine {
  readonly Comment?: unknown;
  readonly QueryLanguage?: unknown;
  readonly States?: Readonly<Record<string, State>>;
}

/**
 * What is wrong with a workflow's definition, by the Amazon States Language (https://states-language.net) as
 * asl-validator reads it, and by the house: it is written in JSONata, and it and each of its states say in a
 * `Comment` what they are for, since that is what an operator sees in the console.
 *
 * @param text The JSON, with `${Name}` where the deployment puts an ARN or a name.
 * @returns A line each, e.g. `Take the lease: has no Comment.`
 */
export const checkWorkflow = (text: string): string[] => {
  let definition: StateMachine;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    return [`is not JSON: ${error instanceof Error ? error.message : String(error)}`];
  }
  const complaints = [...statesWithoutComment(definition)];
  if (!isSentence(definition.Comment)) complaints.unshift('the workflow itself has no Comment.');
  if (definition.QueryLanguage !== 'JSONata') complaints.unshift('its QueryLanguage is not JSONata.');

  // A copy, because asl-validator writes QueryLanguage into what it is given.
  const { isValid, errorsText } = validate(JSON.parse(text));
  if (!isValid) complaints.push(...errorsText('\n').split('\n'));
  return complaints;
};

const isSentence = (comment: unknown): boolean => typeof comment === 'string' && comment.trim() !== '';

function* statesWithoutComment(machine: StateMachine): Generator<string> {
  for (const [name, state] of Object.entries(machine.States ?? {})) {
    if (!isSentence(state.Comment)) yield `${name}: has no Comment.`;
    for (const inner of [...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])]) {
      yield* statesWithoutComment(inner);
    }
  }
}

if (import.meta.main) {
  const files = filesEndingWith(process.cwd(), '.asl.json').filter((file) => file.startsWith('workflows/'));
  const complaints = files.flatMap((file) =>
    checkWorkflow(readFileSync(join(process.cwd(), file), 'utf8')).map((complaint) => `${file}: ${complaint}`),
  );
  if (files.length === 0) complaints.push('No workflows/*.asl.json was found.');
  report(complaints, `${files.length} workflows are valid, and each of their states says what it is for.`);
}
