import { marshall } from '@aws-sdk/util-dynamodb';
import { explainEnding } from '../../functions/domain/ending.ts';
import type { Intent, PastDecision } from '../../functions/domain/history.ts';
import { type Plan, planAdoption, planEnding, planRequest, type Telling } from '../../functions/domain/plan.ts';
import type { Situation } from '../../functions/domain/situation.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import type { Json } from '../../sandbox/asl/definition.ts';
import type { TaskTokens } from '../../sandbox/asl/task-tokens.ts';
import { failure, finish, prepare, START } from '../sandbox/asl/run-definition.ts';
import { aSituation, ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { textOf } from './support.ts';

/** The ids of a request, and of the execution that has it. */
export const INPUT = { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID };
export const ME = 'arn:aws:states:us-west-2:123456789012:execution:m:e';
export const OTHER = 'arn:aws:states:us-west-2:123456789012:execution:m:other';
export const REQUEST = `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}`;
export const CONDITION_FAILED = 'DynamoDb.ConditionalCheckFailedException';

/** What stands for the placeholders, as the stack would fill them in. */
const DEPLOYED: Readonly<Record<string, string>> = {
  DecideConnection: 'decide:7',
  AnswerQueue: 'https://sqs.us-west-2.amazonaws.com/123456789012/answers',
  Ledger: 'ledger-table',
  Bus: 'concierge-bus',
};

/** One attempt of a task: in which state, what it called with which arguments, and how many seconds after the start. */
export interface Attempt {
  readonly state: string;
  readonly action: string;
  readonly arguments: unknown;
  readonly at: number;
}

/**
 * What a task's attempts come to, one after the other, the last one again and again: a result, an Error to fail with,
 * {@link NO_REPLY}, {@link Answered}, or a function of the call's arguments and its second that returns one of these. A task that waits by token and has a plain result was called, and nobody answers its token.
 */
export type Replies = readonly unknown[];
/** A call from which nobody ever hears again. */
export const NO_REPLY: Promise<never> = new Promise(() => undefined);
/** A call of a task that waits, whose token is answered so many seconds later. */
class Answered {
  readonly seconds: number;
  readonly answer: Parameters<TaskTokens['answer']>[1];

  constructor(seconds: number, answer: Answered['answer']) {
    this.seconds = seconds;
    this.answer = answer;
  }
}
export const wokenAfter = (
  seconds: number,
  answer: Answered['answer'] = { kind: 'success', output: '{"woken": true}' },
): Answered => new Answered(seconds, answer);
export type Script = Readonly<Record<string, Replies>>;

/** A function's reply, as the state sees it. */
export const payload = (value: unknown): unknown => ({ StatusCode: 200, Payload: JSON.parse(JSON.stringify(value)) });

/** What a decision stands on, as `Decide` says it. */
export const BASIS = '0123456789abcdef';

const recorded = (plan: Plan, generation: number): unknown => {
  const { customerId, verdict, code, sentence, action, proposed, hold } = plan;
  const key = ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, generation);
  const why = { customerId, verdict, code, sentence, action, proposed, until: hold?.until };
  return { ...plan, item: marshall({ ...key, generation, ...why }, { removeUndefinedValues: true }) };
};

/** What `Decide` returns of a request that waits: the domain's own plans, with the record of each. */
export const decision = (
  situation: Partial<Situation> = {},
  {
    history = [],
    placesOpen = ['acme'],
    intent,
    told = history.length,
    wakes = 0,
    modesVersion = 0,
  }: {
    history?: readonly PastDecision[];
    placesOpen?: readonly string[];
    intent?: Intent;
    /** The last decision that was published, as the ledger has it. @default the last of the history */
    told?: number;
    /** How often the run was called to look again. */
    wakes?: number;
    modesVersion?: number;
  } = {},
) => {
  const whole = aSituation(situation);
  const generation = history.length + 1;
  const { plan, planWithoutPlace } = planRequest(whole, { decisions: history, intent, placesOpen });
  return {
    need: 'decision',
    generation,
    told,
    wakes,
    modesVersion,
    basis: BASIS,
    connection: whole.connection,
    plan: recorded(plan, generation),
    planWithoutPlace: recorded(planWithoutPlace, generation),
  };
};

