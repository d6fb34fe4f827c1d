import {
  type CreateStateMachineOutput,
  type DescribeExecutionOutput,
  type GetExecutionHistoryOutput,
  SFNClient,
  type StartExecutionOutput,
} from '@aws-sdk/client-sfn';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { type ActionDefinition, type Authorizer, Cloud, OPERATOR } from '../../../../sandbox/cloud.ts';
import { roleSession } from '../../../../sandbox/iam/principal.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { statesService } from '../../../../sandbox/services/states/actions.ts';
import { inProcessHandler } from '../../../../sandbox/wire/in-process.ts';
import { createRouter } from '../../../../sandbox/wire/router.ts';

export const START = Date.UTC(2026, 10, 23, 12);
export const ROLE = 'arn:aws:iam::123456789012:role/workflow';

/** A world with Step Functions, and fakes beside it. */
export const makeWorld = (authorizer: Partial<Authorizer> = {}) => {
  const clock = new VirtualClock(START);
  const cloud = new Cloud({
    clock,
    random: seededRandom(7),
    journal: new Journal(clock),
    authorizer: {
      refuse: () => undefined,
      assumeRole: (_service, role, session) => roleSession(role, session),
      ...authorizer,
    },
  });
  cloud.register(statesService(cloud));
  const call = async <T>(action: string, input: object = {}): Promise<T> =>
    (await cloud.invoke({ service: 'states', action, input, principal: OPERATOR })) as T;
  /** Registers a service with one action that anybody may call. */
  const fake = (service: string, action: string, run: ActionDefinition['run']): void =>
    cloud.register({ name: service, actions: { [action]: { permissions: () => [], run } } });
  const create = async (states: Record<string, object>, name = 'm', rest: object = {}): Promise<string> => {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });
    const made = await call<CreateStateMachineOutput>('CreateStateMachine', {
      name,
      roleArn: ROLE,
      definition,
      ...rest,
    });
    return made.stateMachineArn ?? '';
  };
  const start = async (stateMachineArn: string, rest: object = {}): Promise<string> =>
    (await call<StartExecutionOutput>('StartExecution', { stateMachineArn, ...rest })).executionArn ?? '';
  const describe = (executionArn: string) => call<DescribeExecutionOutput>('DescribeExecution', { executionArn });
  const history = async (executionArn: string, rest: object = {}) =>
    call<GetExecutionHistoryOutput>('GetExecutionHistory', { executionArn, ...rest });
  /** Runs one machine of these states to its end. */
  const run = async (states: Record<string, object>, input: unknown = {}) => {
    const arn = await start(await create(states), { input: JSON.stringify(input) });
    await clock.run();
    const described = await describe(arn);
    return {
      ...described,
      output: described.output === undefined ? undefined : (JSON.parse(described.output) as unknown),
    };
  };
  /** The SDK's own client, by the operator. */
  const client = new SFNClient({
    region: 'us-west-2',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'any' },
    maxAttempts: 1,
    requestHandler: inProcessHandler(createRouter({ cloud, principalOf: () => OPERATOR })),
  });
  return { clock, cloud, client, call, fake, create, start, describe, history, run };
};
