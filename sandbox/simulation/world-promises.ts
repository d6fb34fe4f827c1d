import { isBounded } from '../properties/disconnections.ts';
import { servicesOf } from '../properties/keeper.ts';
import { ANSWER_PROMISES } from '../properties/pairs/answer-promises.ts';
import { SETTLED_PROMISES, UPDATE } from '../properties/pairs/settled-promises.ts';
import { ZONE_PROMISES } from '../properties/pairs/zone-promises.ts';
import { PRINCIPAL_PROMISES } from '../properties/principals.ts';
import type { Promised } from '../properties/promised.ts';
import { PROMISES } from '../properties/promises.ts';
import { sizeOf } from '../properties/registry-losses.ts';
import {
  isAnsweredInParts,
  isFounded,
  isUnsettled,
  QUIET_PROMISES,
  REFRESH,
} from '../properties/targets/quiet-promises.ts';
import { REMOVAL_PROMISES } from '../properties/targets/removal-promises.ts';
import { WRITE_PROMISES } from '../properties/targets/write-promises.ts';
import { type ExecutionSeen, lastRecordOf } from '../properties/watch.ts';

/** Which of the histories' promises says that runs succeed: where a service fails for minutes, some do not. */
const SUCCEED = 'executions succeed';

/** Nothing of a run is left in a world but that it waits for a person, for a date or for the end of a pause. */
const isHeld = (outcome: string | undefined): boolean => outcome === 'held' || outcome === 'observed';

/**
 * Every request that EC2 knows ends in an outcome: it is decided on in the ledger, or it was gone before anybody looked. Every mangled
 * notice was told as unreadable, lies in a dead-letter queue, or still named what it was about, which then has its outcome. No run is left
 * that does not wait for something. Failed runs show in Step Functions' own metric, on which there is an alarm.
 */
const accountsForEachInput: Promised = {
  name: 'every input ends in an outcome',
  judge: ({ requests, watch, deadLetters, cast, settling, idOf }) => {
    const silent = requests.flatMap(({ endpointId }) => {
      if (lastRecordOf(watch, endpointId) !== undefined) return [];
      const state = watch.stateAt(endpointId);
      return state === 'pendingAcceptance' || state === 'available'
        ? [`${endpointId} is ${state}, and nobody decided anything`]
        : [];
    });
    const open = [...watch.executions.values()].flatMap(({ name, status, workflow }) => {
      // What follows targets, or keeps names, is asked for its own end.
      if (status !== 'RUNNING' || workflow === REFRESH || workflow === UPDATE) return [];
      const endpointId = watch.holdings.findLast((each) => each.execution === name && each.isTaken)?.endpointId;
      const outcome = endpointId === undefined ? undefined : lastRecordOf(watch, endpointId)?.outcome;
      const isFresh = watch.holdings.some((each) => each.execution === name && each.mark > settling.mark);
      return isHeld(outcome) || isFresh ? [] : [`execution ${name} still runs, and waits for nothing`];
    });
    const known = requests.map(({ service, endpointId }) => [idOf(service), endpointId] as const);
    const unread = cast.mangled.flatMap((text) => {
      const isNamed = known.some(([, endpointId]) => text.includes(endpointId));
      const isKept = deadLetters.some((letter) => letter.includes(JSON.stringify(text).slice(1, -1).slice(0, 40)));
      return isNamed || isKept || watch.unreadable.length > 0
        ? []
        : [`a mangled notice left no trace: ${JSON.stringify(text)}`];
    });
    return {
      judged: requests.length + watch.executions.size + cast.mangled.length,
      broken: [...silent, ...open, ...unread],
    };
  },
};

/** We forbid no account that we did not allow ourselves. */
const forbidsOnlyWhomItAllowed: Promised = {
  name: 'forbids only whom it allowed',
  judge: ({ writeWatch: { principals } }) => {
    let judged = 0;
    const broken = principals.flatMap(({ by, serviceId, removed }, index) => {
      if (by === 'hand') return [];
      judged += removed.length;
      return removed
        .filter(
          (arn) =>
            !principals
              .slice(0, index)
              .some((each) => each.by === 'us' && each.serviceId === serviceId && each.added.includes(arn)),
        )
        .map((arn) => `${arn} was forbidden, and we had not allowed it`);
    });
    return { judged, broken };
  },
};

