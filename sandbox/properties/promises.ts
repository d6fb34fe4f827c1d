import { CONNECTION_ANSWERED_DETAIL_TYPES } from '../../events/connection-answered.ts';
import {
  acceptsOnlyTheEntitled,
  actsAsFarAsItMay,
  answersWhoHasItInHand,
  answersWhoWaits,
  keepsToMaxEndpoints,
  secondsAt,
} from './acceptances.ts';
import type { Request } from './actors.ts';
import {
  cutsOffOnAFreshDecision,
  disconnectsNobodyForALoss,
  disconnectsOnlyWhomItMay,
  disconnectsWhoIsToGo,
  freezesForALossOnly,
  keepsToTheDaysBound,
} from './disconnections.ts';
import { standsStillWhilePaused } from './pauses.ts';
import type { Played } from './play.ts';
import type { Promised } from './promised.ts';
import { entitlementOf, isPaused, matchKey, truthOf } from './registry-truth.ts';
import { REJECTION_PROMISES } from './rejections.ts';
import { isLive, lastRecordOf, type Told } from './watch.ts';

/** A request's first decision. */
const FIRST = 1;

/**
 * A request's generations are 1, 2, 3 ... without a gap, none was written twice with different content, and nothing follows a final
 * answer but a revocation, which, unless a person forced it, follows our acceptance; and, where somebody else answered, that it is adopted
 * once the registry names its customer. `gone` counts as final too: in these histories no
 * read lags as long as the minute after which we say so.
 */
const decidesOnceForEachGeneration: Promised = {
  name: 'one decision for each request and generation',
  judge: ({ requests, watch }) => {
    const broken = requests.flatMap(({ endpointId }) => {
      const written = watch.records.filter((record) => record.endpointId === endpointId);
      const contents = new Map<number, Set<string>>();
      for (const { generation, text } of written) {
        contents.set(generation, (contents.get(generation) ?? new Set()).add(text));
      }
      const generations = [...contents.keys()].sort((a, b) => a - b);
      const problems = [...contents].flatMap(([generation, texts]) =>
        texts.size > 1 ? [`generation ${generation} of ${endpointId} was written over`] : [],
      );
      if (generations.some((generation, index) => generation !== index + FIRST)) {
        problems.push(`${endpointId} has the generations ${generations.join(', ')}`);
      }
      const final = written.findIndex(({ outcome }) => outcome !== 'held' && outcome !== 'observed');
      const later = written.filter(
        ({ generation, outcome }, index) =>
          final >= 0 &&
          index > final &&
          generation !== written[final]?.generation &&
          outcome !== 'revoked' &&
          !(outcome === 'adopted' && written[final]?.outcome === 'overtaken'),
      );
      // By itself nobody is cut off but whom we let in.
      const isForced = watch.forced.some((each) => each.endpointId === endpointId);
      const cutOff = written.find(({ outcome }) => outcome === 'revoked');
      const before = written.findLast(({ generation }) => generation === (cutOff?.generation ?? 0) - 1);
      if (cutOff !== undefined && !isForced && before?.outcome !== 'accepted') {
        problems.push(`${endpointId} was revoked after it was ${before?.outcome ?? 'never decided on'}`);
      }
      if (later.length > 0) {
        const told = written.map(({ outcome }) => outcome).join(', ');
        problems.push(`${endpointId} was decided on after its final answer: ${told}`);
      }
      return problems;
    });
    return { judged: requests.length, broken };
  },
};

/** Whoever might ask for a place of the customer at a service at some time: each request of an account or claim that ever was its. */
const everUnder = ({ requests, registry }: Played, service: string, customerId: string): number => {
  const truths = registry.between(0, Number.POSITIVE_INFINITY).map((truth) => truthOf(truth, service).matches);
  return requests.filter(
    (request) =>
      request.service === service &&
      truths.some(
        (matches) =>
          matches.get(matchKey('account', request.account))?.has(customerId) === true ||
          matches.get(matchKey('endpoint', request.endpointId))?.has(customerId) === true,
      ),
  ).length;
};

