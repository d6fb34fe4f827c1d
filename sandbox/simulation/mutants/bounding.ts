import type { Mutant } from './mutant.ts';
import { goTo, swap } from './states.ts';

const GONE = 'disconnects who is to go';
const BOUND = 'keeps to the day’s bound';

/** How many are cut off on one day. */
export const BOUNDING: readonly Mutant[] = [
  {
    name: 'disconnections are counted, and not bounded',
    touches: 'revoke',
    seenBy: BOUND,
    change: {
      file: 'functions/domain/plan-revocation.ts',
      find: '...(force === undefined ? { max } : { forced: force }),',
      replace: '...(force === undefined ? {} : { forced: force }),',
    },
  },
  {
    name: 'one more is disconnected than the day’s bound allows',
    touches: 'revoke',
    seenBy: BOUND,
    change: {
      workflow: 'RevokeConnection',
      state: 'Count it',
      change: swap('Arguments', 'size(revoked) < :max', 'size(revoked) <= :max'),
    },
  },
  {
    name: 'the day’s bound is not one of the service’s size',
    touches: 'revoke',
    // Only where the entry leaves the share as it is, or halves it.
    seenBy: BOUND,
    change: {
      file: 'functions/domain/plan-revocation.ts',
      find: 'return Math.min(MOST_A_DAY, maxRevocations, Math.max(1, Math.floor(connections * maxRevokedShare)));',
      replace: 'return Math.min(MOST_A_DAY, maxRevocations);',
    },
  },
  {
    name: 'of a small service nobody may be disconnected',
    leaning: 'ends',
    touches: 'revoke',
    seenBy: GONE,
    change: {
      file: 'functions/domain/plan-revocation.ts',
      find: 'Math.max(1, Math.floor(connections * maxRevokedShare))',
      replace: 'Math.floor(connections * maxRevokedShare)',
    },
  },
  {
    name: 'the bound shrinks with each disconnection of the day',
    touches: 'revoke',
    // Only where the share decides: half of four connections.
    seenBy: GONE,
    change: {
      file: 'functions/connections/decide-revocation.ts',
      find: 'new Set([...revoked, ...live.map(({ endpointId }) => endpointId)]);',
      replace: 'new Set(live.map(({ endpointId }) => endpointId));',
    },
  },
  {
    name: 'disconnections are bounded by the month',
    touches: 'revoke',
    // Who stays for today goes on none of the next days.
    seenBy: GONE,
    change: {
      file: 'functions/connections/decide-revocation.ts',
      find: 'const day = situation.now.slice(0, 10);',
      replace: 'const day = situation.now.slice(0, 7);',
    },
  },
  {
    name: 'a disconnection is not counted',
    touches: 'revoke',
    seenBy: BOUND,
    change: { workflow: 'RevokeConnection', state: 'Open the day', change: goTo('Note the intent') },
  },
  {
    name: 'a forced disconnection is bounded like others',
    touches: 'revoke',
    seenBy: 'disconnects whom a person forces off',
    change: {
      file: 'functions/domain/plan-revocation.ts',
      find: '...(force === undefined ? { max } : { forced: force }),',
      replace: '...{ max }, ...(force === undefined ? {} : { forced: force }),',
    },
  },
];
