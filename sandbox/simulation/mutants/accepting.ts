import type { Mutant } from './mutant.ts';
import { goTo, swap } from './states.ts';

const ENTITLED = 'accepts only the entitled';
const CONNECTS = 'connects who is entitled throughout';

/** Who is let in that should not be, and who is not that should. */
export const ACCEPTING: readonly Mutant[] = [
  {
    name: 'a suspended customer is let in',
    touches: 'accept',
    seenBy: ENTITLED,
    change: {
      file: 'functions/domain/rules.ts',
      find: "if (status !== 'suspended') return",
      replace: 'if (status !== undefined) return',
    },
  },
  {
    name: 'a contract begins with its first day, not at its first moment',
    touches: 'accept',
    seenBy: ENTITLED,
    change: {
      file: 'functions/domain/rules.ts',
      find: 'if (from !== undefined && now < Date.parse(from)) {',
      replace: 'if (from !== undefined && now < Date.parse(from.slice(0, 10))) {',
    },
  },
  {
    name: 'a contract lasts to the end of its last day',
    touches: 'accept',
    seenBy: ENTITLED,
    change: {
      file: 'functions/domain/rules.ts',
      find: 'if (until !== undefined && now >= Date.parse(until)) {',
      replace: 'if (until !== undefined && now >= Date.parse(until.slice(0, 10)) + 86_400_000) {',
    },
  },
  {
    name: 'a contract has not begun at its first moment',
    touches: 'accept',
    survives: 'It is one millisecond: the request is held, and accepted once a sweep comes.',
    change: {
      file: 'functions/domain/rules.ts',
      find: 'if (from !== undefined && now < Date.parse(from)) {',
      replace: 'if (from !== undefined && now <= Date.parse(from)) {',
    },
  },
  {
    name: 'a contract has not ended at the first moment after it',
    touches: 'accept',
    survives: 'It is one millisecond: a world that decides in it is rare.',
    change: {
      file: 'functions/domain/rules.ts',
      find: 'if (until !== undefined && now >= Date.parse(until)) {',
      replace: 'if (until !== undefined && now > Date.parse(until)) {',
    },
  },
  {
    name: 'who needs a yes each time gets in without one',
    touches: 'accept',
    seenBy: ENTITLED,
    change: {
      file: 'functions/domain/rules.ts',
      find: "if (approval === 'automatic' || (approval === 'first-manual' && !isFirst)) return { saw: approval };",
      replace: "if (approval !== undefined && (approval !== 'first-manual' || !isFirst)) return { saw: approval };",
    },
  },
  {
    name: 'who needs a yes for the first gets in without one',
    touches: 'accept',
    seenBy: ENTITLED,
    change: {
      file: 'functions/domain/rules.ts',
      find: "(approval === 'first-manual' && !isFirst)",
      replace: "approval === 'first-manual'",
    },
  },
  {
    name: 'of several customers of an account the first one counts',
    leaning: 'claims',
    touches: 'accept',
    seenBy: ENTITLED,
    change: {
      file: 'functions/domain/rules.ts',
      find: 'return claims.length > 0 ? claims : candidates;',
      replace: 'return (claims.length > 0 ? claims : candidates).slice(0, 1);',
    },
  },
  {
    name: 'an account goes before a claim of the endpoint',
    leaning: 'claims',
    touches: 'accept',
    seenBy: ENTITLED,
    change: {
      file: 'functions/domain/rules.ts',
      find: "const claims = candidates.filter((candidate) => candidate.matchedBy === 'endpoint');",
      replace: "const claims = candidates.filter((candidate) => candidate.matchedBy === 'account');",
    },
  },
  {
    name: "a service's policy lets in whom the rules did not pass",
    touches: 'accept',
    // Only of services with a lax policy.
    seenBy: ENTITLED,
    change: {
      file: 'functions/domain/decide-connection.ts',
      find: "(wanted === 'accept' && code !== 'entitled') ||",
      replace: "(wanted === 'accept' && code === 'requester-unknown') ||",
    },
  },
  {
    name: 'the regions of a contract are not looked at',
    touches: 'accept',
    // Few contracts name another region only.
    seenBy: ENTITLED,
    change: {
      file: 'functions/domain/rules.ts',
      find: 'if (regions.includes(region)) return { saw: region };',
      replace: 'if (regions.length > 0) return { saw: region };',
    },
  },
  {
    name: "a contract that names no region covers none, not the service's own",
    touches: 'accept',
    seenBy: CONNECTS,
    change: {
      file: 'functions/domain/rules.ts',
      find: 'found(candidate?.entitlement)?.regions ?? [situation.serviceRegion];',
      replace: 'found(candidate?.entitlement)?.regions ?? [];',
    },
  },
  {
    name: 'only the first page of connections is read',
    leaning: 'pages',
    touches: 'accept',
    // Where EC2 takes no endpoint ids and its pages are small.
    seenBy: CONNECTS,
    change: {
      file: 'functions/aws/connections.ts',
      find: 'for (const item of page.VpcEndpointConnections ?? []) connections.push(toConnection(item, region));',
      replace:
        'for (const item of page.VpcEndpointConnections ?? []) connections.push(toConnection(item, region)); break;',
    },
  },
  {
    name: 'nothing is noted of what is about to be answered',
    leaning: 'stops',
    touches: 'accept',
    // A run that is stopped between Accept and its record: the next one takes our acceptance for somebody else's.
    seenBy: CONNECTS,
    change: {
      workflow: 'AdmitConnection',
      state: 'Go by its need',
      change: swap('Choices', 'Note the intent', 'Act on the plan'),
    },
  },
  {
    name: 'a request is given up when EC2 once does not list it',
    leaning: 'late',
    touches: 'accept',
    // A notice that comes before the list: recorded as gone, accepted later.
    seenBy: 'one decision for each request and generation',
    change: {
      workflow: 'AdmitConnection',
      state: 'Go by its need',
      change: swap('Choices', "$decided.need = 'appearance' and $looks >= 5", "$decided.need = 'appearance'"),
    },
  },
  {
    name: 'an endpoint that was to be answered is gone when EC2 once does not list it',
    leaning: 'late',
    touches: 'accept',
    // Only while EC2's list lags behind.
    seenBy: 'one decision for each request and generation',
    change: {
      file: 'functions/domain/answer.ts',
      find: 'const ABSENCES_UNTIL_GONE = 3;',
      replace: 'const ABSENCES_UNTIL_GONE = 0;',
    },
  },
  {
    name: 'what EC2 did not list is not looked at again after the wait',
    leaning: 'late',
    touches: 'accept',
    seenBy: 'one decision for each request and generation',
    change: { workflow: 'AdmitConnection', state: 'Look again later', change: goTo('Go by its need') },
  },
  {
    name: 'a hold that ends is not decided again: the old plan holds',
    touches: 'accept',
    // The same generation is written again.
    seenBy: 'one decision for each request and generation',
    change: { workflow: 'AdmitConnection', state: 'Hold', change: goTo('Go by its need') },
  },
  {
    name: 'a run that waits is not woken',
    leaning: 'waiting',
    touches: 'accept',
    // Requests that a pause held.
    seenBy: CONNECTS,
    change: {
      workflow: 'AdmitConnection',
      state: 'Leave it or take over',
      change: swap('Choices', "$token != ''", "$token = 'none'"),
    },
  },
  {
    name: 'a request whose run died is left in its hands',
    leaning: 'stops',
    touches: 'accept',
    seenBy: CONNECTS,
    change: {
      workflow: 'AdmitConnection',
      state: 'Leave it or take over',
      change: goTo('In other hands', 'Default'),
    },
  },
  {
    name: 'a connection that is pending counts as accepted already',
    touches: 'accept',
    seenBy: 'records what it did as its own',
    change: {
      file: 'functions/domain/answer.ts',
      find: "return verdict === 'accept' ? { step: 'wait' } : settled('overtaken');",
      replace: "return settled(verdict === 'accept' ? 'accepted' : 'overtaken');",
    },
  },
  {
    name: 'what EC2 says it did not do is not read',
    touches: 'accept',
    survives: "Answers are judged by the connection's state alone: only the record lacks EC2's words.",
    change: {
      file: 'functions/aws/connections.ts',
      find: 'return (items ?? []).map(({ ResourceId, Error: error }) => ({',
      replace: 'return (items ?? []).slice(0, 0).map(({ ResourceId, Error: error }) => ({',
    },
  },
  {
    name: 'what the intake saw stands for a read however old it is',
    touches: 'accept',
    survives: 'It is believed only where nothing was recorded of the request, and whoever acts on it reads it again.',
    change: {
      file: 'functions/connections/decide-connection.ts',
      find: 'now.getTime() - Date.parse(seen.readAt) < JUST_NOW &&',
      replace: 'Date.parse(seen.readAt) <= now.getTime() &&',
    },
  },
  {
    name: 'what the intake saw stands for a read though there is a history',
    touches: 'accept',
    survives:
      'Whoever acts on it reads the connection again, with its owner; what was answered already is looked at again.',
    change: {
      file: 'functions/connections/decide-connection.ts',
      find: 'wakes + decisions.length + approvals.length === 0;',
      replace: 'wakes >= 0;',
    },
  },
];