/** What `Decide` returns of a connection that somebody else made, for whom it is. */
export const adoption = () => ({
  need: 'adoption',
  generation: 1,
  told: 0,
  wakes: 0,
  connection: { ...aSituation().connection, state: 'available' },
  plan: recorded(planAdoption(aSituation(), { intent: undefined, placesOpen: [] }), 1),
});

/** What `Decide` returns of a request that ended without an answer that the ledger knows of, or that EC2 does not list. */
export const ending = (
  need: 'record' | 'appearance',
  outcome: Parameters<typeof planEnding>[0],
  /** Of the run that died over it. @default none did */
  intent?: Intent,
) => ({
  need,
  generation: 1,
  told: 0,
  wakes: 0,
  ...(need === 'record' ? { connection: aSituation().connection } : {}),
  plan: recorded(planEnding(outcome, ENDPOINT_ID, intent), 1),
});

/** What `Decide` returns of a request whose last decision, its second, is recorded and was not told. */
export const telling = (last: Partial<Telling> & { readonly verdict?: string } = {}) => ({
  need: 'telling',
  generation: 2,
  told: 1,
  wakes: 0,
  connection: aSituation().connection,
  plan: {
    generation: 2,
    outcome: 'accepted',
    code: 'entitled',
    verdict: 'accept',
    sentence: 'What we said then; what you can do.',
    action: 'what you can do',
    recordedAt: '2026-11-23T11:00:00.000Z',
    customerId: 'acme',
    ...last,
  },
});

/** What `Decide` returns of a request that was accepted, whose endpoint is over and still holds a place. */
export const departure = (isSeen = true) => ({
  need: 'departure',
  isSeen,
  told: 1,
  wakes: 0,
  plan: { placeOf: 'acme' },
});

/** What `Decide` returns of a request for which nothing is planned. */
export const unplanned = (need: 'nothing' | 'another-look', because?: string) => ({
  need,
  told: 1,
  wakes: 0,
  ...(because === undefined ? {} : { because }),
});

/** What `Answer` returns once EC2 shows the end. */
export const settled = (outcome: Parameters<typeof explainEnding>[0], rest: object = {}) => ({
  isSettled: true,
  outcome,
  dnsNames: [`${ENDPOINT_ID}-k3v9x2aq.example.com`],
  ...(['accepted', 'rejected'].includes(outcome) ? {} : { ending: explainEnding(outcome, ENDPOINT_ID) }),
  ...rest,
});

/** What `Answer` returns while EC2 has not shown the end. */
export const unsettled = (state: string, rest: object = {}) => ({
  isSettled: false,
  isListed: state !== 'not listed',
  because: `${ENDPOINT_ID} is still ${state}`,
  ...rest,
});

/** What `Answer` returns where what it was decided on holds no more. */
export const superseded = (because = "the service's mode was changed since it was decided") => ({
  isSettled: false,
  isSuperseded: true,
  because: `${ENDPOINT_ID}: ${because}`,
});

export const ACCEPTED = settled('accepted', { state: 'available' });
export const REJECTED = settled('rejected', { state: 'rejected' });

/** A request that is accepted at once, the reply of every task on its way. */
export const ACCEPT: Script = {
  'Take the admission': [{}],
  Decide: [payload(decision())],
  'Note the intent': [{}],
  'Take a place': [{}],
  Answer: [payload(ACCEPTED)],
  Record: [{}],
  Publish: [{ FailedEntryCount: 0 }],
  'Release the admission': [{}],
  'Record the failure': [{}],
};

/** What an execution of the workflow came to. */
export interface Admission {
  readonly status: string;
  readonly output: unknown;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly seconds: number;
  /** The states in the order in which they were entered. */
  readonly path: readonly string[];
  readonly attempts: readonly Attempt[];
  /** How many events its history has; Step Functions ends an execution at 25,000. */
  readonly historyEvents: number;
}

/** The token with which a task waits, as it stands in its arguments. */
export const tokenIn = (given: unknown): string => {
  const { ExpressionAttributeValues: values } = given as {
    readonly ExpressionAttributeValues: {
      readonly ':waiting'?: { readonly M: { readonly token: { readonly S: string } } };
      readonly ':token'?: { readonly S: string };
    };
  };
  const token = values[':waiting']?.M.token.S ?? values[':token']?.S;
  if (token === undefined) throw new Error('No token stands in these arguments.');
  return token;
};

