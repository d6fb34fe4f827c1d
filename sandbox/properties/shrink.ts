import type { History, Step } from './history.ts';
import { isPairsDeed } from './pairs/pairs.ts';
import { isTargetsDeed } from './targets/estate.ts';

/** What one attempt of shrinking came to: the shortest history found, and how many were played for it. */
export interface Shrunk {
  readonly history: History;
  readonly plays: number;
}

const without = <T>(list: readonly T[], index: number): readonly T[] => list.filter((_, at) => at !== index);

/** A step in simpler words: at a time instead of around a call, earlier, once. */
const simplerSteps = (step: Step): readonly Step[] => {
  if (step.deed === 'again') return step.waits.length > 1 ? [{ ...step, waits: step.waits.slice(0, 1) }] : [];
  if (step.deed === 'spell') return step.chance < 1 ? [{ ...step, chance: 1 }] : [];
  if (step.deed === 'late' || step.deed === 'lost' || step.deed === 'fault') return [];
  const { when } = step;
  if (!('at' in when)) return [];
  const rounded = [0, 1_000, Math.round(when.at / 10_000) * 10_000].filter((at) => at < when.at);
  return rounded.map((at) => ({ ...step, when: { at } }));
};

/** The same with less behind load balancers: nothing, a binding less, AWS as it usually is. */
const simplerEstates = function* ({ estate, ...rest }: History): Generator<History> {
  if (estate === undefined) return;
  const { bindings } = estate;
  if (!rest.steps.some(isTargetsDeed)) yield rest;
  for (const [index, { name }] of bindings.entries()) {
    const isNamed = rest.steps.some((step) => 'binding' in step && step.binding === name);
    if (!isNamed) yield { ...rest, estate: { ...estate, bindings: without(bindings, index) } };
  }
  for (const part of ['elbv2', 'rds', 'dns'] as const) {
    if (Object.keys(estate[part]).length > 0) yield { ...rest, estate: { ...estate, [part]: {} } };
  }
};

/** The same with fewer names over two regions. */
const simplerPairs = function* ({ pairs, ...rest }: History): Generator<History> {
  if (pairs === undefined) return;
  if (!rest.steps.some(isPairsDeed)) yield rest;
  for (const [index, { name }] of pairs.pairs.entries()) {
    const isNamed = pairs.pairs.length === 1 || rest.steps.some((step) => 'pair' in step && step.pair === name);
    if (!isNamed) yield { ...rest, pairs: { pairs: without(pairs.pairs, index) } };
  }
};

/** Histories that are a little shorter or simpler than this one, the greatest steps first. */
const simpler = function* (history: History): Generator<History> {
  const { steps, customers, others = [], ec2, policy } = history;
  for (let index = steps.length - 1; index >= 0; index -= 1) yield { ...history, steps: without(steps, index) };
  for (let index = customers.length - 1; index >= 0; index -= 1) {
    const customer = customers[index];
    const isNamed = steps.some((step) => 'customerId' in step && step.customerId === customer?.customerId);
    if (!isNamed) yield { ...history, customers: without(customers, index) };
  }
  for (const [index, { name }] of others.entries()) {
    const isNamed = steps.some((step) => 'service' in step && step.service === name);
    if (!isNamed) yield { ...history, others: without(others, index) };
  }
  yield* simplerEstates(history);
  yield* simplerPairs(history);
  if (Object.keys(ec2).length > 0) yield { ...history, ec2: {} };
  for (const name of Object.keys(ec2) as (keyof typeof ec2)[]) {
    const { [name]: _dropped, ...rest } = ec2;
    yield { ...history, ec2: rest };
  }
  const { uncertain = {} } = ec2;
  for (const name of Object.keys(uncertain) as (keyof typeof uncertain)[]) {
    const { [name]: _dropped, ...rest } = uncertain;
    yield { ...history, ec2: { ...ec2, uncertain: rest } };
  }
  if (history.latency > 0) yield { ...history, latency: 0 };
  if (history.begins !== 'enforce') yield { ...history, begins: 'enforce' };
  if (policy !== 'plain') yield { ...history, policy: 'plain' };
  if (history.bound !== undefined) {
    const { bound: _dropped, ...rest } = history;
    yield rest;
  }
  for (const [index, step] of steps.entries()) {
    for (const simple of simplerSteps(step)) yield { ...history, steps: steps.with(index, simple) };
  }
};

/**
 * Makes a history shorter for as long as it stays broken: takes the first simpler one that is, and goes on from there.
 *
 * @param isBroken - plays a history; whether it breaks the same promise.
 * @param patience - plays at most.
 */
export const shrink = async (
  history: History,
  isBroken: (candidate: History) => Promise<boolean>,
  patience: number,
): Promise<Shrunk> => {
  let best = history;
  let plays = 0;
  for (;;) {
    let found: History | undefined;
    for (const candidate of simpler(best)) {
      if (plays >= patience) return { history: best, plays };
      plays += 1;
      if (!(await isBroken(candidate))) continue;
      found = candidate;
      break;
    }
    if (found === undefined) return { history: best, plays };
    best = found;
  }
};
