import type { Request } from './actors.ts';
import type { Played } from './play.ts';
import type { Promised } from './promised.ts';
import { entitlementOf, isPaused, truthOf } from './registry-truth.ts';
import { type Answer, type Invocation, isLive } from './watch.ts';

/** A moment of the world's clock in seconds after the history's beginning. */
export const secondsAt = ({ beginning }: Played, at: number): number => (at - beginning) / 1000;

const ours = ({ watch }: Played): readonly Answer[] =>
  watch.answers.filter(({ by, verdict }) => by === 'us' && verdict === 'accept');

export const requestOf = ({ requests }: Played, endpointId: string): Request | undefined =>
  requests.find((request) => request.endpointId === endpointId);

/** Which service an endpoint is connected to. */
export const serviceOf = (played: Played, endpointId: string): string | undefined =>
  requestOf(played, endpointId)?.service;

/** The last decision of the execution before it asked for the answer. */
export const decisionBehind = ({ watch }: Played, { ask }: Answer): Invocation | undefined =>
  ask === undefined
    ? undefined
    : watch.decisions.findLast(
        ({ execution, endpointId, ended }) =>
          execution === ask.execution && endpointId === ask.endpointId && ended !== undefined && ended.mark < ask.mark,
      );

/** Whether a person had said yes to a request by then. */
const isApprovedBy = ({ watch }: Played, endpointId: string, mark: number): boolean =>
  watch.words.some((word) => word.answer === 'approve' && word.endpointId === endpointId && word.mark <= mark);

/** Under which entitlements the registry allowed it while the decision was made: more than one where it changed meanwhile. */
const entitlementsBehind = (played: Played, { endpointId }: Answer, decision: Invocation) => {
  const request = requestOf(played, endpointId);
  if (request === undefined) return [];
  const { begun, ended = begun } = decision;
  const isApproved = isApprovedBy(played, endpointId, ended.mark);
  return played.registry.between(begun.mark, ended.mark).flatMap((truth) =>
    [begun.at, ended.at].flatMap((at) => {
      const found = entitlementOf(truth, { ...request, isApproved }, secondsAt(played, at));
      return found === undefined ? [] : [found];
    }),
  );
};

/** How many other endpoints had a place of the customer at the same service at a mark. */
export const othersAt = (played: Played, customerId: string, endpointId: string, mark: number): number => {
  const taken = new Set<string>();
  const service = serviceOf(played, endpointId);
  for (const place of played.watch.places) {
    if (place.mark > mark || place.customerId !== customerId || place.endpointId === endpointId) continue;
    if (serviceOf(played, place.endpointId) !== service) continue;
    if (place.isTaken) taken.add(place.endpointId);
    else taken.delete(place.endpointId);
  }
  return taken.size;
};

/** A customer whose first endpoint needs a person has it: another one holds a place. */
const hasItsFirst = (played: Played, customerId: string, decision: Invocation): boolean =>
  [decision.begun, decision.ended ?? decision.begun].some(
    ({ mark }) => othersAt(played, customerId, decision.endpointId, mark) > 0,
  );

/**
 * We never accept whom the registry did not allow at the moment at which its entries were read: any truth of the registry between
 * the begin and the end of the decision's invocation will do, by an oracle that knows nothing of the product.
 */
export const acceptsOnlyTheEntitled: Promised = {
  name: 'accepts only the entitled',
  judge: (played) => {
    const accepted = ours(played);
    const broken = accepted.flatMap((answer) => {
      const decision = decisionBehind(played, answer);
      if (decision === undefined) return [`${answer.endpointId} was accepted without a decision before it`];
      const allowed = entitlementsBehind(played, answer, decision).some(
        ({ customerId, terms }) =>
          terms.approval !== 'first-manual' ||
          hasItsFirst(played, customerId, decision) ||
          isApprovedBy(played, answer.endpointId, (decision.ended ?? decision.begun).mark),
      );
      return allowed ? [] : [`${answer.endpointId} was accepted, and was not entitled when that was decided`];
    });
    return { judged: accepted.length, broken };
  },
};

/** Whose place an acceptance of ours stood on: the last one taken for the endpoint before it. */
const placeBehind = ({ watch }: Played, { endpointId, mark }: Answer): string | undefined =>
  watch.places.findLast((place) => place.isTaken && place.endpointId === endpointId && place.mark <= mark)?.customerId;

/** Under whose terms a connection was accepted: several where no place tells which of those that allowed it. */
const ownersOf = (played: Played, answer: Answer) => {
  const decision = decisionBehind(played, answer);
  const allowed = decision === undefined ? [] : entitlementsBehind(played, answer, decision);
  const holder = placeBehind(played, answer);
  const own = allowed.filter(({ customerId }) => customerId === holder);
  return own.length > 0 ? own : allowed;
};