/** The token of a task that puts a message into a queue, and waits for whoever reads it. */
export const queuedTokenIn = (given: unknown): string | undefined =>
  (given as { readonly MessageBody?: { readonly token?: string } } | null)?.MessageBody?.token;

/** The token of a task that puts an event onto the bus, and waits for whoever listens. */
const publishedTokenIn = (given: unknown): string | undefined =>
  (given as { readonly Entries?: readonly { readonly Detail?: { readonly taskToken?: string } }[] } | null)
    ?.Entries?.[0]?.Detail?.taskToken;

/** What an answer says that was put into the queue, without its token. */
export const askedIn = ({ arguments: given }: Attempt): Readonly<Record<string, unknown>> => {
  const { token: _token, ...asked } = (given as { readonly MessageBody: Record<string, unknown> }).MessageBody;
  return asked;
};

/**
 * Executes a workflow's file on virtual time, its tasks answered by a script.
 *
 * @param deployed - what stands for its placeholders.
 * @returns what throws an Error for a task that the script does not expect, whatever the workflow makes of it.
 */
export const executing = (file: string, deployed: Readonly<Record<string, string>>) => {
  const filled = textOf(file).replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => deployed[name] ?? '');
  const definition = JSON.parse(filled) as object;
  return (script: Script = {}, input: Json = INPUT): Promise<Admission> => execute(definition, script, input);
};

const execute = async (definition: object, script: Script, input: Json): Promise<Admission> => {
  const attempts: Attempt[] = [];
  const surprises: string[] = [];
  const world = prepare(definition, {
    input,
    tasks: async ({ resource, arguments: given }) => {
      const entered = world.execution.history.events.findLast(
        ({ stateEnteredEventDetails: each }) => each !== undefined,
      );
      const state = entered?.stateEnteredEventDetails?.name ?? '';
      const replies = script[state] ?? [];
      const before = attempts.filter((each) => each.state === state).length;
      attempts.push({
        state,
        action: `${resource.resourceType.replace('aws-sdk:', '')}:${resource.action}`,
        arguments: given,
        at: (world.clock.now() - START) / 1000,
      });
      if (replies.length === 0) surprises.push(state);
      const scripted = replies[Math.min(before, replies.length - 1)];
      const reply: unknown =
        typeof scripted === 'function' ? scripted(given, attempts.at(-1)?.at ?? 0, resource.action) : scripted;
      if (reply instanceof Error) throw reply;
      if (reply instanceof Answered) {
        const waiting = publishedTokenIn(given) ?? tokenIn(given);
        world.clock.after(reply.seconds * 1000, () => world.tokens.answer(waiting, reply.answer));
        return {};
      }
      const token = queuedTokenIn(given);
      const { Payload } = reply as { readonly Payload?: unknown };
      // Whoever reads the queue answers at once.
      if (token !== undefined && Payload !== undefined) {
        const answer = { kind: 'success', output: JSON.stringify(Payload) } as const;
        world.clock.after(0, () => world.tokens.answer(token, answer));
        return { MessageId: 'a-message' };
      }
      return reply;
    },
  });
  const { status, output, error, cause, seconds, events } = await finish(world);
  if (surprises.length > 0) throw new Error(`The test expects no call of ${surprises.join(', ')}.`);
  const path = events.flatMap(({ stateEnteredEventDetails: each }) => each?.name ?? []);
  return { status, output, error, cause, seconds, path, attempts, historyEvents: events.length };
};

/** Executes `admit-connection`. */
export const admit = executing('admit-connection.asl.json', DEPLOYED);

/** The one attempt that a state made. @throws Error where it made none or several. */
export const onlyAttempt = ({ attempts }: Admission, state: string): Attempt => {
  const [attempt, ...more] = attempts.filter((each) => each.state === state);
  if (attempt === undefined || more.length > 0) {
    throw new Error(`"${state}" made ${attempt === undefined ? 0 : 1 + more.length} attempts, not one.`);
  }
  return attempt;
};

/** How often each state's task was tried, in the order of the first attempts. */
export const attemptsByState = ({ attempts }: Admission): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { state } of attempts) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};

/** A moment of the execution, as the ledger has it: so many seconds after the start. */
export const moment = (seconds = 0): string => new Date(START + seconds * 1000).toISOString();

export const failing = (name: string, cause?: string): Error => failure(name, cause);
