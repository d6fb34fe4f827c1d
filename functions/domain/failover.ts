import { type FailoverRouting, RECORD_DEFAULTS, weightOf } from './dns-record.ts';
import {
  type Answered,
  AS_ENTERED,
  alarmText,
  type FailoverSituation,
  type FailoverState,
  type FailoverStep,
  isArmed,
  type Outcome,
  type Progress,
  type Request,
  type Word,
} from './failover-state.ts';

/**
 * Seconds within which a client's answer follows the latch: a metric's period of 60 and up to 60 until its alarm is evaluated, up to 30 until
 * Route 53's checkers have it, up to 60 of TTL, and a minute for what nobody promises.
 */
export const CONFIRMED_WITHIN = 270;

const LOOK_AGAIN = 5;

const age = (at: string, now: string): number => (Date.parse(now) - Date.parse(at)) / 1000;

const refuse = (because: string): FailoverStep => ({ step: 'refuse', because });
const next = (state: FailoverState): FailoverState => ({ ...state, version: state.version + 1 });
const said = ({ by, reason, at }: Word): string => `by ${by} at ${at}: ${reason}`;

/** Why what a person wants is not done without force; undefined where nothing bars it. */
const barOf = ({ mode, paused }: FailoverSituation): string | undefined => {
  if (paused !== undefined) return `everything is paused by ${paused.by}: ${paused.reason}`;
  return mode === 'enforce' ? undefined : `the mode of dns is ${mode}`;
};

/** The next step of a run. It may be asked again after a lost reply, and after another run changed the ledger: it goes by what it is given. */
export const nextFailoverStep = (request: Request, situation: FailoverSituation, progress: Progress): FailoverStep => {
  const { record } = situation;
  const { routing } = record;
  if (request.action === 'converge') return converge(situation, progress);
  if (request.action === 'shift') return shift(request, situation, progress);
  if (routing.kind !== 'failover') {
    return request.action === 'follow'
      ? { step: 'done', outcome: 'nothing', because: `${record.recordId} has no secondary` }
      : refuse(`${record.recordId} is a ${routing.kind} record: it has no secondary to fail over to`);
  }
  switch (request.action) {
    case 'follow':
      return follow(routing, situation, progress);
    case 'failover':
      return failover(request, routing, situation, progress);
    case 'failback':
      return failback(request, routing, situation, progress);
  }
};

/** A primary that is seen well for the first time arms its failover: what was sick from the start is no reason to leave it. */
const arming = ({ record, state, health, now }: FailoverSituation): FailoverStep | undefined => {
  const { routing } = record;
  if (routing.kind !== 'failover' || isArmed(state, routing) || health.state !== 'OK') return undefined;
  return {
    step: 'write',
    what: 'armed',
    state: { ...next(state), armedAt: now, armedBy: alarmText(routing.health) },
    because: `${routing.health.name} says for the first time that the primary is well`,
  };
};

const converge = (situation: FailoverSituation, { isConverged, wrote }: Progress): FailoverStep => {
  const armed = arming(situation);
  if (armed !== undefined) return armed;
  if (!isConverged) return { step: 'converge', because: 'the record is to be as its entry says' };
  return wrote?.what === 'armed'
    ? { step: 'done', outcome: 'armed', because: 'the primary is well: from now on it is left when it is not' }
    : { step: 'done', outcome: 'converged', because: 'the record is as its entry says' };
};

const shift = (
  { by, reason, weights }: Extract<Request, { action: 'shift' }>,
  situation: FailoverSituation,
  progress: Progress,
): FailoverStep => {
  const { record, state } = situation;
  const { wrote, isConverged } = progress;
  const { routing, recordId } = record;
  if (routing.kind !== 'weighted') return refuse(`${recordId} is a ${routing.kind} record: it has no weights`);
  if (weights === AS_ENTERED) return asEntered({ by, reason }, situation, progress);
  const unknown = Object.keys(weights).filter((side) => !Object.hasOwn(routing.sides, side));
  if (unknown.length > 0) {
    return refuse(`${recordId} has no ${unknown.join(', ')}: its sides are ${Object.keys(routing.sides).join(', ')}`);
  }
  const all = Object.keys(routing.sides).map((side) => weightOf(routing, side, weights, state.weights));
  if (all.every((weight) => weight === 0)) {
    return refuse('every weight would be 0: Route 53 then answers with all sides alike');
  }
  if (wrote === undefined) {
    const bar = barOf(situation);
    if (bar !== undefined) return refuse(bar);
    const set = { ...state.weights, ...weights };
    return { step: 'write', what: 'shifted', state: { ...next(state), weights: set }, because: `${by}: ${reason}` };
  }
  if (!isConverged) return { step: 'converge', because: 'the weights are to be as they were set' };
  return { step: 'done', outcome: 'shifted', because: `${by}: ${reason}` };
};

