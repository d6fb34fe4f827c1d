import type { Mutant } from './mutant.ts';
import { unconditional } from './states.ts';

const REASON = 'leaves a primary for a reason';
const WORD = 'comes back by a person’s word';
const LATCHED = 'who is failed over is latched, and nobody else';
const ONE = 'one run at a time has a zone in hand';
const ALONE = 'leaves alone what others have in a zone';
const MODES = 'writes names as far as the mode allows';
const SAYS = 'says of a failover what clients get';
const WELL = 'comes back to a primary that is well';
const ENTERED = 'zones have what their records say';
const ONCE = 'writes into a zone only what differs';
const DOMAIN = 'functions/domain/failover.ts';

/** Names that are left for nothing, that come back by themselves, or that lead to nobody. */
export const FAILING_OVER: readonly Mutant[] = [
  {
    name: 'no latch holds',
    touches: 'other',
    seenBy: LATCHED,
    change: { file: 'functions/failover/assert-latches.ts', find: 'Value: latch,', replace: 'Value: 0 * latch,' },
  },
  {
    name: 'a latch is let go with nobody’s word',
    touches: 'other',
    seenBy: WORD,
    change: {
      file: DOMAIN,
      find: 'if (engaged !== undefined) return 1;',
      replace: "if (engaged !== undefined) return engaged.by === 'health' ? 0 : 1;",
    },
  },
  {
    name: 'a latch says nothing once it is let go',
    touches: 'other',
    seenBy: LATCHED,
    change: {
      file: DOMAIN,
      find: 'return checks === undefined ? undefined : 0;',
      replace: 'return checks === undefined ? undefined : undefined;',
    },
  },
  {
    name: 'a primary need not be seen well first',
    touches: 'other',
    seenBy: REASON,
    change: {
      file: 'functions/domain/failover-state.ts',
      find: "isArmed(state, routing) && routing.engages !== 'manual-armed'",
      replace: "routing.engages !== 'manual-armed'",
    },
  },
  {
    name: 'nobody asks whether a person decides',
    touches: 'other',
    seenBy: REASON,
    change: {
      file: 'functions/domain/failover-state.ts',
      find: "isArmed(state, routing) && routing.engages !== 'manual-armed'",
      replace: 'isArmed(state, routing)',
    },
  },
  {
    name: 'a sick primary is latched though a person decides',
    touches: 'other',
    seenBy: REASON,
    change: {
      file: DOMAIN,
      find: "if (routing.engages === 'manual-armed') return unseen",
      replace: "if (routing.kind !== 'failover') return unseen",
    },
  },
  {
    name: 'two runs write one zone at once',
    touches: 'other',
    seenBy: ONE,
    change: { workflow: 'UpdateFailover', state: 'Take the zone', change: unconditional() },
  },
  {
    name: 'sets without our mark are ours as well',
    touches: 'other',
    seenBy: ALONE,
    change: {
      file: 'functions/domain/zone.ts',
      find: 'const strange = ofType.filter((set) => !isOurs(set)).length;',
      replace: 'const strange = ofType.filter((set) => !isOurs(set) && ofType.length > 99).length;',
    },
  },
  {
    name: 'a zone is written whatever the mode',
    touches: 'other',
    seenBy: MODES,
    change: {
      file: 'functions/failover/converge-record.ts',
      find: 'const bar = barOf(modesSet);',
      replace: "const bar = barOf(modesSet)?.slice(9_999) === 'x' ? '' : undefined;",
    },
  },
  {
    name: 'a failover is told before clients see it',
    touches: 'other',
    seenBy: SAYS,
    change: { file: DOMAIN, find: 'if (answered === wanted) return', replace: 'if (answered !== record.name) return' },
  },
  {
    name: 'a primary is gone back to before it is well for long',
    touches: 'other',
    seenBy: WELL,
    change: { file: DOMAIN, find: 'well < healthyForSeconds)', replace: 'well < 0)' },
  },
  {
    name: 'nothing is noticed that differs in a zone',
    touches: 'other',
    seenBy: ENTERED,
    change: {
      file: 'functions/failover/watch-failover.ts',
      find: "return plan.kind === 'change' ?",
      replace: "return plan.kind === 'change' && plan.changes.length > 99 ?",
    },
  },
  {
    name: 'every set is made anew',
    touches: 'other',
    seenBy: ONCE,
    change: {
      file: 'functions/domain/zone.ts',
      find: 'isAmong(differing, set) || differing.some',
      replace: 'set.name.length > 0 || differing.some',
    },
  },
];
