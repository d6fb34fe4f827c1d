import { simulate } from '../../sandbox/simulated.ts';
import { type Case, isAsExpected, type Story } from '../../sandbox/stories/story.ts';
import type { Statement, Template } from './broken-assembly.ts';

/** Cases of a story by their names. @throws Error for a name that it has not. */
export const casesOf = ({ name: story, cases }: Story, ...names: readonly string[]): readonly Case[] =>
  names.map((name) => {
    const found = cases.find((each) => each.name === name);
    if (found === undefined) throw new Error(`The story ${story} has no case "${name}".`);
    return found;
  });

/**
 * Whether anybody would notice: a case goes otherwise, or the stack can't be deployed.
 *
 * @param patience - of the world's milliseconds, for what a story waits for.
 */
export const isNoticed = async (directory: string, story: Story, patience = 120_000): Promise<boolean> => {
  const options = { assembly: directory, seed: 1, patience, stopAtFirstSurprise: true };
  const played = await simulate(story, options).then(
    (ended) => ended.played,
    () => undefined,
  );
  return played === undefined || !played.every(isAsExpected);
};

/** One statement of a template's policies, and where it stands. */
export interface NamedStatement {
  readonly id: string;
  readonly property: string;
  readonly index: number;
  /** `LogicalId Effect: action, action`; the hash at the end of a logical id says nothing. */
  readonly name: string;
  /** As it stands there: writing it changes the template. */
  readonly statement: Statement;
}

const POLICY_PROPERTIES = ['PolicyDocument', 'KeyPolicy'];

/** Every statement of a template. */
export const statementsOf = ({ Resources }: Template): readonly NamedStatement[] =>
  Object.entries(Resources).flatMap(([id, { Properties = {} }]) =>
    POLICY_PROPERTIES.flatMap((property) =>
      (Properties[property]?.Statement ?? []).map((statement, index) => ({
        id,
        property,
        index,
        statement,
        name: `${id.replace(/[0-9A-F]{8}$/, '')} ${statement.Effect}: ${[statement.Action].flat().join(', ')}`,
      })),
    ),
  );

/** Takes one statement away. */
export const without =
  ({ id, property, index }: NamedStatement) =>
  ({ Resources }: Template): void => {
    Resources[id]?.Properties[property]?.Statement.splice(index, 1);
  };
