import type { Target } from '@aws-sdk/client-scheduler';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Cloud } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { DEFAULT_RETRIES, deliver, type Failure } from '../events/delivery.ts';
import { isoSeconds } from '../events/event.ts';
import { regionOfArn } from '../region-of-arn.ts';
import { queueUrlOf } from '../sqs/queue-url.ts';
import type { Schedule, SchedulerModel } from './model.ts';
import { scheduledCall } from './target.ts';

const SERVICE = 'scheduler.amazonaws.com';

/** One run of a schedule. */
interface Run {
  readonly schedule: Schedule;
  readonly target: Target;
  /** When it was to be; ISO 8601 to the second. */
  readonly scheduledTime: string;
  readonly executionId: string;
}

/** What a target without Input is told (managing-targets-templated.html); its `detail` is a text, not an object. */
const defaultInput = (run: Run): string =>
  JSON.stringify({
    version: '0',
    id: run.executionId,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: run.schedule.account,
    time: run.scheduledTime,
    region: regionOfArn(run.schedule.arn),
    resources: [run.schedule.arn],
    detail: '{}',
  });

/** Fills in the context attributes (managing-schedule-context-attributes.html). */
const inputOf = (run: Run, attempt: number): string =>
  (run.target.Input ?? defaultInput(run))
    .replaceAll('<aws.scheduler.schedule-arn>', run.schedule.arn)
    .replaceAll('<aws.scheduler.scheduled-time>', run.scheduledTime)
    .replaceAll('<aws.scheduler.execution-id>', run.executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt));

const attribute = (value: string): MessageAttributeValue => ({ DataType: 'String', StringValue: value });

const refuseFailedEntry = (output: unknown): void => {
  const answer = output as { Entries?: readonly { ErrorCode?: string; ErrorMessage?: string }[] } | undefined;
  const failed = Array.isArray(answer?.Entries)
    ? answer.Entries.find((entry) => entry.ErrorCode !== undefined)
    : undefined;
  if (failed?.ErrorCode !== undefined) throw new AwsError(failed.ErrorCode, failed.ErrorMessage ?? failed.ErrorCode);
};

/** Runs schedules on the clock, one timer each. */
export class ScheduleRunner {
  readonly #cloud: Cloud;
  readonly #model: SchedulerModel;
  readonly #lateness: number;

  /** @param lateness by how many milliseconds, at most and by chance, a run begins after its time */
  constructor(cloud: Cloud, model: SchedulerModel, lateness: number) {
    this.#cloud = cloud;
    this.#model = model;
    this.#lateness = lateness;
  }

  /** Sets the timer for the schedule's next run after `after`. */
  arm(schedule: Schedule, after: number): void {
    schedule.cancel?.();
    schedule.cancel = undefined;
    const { StartDate: startDate, EndDate: endDate, State: state } = schedule.request;
    if (state === 'DISABLED') return;
    const from = Math.max(after, (startDate?.getTime() ?? after + 1) - 1);
    const next = schedule.expression.next(from, schedule.start);
    if (next === undefined || (endDate !== undefined && next > endDate.getTime())) {
      this.#complete(schedule);
      return;
    }
    const { clock } = this.#cloud;
    const run = (): void => {
      this.#start(schedule, next);
      // Of the runs that fell due while the region was cut off, one is made up for.
      this.arm(schedule, Math.max(next, clock.now() - 1));
    };
    const wait = next - clock.now();
    // What comes once is waited for; what comes round is not.
    schedule.cancel = schedule.expression.kind === 'at' ? clock.after(wait, run) : clock.inBackground(wait, run);
  }

