import { decisionBehind, othersAt, requestOf, secondsAt } from './acceptances.ts';
import type { Request } from './actors.ts';
import { isBelieved } from './belief.ts';
import type { Played } from './play.ts';
import type { Promised } from './promised.ts';
import { causeToTurnAway, truthOf } from './registry-truth.ts';
import { type Answer, type Invocation, isLive, lastRecordOf } from './watch.ts';

/** Requests that waited, and that we rejected. */
const turnedAway = ({ watch }: Played): readonly Answer[] =>
  watch.answers.filter(({ by, verdict, ask }) => by === 'us' && verdict === 'reject' && ask?.ends !== 'connection');

/** Whether a person had said no to a request by then. */
const isDenied = ({ watch }: Played, endpointId: string, mark: number): boolean =>
  watch.words.some((word) => word.answer === 'deny' && word.endpointId === endpointId && word.mark <= mark);

/** Whether a strict policy may turn it away for want of a place: its customer had no room at either end of the decision, or when it was asked for. */
const isWithoutRoom = (played: Played, request: Request, decision: Invocation, asked: number): boolean => {
  const { begun, ended = begun } = decision;
  return played.registry.between(begun.mark, ended.mark).some((truth) => {
    const { policy, terms } = truthOf(truth, request.service);
    return (
      policy === 'strict' &&
      [...terms].some(([customerId, { maxEndpoints }]) =>
        [begun.mark, ended.mark, asked].some(
          (mark) => othersAt(played, customerId, request.endpointId, mark) >= maxEndpoints,
        ),
      )
    );
  });
};

/** Whether the registry wanted a request turned away at any time of the decision, and could be believed where it said nothing of it. */
const isWantedBy = (played: Played, request: Request, decision: Invocation): boolean => {
  const { begun, ended = begun } = decision;
  const causes = played.registry
    .between(begun.mark, ended.mark)
    .flatMap((truth) => [begun.at, ended.at].map((at) => causeToTurnAway(truth, request, secondsAt(played, at))));
  return causes.some((cause) => cause !== undefined && (cause !== 'unknown' || isBelieved(played, decision)));
};

/**
 * We turn away only whom the registry or a person wanted turned away when that was decided: nobody for want of information, nobody for whom
 * policy holds. Any truth of the registry during the decision will do.
 */
const turnsAwayOnlyWhomItMay: Promised = {
  name: 'turns away only whom it may',
  judge: (played) => {
    const all = turnedAway(played);
    const broken = all.flatMap((answer) => {
      const { endpointId, ask } = answer;
      const decision = decisionBehind(played, answer);
      const request = requestOf(played, endpointId);
      if (decision === undefined || request === undefined)
        return [`${endpointId} was turned away without a decision before it`];
      const { mark } = decision.ended ?? decision.begun;
      const isFounded =
        isDenied(played, endpointId, mark) ||
        isWantedBy(played, request, decision) ||
        isWithoutRoom(played, request, decision, ask?.mark ?? mark);
      return isFounded ? [] : [`${endpointId} was turned away, and nobody wanted that when it was decided`];
    });
    return { judged: all.length, broken };
  },
};

/** In which state EC2 must have shown an endpoint before an outcome is recorded. */
const SHOWN: Readonly<Record<string, string>> = { accepted: 'available', rejected: 'rejected', revoked: 'rejected' };

/**
 * Nothing is recorded that EC2 did not show: an acceptance once the endpoint was available, a rejection once it was rejected. And who was
 * answered by nobody but us is not recorded as somebody else's: at quiet, the last record of such a request is not `overtaken`.
 */
const recordsItsOwnAsItsOwn: Promised = {
  name: 'records what it did as its own',
  judge: ({ requests, watch }) => {
    const own = requests.filter(({ endpointId }) => {
      const answers = watch.answers.filter((answer) => answer.endpointId === endpointId);
      return answers.length > 0 && answers.every(({ by }) => by === 'us');
    });
    const broken = own.flatMap(({ endpointId }) =>
      lastRecordOf(watch, endpointId)?.outcome === 'overtaken'
        ? [`${endpointId} was answered by nobody but us, and is recorded as overtaken`]
        : [],
    );
    const told = watch.records.filter(({ outcome }) => SHOWN[outcome] !== undefined);
    const early = told.flatMap(({ endpointId, outcome, mark }) =>
      (watch.states.get(endpointId) ?? []).some((change) => change.state === SHOWN[outcome] && change.mark < mark)
        ? []
        : [`${endpointId} was recorded as ${outcome} before it was ${SHOWN[outcome]}`],
    );
    return { judged: own.length + told.length, broken: [...broken, ...early] };
  },
};

/**
 * A connection that a person forces off is off at quiet, whatever the day's bound.
 *
 * Left out, and counted: where the run was stopped or failed, which the person sees; where something was paused afterwards; where a person
 * connected it again.
 */
const disconnectsWhomAPersonForces: Promised = {
  name: 'disconnects whom a person forces off',
  judge: ({ watch, registry }) => {
    const live = watch.forced.filter(({ endpointId, mark }) => isLive(watch.stateAt(endpointId, mark)));
    const sure = live.filter(({ endpointId, execution, mark }) => {
      const isPaused = registry
        .between(mark, Number.POSITIVE_INFINITY)
        .some(({ isAllPaused, services }) => isAllPaused || [...services.values()].some((service) => service.isPaused));
      const isConnectedAgain = watch.answers.some(
        (answer) => answer.endpointId === endpointId && answer.mark > mark && answer.verdict === 'accept',
      );
      return watch.executions.get(execution)?.status === 'SUCCEEDED' && !isPaused && !isConnectedAgain;
    });
    const broken = sure.flatMap(({ endpointId }) =>
      isLive(watch.stateAt(endpointId)) ? [`${endpointId} was forced off, and is ${watch.stateAt(endpointId)}`] : [],
    );
    return { judged: sure.length, leftOut: live.length - sure.length, broken };
  },
};

/** What is promised of rejections. */
export const REJECTION_PROMISES: readonly Promised[] = [
  turnsAwayOnlyWhomItMay,
  recordsItsOwnAsItsOwn,
  disconnectsWhomAPersonForces,
];
