import type { AddressSource } from '../functions/domain/binding.ts';
import { EFFECTS } from '../functions/domain/mode.ts';
import type { TargetsPlan } from '../functions/domain/targets.ts';
import { plainText } from '../functions/domain/text.ts';
import type { Adopted } from './actions/adopt.ts';
import type { PrincipalAdopted } from './actions/adopt-principal.ts';
import type { TargetAdopted } from './actions/adopt-target.ts';
import type { Said } from './actions/answer-held.ts';
import type { Bound } from './actions/bind.ts';
import type { BindingStanding, Bindings } from './actions/bindings.ts';
import type { Claimed } from './actions/claim-endpoint.ts';
import type { RegistryConfirmed } from './actions/confirm-registry.ts';
import type { Decisions } from './actions/decisions.ts';
import type { Held } from './actions/held.ts';
import type { Reconciling } from './actions/reconcile.ts';
import type { Revoking } from './actions/revoke.ts';
import type { ModeSet } from './actions/set-mode.ts';
import type { ShownPlan, TargetsApplied, TargetsPlanned, TargetsRunning } from './actions/targets.ts';
import type { UnboundNow } from './actions/unbind.ts';
import { tableOf } from './lines.ts';
import type { DecisionRecord } from './records.ts';

/** `dns` is set in another region than the others, and each is told without the other. */
const modesIn = (modes: ModeSet['before'], effect: ModeSet['effect']): string =>
  EFFECTS.filter((each) => (each === 'dns') === (effect === 'dns'))
    .map((each) => `${each} ${modes[each]}`)
    .join(', ');

/** What a person reads of a mode that was set: a line each for before and after. */
export const tellMode = ({ outcome, serviceId, effect, before, after }: ModeSet): string =>
  [
    outcome === 'set'
      ? `The mode of ${serviceId} is set.`
      : `The mode of ${serviceId} is set so already; nothing was written.`,
    `before  ${modesIn(before, effect)}`,
    `after   ${modesIn(after, effect)}`,
    ...(outcome === 'set' ? [nextAfter(effect)] : []),
  ].join('\n');

const nextAfter = (effect: ModeSet['effect']): string => {
  if (effect === 'dns') return 'What was withheld is written by "converge --record ID": see "records".';
  return effect === 'targets-add' || effect === 'targets-remove'
    ? 'The watch goes by it within a minute; what it waits for: "targets --binding ID".'
    : 'Requests that wait already are decided again when something wakes them: see "reconcile".';
};

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

/** What a person reads of a disconnection that was forced. */
export const tellRevoking = ({ endpointId, by, executionArn }: Revoking): string =>
  `${endpointId} is to be disconnected, by ${by}: ${executionArn}\nWhat comes of it: "decisions --endpoint ${endpointId}".`;

/** What a person reads of a connection that was adopted. */
export const tellAdopted = ({ endpointId, owned }: Adopted): string =>
  `${endpointId} is the Concierge's to revoke now, by ${owned.by}.`;

/** What a person reads of a registry that was confirmed. */
export const tellConfirmed = ({ before, count, by }: RegistryConfirmed): string =>
  `The registry is believed with ${count} entries (before: ${before}), by ${by}.\nWhat was frozen goes on with the next sweep, or with "reconcile".`;

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

/** `proxy orders/read-only`, `cluster orders (reader)`. */
const sourceOf = (source: AddressSource): string => {
  switch (source.kind) {
    case 'proxy':
      return `proxy ${source.proxyName}${source.endpointName === undefined ? '' : `/${source.endpointName}`}`;
    case 'instance':
      return `instance ${source.instanceId}`;
    case 'cluster':
      return `cluster ${source.clusterId}${source.endpoint === 'reader' ? ' (reader)' : ''}`;
    case 'host':
      return `host ${source.hostName}`;
    case 'fixed':
      return source.addresses.join(', ');
  }
};

/** `orders-tg` of `arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/orders-tg/0123456789abcdef`. */
const groupOf = (targetGroupArn: string): string => targetGroupArn.split('/')[1] ?? targetGroupArn;

/** What a person reads of a binding: what is followed, and what keeps the Concierge from acting on it. */
export const tellBound = ({ outcome, binding, by, modes, isPaused }: Bound): string => {
  const { bindingId, serviceId, targetGroupArn, port, source } = binding;
  const effects = ['targets-add', 'targets-remove'] as const;
  const held = effects.filter((effect) => modes[effect] !== 'enforce');
  const set = (effect: string): string =>
    `"set-mode --service ${serviceId} --effect ${effect} --mode enforce --reason ..."`;
  return [
    `${bindingId} is ${outcome}, by ${by}: port ${port} of ${groupOf(targetGroupArn)} follows ${sourceOf(source)}. The watch sees it within a minute.`,
    `The modes of ${serviceId}: ${effects.map((effect) => `${effect} ${modes[effect]}`).join(', ')}.`,
    ...(held.length === 0
      ? []
      : [`By itself it does only what is enforced. To have it act: ${held.map(set).join(', ')}.`]),
    ...(isPaused
      ? ['It is paused, or everything is, and nothing is written until somebody resumes it: see "status".']
      : []),
    `${targetGroupArn} must carry the tag privatelink-concierge=managed: no other is written.`,
    `What would be done now: "targets --binding ${bindingId}".`,
  ].join('\n');
};