/** The one customer that was entitled to this request under automatic approval in all truths from its creation to quiet. */
const entitledThroughout = (played: Played, request: Request): string | undefined => {
  const { registry, quietAt, settling } = played;
  const owners = registry.between(request.created.mark, Number.POSITIVE_INFINITY).map((truth) => {
    const found = [request.created.at, quietAt].map((at) => entitlementOf(truth, request, secondsAt(played, at)));
    const [atFirst, atLast] = found;
    if (atFirst === undefined || atLast === undefined || atLast.terms.approval !== 'automatic') return undefined;
    if (truthOf(truth, request.service).modes.accept !== 'enforce') return undefined;
    return everUnder(played, request.service, atLast.customerId) <= atLast.terms.maxEndpoints
      ? atLast.customerId
      : undefined;
  });
  // What waited for the end of a pause is found by the sweeps.
  const atLast = registry.between(settling.mark, Number.POSITIVE_INFINITY);
  if (atLast.some((truth) => isPaused(truth, request.service))) return undefined;
  const [owner] = owners;
  return owners.every((each) => each === owner) ? owner : undefined;
};

/** What is beyond us: the customer deleted it, a person answered or denied it, AWS gave it up or let it expire. */
const isUntouched = ({ watch }: Played, endpointId: string): boolean =>
  !watch.forced.some((each) => each.endpointId === endpointId) &&
  !watch.words.some((word) => word.endpointId === endpointId && word.answer === 'deny') &&
  !watch.answers.some((answer) => answer.endpointId === endpointId && answer.by === 'hand') &&
  !(watch.states.get(endpointId) ?? []).some(({ state }) => ['deleting', 'failed', 'expired'].includes(state));

/**
 * Who is entitled from the creation of a request to quiet, gets it: `available` on EC2 and `accepted` in the ledger, where nobody
 * else touched it. Within `maxEndpoints` throughout means here: all requests that were ever the customer's are no more than that,
 * even deleted ones, since the place of one that was
 * connected is free only once its departure was noticed.
 */
const connectsTheEntitled: Promised = {
  name: 'connects who is entitled throughout',
  judge: (played) => {
    const { requests, watch } = played;
    const sure = requests.filter(
      (request) => isUntouched(played, request.endpointId) && entitledThroughout(played, request) !== undefined,
    );
    const broken = sure.flatMap(({ endpointId }) => {
      const [state, recorded] = [watch.stateAt(endpointId), lastRecordOf(watch, endpointId)?.outcome];
      return state === 'available' && recorded === 'accepted'
        ? []
        : [
            `${endpointId} was entitled throughout, and is ${state} on EC2 and ${recorded ?? 'not recorded'} in the ledger`,
          ];
    });
    return { judged: sure.length, broken };
  },
};

/** The places in the ledger at quiet: `acme` to the endpoints that have one. */
const placesAtQuiet = ({ ledger }: Played): readonly (readonly [customerId: string, endpointId: string])[] =>
  ledger.flatMap((item) => {
    const { pk, sk, places } = item as {
      readonly pk: { readonly S: string };
      readonly sk: { readonly S: string };
      readonly places?: { readonly M: Readonly<Record<string, unknown>> };
    };
    if (sk.S !== 'PLACES') return [];
    return Object.keys(places?.M ?? {}).map((endpointId) => [pk.S.split('#')[2] ?? '', endpointId] as const);
  });

/**
 * What the ledger should say of an endpoint's place, or undefined where nobody can know: a person cut a connection that we had recorded
 * as accepted, and connected it again. We freed its place meanwhile, or had no time to: that is for a sweep to settle.
 */
const shouldHavePlace = (played: Played, endpointId: string): boolean | undefined => {
  const { watch } = played;
  const answers = watch.answers.filter((answer) => answer.endpointId === endpointId);
  const isAlive = isLive(watch.stateAt(endpointId));
  if (!answers.some(({ by }) => by === 'hand')) {
    return isAlive && answers.some(({ by, verdict }) => by === 'us' && verdict === 'accept');
  }
  const isRecorded = ['accepted', 'adopted'].includes(lastRecordOf(watch, endpointId)?.outcome ?? '');
  const isCutByHand = answers.some(({ by, verdict }) => by === 'hand' && verdict === 'reject');
  return isRecorded && isAlive && isCutByHand ? undefined : isRecorded && isAlive;
};

/**
 * At quiet each live connection that we accepted has one place, of one customer, and nothing else has one. Where a person answered,
 * the ledger's word decides whose connection it is: recorded as accepted or adopted, it has a place.
 *
 * Left out, and counted: see {@link shouldHavePlace}.
 */
