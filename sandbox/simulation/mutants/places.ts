import type { Mutant, WorkflowChange } from './mutant.ts';
import { argumentsOf, goTo, swap, uncaught, unconditional, without, withoutChoice } from './states.ts';

const PLACES = 'places are the live connections that we accepted or adopted';
const SUCCEED = 'executions succeed';
/** The sweeps stand behind every run: what it does not give back, they settle. */
const UNSETTLED: WorkflowChange = { workflow: 'Reconcile', state: 'Admit', change: goTo('Revoke') };

/** How places are taken, and how they are given back. */
export const PLACES_TAKEN: readonly Mutant[] = [
  {
    name: 'a place is taken without its condition',
    touches: 'place',
    seenBy: 'keeps to maxEndpoints',
    change: { workflow: 'AdmitConnection', state: 'Take a place', change: unconditional(':max') },
  },
  {
    name: 'one place more than the contract has is taken',
    touches: 'place',
    seenBy: 'keeps to maxEndpoints',
    change: {
      workflow: 'AdmitConnection',
      state: 'Take a place',
      change: swap('Arguments', 'size(places) < :max', 'size(places) <= :max'),
    },
  },
  {
    name: 'who has a place already gets none when the rest is taken',
    touches: 'place',
    survives: 'A reply that got lost costs the request its place; the sweep sees one free, and it is taken again.',
    change: {
      workflow: 'AdmitConnection',
      state: 'Take a place',
      change: swap('Arguments', 'attribute_exists(places.#me) OR size(places)', 'size(places)'),
    },
  },
  {
    name: 'neither the decision nor the place looks at the number of endpoints',
    touches: 'place',
    seenBy: 'keeps to maxEndpoints',
    also: { workflow: 'AdmitConnection', state: 'Take a place', change: unconditional(':max') },
    change: {
      file: 'functions/domain/rules.ts',
      find: 'if (mine || taken < max)',
      replace: 'if (mine || taken <= max)',
    },
  },
  {
    name: 'it is answered without a place',
    leaning: 'hiccups',
    touches: 'place',
    // The queue's reader finds none, and has it decided again, a hundred times.
    seenBy: SUCCEED,
    change: { workflow: 'AdmitConnection', state: 'Act on the plan', change: goTo('Answer', 'Default') },
  },
  {
    name: 'the first place of an entitlement is taken before there are any',
    touches: 'place',
    // There is nothing to compare with: nobody ever gets one.
    seenBy: 'connects who is entitled throughout',
    change: {
      workflow: 'AdmitConnection',
      state: 'Act on the plan',
      change: withoutChoice('$plan.place.isOpen = false'),
    },
  },
  {
    name: 'whoever opens the places of an entitlement empties them, and nobody reads them again before an acceptance',
    touches: 'place',
    // Two first requests at once: the second one empties the place of the first.
    seenBy: PLACES,
    also: {
      file: 'functions/aws/answering.ts',
      find: "return verdict === 'accept' && !standing.hasPlace ? 'it has no place any more' : undefined;",
      replace: 'return undefined;',
    },
    change: {
      workflow: 'AdmitConnection',
      state: 'Open the places',
      change: swap('Arguments', 'places = if_not_exists(places, :none)', 'places = :none'),
    },
  },
  {
    name: 'who comes too late for the last place fails',
    leaning: 'rush',
    touches: 'place',
    seenBy: SUCCEED,
    change: {
      workflow: 'AdmitConnection',
      state: 'Take a place',
      change: uncaught('DynamoDb.ConditionalCheckFailedException'),
    },
  },
  {
    name: 'a place is not tried for again',
    leaning: 'hiccups',
    touches: 'place',
    seenBy: SUCCEED,
    change: { workflow: 'AdmitConnection', state: 'Take a place', change: without('Retry') },
  },
  {
    name: 'what somebody else connected gets no place',
    leaning: 'hands',
    touches: 'place',
    seenBy: PLACES,
    change: {
      workflow: 'AdmitConnection',
      state: 'Go by its need',
      change: swap('Choices', 'Open its places', 'Record'),
    },
  },
  {
    name: 'what somebody else connected counts as accepted by us',
    leaning: 'hands',
    touches: 'place',
    seenBy: PLACES,
    change: {
      file: 'functions/domain/history.ts',
      find: "return isAccepted ? record('accepted') : { need: 'adoption', generation };",
      replace: "return record('accepted');",
    },
  },
  {
    name: 'a run that died before it took a place counts as one that accepted',
    touches: 'place',
    survives:
      'Only where a person accepts in just the moment in which a run was stopped before it took a place; then the connection has none.',
    change: {
      file: 'functions/domain/history.ts',
      find: "const isAccepted = ours === 'accept' && hasPlace === true;",
      replace: "const isAccepted = ours === 'accept';",
    },
  },
];