/** What a person reads of a binding that was taken away. */
export const tellUnbound = ({ bindingId, by, targetGroupArn, ours, lease }: UnboundNow): string =>
  [
    `${bindingId} is taken away, by ${by}. Nobody looks after ${targetGroupArn === undefined ? 'its target group' : plainText(targetGroupArn, 300)} any more.`,
    `Its targets stay registered as they are${ours.length === 0 ? '' : `; ours are ${listOf(ours)}`}.`,
    ...(lease === undefined
      ? []
      : [
          `A run is at it: ${lease.execution}. It does no more than the step that it is at, then fails, and its alarm rings.`,
        ]),
  ].join('\n');

/** How many addresses a cell shows. */
const SHOWN = 2;

const shortListOf = (addresses: readonly string[] | undefined): string => {
  if (addresses === undefined) return '-';
  if (addresses.length === 0) return 'none';
  const more = addresses.length - SHOWN;
  return `${addresses.slice(0, SHOWN).join(', ')}${more > 0 ? ` +${more}` : ''}`;
};

/** A name in DNS may be as long as two lines; `--json` has all of it. */
const WIDEST_SOURCE = 34;

const cellOf = (source: AddressSource): string => {
  const text = source.kind === 'fixed' ? shortListOf(source.addresses) : sourceOf(source);
  return text.length > WIDEST_SOURCE ? `${text.slice(0, WIDEST_SOURCE - 1)}\u2026` : text;
};

/** `2026-11-23 11:00`: seconds are no news. */
const minuteOf = (time: string): string => time.slice(0, 16).replace('T', ' ');

/** What a person reads of bindings: a line each; then who has which in hand, what failed, and what is wrong. */
export const tellBindings = ({ bindings, problems }: Bindings): string => {
  const lines = bindings.flatMap(notesOn);
  for (const { name, problem } of problems) lines.push(`${name}: ${problem}.`);
  if (bindings.length === 0) return ['There are no bindings.', ...lines].join('\n');
  const rows = bindings.map(({ bindingId, source, port, targetGroupArn, applied, driftSince, failures }) => [
    ...[bindingId, cellOf(source), String(port), groupOf(targetGroupArn), shortListOf(applied)],
    ...[driftSince === undefined ? '-' : minuteOf(driftSince), failures === 0 ? '-' : String(failures)],
  ]);
  return [
    tableOf(['binding', 'source', 'port', 'target group', 'applied', 'drifting since', 'failed'], rows),
    ...lines,
  ].join('\n');
};

const handOf = ({ execution, until, isOver }: NonNullable<BindingStanding['lease']>): string =>
  isOver
    ? `${execution} had it in hand until ${until}, and is gone: the next run takes over`
    : `${execution} has it in hand, until ${until} or longer`;

const notesOn = ({ bindingId, lease, failures, failedAt }: BindingStanding): readonly string[] => [
  ...(lease === undefined ? [] : [`${bindingId}: ${handOf(lease)}.`]),
  ...(failedAt === undefined
    ? []
    : [
        `${bindingId}: ${failures === 1 ? 'the last run' : `the last ${failures} runs`} failed, at ${failedAt}. What would be done: "targets --binding ${bindingId}".`,
      ]),
];

/** `10.0.1.5, 10.0.1.6`; `nobody`. */
export const listOf = (addresses: readonly string[]): string =>
  addresses.length === 0 ? 'nobody' : addresses.join(', ');

/** What a plan withholds and keeps, and how many are healthy: a line each. */
export const linesOf = ({
  withheld,
  foreign,
  healthy,
  isSwap,
  doubt,
}: Omit<ShownPlan, 'add' | 'remove'> | Omit<TargetsPlan, 'add' | 'remove'>): readonly string[] => [
  ...(isSwap ? ['The target group is full: one target makes room for the next.'] : []),
  ...(doubt === undefined ? [] : [`${doubt}: nothing is added or removed.`]),
  ...withheld.map(({ address, effect, because }) => `withheld  ${effect} ${address}: ${because}`),
  ...(foreign.length === 0 ? [] : [`foreign   ${listOf(foreign)}: somebody else's, and kept. See "adopt-target".`]),
  `healthy   ${healthy}`,
];

/** What a person reads of a plan, or of what a run did: a line for each thing that is, or is not, to be done. */
export const tellTargets = (result: TargetsPlanned | TargetsApplied | TargetsRunning): string => {
  const { bindingId, executionArn } = result;
  if (result.outcome === 'running') {
    return `It still runs, and goes on by itself: ${executionArn}\nWhat became of it: "bindings".`;
  }
  const { plan } = result;
  return result.outcome === 'planned'
    ? [
        `What a run would do about ${bindingId} now. Nothing was done.`,
        `add       ${listOf(plan.add)}`,
        `remove    ${listOf(plan.remove)}`,
        ...linesOf(plan),
        ...(plan.add.length + plan.remove.length === 0
          ? []
          : [`To have it done: "targets --binding ${bindingId} --apply".`]),
      ].join('\n')
    : [
        `${bindingId} is in line, as far as anybody may say: ${executionArn}`,
        `added     ${listOf(result.added)}`,
        `removed   ${listOf(result.removed)}`,
        ...linesOf(plan),
      ].join('\n');
};

/** What a person reads of a target that was adopted. */
export const tellAdoptedTarget = ({ bindingId, address, port, own }: TargetAdopted): string =>
  [
    `${address}, port ${port}, is the Concierge's now, by ${own.by ?? ''}.`,
    'It goes when its source does not have it any more, as any other of ours: never in doubt, and only where targets-remove is enforced.',
    `What would be done now: "targets --binding ${bindingId}".`,
  ].join('\n');
