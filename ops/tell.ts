import { EFFECTS, type Pause } from '../functions/domain/mode.ts';
import { plainText } from '../functions/domain/text.ts';
import { ALL_SERVICES } from '../functions/registry/keys.ts';
import type { Adopted } from './actions/adopt.ts';
import type { PrincipalAdopted } from './actions/adopt-principal.ts';
import type { Said } from './actions/answer-held.ts';
import type { Claimed } from './actions/claim-endpoint.ts';
import type { RegistryConfirmed } from './actions/confirm-registry.ts';
import type { Decisions } from './actions/decisions.ts';
import type { Held } from './actions/held.ts';
import type { Paused, Resumed } from './actions/pause.ts';
import type { Reconciling } from './actions/reconcile.ts';
import type { Revoking } from './actions/revoke.ts';
import type { ModeSet } from './actions/set-mode.ts';
import type { Status } from './actions/status.ts';
import { nameOfServices } from './modes.ts';
import type { DecisionRecord } from './records.ts';

const modesIn = (modes: ModeSet['before']): string => EFFECTS.map((effect) => `${effect} ${modes[effect]}`).join(', ');

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

/** What a person reads of what is looked at. */
export const tellReconciling = ({ serviceId, endpointId, executionArn }: Reconciling): string => {
  if (endpointId !== undefined) return `Its request is looked at: ${executionArn}`;
  return `${serviceId === undefined ? 'Everything in this account and region' : serviceId} is looked at: ${executionArn}`;
};

const pausedBy = ({ by, reason, at }: Pause): string =>
  `by ${plainText(by, 300)} since ${plainText(at, 40)}: "${plainText(reason, 500)}"`;

const isPaused = (serviceId: string, pause: Pause): string =>
  `${serviceId === ALL_SERVICES ? 'Everything' : serviceId} is paused ${pausedBy(pause)}.`;

/** What a person reads of a pause. */
export const tellPaused = ({ outcome, serviceId, paused }: Paused): string =>
  outcome === 'paused'
    ? `Paused: ${nameOfServices(serviceId)}. Nothing is written on AWS until somebody resumes it; what is decided waits.`
    : `Nothing was written. ${isPaused(serviceId, paused)}`;

/** What a person reads of the end of a pause: a line for each thing that follows. */
export const tellResumed = ({ outcome, serviceId, ended, stillPaused, held, executionArn }: Resumed): string => {
  const name = nameOfServices(serviceId);
  const lines = [
    outcome === 'resumed'
      ? `Resumed: ${name}.${ended === undefined ? '' : ` It was paused ${pausedBy(ended)}.`}`
      : `Nothing was written: no pause of ${name} was in force.`,
  ];
  if (held !== undefined) lines.push(`Held because of the pause: ${held}.`);
  if (executionArn !== undefined) lines.push(`What came meanwhile is looked at: ${executionArn}`);
  if (stillPaused !== undefined) lines.push(isPaused(ALL_SERVICES, stillPaused));
  if (serviceId === ALL_SERVICES) lines.push('A service that is paused by itself stays so: see "status".');
  return lines.join('\n');
};

/** What a person reads of a disconnection that was forced. */
export const tellRevoking = ({ endpointId, by, executionArn }: Revoking): string =>
  `${endpointId} is to be disconnected, by ${by}: ${executionArn}\nWhat comes of it: "decisions --endpoint ${endpointId}".`;

/** What a person reads of a connection that was adopted. */
export const tellAdopted = ({ endpointId, owned }: Adopted): string =>
  `${endpointId} is the Concierge's to revoke now, by ${owned.by}.`;

/** What a person reads of a registry that was confirmed. */
export const tellConfirmed = ({ before, count, by }: RegistryConfirmed): string =>
  `The registry is believed with ${count} entries (before: ${before}), by ${by}.\nWhat was frozen goes on with the next sweep, or with "reconcile".`;

/** What a person reads of what is in force: pauses, a freeze, then a line for each service for which modes were set. */
export const tellStatus = ({ paused, frozen, services, unreadable }: Status): string => {
  const lines = paused.map(({ serviceId, ...pause }) => isPaused(serviceId, pause));
  if (paused.length === 0) lines.push('Nothing is paused.');
  if (frozen === undefined) lines.push('Nothing is frozen.');
  else {
    lines.push(
      `Nothing is removed since ${frozen.at}: ${frozen.because}. The registry had ${frozen.count} entries then. If that is right: "confirm-registry --count ${frozen.count}".`,
    );
  }
  for (const { pk, sk, problem } of unreadable) lines.push(`The item ${pk}, ${sk} can't be read: ${problem}`);
  if (services.length === 0) return [...lines, 'No modes were set.'].join('\n');
  const rows = services.map(({ serviceId, modes }) => [serviceId, ...EFFECTS.map((effect) => modes[effect] ?? '-')]);
  return [...lines, tableOf(['service', ...EFFECTS], rows)].join('\n');
};

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
