import { decisionBehind, requestOf, secondsAt } from './acceptances.ts';
import type { Played } from './play.ts';
import type { Promised } from './promised.ts';
import { causeToCutOff } from './registry-truth.ts';
import { type Answer, isLive } from './watch.ts';

/** Connections that lived, and that we cut off. */
const cutOffs = ({ watch }: Played): readonly Answer[] =>
  watch.answers.filter(({ by, ask }) => by === 'us' && ask?.ends === 'connection');

const isForcedBy = ({ watch }: Played, endpointId: string, mark: number): boolean =>
  watch.forced.some((each) => each.endpointId === endpointId && each.mark <= mark);

/**
 * We never cut off whom the registry did not want cut off at the moment at which that was decided, unless a person forced it: nobody for want
 * of information, nobody who is entitled. Any truth of the registry during the decision will do.
 */
export const disconnectsOnlyWhomItMay: Promised = {
  name: 'disconnects only who is not entitled',
  judge: (played) => {
    const all = cutOffs(played);
    const broken = all.flatMap((answer) => {
      const { endpointId } = answer;
      const decision = decisionBehind(played, answer);
      const request = requestOf(played, endpointId);
      if (decision === undefined || request === undefined)
        return [`${endpointId} was cut off without a decision before it`];
      const { begun, ended = begun } = decision;
      if (isForcedBy(played, endpointId, ended.mark)) return [];
      const isWanted = played.registry
        .between(begun.mark, ended.mark)
        .some((truth) =>
          [begun.at, ended.at].some((at) => causeToCutOff(truth, request, secondsAt(played, at)) !== undefined),
        );
      return isWanted ? [] : [`${endpointId} was cut off, and nothing in the registry wanted that when it was decided`];
    });
    return { judged: all.length, broken };
  },
};

/** Ours, as the ledger has it: we accepted it, and nobody else had a hand in it. */
const isOurs = ({ watch }: Played, endpointId: string): boolean => {
  const answers = watch.answers.filter((answer) => answer.endpointId === endpointId);
  return (
    answers.some(({ by, verdict }) => by === 'us' && verdict === 'accept') && answers.every(({ by }) => by === 'us')
  );
};

/**
 * Whom the last word of the registry wants cut off is cut off at quiet, where the mode was `enforce` and nothing paused then. One connection
 * a day is always within the bound: where several are to go, some may have to wait, so these are not judged.
 */
export const disconnectsWhoIsToGo: Promised = {
  name: 'disconnects who is to go',
  judge: (played) => {
    const { registry, requests, watch, quietAt } = played;
    const { last } = registry;
    const isFree = last.modes.revoke === 'enforce' && last.paused.size === 0;
    const toGo = isFree
      ? requests.filter(
          (request) =>
            isOurs(played, request.endpointId) &&
            causeToCutOff(last, request, secondsAt(played, quietAt)) !== undefined,
        )
      : [];
    const isWithinBound =
      toGo.length +
        cutOffs(played).filter(({ endpointId }) => !toGo.some((each) => each.endpointId === endpointId)).length <=
      1;
    if (!isWithinBound) return { judged: 0, leftOut: toGo.length, broken: [] };
    const broken = toGo.flatMap(({ endpointId }) =>
      isLive(watch.stateAt(endpointId)) ? [`${endpointId} is to go, and is ${watch.stateAt(endpointId)}`] : [],
    );
    return { judged: toGo.length, broken };
  },
};