/** Where nothing was set, the zone is looked at all the same: whoever forgot it may have died before the zone was written. */
const asEntered = (
  { by, reason }: Pick<Word, 'by' | 'reason'>,
  situation: FailoverSituation,
  { wrote, isConverged }: Progress,
): FailoverStep => {
  const { state } = situation;
  const because = `${by}: ${reason}`;
  if (wrote === undefined) {
    const bar = barOf(situation);
    if (bar !== undefined) return refuse(bar);
    if (state.weights !== undefined) {
      return { step: 'write', what: 'shifted', state: without(next(state), 'weights'), because };
    }
  }
  if (!isConverged) return { step: 'converge', because: 'the weights are to be as the entry says' };
  return { step: 'done', outcome: 'shifted', because };
};

const nothing = (because: string): FailoverStep => ({ step: 'done', outcome: 'nothing', because });

/** A latch that was let go for longer than its alarm needs: whoever let go did not see it through. */
const unseen = ({ state, now }: FailoverSituation): FailoverStep | undefined => {
  const { released } = state;
  if (released === undefined || age(released.at, now) <= CONFIRMED_WITHIN) return undefined;
  const because = `let go ${said(released)}`;
  return { step: 'done', outcome: 'nothing', because, state: without(next(state), 'released') };
};

const follow = (routing: FailoverRouting, situation: FailoverSituation, progress: Progress): FailoverStep => {
  const { state, health, answered, now } = situation;
  if (progress.wrote?.what === 'engaged') return confirm('secondary', 'engaged', situation, progress);
  if (state.engaged !== undefined) {
    return { step: 'done', outcome: 'nothing', because: `it is failed over already, ${said(state.engaged)}` };
  }
  if (!isArmed(state, routing)) {
    if (health.state !== 'OK' && progress.wrote === undefined) {
      return {
        step: 'done',
        outcome: 'nothing',
        because: 'the primary was never seen well: its alarm moves nothing yet',
      };
    }
    return converge(situation, progress);
  }
  if (progress.wrote?.what === 'armed') return converge(situation, progress);
  if (routing.engages === 'manual-armed') return unseen(situation) ?? nothing('it fails over by a person’s word only');
  const isSick = health.state === 'ALARM' || health.state === 'INSUFFICIENT_DATA';
  // Its region may be gone, and its alarm with it: then the answer says what Route 53 made of it.
  const isLeft = health.state === 'unreadable' && answered === 'secondary';
  if (!isSick && !isLeft) {
    return unseen(situation) ?? nothing(`the primary’s alarm is ${health.state}, the answer is ${answered}`);
  }
  const bar = barOf(situation);
  if (bar !== undefined) return { step: 'done', outcome: 'nothing', because: `it would be latched, and ${bar}` };
  const reason = isSick ? `${routing.health.name} is ${health.state}` : 'the answer is the secondary’s';
  return {
    step: 'write',
    what: 'engaged',
    state: { ...without(next(state), 'released'), engaged: { by: 'health', reason, at: now } },
    because: reason,
  };
};

const failover = (
  { by, reason, force = false }: Extract<Request, { action: 'failover' }>,
  { readiness, promotes = false }: FailoverRouting,
  situation: FailoverSituation,
  progress: Progress,
): FailoverStep => {
  const { state, now } = situation;
  if (progress.wrote?.what === 'engaged') return confirm('secondary', 'failed-over', situation, progress);
  if (state.engaged !== undefined) return refuse(`it is failed over already, ${said(state.engaged)}`);
  const bar = barOf(situation);
  if (bar !== undefined && !force) return refuse(`${bar}: resume it, or force`);
  if (state.checks === undefined) return refuse('its records were never written: converge it first');
  if (readiness !== undefined && situation.readiness.state !== 'OK' && !force) {
    return refuse(
      `${readiness.name} says that the secondary is not ready (${situation.readiness.state}): mend it, or force`,
    );
  }
  if (promotes && !progress.isPromoted) {
    return { step: 'promote', because: 'somebody promotes the secondary and fences the primary first' };
  }
  return {
    step: 'write',
    what: 'engaged',
    state: { ...without(next(state), 'released'), engaged: { by, reason, at: now } },
    because: `${by}: ${reason}`,
  };
};

