import { decisionBehind, requestOf, secondsAt, serviceOf } from './acceptances.ts';
import type { Request } from './actors.ts';
import { isBelieved, MAY_GO } from './belief.ts';
import { servicesOf } from './keeper.ts';
import type { Played } from './play.ts';
import type { Promised } from './promised.ts';
import { sizeOf } from './registry-losses.ts';
import { causeToCutOff, isPaused, truthOf } from './registry-truth.ts';
import { type Answer, type Invocation, isLive, lastRecordOf } from './watch.ts';

/** A connection that lived and that we cut off, and what that was decided by. */
interface CutOff {
  readonly answer: Answer;
  readonly decision: Invocation | undefined;
  /** A person wanted it: the execution was theirs. */
  readonly isForced: boolean;
}

/** Connections that lived, and that we cut off; not one that a person accepted in the moment in which we rejected its request. */
const cutOffs = (played: Played): readonly CutOff[] =>
  played.watch.answers.flatMap((answer) => {
    const { by, ask } = answer;
    if (by !== 'us' || ask?.ends !== 'connection') return [];
    const decision = decisionBehind(played, answer);
    const isForced = played.watch.forced.some(({ execution }) => execution === ask.execution);
    return [{ answer, decision, isForced }];
  });

/** Whether the registry wanted somebody cut off at any time of the decision. */
const isWantedBy = (played: Played, request: Request, { begun, ended = begun }: Invocation): boolean =>
  played.registry
    .between(begun.mark, ended.mark)
    .some((truth) =>
      [begun.at, ended.at].some((at) => causeToCutOff(truth, request, secondsAt(played, at)) !== undefined),
    );

/**
 * We never cut off whom the registry did not want cut off at the moment at which that was decided, unless a person forced it: nobody for want
 * of information, nobody who is entitled, and nobody whom we did not let in. Any truth of the registry during the decision will do.
 */
export const disconnectsOnlyWhomItMay: Promised = {
  name: 'disconnects only who is not entitled',
  judge: (played) => {
    const all = cutOffs(played);
    const broken = all.flatMap(({ answer: { endpointId }, decision, isForced }) => {
      const request = requestOf(played, endpointId);
      if (decision === undefined || request === undefined)
        return [`${endpointId} was cut off without a decision before it`];
      if (isForced) return [];
      if (lastRecordOf(played.watch, endpointId, decision.begun.mark)?.outcome !== 'accepted')
        return [`${endpointId} was cut off, and we had not let it in`];
      return isWantedBy(played, request, decision)
        ? []
        : [`${endpointId} was cut off, and nothing in the registry wanted that when it was decided`];
    });
    return { judged: all.length, broken };
  },
};

/**
 * Nobody is cut off because of a registry that is not believed: the ledger says that it is frozen, or so many entries are missing that it
 * ought to say so. Any truth and any word of the ledger during the decision will do.
 */
export const disconnectsNobodyForALoss: Promised = {
  name: 'disconnects nobody for a registry that got lost',
  judge: (played) => {
    const unforced = cutOffs(played).filter(({ isForced }) => !isForced);
    const broken = unforced.flatMap(({ answer: { endpointId }, decision }) => {
      if (decision === undefined) return []; // told by another promise
      return isBelieved(played, decision) ? [] : [`${endpointId} was cut off, and the registry was not to be believed`];
    });
    return { judged: unforced.length, broken };
  },
};

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** EC2's list lags no longer than this in these histories, and one that is read page by page takes a while. */
const LAG = 30_000;
/** For so many milliseconds a decision to cut somebody off holds, and a call that began within them may take a while. */
const FRESH = 5 * 60_000 + LAG;

/** Nobody is cut off, unless by force, on a decision of more than five minutes ago: the world may be another by then. */
export const cutsOffOnAFreshDecision: Promised = {
  name: 'cuts off on a fresh decision',
  judge: (played) => {
    const unforced = cutOffs(played).filter(({ isForced }) => !isForced);
    const broken = unforced.flatMap(({ answer: { endpointId, at }, decision }) => {
      const age = at - (decision?.ended ?? decision?.begun ?? { at }).at;
      return age <= FRESH ? [] : [`${endpointId} was cut off ${Math.round(age / 1000)} s after that was decided`];
    });
    return { judged: unforced.length, broken };
  },
};

/** What the product sets where the service's entry does not say. */
const DEFAULTS = { maxRevocations: 10, maxRevokedShare: 0.1 };

const boundOf = ({ history }: Played, service: string, connections: number): number => {
  const bound = servicesOf(history).find(({ name }) => name === service)?.bound;
  const { maxRevocations, maxRevokedShare } = { ...DEFAULTS, ...bound };
  return Math.min(maxRevocations, Math.max(1, Math.floor(connections * maxRevokedShare)));
};

/** The endpoints of a service that lived at any time between two moments of the world's clock. */
const liveBetween = (played: Played, service: string, from: number, until: number): readonly string[] =>
  [...played.watch.states].flatMap(([endpointId, changes]) => {
    if (serviceOf(played, endpointId) !== service) return [];
    const atFirst = changes.findLast(({ at }) => at <= from)?.state;
    const meanwhile = changes.filter(({ at }) => at > from && at <= until).map(({ state }) => state);
    return [atFirst, ...meanwhile].some(isLive) ? [endpointId] : [];
  });

