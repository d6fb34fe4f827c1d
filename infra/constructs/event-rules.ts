import type { Stack } from 'aws-cdk-lib';
import { EventBus, EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { EventBus as EventBusTarget, SfnStateMachine, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { ALARM_STATE_CHANGED } from '../../events/alarm-state-changed.ts';
import { CONNECTION_CHANGED_PATTERN } from '../../events/connection-changed.ts';
import { CONNECTION_REQUESTED_PATTERN } from '../../events/connection-requested.ts';
import { DIFFERENCE_FOUND_PATTERN } from '../../events/difference-found.ts';
import { NOTICE_UNREADABLE_PATTERN } from '../../events/notice-unreadable.ts';
import { runFailedPattern } from '../../events/run-failed.ts';
import { TARGETS_REFRESHED_PATTERN } from '../../events/targets-refreshed.ts';

/** A bus in the region where records in DNS are kept. */
export interface StandbyBus {
  readonly region: string;
  readonly name: string;
}

/** What events go between. */
interface EventRoutes {
  readonly bus: EventBus;
  /** Where an event goes that its target did not take. */
  readonly deadLetters: Queue;
}

interface ConnectionRoutes extends EventRoutes {
  readonly admit: StateMachine;
  readonly revoke: StateMachine;
  readonly reconcile: StateMachine;
}

/** Which workflow an event about a connection starts, and with which input. */
export const routeConnectionEvents = (
  stack: Stack,
  { bus, deadLetters, admit, revoke, reconcile }: ConnectionRoutes,
): void => {
  const delivery = { deadLetterQueue: deadLetters };
  const ids = {
    serviceId: EventField.fromPath('$.detail.serviceId'),
    vpcEndpointId: EventField.fromPath('$.detail.vpcEndpointId'),
  };
  new Rule(stack, 'ConnectionRequested', {
    eventBus: bus,
    description: 'A customer asks to connect: admit-connection answers',
    eventPattern: CONNECTION_REQUESTED_PATTERN,
    targets: [
      new SfnStateMachine(admit, {
        ...delivery,
        input: RuleTargetInput.fromObject({ ...ids, seen: EventField.fromPath('$.detail.seen') }),
      }),
    ],
  });
  new Rule(stack, 'ConnectionChanged', {
    eventBus: bus,
    description: 'A customer left, or a person answered by hand: reconcile settles what is left of it',
    eventPattern: CONNECTION_CHANGED_PATTERN,
    targets: [new SfnStateMachine(reconcile, { ...delivery, input: RuleTargetInput.fromObject(ids) })],
  });
  new Rule(stack, 'DifferenceFound', {
    eventBus: bus,
    description: 'A sweep found that something is not as it should be: reconcile works it off',
    eventPattern: DIFFERENCE_FOUND_PATTERN,
    targets: [new SfnStateMachine(reconcile, { ...delivery, input: RuleTargetInput.fromEventPath('$.detail') })],
  });
  new Rule(stack, 'RunFailed', {
    description:
      'A run of admit-connection or revoke-connection was stopped or failed: reconcile has admit-connection look',
    eventPattern: runFailedPattern(admit.stateMachineArn, revoke.stateMachineArn),
    targets: [
      new SfnStateMachine(reconcile, {
        ...delivery,
        input: RuleTargetInput.fromObject({
          executionArn: EventField.fromPath('$.detail.executionArn'),
          status: EventField.fromPath('$.detail.status'),
          input: EventField.fromPath('$.detail.input'),
        }),
      }),
    ],
  });
  new Rule(stack, 'NoticeUnreadable', {
    eventBus: bus,
    description: 'A notice without ids: kept for a person, with the reason',
    eventPattern: NOTICE_UNREADABLE_PATTERN,
    targets: [new SqsQueue(deadLetters)],
  });
};

/** Records in DNS are the standby region's: it hears of what they follow. */
export const tellStandby = (
  stack: Stack,
  { standbyBus, bus, deadLetters }: EventRoutes & { readonly standbyBus: StandbyBus },
): void => {
  const arn = stack.formatArn({
    service: 'events',
    region: standbyBus.region,
    resource: 'event-bus',
    resourceName: standbyBus.name,
  });
  const there = EventBus.fromEventBusArn(stack, 'StandbyBus', arn);
  const target = () => new EventBusTarget(there, { deadLetterQueue: deadLetters });
  new Rule(stack, 'TargetsRefreshed', {
    eventBus: bus,
    description: 'A target group has other targets: records of its addresses follow, in the standby region',
    eventPattern: TARGETS_REFRESHED_PATTERN,
    targets: [target()],
  });
  new Rule(stack, 'AlarmStateChanged', {
    description: 'An alarm changed: in the standby region somebody sees whether a record goes by it',
    eventPattern: { ...ALARM_STATE_CHANGED, detail: { alarmName: [{ 'anything-but': { prefix: stack.stackName } }] } },
    targets: [target()],
  });
};
