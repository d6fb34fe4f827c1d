import type { Branch } from './branch.ts';
import { NOT_TRUNCATED } from './history.ts';
import type { TaskResource } from './resource.ts';
import type { StateError } from './state-error.ts';

const errorOf = ({ error, causeText }: StateError): { error?: string; cause?: string } => ({
  ...(error === undefined ? {} : { error }),
  ...(causeText === undefined ? {} : { cause: causeText }),
});

/**
 * The events of one attempt of a Task state: `Task…` for an integration, `LambdaFunction…` for a bare function ARN.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
export class TaskEvents {
  readonly #branch: Branch;
  readonly #resource: TaskResource;
  readonly #region: string;

  constructor(branch: Branch, resource: TaskResource, region: string) {
    this.#branch = branch;
    this.#resource = resource;
    this.#region = region;
  }

  scheduled(parameters: string, timeout: number | undefined, heartbeat: number | undefined): void {
    const timers = {
      ...(timeout === undefined ? {} : { timeoutInSeconds: timeout }),
      ...(heartbeat === undefined ? {} : { heartbeatInSeconds: heartbeat }),
    };
    if (this.#bare) {
      const { arn: resource } = this.#resource;
      this.#branch.record('LambdaFunctionScheduled', {
        lambdaFunctionScheduledEventDetails: {
          resource,
          input: parameters,
          inputDetails: NOT_TRUNCATED,
          ...(timeout === undefined ? {} : { timeoutInSeconds: timeout }),
        },
      });
    } else {
      this.#branch.record('TaskScheduled', {
        taskScheduledEventDetails: { ...this.#names, region: this.#region, parameters, ...timers },
      });
    }
  }

  started(): void {
    if (this.#bare) this.#branch.record('LambdaFunctionStarted');
    else this.#branch.record('TaskStarted', { taskStartedEventDetails: this.#names });
  }

  submitted(output: string): void {
    this.#branch.record('TaskSubmitted', {
      taskSubmittedEventDetails: { ...this.#names, output, outputDetails: NOT_TRUNCATED },
    });
  }

  succeeded(output: string): void {
    const details = { output, outputDetails: NOT_TRUNCATED };
    if (this.#bare) this.#branch.record('LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: details });
    else this.#branch.record('TaskSucceeded', { taskSucceededEventDetails: { ...this.#names, ...details } });
  }

  failed(failure: StateError): void {
    const details = errorOf(failure);
    if (this.#bare) this.#branch.record('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: details });
    else this.#branch.record('TaskFailed', { taskFailedEventDetails: { ...this.#names, ...details } });
  }

  timedOut(failure: StateError): void {
    const details = errorOf(failure);
    if (this.#bare) this.#branch.record('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: details });
    else this.#branch.record('TaskTimedOut', { taskTimedOutEventDetails: { ...this.#names, ...details } });
  }

  get #bare(): boolean {
    return this.#resource.kind === 'lambda-function';
  }

  get #names(): { resourceType: string; resource: string } {
    const { resourceType, resource } = this.#resource;
    return { resourceType, resource };
  }
}
