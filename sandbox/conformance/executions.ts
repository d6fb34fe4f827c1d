import type {
  CreateStateMachineOutput,
  GetExecutionHistoryOutput,
  HistoryEvent,
  StartExecutionOutput,
} from '@aws-sdk/client-sfn';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { Cloud } from '../cloud.ts';
import { accountPrincipal, roleSession } from '../iam/principal.ts';
import { Journal } from '../journal.ts';
import { seededRandom } from '../random.ts';
import { AwsError } from '../services/errors.ts';
import { statesService } from '../services/states/actions.ts';
import type { CaseResult } from './case-result.ts';
import { differencesFrom } from './masks.ts';
import { type Invocation, recordedFunction } from './recorded-function.ts';

/** The account in which the cases were recorded. */
const ACCOUNT = '111111111111';
const START = Date.UTC(2026, 10, 23);
const YEAR = 365 * 24 * 3600 * 1000;

interface ExecutionCase {
  readonly id: string;
  readonly definition: unknown;
  readonly input: unknown;
  /** The type of the last event. */
  readonly final: string;
  /** That event's details. */
  readonly details: unknown;
  /** The types of all events, in order. */
  readonly events: readonly string[];
}

const isExecutionCase = (value: unknown): value is ExecutionCase =>
  typeof value === 'object' &&
  value !== null &&
  ['id', 'definition', 'input', 'final', 'details', 'events'].every((member) => member in value) &&
  Array.isArray((value as ExecutionCase).events);

const INVOCATIONS: Readonly<Record<string, Invocation>> = {
  TaskSucceeded: 'succeeded',
  TaskFailed: 'failed',
  TaskTimedOut: 'timed-out',
  LambdaFunctionSucceeded: 'succeeded',
  LambdaFunctionFailed: 'failed',
  LambdaFunctionTimedOut: 'timed-out',
};

/** Whether branches ran side by side, so that their events interleave as chance had it when they were recorded. */
const isConcurrent = (definition: unknown): boolean => {
  if (typeof definition !== 'object' || definition === null) return false;
  const { Type: type, MaxConcurrency: concurrency } = definition as { Type?: unknown; MaxConcurrency?: unknown };
  if (type === 'Parallel' || (type === 'Map' && concurrency !== 1)) return true;
  return Object.values(definition).some(isConcurrent);
};

const lastDetails = (event: HistoryEvent | undefined): unknown =>
  Object.entries(event ?? {}).find(([name]) => name.endsWith('EventDetails'))?.[1] ?? {};

const run = async (each: ExecutionCase): Promise<readonly HistoryEvent[]> => {
  const clock = new VirtualClock(START);
  const cloud = new Cloud({
    clock,
    random: seededRandom(1),
    journal: new Journal(clock),
    authorizer: { refuse: () => undefined, assumeRole: (_service, role, session) => roleSession(role, session) },
  });
  const invocations = each.events.map((type) => INVOCATIONS[type]).filter((invocation) => invocation !== undefined);
  cloud.register(recordedFunction(cloud, invocations, each.details));
  cloud.register(statesService(cloud));
  const call = async <T>(action: string, input: unknown): Promise<T> =>
    (await cloud.invoke({ service: 'states', action, input, principal: accountPrincipal(ACCOUNT) })) as T;
  const { stateMachineArn } = await call<CreateStateMachineOutput>('CreateStateMachine', {
    name: 'recorded',
    roleArn: `arn:aws:iam::${ACCOUNT}:role/recorded`,
    definition: typeof each.definition === 'string' ? each.definition : JSON.stringify(each.definition),
  });
  const { executionArn } = await call<StartExecutionOutput>('StartExecution', {
    stateMachineArn,
    input: JSON.stringify(each.input),
  });
  await clock.run(undefined, START + 2 * YEAR);
  const events: HistoryEvent[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await call<GetExecutionHistoryOutput>('GetExecutionHistory', {
      executionArn,
      nextToken,
      maxResults: 1000,
    });
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
    if (nextToken === undefined) return events;
  }
};

const compare = (each: ExecutionCase, events: readonly HistoryEvent[]): string[] => {
  const last = events.at(-1);
  const types = events.map(({ type }) => String(type));
  const [expected, actual] = isConcurrent(each.definition)
    ? [each.events.toSorted(), types.toSorted()]
    : [each.events, types];
  return [
    ...(last?.type === each.final ? [] : [`final event: expected ${each.final}, got ${last?.type}`]),
    ...differencesFrom(each.details, lastDetails(last), 'details'),
    ...(JSON.stringify(expected) === JSON.stringify(actual)
      ? []
      : [`events: expected ${each.events.join(', ')}; got ${types.join(', ')}`]),
  ];
};

/**
 * Runs executions recorded on AWS: `[{ id, class, recorded, definition, input, final, details, events }]`.
 *
 * @throws TypeError where `cases` is not such a list
 */
export const runExecutionCases = async (cases: unknown): Promise<CaseResult[]> => {
  if (!Array.isArray(cases)) throw new TypeError('The file of recorded executions must hold a list.');
  const results: CaseResult[] = [];
  for (const [index, each] of (cases as unknown[]).entries()) {
    if (!isExecutionCase(each)) {
      throw new TypeError(`Case ${index} has no id, definition, input, final, details or events.`);
    }
    const differences = await run(each).then(
      (events) => compare(each, events),
      (failure: unknown) => {
        if (!(failure instanceof AwsError)) throw failure;
        return [`refused with ${failure.code}: ${failure.message}`];
      },
    );
    results.push({ id: each.id, passed: differences.length === 0, differences });
  }
  return results;
};
