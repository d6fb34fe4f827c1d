import { closestMatches, endpointOf, type Finding, found, isApproved, RULES, type Rule, saidOf } from './rules.ts';
import type { Situation } from './situation.ts';
import { plainText } from './text.ts';
import {
  DEFAULT_HOLD_DAYS,
  DEFAULT_VERDICTS,
  type Decision,
  DOUBTS,
  type Hold,
  type ReasonCode,
  type RuleOutcome,
  type Verdict,
} from './verdict.ts';

/** What a decision is made of, before it is put into words. */
export interface Ruling extends Pick<Decision, 'verdict' | 'code' | 'proposed' | 'isObserved'> {
  readonly because?: string;
  readonly todo?: string;
  readonly rules: readonly RuleOutcome[];
}

const DAY = 86_400_000;

/** How a sentence to the customer begins. */
const OPENINGS: Readonly<Record<Verdict, string>> = {
  accept: 'We accepted your',
  reject: 'We rejected your',
  hold: 'Your',
};

/**
 * Decides what becomes of a request that waits for acceptance: the rules in order, the first that fails decides; the service's policy
 * turns its reason into a verdict; the service's mode says whether we act on it, ask a person, or only watch; a pause keeps us from acting;
 * and a hold ends at its deadline.
 */
export const decideConnection = (situation: Situation): Decision => {
  const { verdict, code, rules, proposed, isObserved, because, todo } = withDeadline(
    withPause(withMode(ruleOn(situation), situation), situation),
    situation,
  );
  const matches = closestMatches(situation.candidates);
  // An entry that was written wrongly may name nobody.
  const customerId = matches.length === 1 ? (matches[0]?.customerId ?? '') : '';
  // What we only watch, a person answers: to the customer it waits, whatever we would have done.
  const told = isObserved ? 'hold' : verdict;
  const action = todoOf(told, isObserved ? undefined : todo);
  const reason = isObserved ? 'a person here answers it' : becauseOf(verdict, because);
  const isHeld = verdict === 'hold' && !isObserved;
  const hold = isHeld ? holdOf(situation) : undefined;
  return {
    verdict,
    code,
    sentence: `${OPENINGS[told]} ${endpointOf(situation)}${told === 'hold' ? ' is waiting' : ''}: ${reason}; ${action}.`,
    action,
    rules,
    isObserved,
    ...(isHeld && proposed !== undefined ? { proposed } : {}),
    ...(hold === undefined ? {} : { hold }),
    ...(customerId === '' ? {} : { customerId }),
  };
};

/** The decision that holds when another request took the last place in the meantime. Never `accept`. */
export const decideWithoutPlace = (situation: Situation): Decision => {
  const candidates = situation.candidates.map((candidate) => ({
    ...candidate,
    places: { mine: false, taken: Math.max(candidate.places.taken, found(candidate.entitlement)?.maxEndpoints ?? 0) },
  }));
  return decideConnection({ ...situation, candidates });
};

/** Asks rules in order, the first that fails decides, and turns its reason into the verdict of the service's policy. */
export const ruleOn = (situation: Situation, asked: readonly Rule[] = RULES): Ruling => {
  const matches = closestMatches(situation.candidates);
  const candidate = matches.length === 1 ? matches[0] : undefined;
  const rules: RuleOutcome[] = [];
  let failed: Extract<Finding, { code: ReasonCode }> | undefined;
  for (const rule of asked) {
    const finding = rule.ask({ situation, candidate });
    if ('code' in finding) {
      failed = finding;
      rules.push({ rule: rule.name, passed: false, code: finding.code, saw: finding.saw });
      break;
    }
    rules.push({ rule: rule.name, passed: true, saw: finding.saw });
  }
  const { code = 'entitled', because, todo } = failed ?? {};
  return {
    verdict: verdictFor(code, situation),
    code,
    rules,
    isObserved: false,
    ...(code === 'approval-needed' ? { proposed: 'accept' } : {}),
    ...(because === undefined ? {} : { because }),
    ...(todo === undefined ? {} : { todo }),
  };
};

