import type { Tally, Violation } from './campaign.ts';

/** A violation as a story: what was set up, what happened in order, what was wrong with it. @param replay - the command that plays it again */
export const violationText = (
  what: string,
  { history, promise, broken, lines, happenings, steps }: Violation,
  replay: string,
): string =>
  [
    `${what} ${history} breaks "${promise}" (${steps.after} of its ${steps.before} steps suffice):`,
    ...lines.map((line) => `  ${line}`),
    ...(happenings.length === 0 ? [] : ['  so it went:', ...happenings.map((line) => `  ${line}`)]),
    ...broken.map((line) => `  broken: ${line}`),
    `  again: ${replay}`,
  ].join('\n');

/** A line for each promise: how often it was asked. */
export const tallyLines = (tally: Tally, what: string): readonly string[] => {
  const width = Math.max(...Object.keys(tally).map((name) => name.length));
  return Object.entries(tally).map(([name, { judged, leftOut, broken }]) => {
    const left = leftOut === 0 ? '' : `, ${leftOut} left out`;
    return `${broken === 0 ? 'ok' : '!!'}  ${name.padEnd(width)}  judged ${judged} times${left}, broken in ${broken} ${what}`;
  });
};