  /** No run is left. */
  #complete(schedule: Schedule): void {
    this.#cloud.journal.write({ kind: 'state', who: schedule.arn, what: 'schedule has no further run' });
    if (schedule.request.ActionAfterCompletion === 'DELETE') this.#model.remove(schedule);
  }

  #start(schedule: Schedule, time: number): void {
    const { Target: target, FlexibleTimeWindow: window } = schedule.request;
    if (target === undefined) return;
    const { random } = this.#cloud;
    const minutes = window?.Mode === 'FLEXIBLE' ? (window.MaximumWindowInMinutes ?? 0) : 0;
    const run: Run = { schedule, target, scheduledTime: isoSeconds(time), executionId: random.uuid() };
    const { MaximumRetryAttempts: attempts, MaximumEventAgeInSeconds: age } = target.RetryPolicy ?? {};
    const bounds = {
      maximumRetryAttempts: attempts ?? DEFAULT_RETRIES.maximumRetryAttempts,
      maximumEventAgeInSeconds: age ?? DEFAULT_RETRIES.maximumEventAgeInSeconds,
    };
    const attempt = async (number: number): Promise<void> => {
      try {
        const call = scheduledCall(target, inputOf(run, number));
        const principal = this.#cloud.assumeRole(SERVICE, target.RoleArn ?? '', schedule.name);
        refuseFailedEntry(await this.#cloud.invoke({ ...call, principal }));
      } catch (error) {
        this.#count(schedule, 'TargetErrorCount');
        throw error;
      }
    };
    const failed = (failure: Failure): Promise<void> => this.#failed(run, failure);
    deliver(
      this.#cloud,
      { bounds, attempt, failed },
      random.between(0, minutes * 60_000) + random.between(0, this.#lateness),
    );
  }

  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html */
  #count({ group }: Schedule, metric: string): void {
    this.#cloud.metrics.put('AWS/Scheduler', { ScheduleGroup: group }, { [metric]: 1 }, 'Count');
  }

  /** The dead-letter queue is written to by the schedule's role (configuring-schedule-dlq.html). */
  async #failed(run: Run, failure: Failure): Promise<void> {
    const { schedule, target } = run;
    const queue = target.DeadLetterConfig?.Arn;
    let lost: string | undefined = queue === undefined ? 'the target has no dead-letter queue' : undefined;
    if (queue !== undefined) {
      try {
        const principal = this.#cloud.assumeRole(SERVICE, target.RoleArn ?? '', schedule.name);
        const input = {
          QueueUrl: queueUrlOf(queue),
          MessageBody: inputOf(run, failure.retries + 1),
          MessageAttributes: {
            SCHEDULE_ARN: attribute(schedule.arn),
            TARGET_ARN: attribute(target.Arn ?? ''),
            SCHEDULED_TIME: attribute(run.scheduledTime),
            EXECUTION_ID: attribute(run.executionId),
            ERROR_CODE: attribute(failure.error.code),
            ERROR_MESSAGE: attribute(failure.error.message || failure.error.code),
            IS_PAYLOAD_TRUNCATED: attribute('false'),
            RETRY_ATTEMPTS: attribute(String(failure.retries)),
            ...(failure.exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: attribute(failure.exhausted) }),
          },
        };
        await this.#cloud.invoke({ service: 'sqs', action: 'SendMessage', input, principal });
      } catch (error) {
        lost = error instanceof Error ? error.message : String(error);
      }
    }
    this.#count(schedule, 'InvocationDroppedCount');
    if (queue !== undefined) {
      this.#count(schedule, `Invocations${lost === undefined ? '' : 'FailedToBe'}SentToDeadLetterCount`);
    }
    this.#cloud.journal.write({
      kind: 'state',
      who: schedule.arn,
      what:
        lost === undefined ? 'schedule run failed, sent to the dead-letter queue' : 'schedule run failed and is lost',
      detail: {
        target: target.Arn,
        error: failure.error.code,
        message: failure.error.message,
        retries: failure.retries,
        ...(failure.exhausted === undefined ? {} : { exhausted: failure.exhausted }),
        ...(lost === undefined ? {} : { lost }),
      },
    });
  }
}
