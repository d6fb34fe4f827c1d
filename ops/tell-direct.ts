import type { TargetsDirect } from './actions/targets-direct.ts';
import { linesOf, listOf } from './tell.ts';

/** What a person reads of what would be done, or was done, without a run. */
export const tellDirect = ({ outcome, bindingId, added, removed, plan, silence }: TargetsDirect): string => {
  const caveat =
    silence === undefined
      ? []
      : [
          `The ledger does not answer: ${silence}.`,
          'Nobody knows whose the targets are, what is paused, and what DNS missed: nothing is removed.',
        ];
  const lines = linesOf(silence === undefined ? plan : { ...plan, foreign: [] });
  return outcome === 'planned-directly'
    ? [
        `What you would do about ${bindingId} now, from this machine. Nothing was done.`,
        ...caveat,
        `add       ${listOf(plan.add)}`,
        `remove    ${listOf(plan.remove)}`,
        ...lines,
        ...(plan.add.length + plan.remove.length === 0
          ? []
          : [`To do it, where no run can: "targets --binding ${bindingId} --direct --apply --reason ...".`]),
      ].join('\n')
    : [
        `${bindingId} is in line, as far as anybody may say.`,
        ...caveat,
        `added     ${listOf(added)}`,
        `removed   ${listOf(removed)}`,
        ...lines,
        ...(silence === undefined || added.length === 0
          ? []
          : [`What was added is nobody's yet: "adopt-target" for each, once the ledger answers.`]),
      ].join('\n');
};
