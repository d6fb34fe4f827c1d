import type { Mutant } from './mutant.ts';
import { goTo, swap, withoutChoice } from './states.ts';

const WHOM = 'disconnects only who is not entitled';
const GONE = 'disconnects who is to go';
const LOSS = 'disconnects nobody for a registry that got lost';
const MODES = 'acts as far as the mode allows';

/** Who is cut off that should not be, and who is not that should. */
export const REVOKING: readonly Mutant[] = [
  {
    name: 'an entry that is missing is passed over',
    touches: 'revoke',
    // A suspended customer without an entitlement: nobody knows what was agreed.
    seenBy: WHOM,
    change: {
      file: 'functions/domain/rules.ts',
      find: "if (reading === undefined || reading.kind === 'found') continue;",
      replace: "if (reading === undefined || reading.kind !== 'unreadable') continue;",
    },
  },
  {
    name: 'an entry that can’t be read is passed over',
    touches: 'revoke',
    // A suspended customer whose entitlement can't be read.
    seenBy: WHOM,
    change: {
      file: 'functions/domain/rules.ts',
      find: "if (reading === undefined || reading.kind === 'found') continue;",
      replace: "if (reading === undefined || reading.kind !== 'absent') continue;",
    },
  },
  {
    name: 'who would only be held at the door is disconnected',
    touches: 'revoke',
    seenBy: WHOM,
    change: {
      file: 'functions/domain/decide-revocation.ts',
      find: ": verdict === 'reject' && code !== 'entitled';",
      replace: ": verdict !== 'accept';",
    },
  },
  {
    name: 'a door that is shut for new ones disconnects the entitled',
    touches: 'revoke',
    survives:
      'No service of these worlds changes its policy: under one that rejects the entitled, nobody is connected.',
    change: {
      file: 'functions/domain/decide-revocation.ts',
      find: ": verdict === 'reject' && code !== 'entitled';",
      replace: ": verdict === 'reject';",
    },
  },
  {
    name: 'at its contract’s end everybody is disconnected, unless the entitlement says to keep them',
    leaning: 'ends',
    touches: 'revoke',
    seenBy: WHOM,
    change: {
      file: 'functions/domain/decide-revocation.ts',
      find: "? found(match?.entitlement)?.whenEnded === 'revoke'",
      replace: "? found(match?.entitlement)?.whenEnded !== 'keep'",
    },
  },
  {
    name: 'at its contract’s end nobody is disconnected',
    leaning: 'ends',
    touches: 'revoke',
    seenBy: GONE,
    change: {
      file: 'functions/domain/decide-revocation.ts',
      find: "code === 'contract-ended'\n",
      replace: "code === 'contract-not-begun'\n",
    },
  },
  {
    name: 'whom a person let in is disconnected too',
    leaning: 'hands',
    touches: 'revoke',
    seenBy: WHOM,
    change: {
      file: 'functions/domain/decide-revocation.ts',
      find: "if (!situation.isOurs) return kept('ownership', 'neither accepted by us nor said to be ours');",
      replace: '',
    },
  },
  {
    name: 'nobody asks whom we let in: neither the sweep nor the run that it starts',
    leaning: 'hands',
    touches: 'revoke',
    seenBy: WHOM,
    also: {
      file: 'functions/registry/listing.ts',
      find: "(admission.isOwned || admission.last?.outcome === 'accepted');",
      replace: 'true;',
    },
    change: {
      file: 'functions/connections/decide-revocation.ts',
      find: "isOurs: history.isOwned || history.decisions.at(-1)?.outcome === 'accepted',",
      replace: 'isOurs: true,',
    },
  },
  {
    name: 'a sweep takes nobody’s connection for ours but what a person adopted',
    touches: 'revoke',
    seenBy: GONE,
    change: {
      file: 'functions/registry/listing.ts',
      find: "(admission.isOwned || admission.last?.outcome === 'accepted');",
      replace: 'admission.isOwned;',
    },
  },
  {
    name: 'a pause does not keep anybody connected',
    touches: 'revoke',
    seenBy: 'stands still while paused',
    change: {
      file: 'functions/domain/decide-revocation.ts',
      find: 'if (paused !== undefined) return kept(',
      replace: "if (paused?.reason === '') return kept(",
    },
  },
  {
    name: 'a disconnection asks for the mode of rejections',
    touches: 'revoke',
    seenBy: MODES,
    change: {
      file: 'functions/domain/mode.ts',
      find: "revoke: inForce('revoke'),",
      replace: "revoke: inForce('reject'),",
    },
  },
  {
    name: 'a disconnection that is only to be proposed is done',
    leaning: 'proposals',
    touches: 'revoke',
    seenBy: MODES,
    change: {
      file: 'functions/domain/decide-revocation.ts',
      find: "const verdicts = { enforce: 'revoke', propose: 'propose', observe: 'observe' } as const;",
      replace: "const verdicts = { enforce: 'revoke', propose: 'revoke', observe: 'observe' } as const;",
    },
  },
  {
    name: 'a registry that lost its customers is believed',
    leaning: 'losses',
    touches: 'revoke',
    seenBy: LOSS,
    change: { file: 'functions/domain/trust.ts', find: 'const MAY_GO = 6;', replace: 'const MAY_GO = 60;' },
  },
  {
    name: 'a registry that is frozen is believed again once it looks right',
    leaning: 'frozen',
    touches: 'revoke',
    // Lost, put back, and nobody confirmed it: the ledger still says that it is frozen.
    seenBy: LOSS,
    // The run that the sweep starts reads for itself whether the registry is frozen.
    also: {
      file: 'functions/aws/trust.ts',
      find: 'return seen.frozen?.because ?? distrustOf',
      replace: 'return distrustOf',
    },
    change: {
      file: 'functions/domain/trust.ts',
      find: 'if (seen.frozen !== undefined) return seen.frozen.because;',
      replace: '',
    },
  },
  {
    name: 'nobody asks whether the registry is believed: neither the sweep nor the run that it starts',
    leaning: 'frozen',
    touches: 'revoke',
    seenBy: LOSS,
    also: {
      // What the sweep itself asks, and what it tells the decision.
      file: 'functions/registry/listing.ts',
      find: 'const distrust = distrustOf(seen, size);',
      replace: 'const distrust = undefined;',
    },
    change: {
      file: 'functions/connections/decide-revocation.ts',
      find: 'const distrust = isAsked ? await readDistrust(dynamo, tables.registry, view) : undefined;',
      replace: 'const distrust = undefined;',
    },
  },
  {
    name: 'another table under the registry’s name is believed',
    touches: 'revoke',
    survives: 'The registry is never restored from a backup in these worlds.',
    change: {
      file: 'functions/domain/trust.ts',
      find: 'if (now.tableId !== seen.tableId) return',
      replace: "if (now.tableId === '') return",
    },
  },
  {
    name: 'a disconnection is asked for like the answer to a request',
    touches: 'revoke',
    // A connection that lives was answered already, as it seems.
    seenBy: GONE,
    change: {
      workflow: 'RevokeConnection',
      state: 'Answer',
      change: swap('Arguments', '"ends":"connection"', '"ends":"request"'),
    },
  },
  {
    name: 'nothing is noted of whom we are about to disconnect',
    leaning: 'halts',
    touches: 'revoke',
    // A run that is stopped after EC2 acted: the next one takes it for a person's doing.
    seenBy: GONE,
    change: { workflow: 'RevokeConnection', state: 'Count it', change: goTo('Act while it is fresh') },
  },
  {
    name: 'whom we disconnected is not known as that by the run that comes after',
    leaning: 'halts',
    touches: 'revoke',
    seenBy: GONE,
    change: {
      file: 'functions/domain/history.ts',
      find: "if (isCutOffByUs(state, decisions, intent)) return record('revoked');",
      replace: '',
    },
  },
  {
    name: 'somebody is disconnected on a decision of long ago',
    leaning: 'refusals',
    touches: 'revoke',
    seenBy: 'cuts off on a fresh decision',
    also: {
      file: 'functions/domain/answers.ts',
      find: 'if (asked.freshUntil !== undefined && asked.freshUntil <= now)',
      replace: "if (asked.freshUntil === '')",
    },
    change: {
      workflow: 'RevokeConnection',
      state: 'Act while it is fresh',
      change: swap('Choices', '300000', '30000000'),
    },
  },
  {
    name: 'a person disconnects somebody without a reason',
    touches: 'revoke',
    survives: 'Whoever forces it in these worlds gives a reason; and the function that decides asks for it too.',
    change: {
      workflow: 'RevokeConnection',
      state: 'Check the input',
      change: swap('Choices', '$length($states.input.force.reason) > 0 and ', ''),
    },
  },
  {
    name: 'who left while we were to disconnect it counts as disconnected',
    touches: 'revoke',
    seenBy: 'records what it did as its own',
    change: { workflow: 'RevokeConnection', state: 'Look at the end', change: withoutChoice("!= 'rejected'") },
  },
];