/** `observe`: the ruling stands, and nobody acts on it. `propose`: a person says yes to it first, or no to the request. */
const withMode = (ruling: Ruling, situation: Situation): Ruling => {
  const { verdict, rules } = ruling;
  // A hold leads to an acceptance or to nothing: where we may not accept, it is not for us to hold.
  const effect = verdict === 'reject' ? 'reject' : 'accept';
  const mode = situation.modes[effect];
  const noted = (passed: boolean, saw: string): readonly RuleOutcome[] => [
    ...rules,
    { rule: 'mode', passed, ...(passed ? {} : { code: 'approval-needed' as const }), saw },
  ];
  if (mode === 'observe') return { ...ruling, isObserved: true, rules: noted(true, `${effect}: observe`) };
  if (verdict === 'hold' || mode === 'enforce') return { ...ruling, rules: noted(true, `${effect}: ${mode}`) };
  if (isApproved(situation, verdict)) return { ...ruling, rules: noted(true, saidOf(situation)) };
  return {
    verdict: 'hold',
    code: 'approval-needed',
    proposed: verdict,
    isObserved: false,
    because: 'a person here has to approve it',
    rules: noted(false, `${effect}: propose`),
  };
};

/** While a person has everything stand still, what we would do waits for the end of that. */
const withPause = (ruling: Ruling, { paused }: Situation): Ruling => {
  if (paused === undefined || ruling.isObserved || ruling.verdict === 'hold') return ruling;
  const saw = plainText(`paused by ${paused.by} since ${paused.at}: ${paused.reason}`, 500);
  return {
    verdict: 'hold',
    code: 'paused',
    isObserved: false,
    because: 'we answer no requests at present',
    rules: [...ruling.rules, { rule: 'pause', passed: false, code: 'paused', saw }],
  };
};

/** A hold that nobody ended ends by policy: by default the request is left as it is, and nobody waits for it any more. */
const withDeadline = (ruling: Ruling, situation: Situation): Ruling => {
  if (ruling.verdict !== 'hold' || ruling.isObserved || !isOverdue(situation)) return ruling;
  // A hold for another reason may end during a pause, and then too nothing is written.
  const isForUs = !DOUBTS.has(ruling.code) && situation.modes.reject === 'enforce' && situation.paused === undefined;
  const { proposed, rules } = ruling;
  return {
    verdict: isForUs ? verdictFor('hold-expired', situation) : 'hold',
    code: 'hold-expired',
    isObserved: false,
    because: 'it could not be settled in time',
    todo: 'contact us',
    rules: [
      ...rules,
      { rule: 'deadline', passed: false, code: 'hold-expired', saw: `held since ${situation.heldSince}` },
    ],
    ...(proposed === undefined ? {} : { proposed }),
  };
};

const deadlineOf = ({ service, heldSince, now }: Situation): number =>
  Date.parse(heldSince ?? now) + (found(service)?.holdDays ?? DEFAULT_HOLD_DAYS) * DAY;

const isOverdue = (situation: Situation): boolean => deadlineOf(situation) <= Date.parse(situation.now);

/** Until when a request waits, and when it is to be looked at again by itself: at a date of its contract, if that comes first. */
const holdOf = (situation: Situation): Hold | undefined => {
  if (isOverdue(situation)) return undefined;
  const now = Date.parse(situation.now);
  const until = deadlineOf(situation);
  const dates = closestMatches(situation.candidates).flatMap(({ entitlement }) => {
    const { from, until: end } = found(entitlement) ?? {};
    return [from, end].flatMap((date) => (date === undefined ? [] : [Date.parse(date)]));
  });
  const next = Math.min(until, ...dates.filter((date) => date > now));
  return { until: new Date(until).toISOString(), seconds: Math.ceil((next - now) / 1000) };
};

const becauseOf = (verdict: Verdict, because: string | undefined): string =>
  because ?? (verdict === 'accept' ? 'it becomes available within minutes' : 'we take no new connections at present');

/** EC2 has no way back from a rejection that we rely on: whoever was rejected needs a new endpoint. */
const todoOf = (verdict: Verdict, todo: string | undefined): string => {
  if (verdict !== 'reject') return todo ?? 'there is nothing for you to do';
  return todo === undefined ? 'ask us before you create a new endpoint' : `${todo}, then create a new endpoint`;
};

/** A policy may soften a refusal or harden a hold; it can't accept whom the rules did not pass, nor reject on doubt. */
const verdictFor = (code: ReasonCode, { service }: Situation): Verdict => {
  const wanted = found(service)?.verdicts?.[code] ?? DEFAULT_VERDICTS[code];
  const isTooFar =
    (wanted === 'accept' && code !== 'entitled') ||
    (wanted === 'reject' && DOUBTS.has(code)) ||
    // A person's word is no policy's to change.
    code === 'denied';
  return isTooFar ? DEFAULT_VERDICTS[code] : wanted;
};