/** The live connections that we accepted under the customer's entitlement that an acceptance was under, at that acceptance. */
const liveOf = (played: Played, customerId: string, { mark, endpointId }: Answer): readonly string[] => {
  const { watch } = played;
  const service = serviceOf(played, endpointId);
  const last = new Map<string, Answer>();
  for (const answer of watch.answers) {
    if (answer.mark <= mark && serviceOf(played, answer.endpointId) === service) last.set(answer.endpointId, answer);
  }
  return [...last.values()].flatMap((answer) => {
    if (answer.by !== 'us' || answer.verdict !== 'accept' || !isLive(watch.stateAt(answer.endpointId, mark))) return [];
    return ownersOf(played, answer).some((owner) => owner.customerId === customerId) ? [answer.endpointId] : [];
  });
};

/** At each acceptance of ours, the connections accepted by us that are alive are no more than `maxEndpoints` was when it was decided. */
export const keepsToMaxEndpoints: Promised = {
  name: 'keeps to maxEndpoints',
  judge: (played) => {
    let judged = 0;
    const broken = ours(played).flatMap((answer) => {
      const owners = ownersOf(played, answer);
      if (owners.length === 0) return []; // told by the promise before this one
      judged += 1;
      const isWithin = owners.some(
        ({ customerId, terms }) => liveOf(played, customerId, answer).length <= terms.maxEndpoints,
      );
      const { customerId = '', terms } = owners[0] ?? {};
      const live = liveOf(played, customerId, answer);
      return isWithin ? [] : [`${customerId} has ${live.join(', ')} of ${terms?.maxEndpoints} at most`];
    });
    return { judged, broken };
  },
};

/**
 * Each answer of ours was allowed by the mode of its kind when that was read, just before it was given, and not during a pause: `enforce`,
 * or `propose` where a person had said yes to an acceptance or no to the request. Nobody can say yes to a revocation that is proposed; who
 * forces one needs no mode.
 */
export const actsAsFarAsItMay: Promised = {
  name: 'acts as far as the mode allows',
  judge: (played) => {
    const answers = played.watch.answers.filter(({ by }) => by === 'us');
    const broken = answers.flatMap(({ endpointId, verdict, checked, mark, ask }) => {
      const from = checked?.mark ?? mark;
      const service = serviceOf(played, endpointId);
      if (service === undefined) return [`${endpointId}, which nobody created, was ${verdict}ed`];
      const truths = played.registry.between(from, mark);
      const modes = truths.map((truth) => truthOf(truth, service).modes);
      if (truths.every((truth) => isPaused(truth, service))) return [`${endpointId} was ${verdict}ed during a pause`];
      // A request that a person accepted in the moment in which we rejected it lived as well: that was an answer.
      if (ask?.ends === 'connection') {
        const isForced = played.watch.forced.some(({ execution }) => execution === ask.execution);
        const mayCutOff = isForced || modes.some(({ revoke }) => revoke === 'enforce');
        return mayCutOff ? [] : [`${endpointId} was cut off, and no mode allowed it`];
      }
      const isAsked = played.watch.words.some((word) => word.endpointId === endpointId && word.mark <= mark);
      const isAllowed = modes.some(({ [verdict]: mode }) => mode === 'enforce' || (mode === 'propose' && isAsked));
      return isAllowed ? [] : [`${endpointId} was ${verdict}ed, and no mode at that time allowed it`];
    });
    return { judged: answers.length, broken };
  },
};

/**
 * Each answer of ours was asked for by the run that had the request in hand when that was read, just before the answer: one that was stopped,
 * and redriven after another one had taken over, goes on with what it decided long ago.
 */
export const answersWhoHasItInHand: Promised = {
  name: 'answers only for the run that has the request in hand',
  judge: ({ watch }) => {
    const answers = watch.answers.filter(({ by, ask }) => by === 'us' && ask !== undefined);
    const broken = answers.flatMap(({ endpointId, verdict, ask, checked, mark }) => {
      const from = checked?.mark ?? mark;
      const own = watch.holdings.filter((each) => each.endpointId === endpointId && each.mark < mark);
      const held = [own.findLast((each) => each.mark <= from), ...own.filter((each) => each.mark > from)];
      // Several runs may have asked, and the last message is not the one that counts.
      const asked = new Set(
        watch.asks.flatMap((each) => (each.endpointId === endpointId && each.mark < mark ? [each.execution] : [])),
      );
      return held.some((each) => each?.isTaken === true && asked.has(each.execution))
        ? []
        : [`${endpointId} was ${verdict}ed for ${ask?.execution.slice(0, 8)}, which did not have it in hand`];
    });
    return { judged: answers.length, broken };
  },
};

/**
 * Each answer of ours is given while the run that asked for it runs: what a run decided that is over may no longer hold, and nobody is there
 * to record it.
 */
export const answersWhoWaits: Promised = {
  name: 'answers only where a run waits for it',
  judge: ({ watch }) => {
    const answers = watch.answers.filter(({ by }) => by === 'us');
    const broken = answers.flatMap(({ endpointId, verdict, ask, isAwaited }) => {
      if (ask === undefined) return [`${endpointId} was ${verdict}ed, and nobody asked for it`];
      return isAwaited === true
        ? []
        : [`${endpointId} was ${verdict}ed for ${ask.execution.slice(0, 8)}, which was over`];
    });
    return { judged: answers.length, broken };
  },
};
