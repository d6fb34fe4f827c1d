import type { Mutant } from './mutant.ts';
import { goTo, swap, unconditional } from './states.ts';

const CONNECTS = 'connects who is entitled throughout';
const PRINCIPALS = 'allows whom the registry wants';

/** What nobody tells us of: what sweeps find, what the intake makes of notices, and who may create endpoints at all. */
export const SWEEPING: readonly Mutant[] = [
  {
    name: 'a sweep passes over requests that nobody looked at',
    touches: 'accept',
    // Requests whose notice got lost.
    seenBy: CONNECTS,
    change: {
      file: 'functions/domain/difference.ts',
      find: "if (state === 'pendingAcceptance') return 'nobody has looked at it';",
      replace: "if (state === 'pendingAcceptance') return undefined;",
    },
  },
  {
    name: 'a sweep does not have requests admitted',
    touches: 'accept',
    seenBy: CONNECTS,
    change: { workflow: 'Reconcile', state: 'Converge principals', change: goTo('Settle places') },
  },
  {
    name: 'a sweep does not see that what a hold stands on has changed',
    leaning: 'pauses',
    touches: 'accept',
    // Requests that a pause held, once it ends.
    seenBy: CONNECTS,
    change: {
      file: 'functions/domain/difference.ts',
      find: "if (standing.basis !== basis) return 'what its decision stands on has changed';",
      replace: '',
    },
  },
  {
    name: 'a sweep has nobody disconnected',
    leaning: 'endings',
    touches: 'revoke',
    seenBy: 'disconnects who is to go',
    change: { workflow: 'Reconcile', state: 'Settle places', change: goTo('Warn') },
  },
  {
    name: 'a sweep works off the first disconnection only',
    touches: 'revoke',
    survives: 'The next sweep finds the others: it costs only time.',
    change: {
      workflow: 'Reconcile',
      state: 'Revoke',
      change: swap('Items', '$append([], $difference.revoke)', '$append([], $difference.revoke[0])'),
    },
  },
  {
    name: 'a sweep does not see the dates of contracts',
    touches: 'accept',
    survives: 'The run that waits wakes at the date by itself.',
    change: {
      file: 'functions/domain/difference.ts',
      find: "return standing.dates.some(isReached) ? 'a date of its contract has come' : undefined;",
      replace: "return [].some(isReached) ? 'a date of its contract has come' : undefined;",
    },
  },
  {
    name: 'what the sweep knows of the registry’s size is never noted',
    touches: 'revoke',
    seenBy: 'knows the registry’s size',
    change: {
      workflow: 'Reconcile',
      state: 'Go by the registry',
      change: swap('Choices', 'Note the registry', 'Converge principals'),
    },
  },
  {
    name: 'of two sweeps the older one has the last word on the registry’s size',
    touches: 'other',
    survives: 'Two sweeps seldom note it at once, and what they saw is seldom different.',
    change: { workflow: 'Reconcile', state: 'Note the registry', change: unconditional(':read') },
  },
  {
    name: 'a registry is frozen for the loss of a few entries',
    leaning: 'endings',
    touches: 'other',
    seenBy: 'freezes only where much was lost',
    change: {
      file: 'functions/domain/trust.ts',
      find: 'lost <= Math.max(MAY_GO, seen.count * MAY_GO_SHARE)',
      replace: 'lost <= Math.min(MAY_GO, seen.count * MAY_GO_SHARE)',
    },
  },
  {
    name: 'the intake drops what EC2 does not list yet',
    touches: 'other',
    survives: 'The next sweep finds the request: it costs only time.',
    change: {
      file: 'functions/domain/notices.ts',
      find: "if (connection !== undefined && connection.state !== 'pendingAcceptance') continue;",
      replace: "if (connection?.state !== 'pendingAcceptance') continue;",
    },
  },
  {
    name: 'the intake drops what it can’t read',
    touches: 'other',
    survives: 'Nobody is told; the next sweep finds the request: it costs only time.',
    change: {
      file: 'functions/domain/notices.ts',
      find: 'return [...requests, ...hopeless, ...orphans];',
      replace: 'return requests;',
    },
  },
  {
    name: 'the intake takes every change for one of ours',
    touches: 'other',
    survives: 'The next sweep finds what somebody else changed: it costs only time.',
    change: {
      file: 'functions/domain/notices.ts',
      find: 'answer !== undefined &&\n          intents.get(vpcEndpointId) === answer &&',
      replace: 'answer !== undefined &&',
    },
  },
  {
    name: 'allowed principals change during a pause',
    leaning: 'endings',
    touches: 'other',
    seenBy: 'stands still while paused',
    change: {
      file: 'functions/domain/principals.ts',
      find: "if (paused !== undefined) return 'everything is paused';",
      replace: "if (paused?.reason === '') return 'everything is paused';",
    },
  },
  {
    name: 'allowed principals are removed whoever added them',
    touches: 'other',
    // Accounts that were allowed before us can't create endpoints any more.
    seenBy: 'the sandbox plays it',
    change: {
      file: 'functions/domain/principals.ts',
      find: 'const removing = Object.keys(ours)\n    .sort()',
      replace: 'const removing = [...present]\n    .sort()',
    },
  },
  {
    name: 'what we added to the allowed principals is never removed',
    leaning: 'endings',
    touches: 'other',
    seenBy: PRINCIPALS,
    change: {
      file: 'functions/domain/principals.ts',
      find: 'remove: removes.done,',
      replace: 'remove: [],',
    },
  },
  {
    name: 'accounts of suspended customers may create endpoints',
    leaning: 'endings',
    touches: 'other',
    seenBy: PRINCIPALS,
    change: {
      file: 'functions/domain/principals.ts',
      find: "return { want: customer.entry.status === 'active' };",
      replace: 'return { want: true };',
    },
  },
  {
    name: 'allowed principals are removed for a registry that is frozen',
    leaning: 'losses',
    touches: 'other',
    seenBy: 'forbids nobody for a registry that got lost',
    change: {
      file: 'functions/domain/principals.ts',
      find: "return effect === 'principals-remove' && frozen ? 'the registry is frozen: nothing is removed' : undefined;",
      replace: 'return undefined;',
    },
  },
  {
    name: 'two runs write at once which allowed principals are ours',
    touches: 'other',
    survives: 'Two runs for one service at once are rare, and what the one forgets the next one finds.',
    change: {
      file: 'functions/registry/principals.ts',
      find: "ConditionExpression: version === 0 ? 'attribute_not_exists(pk)' : '#version = :read',",
      replace: "ConditionExpression: version === 0 ? 'attribute_not_exists(pk)' : '#version >= :read',",
    },
  },
  {
    name: 'a bucket gives more tokens than it has',
    touches: 'other',
    survives: 'EC2 turns the call away, the bucket is emptied, and it is made later: it costs only time.',
    change: {
      file: 'functions/domain/answers.ts',
      find: 'const taken = Math.min(wanted, Math.floor(filled));',
      replace: 'const taken = wanted;',
    },
  },
];
