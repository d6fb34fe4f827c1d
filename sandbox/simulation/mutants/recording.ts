import type { Mutant } from './mutant.ts';
import { goTo, swap, uncaught, unconditional, without, withoutChoice } from './states.ts';

const ONCE = 'one decision for each request and generation';
const ALONE = 'one run at a time has a request in hand';
const SUCCEED = 'executions succeed';
const TOLD = 'publishes what it records, and nothing else';

/** Who has a request in hand, what is recorded and told of it, and what becomes of a run that something happens to. */
export const RECORDING: readonly Mutant[] = [
  {
    name: 'a request is taken in hand whoever has it',
    touches: 'other',
    seenBy: ALONE,
    change: { workflow: 'AdmitConnection', state: 'Take the admission', change: unconditional(':done') },
  },
  {
    name: 'a connection is taken in hand to be cut off whoever has it',
    leaning: 'endings',
    touches: 'revoke',
    seenBy: ALONE,
    change: { workflow: 'RevokeConnection', state: 'Take the admission', change: unconditional(':done') },
  },
  {
    name: 'a run that runs is taken for dead',
    touches: 'other',
    seenBy: ALONE,
    change: {
      workflow: 'AdmitConnection',
      state: 'Leave it or take over',
      change: swap('Choices', "'RUNNING'", "'PENDING_REDRIVE'"),
    },
  },
  {
    name: 'who finds a request in other hands fails',
    touches: 'other',
    seenBy: SUCCEED,
    change: {
      workflow: 'AdmitConnection',
      state: 'Take the admission',
      change: uncaught('DynamoDb.ConditionalCheckFailedException'),
    },
  },
  {
    name: 'who wakes a run that was woken already fails',
    leaning: 'pauses',
    touches: 'other',
    seenBy: SUCCEED,
    change: { workflow: 'AdmitConnection', state: 'Answer its token', change: uncaught('Sfn.TaskTimedOutException') },
  },
  {
    name: 'a request is not tried for again',
    leaning: 'hiccups',
    touches: 'other',
    seenBy: SUCCEED,
    change: { workflow: 'AdmitConnection', state: 'Take the admission', change: without('Retry') },
  },
  {
    name: 'a decision is not tried again',
    leaning: 'hiccups',
    touches: 'other',
    seenBy: SUCCEED,
    change: { workflow: 'AdmitConnection', state: 'Decide', change: without('Retry') },
  },
  {
    name: 'a decision to disconnect is not tried again',
    leaning: 'hiccups',
    touches: 'revoke',
    seenBy: SUCCEED,
    change: { workflow: 'RevokeConnection', state: 'Decide', change: without('Retry') },
  },
  {
    name: 'a record is not tried again',
    leaning: 'hiccups',
    touches: 'other',
    seenBy: SUCCEED,
    change: { workflow: 'AdmitConnection', state: 'Record', change: without('Retry') },
  },
  {
    name: 'a hold that ends fails',
    leaning: 'terms',
    touches: 'other',
    seenBy: SUCCEED,
    change: { workflow: 'AdmitConnection', state: 'Hold', change: uncaught('States.Timeout') },
  },
  {
    name: 'a run that was called to look again before it waits fails',
    leaning: 'pauses',
    touches: 'other',
    seenBy: SUCCEED,
    change: {
      workflow: 'AdmitConnection',
      state: 'Hold',
      change: uncaught('DynamoDb.ConditionalCheckFailedException'),
    },
  },
  {
    name: 'a run waits though it was called to look again',
    touches: 'other',
    survives: 'The sweep wakes it for what the registry says now: it costs only time.',
    change: {
      workflow: 'AdmitConnection',
      state: 'Hold',
      change: swap('Arguments', 'execution = :me AND wakes = :wakes', 'execution = :me AND wakes >= :wakes'),
    },
  },
  {
    name: 'a run lets go though it was called to look again',
    touches: 'other',
    survives: 'The next sweep finds what there was to look at: it costs only time.',
    change: {
      workflow: 'AdmitConnection',
      state: 'Release the admission',
      change: swap('Arguments', 'execution = :me AND wakes = :wakes', 'execution = :me AND wakes >= :wakes'),
    },
  },
  {
    name: 'what is no request is taken in hand all the same',
    leaning: 'terms',
    touches: 'other',
    seenBy: SUCCEED,
    change: {
      workflow: 'AdmitConnection',
      state: 'Check the input',
      change: withoutChoice('$not($type($states.input)'),
    },
  },
  {
    name: 'a generation is used again',
    touches: 'other',
    seenBy: ONCE,
    change: {
      file: 'functions/domain/history.ts',
      find: 'number => (decisions.at(-1)?.generation ?? 0) + 1;',
      replace: 'number => decisions.at(-1)?.generation ?? 1;',
    },
  },
  {
    name: 'a record is written whatever stands there',
    touches: 'other',
    survives:
      'Only who has the request in hand records, and takes the next generation: the condition is the second guard.',
    change: { workflow: 'AdmitConnection', state: 'Record', change: unconditional(':me') },
  },
  {
    name: 'what a run of before recorded and did not tell is never told',
    touches: 'other',
    // Runs that are stopped between the two.
    seenBy: TOLD,
    change: {
      file: 'functions/domain/history.ts',
      find: "if (last !== undefined && told < last.generation) return { need: 'telling', generation: last.generation };",
      replace: '',
    },
  },
  {
    name: 'what is recorded is not published',
    leaning: 'terms',
    touches: 'other',
    seenBy: TOLD,
    change: { workflow: 'AdmitConnection', state: 'Record', change: goTo('Wait or let go') },
  },
  {
    name: 'a disconnection is not published',
    leaning: 'endings',
    touches: 'revoke',
    survives: 'The next sweep has a run look at it, which tells what nobody told: it costs only time.',
    change: { workflow: 'RevokeConnection', state: 'Record', change: goTo('Go on or let go') },
  },
  {
    name: 'a refusal is published under another name than portals know',
    leaning: 'terms',
    touches: 'other',
    seenBy: TOLD,
    change: {
      workflow: 'AdmitConnection',
      state: 'Publish',
      change: swap('Arguments', 'Connection Refused', 'Connection Rejected'),
    },
  },
  {
    name: 'it is told before it is recorded, and then not recorded',
    touches: 'other',
    seenBy: TOLD,
    change: { workflow: 'AdmitConnection', state: 'Look at the end', change: goTo('Publish', 'Default') },
  },
  {
    name: 'a workflow hears nothing from the queue until the end',
    touches: 'other',
    survives: 'EC2 connects within minutes in these worlds, and a run waits for a quarter of an hour.',
    change: {
      file: 'functions/domain/answers.ts',
      find: 'Math.floor((now - askedAt) / HEARTBEAT) !== Math.floor((nextLook - askedAt) / HEARTBEAT);',
      replace: 'now > nextLook;',
    },
  },
  {
    name: 'messages that stay in the queue are not named to Lambda',
    touches: 'other',
    survives: 'They are lost, the run hears nothing for a quarter of an hour, and asks again: it costs only time.',
    change: {
      file: 'functions/connections/answer-connections.ts',
      find: 'return { batchItemFailures: [...left, ...unreadable].map((itemIdentifier) => ({ itemIdentifier })) };',
      replace: 'return { batchItemFailures: unreadable.map((itemIdentifier) => ({ itemIdentifier })) };',
    },
  },
  {
    name: 'a run that was stopped is not started again a second time',
    touches: 'other',
    survives: 'A sweep finds a request whose run is not heard of for over an hour: it costs only time.',
    change: {
      workflow: 'Reconcile',
      state: 'Try again or not',
      change: swap('Choices', '$restarts >= 5', '$restarts > 0'),
    },
  },
];