const failback = (
  { by, reason, force = false }: Extract<Request, { action: 'failback' }>,
  { health, promotes = false, healthyForSeconds = RECORD_DEFAULTS.healthyForSeconds }: FailoverRouting,
  situation: FailoverSituation,
  progress: Progress,
): FailoverStep => {
  const { state, now } = situation;
  if (progress.wrote?.what === 'released') return confirm('primary', 'failed-back', situation, progress);
  if (state.engaged === undefined) return refuse('it is not failed over');
  const bar = barOf(situation);
  if (bar !== undefined && !force) return refuse(`${bar}: resume it, or force`);
  const read = situation.health;
  const well = read.state === 'OK' ? age(read.since, now) : undefined;
  if (!force && (well === undefined || well < healthyForSeconds)) {
    const seen = well === undefined ? read.state : `OK for ${Math.floor(well)} s`;
    return refuse(`${health.name} is ${seen}, and a failback asks for ${healthyForSeconds} s of OK: wait, or force`);
  }
  if (promotes && !progress.isPromoted) {
    return { step: 'promote', because: 'somebody promotes the primary and fences the secondary first' };
  }
  return {
    step: 'write',
    what: 'released',
    state: { ...without(next(state), 'engaged'), released: { by, reason, at: now } },
    because: `${by}: ${reason}`,
  };
};

const without = (state: FailoverState, key: 'engaged' | 'released' | 'weights'): FailoverState => {
  const { [key]: _gone, ...rest } = state;
  return rest;
};

/** Looks whether clients get the answer that was wanted, until they do or ought to. */
const confirm = (
  wanted: 'primary' | 'secondary',
  outcome: Outcome,
  { record, state, answered, now }: FailoverSituation,
  { wrote }: Progress,
): FailoverStep => {
  const isOurs = wanted === 'secondary' ? state.engaged !== undefined : state.engaged === undefined;
  if (!isOurs)
    return refuse(`somebody else had another word${state.engaged === undefined ? '' : `, ${said(state.engaged)}`}`);
  const settled =
    wanted === 'primary' && state.released !== undefined ? { state: without(next(state), 'released') } : {};
  if (answered === wanted) return { step: 'done', outcome, because: `the answer is the ${wanted}’s`, ...settled };
  const waited = age(wrote?.at ?? now, now);
  // The latch is written again and again meanwhile, and longer than anybody needs.
  if (waited >= CONFIRMED_WITHIN) {
    const from = record.seenFrom ?? 'nowhere';
    const because =
      from === 'nowhere'
        ? 'nobody can look from where its client is'
        : `after ${CONFIRMED_WITHIN} s the answer is ${answered}`;
    return { step: 'done', outcome: 'unconfirmed', because, ...settled };
  }
  return { step: 'wait', seconds: LOOK_AGAIN, because: `the answer is ${answered}` };
};

/**
 * What a record's latch is to say; undefined where it has none. It says that nobody is failed over as often as that somebody is: an alarm
 * without data stays where it is, and one that was left in alarm would lead clients to the secondary with nobody's word.
 */
export const latchOf = ({ engaged, checks }: FailoverState): 0 | 1 | undefined => {
  if (engaged !== undefined) return 1;
  return checks === undefined ? undefined : 0;
};

/**
 * Which side an answer is of.
 *
 * @param answer - the addresses that DNS named; undefined = it did not answer.
 */
export const answeredOf = (
  answer: readonly string[] | undefined,
  { primary, secondary }: { readonly primary: readonly string[]; readonly secondary: readonly string[] },
): Answered => {
  if (answer === undefined || answer.length === 0) return 'unknown';
  const isOf = (side: readonly string[]): boolean => answer.every((address) => side.includes(address));
  const [isPrimary, isSecondary] = [isOf(primary), isOf(secondary)];
  if (isPrimary === isSecondary) return 'neither';
  return isPrimary ? 'primary' : 'secondary';
};
