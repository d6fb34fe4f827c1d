import type { Mutant } from './mutant.ts';
import { argumentsOf, goTo, swap, unconditional } from './states.ts';

const FLOOR = 'keeps enough targets healthy';
const SHARE = 'takes away no more than a share at once';
const WITNESSES = 'removes only what both witnesses let go';
const MAKES = 'registers, and sees it healthy, before it deregisters';
const STRANGERS = 'leaves alone what others registered';
const NAMED = 'registers only what DNS named';
const THERE = 'deregisters only what is there';
const ONE = 'one run at a time has a target group in hand';
const MODES = 'writes targets as far as the mode allows';
const FOLLOWS = 'targets are what their source names';
const NEVER = 'takes back what never gets healthy';
const RESTS = 'quiet leaves target groups alone';
const ENDS = 'runs that follow targets end, and let go';
const TELLS = 'tells what it did to targets';

const TARGETS = 'functions/domain/targets.ts';

/** Target groups that do not follow, or that customers lose on the way. */
export const FOLLOWING: readonly Mutant[] = [
  {
    name: 'what is stale goes before what is new comes',
    touches: 'other',
    seenBy: MAKES,
    change: {
      file: TARGETS,
      find: "if (plan.add.length > 0) return { step: 'register'",
      replace: "if (plan.add.length > 0 && plan.remove.length === 0) return { step: 'register'",
    },
  },
  {
    name: 'what is stale goes before what is new is healthy',
    touches: 'other',
    seenBy: MAKES,
    change: {
      file: TARGETS,
      find: "if (pending.length > 0) return { step: 'wait'",
      replace: "if (pending.length > 0 && plan.remove.length === 0) return { step: 'wait'",
    },
  },
  {
    name: 'nobody waits for new targets to be healthy',
    touches: 'other',
    seenBy: MAKES,
    change: {
      file: TARGETS,
      find: '.filter((address) => !SETTLED.has(stateOf.get(address)) &&',
      replace: '.filter((address) => SETTLED.has(stateOf.get(address)) && address.length === 0 &&',
    },
  },
  {
    name: 'a new target that never gets healthy is not taken back',
    touches: 'other',
    leaning: 'barren',
    seenBy: NEVER,
    change: { file: TARGETS, find: '>= within * 1000;', replace: '>= within * 1_000_000;' },
  },
  {
    name: 'targets are deregistered without their port',
    touches: 'other',
    seenBy: STRANGERS,
    change: {
      workflow: 'RefreshTargets',
      state: 'Deregister',
      change: swap('Arguments', '$append([], $planned.targets)', "$append([], $planned.targets.{'Id': Id})"),
    },
  },
  {
    name: 'a target that drains counts as registered',
    touches: 'other',
    seenBy: THERE,
    change: {
      file: TARGETS,
      find: "const isRegistered = ({ state }: Target): boolean => state !== 'draining';",
      replace: "const isRegistered = ({ state }: Target): boolean => state !== 'unavailable';",
    },
  },
  {
    name: 'DNS is asked once a look',
    touches: 'other',
    // Where answers are subsets.
    seenBy: WITNESSES,
    change: { file: 'functions/aws/lookups.ts', find: 'const QUERIES = 3;', replace: 'const QUERIES = 1;' },
  },
  {
    name: 'the lease is taken from whoever has it',
    touches: 'other',
    seenBy: ONE,
    change: { workflow: 'RefreshTargets', state: 'Take the lease', change: unconditional() },
  },
  {
    name: 'nobody looks whether the lease is ours still',
    touches: 'other',
    survives:
      'A lease is lost by who was stopped and is redriven while another is at it, which is rare; its unit tests see it.',
    change: {
      workflow: 'RefreshTargets',
      state: 'Note and renew',
      change: (state) => {
        argumentsOf(state).ConditionExpression =
          'attribute_exists(pk) OR execution = :me OR #version = :read OR #version = :next';
      },
    },
  },
  {
    name: 'the lease is not renewed',
    touches: 'other',
    survives: 'Who is at work keeps it for as long as it runs: the watch wakes others in vain, who ask and leave.',
    change: {
      workflow: 'RefreshTargets',
      state: 'Note and renew',
      change: swap('Arguments', 'SET leaseUntil = :until, ours', 'SET renewed = :until, ours'),
    },
  },
  {
    name: 'one look that misses an address is enough',
    leaning: 'doubts',
    touches: 'other',
    seenBy: WITNESSES,
    change: { file: TARGETS, find: 'if (missed < needed) return', replace: 'if (missed < Math.min(1, needed)) return' },
  },
  {
    name: 'nobody asks for network interfaces before a target goes',
    leaning: 'doubts',
    touches: 'other',
    // Where DNS names somebody else alone.
    seenBy: WITNESSES,
    change: {
      file: TARGETS,
      find: "return interfaces.kind === 'listed' && interfaces.addresses.includes(address)",
      replace: "return interfaces.kind === 'listed' && interfaces.addresses.includes(address.slice(1))",
    },
  },
  {
    name: 'healthy targets may become too few',
    leaning: 'doubts',
    touches: 'other',
    seenBy: FLOOR,
    change: { file: TARGETS, find: 'if (all < this.#minimum) return', replace: 'if (all < 0) return' },
  },
  {
    name: 'healthy targets may become too few in a zone',
    touches: 'other',
    seenBy: FLOOR,
    change: {
      file: TARGETS,
      find: 'if (loss > 0 && !this.#isCrossZone && here < this.#minimum) {',
      replace: 'if (loss > 0 && !this.#isCrossZone && here < 0) {',
    },
  },
  {
    name: 'one plan removes all that is stale',
    leaning: 'doubts',
    touches: 'other',
    seenBy: SHARE,
    change: {
      file: TARGETS,
      find: "if (this.#left === 0) return 'one plan removes no more';",
      replace: "if (this.#left === -1000) return 'one plan removes no more';",
    },
  },
  {
    name: 'an answer without addresses is believed',
    leaning: 'doubts',
    touches: 'other',
    seenBy: WITNESSES,
    change: {
      file: 'functions/domain/addresses.ts',
      find: "{ kind: 'failed', problem: 'nobody looked' } : { kind: 'empty' });",
      replace:
        "{ kind: 'failed', problem: 'nobody looked' } : { kind: 'answered', addresses: [], isWhole: true } as const);",
    },
  },
  {
    name: 'an address that no VPC has is believed',
    leaning: 'doubts',
    touches: 'other',
    seenBy: NAMED,
    change: {
      file: 'functions/aws/lookups.ts',
      find: 'return (address) => isIP(address) === version && list.check(address, family);',
      replace: 'return (address) => isIP(address) === version || list.check(address, family);',
    },
  },
  {
    name: 'targets of others count as ours',
    leaning: 'doubts',
    touches: 'other',
    seenBy: STRANGERS,
    // Misses are counted of ours only: that guard is taken away as well.
    also: {
      file: 'functions/domain/binding.ts',
      find: 'missesBeforeRemoval: 3,',
      replace: 'missesBeforeRemoval: 0,',
    },
    change: {
      file: TARGETS,
      find: 'const candidates = stale.filter(({ address }) => ours.has(address))',
      replace: 'const candidates = stale.filter(({ address }) => address.length > 0 || ours.has(address))',
    },
  },
  {
    name: 'a binding counts targets of other ports as its own',
    touches: 'other',
    seenBy: FOLLOWS,
    change: {
      file: TARGETS,
      find: 'const own = targets.filter(({ port }) => port === binding.port);',
      replace: 'const own = targets.filter(({ port }) => port !== binding.port || port > 0);',
    },
  },
  {
    name: 'whose targets are is not noted before they are registered',
    touches: 'other',
    // A run that dies leaves nobody's targets behind.
    seenBy: FOLLOWS,
    change: {
      workflow: 'RefreshTargets',
      state: 'Note and renew',
      change: swap('Arguments', 'SET leaseUntil = :until, ours = :ours,', 'SET leaseUntil = :until, owns = :ours,'),
    },
  },
  {
    name: 'what was applied is not recorded',
    touches: 'other',
    survives:
      'What a plan came to nothing for is noted by the watch itself: so nothing is read again, and the next change is seen.',
    change: {
      workflow: 'RefreshTargets',
      state: 'Record the end',
      change: swap('Arguments', 'applied = :applied', 'wanted = :applied'),
    },
  },
  {
    name: 'what a plan came to nothing for is not noted',
    leaning: 'observed',
    touches: 'other',
    // Of bindings that are only observed.
    seenBy: RESTS,
    change: {
      file: 'functions/targets/watch-targets.ts',
      find: '...(isAtRest ? { idleFor: outcome.witnesses } : {}),',
      replace: '...(isAtRest ? {} : {}),',
    },
  },
  {
    name: 'nobody finishes what a run left behind that died',
    leaning: 'orphans',
    touches: 'other',
    seenBy: ENDS,
    change: {
      file: 'functions/targets/watch-targets.ts',
      find: 'const isToFinish = mayFinish && isUnfinished(record, time);',
      replace: 'const isToFinish = mayFinish && isUnfinished({ ours: {} }, time);',
    },
  },
  {
    name: 'who ends does not let go',
    touches: 'other',
    seenBy: ENDS,
    change: {
      workflow: 'RefreshTargets',
      state: 'Record the end',
      change: swap('Arguments', ' REMOVE execution, leaseUntil, failedAt', ' REMOVE failedAt'),
    },
  },
  {
    name: 'who died keeps the lease',
    leaning: 'orphans',
    touches: 'other',
    seenBy: FOLLOWS,
    change: {
      workflow: 'RefreshTargets',
      state: 'Leave it or take over',
      change: goTo('Leave it to others', 'Default'),
    },
  },
  {
    name: 'at a full group all that is stale goes at once',
    touches: 'other',
    survives:
      'The share of one plan and the floor hold at a full group as elsewhere: it makes more room than is needed.',
    change: {
      file: TARGETS,
      find: 'const isEnough = isSwap && remove.length > 0 ?',
      replace: 'const isEnough = isSwap && remove.length > 1000 ?',
    },
  },
  {
    name: 'a group that takes no more ends the run',
    leaning: 'full',
    touches: 'other',
    seenBy: 'executions succeed but for what lasts',
    change: {
      workflow: 'RefreshTargets',
      state: 'Register',
      change: swap('Catch', 'TooManyTargetsException', 'TooManyThingsException'),
    },
  },
  {
    name: 'the mode of adding is not asked',
    touches: 'other',
    seenBy: MODES,
    change: {
      file: TARGETS,
      find: "const addBar = barOf('targets-add', situation);",
      replace:
        "const addBar = barOf('targets-add', { modes: { 'targets-add': 'enforce', 'targets-remove': 'enforce' } });",
    },
  },
  {
    name: 'the mode of removing is not asked',
    touches: 'other',
    seenBy: MODES,
    change: {
      file: TARGETS,
      find: "const removeBar = barOf('targets-remove', situation);",
      replace:
        "const removeBar = barOf('targets-remove', { modes: { 'targets-add': 'enforce', 'targets-remove': 'enforce' } });",
    },
  },
  {
    name: 'nobody is told of what a run did',
    touches: 'other',
    seenBy: TELLS,
    change: { workflow: 'RefreshTargets', state: 'Tell or end', change: swap('Choices', '> 0', '> 1000') },
  },
  {
    name: 'drift is not announced',
    touches: 'other',
    seenBy: FOLLOWS,
    change: {
      file: 'functions/targets/watch-targets.ts',
      find: 'if ((hasNothing && !isToFinish) || isResting(record, time)) continue;',
      replace: 'if (hasNothing || !isToFinish || isResting(record, time)) continue;',
    },
  },
  {
    name: 'a run that registers more forgets whom it saw healthy',
    leaning: 'targets',
    touches: 'other',
    survives:
      'It takes a target that is registered, gets healthy and ill again while one run goes on; its unit tests see it.',
    change: {
      file: 'functions/domain/targets-record.ts',
      find: 'ours: { ...settled(record, states), ...Object.fromEntries(fresh) } };',
      replace: 'ours: { ...record.ours, ...Object.fromEntries(fresh) } };',
    },
  },
];
