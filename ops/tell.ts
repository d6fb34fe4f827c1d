import type { PrincipalAdopted } from './actions/adopt-principal.ts';
import type { Said } from './actions/answer-held.ts';
import type { Claimed } from './actions/claim-endpoint.ts';
import type { Decisions } from './actions/decisions.ts';
import type { Held } from './actions/held.ts';
import type { Reconciling } from './actions/reconcile.ts';
import type { ModeSet } from './actions/set-mode.ts';
import type { DecisionRecord } from './records.ts';

const modesIn = ({ accept, reject }: ModeSet['before']): string => `accept ${accept}, reject ${reject}`;

/** What a person reads of a mode that was set: a line each for before and after. */
export const tellMode = ({ outcome, serviceId, before, after }: ModeSet): string =>
  [
    outcome === 'set'
      ? `The mode of ${serviceId} is set.`
      : `The mode of ${serviceId} is set so already; nothing was written.`,
    `before  ${modesIn(before)}`,
    `after   ${modesIn(after)}`,
    ...(outcome === 'set'
      ? ['Requests that wait already are decided again when something wakes them: see "reconcile".']
      : []),
  ].join('\n');

/** What a person reads of a claim. */
export const tellClaim = ({ outcome, endpointId, customerId, executionArn }: Claimed): string =>
  `${endpointId} ${outcome === 'claimed' ? 'is now' : 'was already'} claimed by ${customerId}.\nIts request is looked at: ${executionArn}`;

/** What a person reads of a principal that was adopted. */
export const tellAdoptedPrincipal = ({ outcome, serviceId, principal, wasContested }: PrincipalAdopted): string =>
  [
    `${principal} ${outcome === 'adopted' ? 'is now' : 'was already'} the Concierge's to keep right on ${serviceId}.`,
    ...(wasContested ? ['It is not contested any more: it is added again where it is missing.'] : []),
    'It is removed at the next look, unless the registry wants it.',
  ].join('\n');

/** What a person reads of an answer. */
export const tellAnswer = ({ outcome, answer, proposed, endpointId, by, executionArn }: Said): string => {
  const what = answer === 'approve' ? `approved (what was proposed: ${proposed})` : 'denied';
  return `${endpointId} ${outcome === 'said' ? 'is' : 'was already'} ${what}, by ${by}.\nIts request is looked at: ${executionArn}`;
};

/** What a person reads of a request that is looked at. */
export const tellReconciling = ({ executionArn }: Reconciling): string => `Its request is looked at: ${executionArn}`;

/** What a person reads of decisions: a line each. */
export const tellDecisions = ({ decisions, isCut }: Decisions): string => {
  if (decisions.length === 0) return 'Nothing was decided.';
  const rows = decisions.map(({ recordedAt, endpointId, customerId = '-', outcome, code, sentence }) => [
    ...[recordedAt, endpointId, customerId, outcome, code, sentence],
  ]);
  const table = tableOf(['time', 'endpoint', 'customer', 'outcome', 'code', 'sentence'], rows);
  return isCut ? `${table}\nThere are more: see --most.` : table;
};

/** What a person reads of requests that wait: a line each. */
export const tellHeld = ({ held }: Held): string => {
  if (held.length === 0) return 'Nothing is held.';
  const rows = held.map((each: DecisionRecord) => [
    ...[each.recordedAt, each.serviceId, each.endpointId, each.customerId ?? '-', each.code],
    ...[each.proposed ?? '-', each.until ?? '-', each.sentence],
  ]);
  return tableOf(['decided', 'service', 'endpoint', 'customer', 'code', 'proposed', 'until', 'sentence'], rows);
};

const tableOf = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