const keepsItsPlaces: Promised = {
  name: 'places are the live connections that we accepted or adopted',
  judge: (played) => {
    const { requests, watch } = played;
    const places = placesAtQuiet(played);
    let leftOut = 0;
    const broken = requests.flatMap(({ endpointId }) => {
      const of = places.flatMap(([customerId, id]) => (id === endpointId ? [customerId] : []));
      const should = shouldHavePlace(played, endpointId);
      if (should === undefined) leftOut += 1;
      if (of.length > 1) return [`${endpointId} has places of ${of.join(' and ')}`];
      if (should === undefined || should === (of.length === 1)) return [];
      return [
        should
          ? `${endpointId} is connected by us and has no place`
          : `${endpointId} has a place of ${of[0]}, and is ${watch.stateAt(endpointId)} on EC2`,
      ];
    });
    const known = new Set(requests.map(({ endpointId }) => endpointId));
    for (const [customerId, endpointId] of places) {
      if (!known.has(endpointId)) broken.push(`${endpointId}, which nobody created, has a place of ${customerId}`);
    }
    return { judged: requests.length - leftOut, leftOut, broken };
  },
};

/** Nobody has a request in hand together with another run: who takes it, takes it from a run that has ended or let it go. */
const worksOnOneAtATime: Promised = {
  name: 'one run at a time has a request in hand',
  judge: ({ watch }) => {
    const taken = watch.holdings.filter(({ isTaken }) => isTaken);
    const broken = taken.flatMap(({ endpointId, execution, takenFrom }) =>
      takenFrom === undefined
        ? []
        : [`${execution.slice(0, 8)} took ${endpointId} from ${takenFrom.slice(0, 8)}, which was at it`],
    );
    return { judged: taken.length, broken };
  },
};

/**
 * Every execution ends SUCCEEDED, but one that an operator started with what is no request: that fails as `Malformed`; and one that was
 * stopped.
 */
const executionsSucceed: Promised = {
  name: 'executions succeed',
  judge: ({ history, watch, startsByHand, isQuiet }) => {
    const isStopped = history.steps.some((step) => step.deed === 'fault' && step.fault.kind === 'stop-at-state');
    const wrong = new Set(startsByHand.flatMap(({ execution, input }) => (input === 'wrong' ? [execution] : [])));
    const broken = [...watch.executions.values()].flatMap(({ name, status, why }) => {
      const isRight = wrong.has(name)
        ? status === 'FAILED' && why?.startsWith('Malformed') === true
        : status === 'SUCCEEDED' || (status === 'ABORTED' && isStopped);
      return isRight ? [] : [`execution ${name} is ${status}${why === undefined ? '' : `: ${why}`}`];
    });
    if (!isQuiet) broken.push('the world never came to rest');
    return { judged: watch.executions.size, broken };
  },
};

/** How an outcome is published. */
const detailTypeOf = (outcome: string): string | undefined =>
  (CONNECTION_ANSWERED_DETAIL_TYPES as Readonly<Record<string, string>>)[outcome];

/** Each record is published at least once with its own outcome, and nothing else is. */
const publishesWhatItRecords: Promised = {
  name: 'publishes what it records, and nothing else',
  judge: ({ watch }) => {
    const nameOf = ({ endpointId, generation, outcome }: Told): string => `${endpointId} ${generation} ${outcome}`;
    const recorded = new Set(watch.records.map(nameOf));
    const published = new Set(watch.published.map(nameOf));
    const broken = [
      ...[...recorded].filter((each) => !published.has(each)).map((each) => `${each} was recorded, not published`),
      ...[...published].filter((each) => !recorded.has(each)).map((each) => `${each} was published, not recorded`),
      ...watch.published
        .filter(({ outcome, text }) => detailTypeOf(outcome) !== text)
        .map((each) => `${nameOf(each)} was published as ${each.text}`),
    ];
    return { judged: recorded.size, broken };
  },
};

/** What every history is held to, in the order in which they are reported. */
export const PROMISES: readonly Promised[] = [
  acceptsOnlyTheEntitled,
  keepsToMaxEndpoints,
  actsAsFarAsItMay,
  answersWhoWaits,
  answersWhoHasItInHand,
  worksOnOneAtATime,
  decidesOnceForEachGeneration,
  connectsTheEntitled,
  disconnectsOnlyWhomItMay,
  disconnectsWhoIsToGo,
  disconnectsNobodyForALoss,
  cutsOffOnAFreshDecision,
  keepsToTheDaysBound,
  freezesForALossOnly,
  standsStillWhilePaused,
  keepsItsPlaces,
  executionsSucceed,
  publishesWhatItRecords,
  ...REJECTION_PROMISES,
];