/**
 * Once all has settled, nothing is written any more: no run is started, no item put, no event sent.
 *
 * Left out, and counted: where the day's bound of disconnections is reached, each sweep tries again what remains; where the registry is
 * frozen, has become smaller, or something stands still by a person's word, sweeps may tell of it; where a contract ends just then; and where
 * DNS answers with a part of a source's addresses, the watch counts whom it missed.
 */
const writesNothingAtQuiet: Promised = {
  name: 'quiet writes nothing',
  judge: (played) => {
    const { writesAtQuiet, registry, settling, quietAt, beginning, history, watch, writeWatch } = played;
    if (writesAtQuiet === undefined) return { judged: 0, broken: [] };
    const truths = registry.between(settling.mark, Number.POSITIVE_INFINITY);
    const isPaused = truths.some(
      ({ isAllPaused, services }) => isAllPaused || [...services.values()].some((service) => service.isPaused),
    );
    const seen = writeWatch.seen.findLast(({ at }) => at <= quietAt);
    // A registry that got smaller is noted as such an hour later.
    const isShrinking = (seen?.count ?? 0) > sizeOf(registry.last);
    const until = (quietAt - beginning) / 1000;
    const isDated = truths.some(({ services }) =>
      [...services.values()].some(({ terms }) =>
        [...terms.values()].some((each) =>
          [each.from, each.until].some((at) => at !== undefined && at > until - 3_600),
        ),
      ),
    );
    const isFull = servicesOf(history).some(({ name }) => isBounded(played, name));
    // A request that is held is reminded of, or expires.
    const isOpen = [...watch.executions.values()].some(({ status }) => status === 'RUNNING');
    if (isUnsettled(played) || isAnsweredInParts(played)) return { judged: 0, leftOut: 1, broken: [] };
    if (isPaused || seen?.isFrozen === true || isShrinking || isDated || isFull || isOpen)
      return { judged: 0, leftOut: 1, broken: [] };
    const kinds = [...new Set(writesAtQuiet)];
    return { judged: 1, broken: kinds.map((kind) => `${kind} at quiet`) };
  },
};

/** Of such spells each call passes when it is tried again. */
const HICCUPS: ReadonlySet<string> = new Set([
  'throttle',
  'error-before',
  'cold',
  'event-twice',
  'event-late',
  'notice-twice',
  'notice-late',
]);
const RARE = 0.1;

/**
 * Where nothing goes wrong that lasts, and nobody stops a run, every run succeeds: what passes by itself is tried again. But what an operator
 * started with what is no request fails as `Malformed`; and what follows targets may have to fail, see {@link isFounded}.
 */
const succeedsButForWhatLasts: Promised = {
  name: 'executions succeed but for what lasts',
  judge: (played) => {
    const isHiccup = played.history.steps.every((step) =>
      step.deed === 'spell'
        ? HICCUPS.has(step.kind) && (step.chance <= RARE || step.kind === 'cold')
        : step.deed !== 'deploy',
    );
    const wrong = new Set(
      played.startsByHand.flatMap(({ execution, input }) => (input === 'wrong' ? [execution] : [])),
    );
    const isStopped = played.history.steps.some(({ deed }) => deed === 'abort' || deed === 'fault');
    if (!isHiccup || isStopped) return { judged: 0, leftOut: 1, broken: [] };
    const isRight = ({ name, status, why, workflow }: ExecutionSeen): boolean =>
      (workflow === REFRESH && isFounded(why)) ||
      (wrong.has(name)
        ? status === 'FAILED' && why?.startsWith('Malformed') === true
        : status === 'RUNNING' || status === 'SUCCEEDED');
    const all = [...played.watch.executions.values()].filter(({ workflow }) => workflow !== UPDATE);
    return {
      judged: all.length,
      broken: all
        .filter((each) => !isRight(each))
        .map(({ name, status, why }) => `execution ${name} is ${status}${why === undefined ? '' : `: ${why}`}`),
    };
  },
};

/** What every world is held to, in the order in which they are reported. */
export const WORLD_PROMISES: readonly Promised[] = [
  ...PROMISES.filter(({ name }) => name !== SUCCEED),
  ...PRINCIPAL_PROMISES,
  succeedsButForWhatLasts,
  accountsForEachInput,
  forbidsOnlyWhomItAllowed,
  writesNothingAtQuiet,
  ...WRITE_PROMISES,
  ...REMOVAL_PROMISES,
  ...QUIET_PROMISES,
  ...ANSWER_PROMISES,
  ...ZONE_PROMISES,
  ...SETTLED_PROMISES,
];
