import type { Mutant } from './mutant.ts';

const MODES = 'acts as far as the mode allows';
const STILL = 'stands still while paused';
const WHOM = 'turns away only whom it may';

/** Who is turned away that should not be; and modes and pauses, which hold for every answer. */
export const REJECTING: readonly Mutant[] = [
  {
    name: 'an account counts only where somebody claimed the endpoint',
    leaning: 'terms',
    touches: 'reject',
    seenBy: 'connects who is entitled throughout',
    change: {
      file: 'functions/domain/rules.ts',
      find: 'return claims.length > 0 ? claims : candidates;',
      replace: 'return claims;',
    },
  },
  {
    name: 'acceptances and rejections of a service go into one call',
    leaning: 'rush',
    touches: 'reject',
    // Where both are asked for within a batch: the first one's verdict is everybody's.
    seenBy: 'connects who is entitled throughout',
    change: {
      file: 'functions/domain/answers.ts',
      find: 'const key = `',
      replace: 'const key = serviceId || `',
    },
  },
  {
    name: 'a rejection asks for the mode of acceptances',
    touches: 'reject',
    seenBy: MODES,
    change: {
      file: 'functions/domain/decide-connection.ts',
      find: "const effect = verdict === 'reject' ? 'reject' : 'accept';",
      replace: "const effect = 'accept';",
    },
  },
  {
    name: 'what is only to be proposed is done',
    touches: 'reject',
    seenBy: MODES,
    change: {
      file: 'functions/domain/decide-connection.ts',
      find: "if (verdict === 'hold' || mode === 'enforce') return",
      replace: "if (verdict === 'hold' || mode === 'enforce' || mode === 'propose') return",
    },
  },
  {
    name: 'what is only observed is answered',
    touches: 'reject',
    seenBy: MODES,
    change: {
      file: 'functions/domain/plan.ts',
      find: "...(isObserved ? { outcome: 'observed' } : {}),",
      replace: '',
    },
  },
  {
    name: 'a service that was there before is answered for like a new one',
    touches: 'accept',
    seenBy: MODES,
    change: {
      file: 'functions/domain/mode.ts',
      find: "return service.origin === 'created' ? 'enforce' : 'observe';",
      replace: "return 'enforce';",
    },
  },
  {
    name: 'a pause is not asked for when it is decided',
    touches: 'accept',
    seenBy: STILL,
    change: {
      file: 'functions/domain/decide-connection.ts',
      find: "if (paused === undefined || ruling.isObserved || ruling.verdict === 'hold') return ruling;",
      replace: "if (paused === undefined || ruling.isObserved || ruling.verdict !== 'reject') return ruling;",
    },
  },
  {
    name: 'rejections go on during a pause',
    touches: 'reject',
    seenBy: STILL,
    change: {
      file: 'functions/domain/decide-connection.ts',
      find: "if (paused === undefined || ruling.isObserved || ruling.verdict === 'hold') return ruling;",
      replace: "if (paused === undefined || ruling.isObserved || ruling.verdict !== 'accept') return ruling;",
    },
  },
  {
    name: 'a pause of one service is not heard: only that of all',
    touches: 'accept',
    seenBy: STILL,
    change: {
      file: 'functions/domain/mode.ts',
      find: 'const paused = all.paused ?? service.paused;',
      replace: 'const paused = all.paused;',
    },
  },
  {
    name: 'a pause of all is not heard: only that of a service',
    touches: 'reject',
    seenBy: STILL,
    change: {
      file: 'functions/domain/mode.ts',
      find: 'const paused = all.paused ?? service.paused;',
      replace: 'const paused = service.paused;',
    },
  },
  {
    name: 'the mode is not read again before an acceptance',
    touches: 'accept',
    seenBy: MODES,
    change: {
      file: 'functions/aws/answering.ts',
      find: 'if (standing?.modesVersion !== modesVersion) return "the service\'s mode was changed since it was decided";',
      replace:
        "if (standing === undefined || (verdict === 'reject' && standing.modesVersion !== modesVersion)) return 'its mode was changed';",
    },
  },
  {
    name: 'the mode is not read again before a rejection',
    touches: 'reject',
    seenBy: MODES,
    change: {
      file: 'functions/aws/answering.ts',
      find: 'if (standing?.modesVersion !== modesVersion) return "the service\'s mode was changed since it was decided";',
      replace:
        "if (standing === undefined || (verdict === 'accept' && standing.modesVersion !== modesVersion)) return 'its mode was changed';",
    },
  },
  {
    name: 'a pause of all does not count as a change since it was decided',
    touches: 'accept',
    seenBy: STILL,
    change: {
      file: 'functions/domain/mode.ts',
      find: 'version: service.version + all.version,',
      replace: 'version: service.version,',
    },
  },
  {
    name: 'an answer is given though nobody waits for it any more',
    leaning: 'stops',
    touches: 'accept',
    // Runs that are stopped while they wait.
    seenBy: 'answers only where a run waits for it',
    change: {
      file: 'functions/aws/answering.ts',
      find: "if (awaited[index] !== true) return { is: 'dropped', asked: each };",
      replace: "if (awaited.length === 0) return { is: 'dropped', asked: each };",
    },
  },
  {
    name: 'an answer is given though another run has the request in hand',
    leaning: 'stops',
    touches: 'accept',
    // A run is stopped, another takes over, and an operator redrives the first.
    seenBy: 'answers only for the run that has the request in hand',
    change: {
      file: 'functions/aws/answering.ts',
      find: 'if (execution !== undefined && standing.holder !== execution) return',
      replace: "if (execution === '' && standing.holder !== execution) return",
    },
  },
  {
    name: 'an answer is given though there is something to look at',
    touches: 'accept',
    survives: 'What it was decided on was true when it was decided: promises ask no more.',
    change: {
      file: 'functions/aws/answering.ts',
      find: 'if (standing.wakes !== wakes) return',
      replace: 'if (standing.wakes < wakes) return',
    },
  },
  {
    name: 'an answer is given to an endpoint whoever owns it',
    touches: 'accept',
    survives: 'An endpoint keeps its owner for ever: the guard is against a mix-up of ours that there is not.',
    change: {
      file: 'functions/domain/answers.ts',
      find: 'if (connection.owner !== asked.owner) {',
      replace: "if (connection.owner === '') {",
    },
  },
  {
    name: 'a rejection of ours is recorded as somebody else’s',
    leaning: 'terms',
    touches: 'reject',
    seenBy: 'records what it did as its own',
    change: {
      file: 'functions/domain/answer.ts',
      find: "return settled(verdict === 'reject' ? 'rejected' : 'overtaken');",
      replace: "return settled('overtaken');",
    },
  },
  {
    name: 'who is unknown is rejected though the registry got lost',
    leaning: 'losses',
    touches: 'reject',
    seenBy: WHOM,
    change: {
      file: 'functions/domain/rules.ts',
      find: 'if (match === undefined && situation.distrust !== undefined) {',
      replace: "if (match === undefined && situation.distrust === '') {",
    },
  },
  {
    name: 'who shares an account with another customer is rejected',
    leaning: 'claims',
    touches: 'reject',
    seenBy: WHOM,
    change: {
      file: 'functions/domain/verdict.ts',
      find: "'requester-ambiguous': 'hold',",
      replace: "'requester-ambiguous': 'reject',",
    },
  },
  {
    name: "who is over the contract's number is rejected",
    leaning: 'rush',
    touches: 'reject',
    seenBy: WHOM,
    change: {
      file: 'functions/domain/verdict.ts',
      find: "'quota-reached': 'hold',",
      replace: "'quota-reached': 'reject',",
    },
  },
  {
    name: 'an id finds the matches of every id that begins like it',
    touches: 'reject',
    survives: 'Accounts, and the endpoint ids of these worlds, are all of one length.',
    change: {
      file: 'functions/aws/registry.ts',
      find: 'const prefix = matchPrefix(matchedBy, value);',
      replace: 'const prefix = matchPrefix(matchedBy, value).slice(0, -1);',
    },
  },
  {
    name: 'an entry counts whatever ids are in it',
    touches: 'accept',
    survives: 'Nobody copies an entry to another key in these worlds.',
    change: {
      file: 'functions/registry/view.ts',
      find: 'return strange === undefined\n',
      replace: "return strange === undefined || strange !== ''\n",
    },
  },
];