/** How places are given back: too early, to somebody else, or never. */
export const PLACES_RELEASED: readonly Mutant[] = [
  {
    name: 'a place is given back though its endpoint was accepted',
    touches: 'release',
    seenBy: PLACES,
    change: {
      workflow: 'AdmitConnection',
      state: 'Look at the end',
      change: swap('Choices', "$exists($plan.placeOf) and $answer.outcome != 'accepted'", '$exists($plan.placeOf)'),
    },
  },
  {
    name: 'a connection that was rejected is not over',
    touches: 'release',
    // A person cuts off what we accepted.
    seenBy: PLACES,
    change: {
      file: 'functions/domain/connection.ts',
      find: "new Set(['deleting', 'deleted', 'expired', 'failed', 'rejected']);",
      replace: "new Set(['deleting', 'deleted', 'expired', 'failed']);",
    },
  },
  {
    name: 'a sweep misses what EC2 does not list only just after it was taken in hand',
    touches: 'release',
    // Deletions of which no notice came.
    seenBy: PLACES,
    change: {
      file: 'functions/domain/difference.ts',
      find: 'if (listed.has(keyOf(serviceId, endpointId)) || isYoung(takenAt, estate)) continue;',
      replace: 'if (listed.has(keyOf(serviceId, endpointId)) || !isYoung(takenAt, estate)) continue;',
    },
  },
  {
    name: 'a sweep passes over what is over, but what is being deleted',
    touches: 'release',
    // Rejections by hand and failures of which no notice came: they stay in the list.
    seenBy: PLACES,
    change: {
      file: 'functions/domain/difference.ts',
      find: 'if (isOver(state)) return',
      replace: "if (state === 'deleting') return",
    },
  },
  {
    name: 'whose place it is, is forgotten when its connection is over, and no sweep settles it',
    touches: 'release',
    // Listed, rejected by hand: no longer looked at, since its admission is in force no more, and settled by the next sweeps.
    seenBy: PLACES,
    also: UNSETTLED,
    change: {
      file: 'functions/domain/history.ts',
      find: 'if (hasDeparted(state, decisions)) return decisions.at(-1)?.customerId;',
      replace: 'if (hasDeparted(state, decisions)) return undefined;',
    },
  },
  {
    name: 'a customer’s departure frees no place, and no sweep settles it',
    touches: 'release',
    seenBy: PLACES,
    also: UNSETTLED,
    change: {
      workflow: 'AdmitConnection',
      state: 'Go by its need',
      change(state) {
        const free = "$decided.need = 'departure' and ($decided.isSeen or $looks >= 5)";
        swap(
          'Choices',
          `{% ${free} %}","Next":"Free the place"`,
          `{% ${free} %}","Next":"Release the admission"`,
        )(state);
      },
    },
  },
  {
    name: 'the place of a request that did not get in is not given back, and no sweep settles it',
    touches: 'release',
    seenBy: PLACES,
    also: UNSETTLED,
    change: { workflow: 'AdmitConnection', state: 'Look at the end', change: withoutChoice("!= 'accepted'") },
  },
  {
    name: 'the place of a connection that we cut off is not given back, and no sweep settles it',
    touches: 'release',
    seenBy: PLACES,
    also: UNSETTLED,
    change: { workflow: 'RevokeConnection', state: 'Look at the end', change: withoutChoice('$exists($plan.placeOf)') },
  },
  {
    name: 'a place is free when EC2 once does not list its endpoint',
    touches: 'release',
    survives: 'In these worlds EC2’s list is late with what is new, and never forgets for a moment what lives.',
    change: {
      workflow: 'AdmitConnection',
      state: 'Go by its need',
      change: swap('Choices', '($decided.isSeen or $looks >= 5)', 'true'),
    },
  },
  {
    name: 'a place is settled whichever taking of it was meant',
    touches: 'release',
    survives: 'It was read a moment ago that it is that taking, and that no run is at it.',
    change: {
      file: 'functions/aws/places.ts',
      find: "ConditionExpression: 'places.#me.takenAt = :takenAt',",
      replace: "ConditionExpression: 'attribute_exists(places.#me) OR places.#me.takenAt = :takenAt',",
    },
  },
  {
    name: 'a place is settled while a run has its request in hand',
    touches: 'release',
    survives: 'The sweep that named the place saw no run: one would have to begin in the second between the two.',
    change: {
      file: 'functions/domain/place.ts',
      find: "if (isRunning) return { isFree: false, because: 'a run has the request in hand' };",
      replace: '',
    },
  },
  {
    name: 'no place is ever settled',
    touches: 'release',
    // The place of a customer under whose name a request died, and which got in under another's; rare.
    survives: 'What is left of a place that no run gives back is seldom enough that few worlds have one.',
    change: UNSETTLED,
  },
  {
    name: 'with one place all places of a customer are given back',
    touches: 'release',
    seenBy: PLACES,
    change: {
      workflow: 'AdmitConnection',
      state: 'Free the place',
      change(state) {
        const given = argumentsOf(state);
        given.UpdateExpression = 'SET places = :none';
        given.ExpressionAttributeValues = { ':none': { M: {} } };
      },
    },
  },
];
