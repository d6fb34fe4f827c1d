import type { Random } from '../random.ts';

/** The allowed principals of the sandbox's service in `infra/config.ts`. */
export const ACCOUNTS = ['222222222222', '333333333333', '444444444444', '555555555555'] as const;

/** One of several, all as likely. */
export const pick = <T>(random: Random, values: readonly T[]): T => {
  const value = values[random.between(0, values.length - 1)];
  if (value === undefined) throw new Error('There is nothing to pick from.');
  return value;
};
/** Whether something happens that has this chance. */
export const happens = (random: Random, chance: number): boolean => random.next() < chance;

/** Of several kinds with their weights, one. */
export const weighted = <T>(random: Random, kinds: readonly (readonly [weight: number, kind: T])[]): T => {
  let left = random.next() * kinds.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, kind] of kinds) {
    left -= weight;
    if (left < 0) return kind;
  }
  throw new Error('There is nothing to choose from.');
};
