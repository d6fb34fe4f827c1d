import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Json } from '../../../sandbox/asl/definition.ts';
import { Execution } from '../../../sandbox/asl/execution.ts';
import type { ExecutionResult, TaskPort } from '../../../sandbox/asl/execution-options.ts';
import { parseDefinition } from '../../../sandbox/asl/parse-definition.ts';
import { TaskTokens } from '../../../sandbox/asl/task-tokens.ts';
import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import { seededRandom } from '../../../sandbox/random.ts';

/** When every test begins. */
export const START = Date.UTC(2026, 10, 23, 12);

/** A definition in JSONata whose first state is the first one given. */
export const machine = (states: Record<string, object>, rest: object = {}): object => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...rest,
});

/** A Task on a stub. */
export const task = (fields: object): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: {},
  ...fields,
});

/** Fails as a task's port does. */
export const failure = (name: string, cause = 'because'): Error => {
  const error = new Error(name, { cause });
  error.name = name;
  return error;
};

/** An execution that has been made, and its world. */
export interface World {
  readonly clock: VirtualClock;
  readonly tokens: TaskTokens;
  readonly execution: Execution;
}

export const prepare = (
  definition: object,
  { input = {}, tasks = async () => ({}), seed = 1 }: { input?: Json; tasks?: TaskPort; seed?: number } = {},
): World => {
  const clock = new VirtualClock(START);
  const random = seededRandom(seed);
  const tokens = new TaskTokens(random);
  const execution = new Execution({
    definition: parseDefinition(JSON.stringify(definition), { refuseResource: () => undefined }),
    input,
    executionArn: 'arn:aws:states:us-west-2:123456789012:execution:m:e',
    executionName: 'e',
    stateMachineArn: 'arn:aws:states:us-west-2:123456789012:stateMachine:m',
    stateMachineName: 'm',
    roleArn: 'arn:aws:iam::123456789012:role/r',
    region: 'us-west-2',
    clock,
    random,
    tokens,
    tasks,
  });
  return { clock, tokens, execution };
};

/** What an execution came to: its output parsed, and the seconds that it took. */
export interface Ran extends Omit<ExecutionResult, 'output'> {
  readonly output: unknown;
  readonly seconds: number;
  readonly types: readonly string[];
}

export const finish = async ({ clock, execution }: World): Promise<Ran> => {
  execution.start();
  let ended: number | undefined;
  void execution.result.then(() => {
    ended = clock.now();
  });
  await clock.run(() => ended !== undefined);
  if (ended === undefined) throw new Error('The execution waits for something that never comes.');
  const result = await execution.result;
  return {
    ...result,
    output: result.output === undefined ? undefined : (JSON.parse(result.output) as unknown),
    seconds: (ended - START) / 1000,
    types: result.events.map(({ type }) => String(type)),
  };
};

/** Runs a definition to its end. */
export const run = (definition: object, options: Parameters<typeof prepare>[1] = {}): Promise<Ran> =>
  finish(prepare(definition, options));

/** The evaluated output of one Pass state. */
export const evaluate = async (output: Json, input: Json = {}): Promise<unknown> => {
  const ran = await run(machine({ A: { Type: 'Pass', Output: output, End: true } }), { input });
  return ran.status === 'SUCCEEDED' ? ran.output : ran.cause;
};

export const eventOf = (events: readonly HistoryEvent[], type: string): HistoryEvent | undefined =>
  events.find((event) => event.type === type);
