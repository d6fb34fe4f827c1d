import type { Hunted } from './hunt.ts';

/** Whether a mutant got away that must not. */
export const isMissed = ({ caught, survives }: Hunted): boolean => caught === undefined && survives === undefined;

const lineOf = (hunted: Hunted): string => {
  const { name, touches, survives, caught, worlds } = hunted;
  if (caught !== undefined)
    return `ok  ${touches.padEnd(7)}  ${name}: world ${caught.world} breaks "${caught.promise}"`;
  if (survives !== undefined) return `--  ${touches.padEnd(7)}  ${name}: survives. ${survives}`;
  return `!!  ${touches.padEnd(7)}  ${name}: not caught in ${worlds} worlds`;
};

/** A line for each mutant, what was missed last, and the count. */
export const huntLines = (all: readonly Hunted[]): readonly string[] => {
  const missed = all.filter(isMissed);
  const caught = all.filter((each) => each.caught !== undefined).length;
  const rest = all.length - caught - missed.length;
  return [
    ...all.filter((each) => !isMissed(each)).map(lineOf),
    ...missed.map(lineOf),
    `${all.length} mutants: ${caught} caught, ${rest} survive for a reason, ${missed.length} missed`,
  ];
};
