import type { Json } from '../../asl/definition.ts';
import type { TaskPort, TaskRequest } from '../../asl/execution-options.ts';
import type { Job } from '../../asl/job.ts';
import { parseResource } from '../../asl/resource.ts';
import { StateError } from '../../asl/state-error.ts';
import type { Cloud } from '../../cloud.ts';
import type { RolePrincipal } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import type { StatesModel } from './model.ts';
import { SDK_SERVICES } from './sdk-services.ts';
import { invokeFunction, invokeOptimised } from './task-lambda.ts';
import { startNested } from './task-nested.ts';
import { putEvents, sendMessage } from './task-optimised.ts';
import { callSdk } from './task-sdk.ts';

/** One attempt of a task, and who makes it. */
export interface TaskContext {
  readonly cloud: Cloud;
  /** A session of the state machine's role. */
  readonly principal: RolePrincipal;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly request: TaskRequest;
  /** Settles once an execution has ended. */
  ended(executionArn: string): Promise<unknown>;
}

const OPTIMISED: Readonly<Record<string, (context: TaskContext) => Promise<Json | Job>>> = {
  'lambda:invoke': invokeOptimised,
  'events:putEvents': putEvents,
  'sqs:sendMessage': sendMessage,
  'states:startExecution': startNested,
};

/** Integrations that may wait for the job that they begin. */
const WITH_SYNC = ['states:startExecution'];

/** Why a Task's Resource cannot be run here, or undefined where it can. */
export const refuseResource = (arn: string): string | undefined => {
  const resource = parseResource(arn);
  if (resource === undefined) {
    return (
      `The resource provided ${arn} is not recognized. The sandbox runs function ARNs, ${Object.keys(OPTIMISED).join(', ')} ` +
      `and aws-sdk:<service>:<action>, each integration also with .waitForTaskToken, ${WITH_SYNC.join(', ')} also with .sync and .sync:2`
    );
  }
  if (resource.kind === 'lambda-function') return undefined;
  if (resource.sync !== undefined && !WITH_SYNC.includes(`${resource.resourceType}:${resource.action}`)) {
    return `The resource provided ${arn} is not recognized. The sandbox waits for the jobs of ${WITH_SYNC.join(', ')} only`;
  }
  if (!resource.resourceType.startsWith('aws-sdk:')) {
    return Object.hasOwn(OPTIMISED, `${resource.resourceType}:${resource.action}`)
      ? undefined
      : `The resource provided ${arn} is not recognized. Of the optimized integrations the sandbox runs ${Object.keys(OPTIMISED).join(', ')}`;
  }
  const service = resource.resourceType.slice('aws-sdk:'.length);
  if (!Object.hasOwn(SDK_SERVICES, service)) {
    return `The resource provided ${arn} is not recognized. The sandbox runs SDK tasks of ${Object.keys(SDK_SERVICES).join(', ')}`;
  }
  return /^[a-z]/.test(resource.action)
    ? undefined
    : `The resource provided ${arn} is not recognized. Write the action in camel case`;
};

const notAssumed = ({ message }: AwsError): StateError => new StateError('States.TaskFailed', message);

/** Opens a session of the state machine's role. @throws StateError where the role's trust does not name Step Functions */
const assume = (cloud: Cloud, roleArn: string, session: string): RolePrincipal => {
  try {
    return cloud.assumeRole('states.amazonaws.com', roleArn, session);
  } catch (failure) {
    if (!(failure instanceof AwsError)) throw failure;
    throw notAssumed(failure);
  }
};

const dispatch = (context: TaskContext): Promise<Json | Job> => {
  const { arn, kind, resourceType, action } = context.request.resource;
  if (kind === 'lambda-function') return invokeFunction(context);
  if (resourceType.startsWith('aws-sdk:')) return callSdk(context);
  const run = OPTIMISED[`${resourceType}:${action}`];
  if (run === undefined) throw new Error(`${arn} was accepted, but the sandbox does not run it.`);
  return run(context);
};

/** A defect of the sandbox must look like one: no Retry and no Catch covers `States.Runtime`. */
const defect = (thrown: unknown): StateError =>
  new StateError('States.Runtime', `The sandbox failed: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);

/** How an execution's tasks reach the cloud: always as its machine's role, always through {@link Cloud.invoke}. */
export const cloudTasks =
  (
    model: StatesModel,
    cloud: Cloud,
    machine: { readonly arn: string; readonly roleArn: string },
    execution: { readonly arn: string; readonly name: string },
  ): TaskPort =>
  async (request) => {
    try {
      return await dispatch({
        cloud,
        principal: assume(cloud, machine.roleArn, execution.name.slice(0, 64)),
        executionArn: execution.arn,
        stateMachineArn: machine.arn,
        request,
        ended: (arn) => model.execution(arn).run.result,
      });
    } catch (failure) {
      throw failure instanceof StateError ? failure : defect(failure);
    }
  };
