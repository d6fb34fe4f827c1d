import type {
  CreateScheduleGroupInput,
  CreateScheduleGroupOutput,
  CreateScheduleInput,
  CreateScheduleOutput,
  DeleteScheduleGroupInput,
  DeleteScheduleInput,
  GetScheduleGroupInput,
  GetScheduleGroupOutput,
  GetScheduleInput,
  GetScheduleOutput,
  ListSchedulesInput,
  ListSchedulesOutput,
  UpdateScheduleInput,
  UpdateScheduleOutput,
} from '@aws-sdk/client-scheduler';
import type { ActionDefinition, CallContext, Cloud, ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { parseExpression } from './expression.ts';
import { groupArn, type Schedule, type ScheduleGroup, SchedulerModel, scheduleArn } from './model.ts';
import { ScheduleRunner } from './runner.ts';
import { checkTarget } from './target.ts';

/** Where a world wants other than the defaults. */
export interface SchedulerOptions {
  readonly model?: SchedulerModel;
  /**
   * By how many milliseconds at most a run begins after its time. AWS promises the minute (60,000), and is seldom that late.
   *
   * @default 1000
   */
  readonly lateness?: number;
}

const NOT_MODELLED = [
  'Time zones other than UTC are refused in words',
  'Targets other than queues, topics, functions, state machines, buses and universal targets; ECS, Kinesis, SageMaker and FIFO parameters are refused by name',
  'KmsKeyArn is stored without effect; ListScheduleGroups, tags',
  'A one-time schedule whose time is past is kept and never runs',
];

const rejected = (message: string): AwsError => new AwsError('ValidationException', message);

const checkRequest = (input: CreateScheduleInput): void => {
  if (!/^[\w.-]{1,64}$/.test(input.Name ?? '')) {
    throw rejected(`"${input.Name}" is not a name of a schedule: 1 to 64 of letters, digits, . - _`);
  }
  const zone = input.ScheduleExpressionTimezone ?? 'UTC';
  if (!['UTC', 'Etc/UTC'].includes(zone)) {
    throw rejected(`ScheduleExpressionTimezone ${zone} is not modelled: only UTC is. Write the expression in UTC`);
  }
  const { Mode: mode, MaximumWindowInMinutes: minutes } = input.FlexibleTimeWindow ?? {};
  const flexible = minutes !== undefined && minutes >= 1 && minutes <= 1440;
  if (!(mode === 'OFF' && minutes === undefined) && !(mode === 'FLEXIBLE' && flexible)) {
    throw rejected('FlexibleTimeWindow must be OFF, or FLEXIBLE with MaximumWindowInMinutes from 1 to 1440');
  }
  checkTarget(input.Target);
};

/**
 * Amazon EventBridge Scheduler. A run calls its target as the schedule's role, at least once and with retries. Follows
 * docs.aws.amazon.com/scheduler/latest/UserGuide and /APIReference.
 */
export const schedulerService = (cloud: Cloud, options: SchedulerOptions = {}): ServiceDefinition => {
  const model = options.model ?? new SchedulerModel(cloud.region);
  const runner = new ScheduleRunner(cloud, model, options.lateness ?? 1_000);

  const requireGroup = ({ principal }: CallContext, name = 'default'): ScheduleGroup => {
    const group = model.group(principal.accountId, name);
    if (group === undefined)
      throw new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
    return group;
  };

  const arnOf = (
    { principal }: CallContext,
    input: { Name?: string | undefined; GroupName?: string | undefined },
  ): string => scheduleArn(cloud.region, principal.accountId, input.GroupName ?? 'default', input.Name ?? '');

  const requireSchedule = (
    context: CallContext,
    input: { Name?: string | undefined; GroupName?: string | undefined },
  ): Schedule => {
    const schedule = model.schedules.get(arnOf(context, input));
    if (schedule === undefined)
      throw new AwsError('ResourceNotFoundException', `Schedule ${input.Name} does not exist.`, 404);
    return schedule;
  };

  const write = (context: CallContext, input: CreateScheduleInput, replaced: Schedule | undefined): Schedule => {
    checkRequest(input);
    const now = cloud.clock.now();
    const expression = parseExpression(input.ScheduleExpression ?? '');
    const schedule: Schedule = {
      name: input.Name ?? '',
      group: input.GroupName ?? 'default',
      arn: arnOf(context, input),
      account: context.principal.accountId,
      request: input,
      expression,
      start: input.StartDate?.getTime() ?? now,
      createdAt: replaced?.createdAt ?? now,
      modifiedAt: now,
      cancel: undefined,
    };
    replaced?.cancel?.();
    model.schedules.set(schedule.arn, schedule);
    // A rate without StartDate begins at once (schedule-types.html, "Rate-based schedules").
    runner.arm(schedule, now - 1);
    return schedule;
  };

  const onSchedule = <I extends { Name?: string | undefined; GroupName?: string | undefined }, O>(
    iam: string,
    run: (input: I, context: CallContext) => O,
  ): ActionDefinition<I, O> => ({
    permissions: (input, context) => [{ action: `scheduler:${iam}`, resource: arnOf(context, input) }],
    run,
  });

  const onGroup = <I extends { Name?: string | undefined }, O>(
    iam: string,
    run: (input: I, context: CallContext) => O,
  ): ActionDefinition<I, O> => ({
    permissions: (input, { principal }) => [
      { action: `scheduler:${iam}`, resource: groupArn(cloud.region, principal.accountId, input.Name ?? '') },
    ],
    run,
  });

  const groupView = (group: ScheduleGroup): GetScheduleGroupOutput => ({
    Name: group.name,
    Arn: group.arn,
    State: 'ACTIVE',
    CreationDate: new Date(group.createdAt),
    LastModificationDate: new Date(group.createdAt),
  });

  const ListSchedules: ActionDefinition<ListSchedulesInput, ListSchedulesOutput> = {
    permissions: () => [{ action: 'scheduler:ListSchedules', resource: '*' }],
    run: (input, { principal }) => ({
      Schedules: model
        .ofAccount(principal.accountId)
        .filter((each) => input.GroupName === undefined || input.GroupName === each.group)
        .filter((each) => each.name.startsWith(input.NamePrefix ?? ''))
        .filter((each) => input.State === undefined || input.State === (each.request.State ?? 'ENABLED'))
        .map((each) => ({
          Arn: each.arn,
          Name: each.name,
          GroupName: each.group,
          State: each.request.State ?? 'ENABLED',
          CreationDate: new Date(each.createdAt),
          LastModificationDate: new Date(each.modifiedAt),
          Target: { Arn: each.request.Target?.Arn },
        })),
    }),
  };

  return {
    name: 'scheduler',
    notModelled: NOT_MODELLED,
    actions: {
      ListSchedules,
      CreateSchedule: onSchedule('CreateSchedule', (input: CreateScheduleInput, context): CreateScheduleOutput => {
        requireGroup(context, input.GroupName);
        if (model.schedules.has(arnOf(context, input))) {
          throw new AwsError('ConflictException', `Schedule ${input.Name} already exists.`, 409);
        }
        return { ScheduleArn: write(context, input, undefined).arn };
      }),
      UpdateSchedule: onSchedule('UpdateSchedule', (input: UpdateScheduleInput, context): UpdateScheduleOutput => {
        return { ScheduleArn: write(context, input, requireSchedule(context, input)).arn };
      }),
      GetSchedule: onSchedule('GetSchedule', (input: GetScheduleInput, context): GetScheduleOutput => {
        const schedule = requireSchedule(context, input);
        const { ClientToken: _, ...request } = schedule.request;
        return {
          ScheduleExpressionTimezone: 'UTC',
          State: 'ENABLED',
          ActionAfterCompletion: 'NONE',
          ...request,
          Arn: schedule.arn,
          GroupName: schedule.group,
          CreationDate: new Date(schedule.createdAt),
          LastModificationDate: new Date(schedule.modifiedAt),
        };
      }),
      DeleteSchedule: onSchedule('DeleteSchedule', (input: DeleteScheduleInput, context) => {
        model.remove(requireSchedule(context, input));
        return {};
      }),
      CreateScheduleGroup: onGroup(
        'CreateScheduleGroup',
        (input: CreateScheduleGroupInput, { principal }): CreateScheduleGroupOutput => {
          const name = input.Name ?? '';
          if (!/^[\w.-]{1,64}$/.test(name)) throw rejected(`"${name}" is not a name of a schedule group`);
          if (model.group(principal.accountId, name) !== undefined) {
            throw new AwsError('ConflictException', `Schedule group ${name} already exists.`, 409);
          }
          return { ScheduleGroupArn: model.addGroup(principal.accountId, name, cloud.clock.now()).arn };
        },
      ),
      GetScheduleGroup: onGroup('GetScheduleGroup', (input: GetScheduleGroupInput, context) =>
        groupView(requireGroup(context, input.Name)),
      ),
      DeleteScheduleGroup: onGroup('DeleteScheduleGroup', (input: DeleteScheduleGroupInput, context) => {
        if (input.Name === 'default') throw rejected('The group default cannot be deleted.');
        model.deleteGroup(context.principal.accountId, requireGroup(context, input.Name));
        return {};
      }),
    },
  };
};