/**
 * On no day (UTC) more are cut off by themselves than the service's entry allows, of those that lived at any of the day's decisions or were
 * cut off on it. One is always allowed. Those that a person forces are not bounded.
 */
export const keepsToTheDaysBound: Promised = {
  name: 'keeps to the day’s bound',
  judge: (played) => {
    const all = cutOffs(played).flatMap((each) =>
      each.decision === undefined ? [] : [{ ...each, by: each.decision }],
    );
    const placeOf = ({ by, answer: { endpointId } }: (typeof all)[number]): string =>
      `${dayOf(by.begun.at)} ${serviceOf(played, endpointId)}`;
    let judged = 0;
    const broken = [...new Set(all.map(placeOf))].flatMap((place) => {
      const [day, service = ''] = place.split(' ');
      const ofDay = all.filter((each) => placeOf(each) === place);
      const unforced = ofDay.filter(({ isForced }) => !isForced);
      const gone = ofDay.map(({ answer }) => answer.endpointId);
      const bounds = unforced.map(({ by: { begun, ended = begun } }) =>
        boundOf(played, service, new Set([...gone, ...liveBetween(played, service, begun.at - LAG, ended.at)]).size),
      );
      judged += unforced.length;
      const bound = Math.max(...bounds, 0);
      return unforced.length <= bound
        ? []
        : [`${unforced.length} of ${service} were cut off on ${day}, of ${bound} at most`];
    });
    return { judged, broken };
  },
};

/** Ours, as the ledger has it: we accepted it, nobody else had a hand in it, and its owner and AWS left it as it was. */
const isOurs = ({ watch }: Played, endpointId: string): boolean => {
  const answers = watch.answers.filter((answer) => answer.endpointId === endpointId);
  const states = watch.states.get(endpointId) ?? [];
  return (
    answers.some(({ by, verdict }) => by === 'us' && verdict === 'accept') &&
    answers.every(({ by }) => by === 'us') &&
    !states.some(({ state }) => ['deleting', 'failed', 'expired'].includes(state))
  );
};

interface LedgerItem {
  readonly pk: { readonly S: string };
  readonly sk: { readonly S: string };
  readonly frozen?: unknown;
  readonly revoked?: { readonly M: Readonly<Record<string, unknown>> };
}

/** Whether a service's bound for the day was reached, on any day on which the last sweeps came. */
export const isBounded = (played: Played, service: string): boolean => {
  const { ledger, settling, quietAt } = played;
  const items = ledger as unknown as readonly LedgerItem[];
  return [settling.at, quietAt].some((at) => {
    const key = { pk: `SERVICE#${played.idOf(service)}`, sk: `REVOCATIONS#${dayOf(at)}` };
    const counted = items.find(({ pk, sk }) => pk.S === key.pk && sk.S === key.sk)?.revoked?.M ?? {};
    const connections = new Set([...Object.keys(counted), ...liveBetween(played, service, quietAt, quietAt)]);
    return Object.keys(counted).length >= boundOf(played, service, connections.size);
  });
};

/**
 * Whom the registry wants cut off from some moment before the last sweeps to quiet, is cut off at quiet, and recorded as `revoked`, where we
 * let it in, the mode was `enforce`, nothing was paused and the registry was believed.
 *
 * Left out, and counted: who stays because the day's bound is reached.
 */
export const disconnectsWhoIsToGo: Promised = {
  name: 'disconnects who is to go',
  judge: (played) => {
    const { registry, requests, watch, quietAt, settling } = played;
    const truths = registry.between(settling.mark, Number.POSITIVE_INFINITY);
    const isFree = (service: string): boolean =>
      truths.every((truth) => truthOf(truth, service).modes.revoke === 'enforce' && !isPaused(truth, service)) &&
      played.writeWatch.seen.at(-1)?.isFrozen !== true;
    const toGo = requests.filter(
      (request) =>
        isFree(request.service) &&
        isOurs(played, request.endpointId) &&
        truths.every((truth) =>
          [settling.at, quietAt].every((at) => causeToCutOff(truth, request, secondsAt(played, at)) !== undefined),
        ),
    );
    let leftOut = 0;
    const broken = toGo.flatMap(({ endpointId, service }) => {
      const [state, recorded] = [watch.stateAt(endpointId), lastRecordOf(watch, endpointId)?.outcome];
      if (state === 'rejected' && recorded === 'revoked') return [];
      if (isLive(state) && isBounded(played, service)) {
        leftOut += 1;
        return [];
      }
      return [`${endpointId} is to go, and is ${state} on EC2 and ${recorded ?? 'not recorded'} in the ledger`];
    });
    return { judged: toGo.length - leftOut, leftOut, broken };
  },
};

/**
 * A registry is frozen for no other reason than that many entries went: as long as nobody takes more than a few away in all, and never the
 * last, it is believed.
 */
export const freezesForALossOnly: Promised = {
  name: 'freezes only where much was lost',
  judge: ({ registry, writeWatch }) => {
    const frozen = writeWatch.seen.filter(({ isFrozen }) => isFrozen);
    const broken = frozen.flatMap(({ mark }) => {
      const sizes = registry.between(0, mark).map(sizeOf);
      const least = Math.min(...sizes);
      return least === 0 || Math.max(...sizes) - least > MAY_GO ? [] : ['the registry was frozen, and little was lost'];
    });
    return { judged: frozen.length, broken };
  },
};
