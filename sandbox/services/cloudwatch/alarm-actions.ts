import type { Cloud } from '../../cloud.ts';
import { type Principal, servicePrincipal } from '../../iam/principal.ts';
import { type Alarm, actionsFor, type HistoryItem, type StateNow } from './alarm.ts';
import { notModelled, validation } from './errors.ts';
import { changeDetail, snsNotice } from './notices.ts';

const SERVICE = 'cloudwatch.amazonaws.com';

/** Refuses actions that the sandbox could not take. @throws AwsError `ValidationError`, `NotImplemented` */
export const checkActions = (actions: readonly string[] = []): void => {
  if (actions.length > 5) throw validation('An alarm can have at most 5 actions for each state');
  for (const action of actions) {
    if (/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+$/.test(action)) continue;
    if (!action.startsWith('arn:')) throw validation(`Invalid arn syntax: ${action}`);
    throw notModelled(`the alarm action ${action}: topics are`);
  }
};

/** Does what an alarm is to do in its new state, and tells EventBridge. */
export class AlarmActions {
  readonly #cloud: Cloud;
  readonly #region: string;
  readonly #remember: (alarm: Alarm, item: Omit<HistoryItem, 'at'>) => void;

  constructor(cloud: Cloud, region: string, remember: (alarm: Alarm, item: Omit<HistoryItem, 'at'>) => void) {
    this.#cloud = cloud;
    this.#region = region;
    this.#remember = remember;
  }

  /** Returns at once; what goes wrong is in the alarm's history and in the journal. */
  run(alarm: Alarm, before: StateNow): void {
    // As it is now: it may be another one by the time that the calls are made.
    const then: Alarm = { ...alarm };
    void this.#tellEventBridge(then, before);
    if (!alarm.actionsEnabled) return;
    for (const topicArn of actionsFor(then, then.state.value)) void this.#publish(alarm, then, before, topicArn);
  }

  async #publish(alarm: Alarm, then: Alarm, before: StateNow, topicArn: string): Promise<void> {
    const input = { TopicArn: topicArn, ...snsNotice(then, before, this.#region) };
    const failure = await this.#call('sns', 'Publish', input, servicePrincipal(SERVICE, alarm.arn));
    const done = failure === undefined ? 'Successfully executed' : 'Failed to execute';
    this.#remember(alarm, {
      type: 'Action',
      summary: `${done} action ${topicArn}`,
      data: JSON.stringify({
        actionState: failure === undefined ? 'Succeeded' : 'Failed',
        notificationResource: topicArn,
        stateUpdateTimestamp: then.state.at,
        ...(failure === undefined ? {} : { error: failure.message }),
      }),
    });
    if (failure !== undefined) this.#note(alarm, 'alarm action failed', { action: topicArn, error: failure.message });
  }

  async #tellEventBridge(alarm: Alarm, before: StateNow): Promise<void> {
    if (this.#cloud.action('events', 'PutEvents') === undefined) return;
    const entry = {
      Time: new Date(alarm.state.at),
      Source: 'aws.cloudwatch',
      DetailType: 'CloudWatch Alarm State Change',
      Resources: [alarm.arn],
      Detail: JSON.stringify(changeDetail(alarm, before, this.#cloud.random.uuid())),
    };
    const failure = await this.#call('events', 'PutEvents', { Entries: [entry] }, servicePrincipal(SERVICE, alarm.arn));
    if (failure !== undefined) this.#note(alarm, 'alarm event not delivered', { error: failure.message });
  }

  async #call(service: string, action: string, input: object, principal: Principal): Promise<Error | undefined> {
    try {
      await this.#cloud.invoke({ service, action, input, principal });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #note(alarm: Alarm, what: string, detail: object): void {
    this.#cloud.journal.write({ kind: 'state', who: alarm.arn, what, detail });
  }
}
