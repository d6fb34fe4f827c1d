import type {
  DeleteAlarmsInput,
  EnableAlarmActionsInput,
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  PutCompositeAlarmInput,
  PutMetricAlarmInput,
  SetAlarmStateInput,
  Tag,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-cloudwatch';
import type { ActionDefinition, CallContext, Permission } from '../../cloud.ts';
import { parseJsonObject } from '../parse-json.ts';
import type { Alarm } from './alarm.ts';
import { checkActions } from './alarm-actions.ts';
import { checkDimensions } from './datum.ts';
import { mustBeOneOf, notFound, notModelled, outOfBounds, tooMany, validation } from './errors.ts';
import type { AlarmState } from './evaluation.ts';
import type { CloudWatchModel } from './model.ts';

const MAX_TAGS = 50;
const MAX_DELETED = 100;
const STATES: readonly string[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

const checkName = (name: string | undefined): string => {
  if (name !== undefined && name.length >= 1 && name.length <= 255) return name;
  throw outOfBounds('alarmName', name, 'Member must have length from 1 to 255');
};

const checkCommon = (input: PutMetricAlarmInput | PutCompositeAlarmInput): void => {
  checkName(input.AlarmName);
  if ((input.AlarmDescription?.length ?? 0) > 1_024) {
    throw outOfBounds('alarmDescription', input.AlarmDescription, 'Member must have length less than or equal to 1024');
  }
  for (const actions of [input.OKActions, input.AlarmActions, input.InsufficientDataActions]) checkActions(actions);
};

const addTags = (alarm: Alarm, tags: readonly Tag[]): void => {
  if (new Set([...alarm.tags.keys(), ...tags.map(({ Key }) => Key)]).size > MAX_TAGS) throw tooMany('Tags', MAX_TAGS);
  for (const { Key = '', Value = '' } of tags) alarm.tags.set(Key, Value);
};

/** Making, changing, tagging and deleting alarms. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html */
export const alarmActions = (model: CloudWatchModel): Readonly<Record<string, ActionDefinition>> => {
  const onAlarm = (action: string, name: string | undefined, { principal }: CallContext): Permission => ({
    action: `cloudwatch:${action}`,
    resource: model.arnOf(principal.accountId, name ?? ''),
  });
  const onEach = (action: string, names: readonly string[] | undefined, context: CallContext): readonly Permission[] =>
    (names ?? []).map((name) => onAlarm(action, name, context));

  /** @throws AwsError `ResourceNotFound` */
  const byName = (name: string | undefined, { principal }: CallContext): Alarm => {
    const found = model.find(principal.accountId, name ?? '');
    if (found === undefined) throw notFound(`Unknown Alarm: ${name}`);
    return found;
  };
  /** @throws AwsError `ResourceNotFoundException` */
  const byArn = (arn: string | undefined, context: CallContext): Alarm => {
    const found = model.ofAccount(context.principal.accountId).find((alarm) => alarm.arn === arn);
    if (found === undefined) throw notFound(`Unknown resource: ${arn}`);
    return found;
  };
  const byArnPermission = (action: string) => (input: { readonly ResourceARN?: string | undefined }) => [
    { action: `cloudwatch:${action}`, resource: input.ResourceARN ?? '*' },
  ];

  const PutMetricAlarm: ActionDefinition<PutMetricAlarmInput, void> = {
    permissions: (input, context) => [onAlarm('PutMetricAlarm', input.AlarmName, context)],
    run(input, { principal }) {
      checkCommon(input);
      checkDimensions(input.Dimensions ?? [], 'Dimensions');
      const isNew = model.find(principal.accountId, input.AlarmName ?? '') === undefined;
      const alarm = model.putMetricAlarm(principal.accountId, input);
      // AWS leaves the tags of an alarm that is there already as they are.
      if (isNew) addTags(alarm, input.Tags ?? []);
    },
  };

  const PutCompositeAlarm: ActionDefinition<PutCompositeAlarmInput, void> = {
    permissions: (input, context) => [onAlarm('PutCompositeAlarm', input.AlarmName, context)],
    run(input, { principal }) {
      checkCommon(input);
      if (input.ActionsSuppressor !== undefined) throw notModelled('ActionsSuppressor of a composite alarm');
      const isNew = model.find(principal.accountId, input.AlarmName ?? '') === undefined;
      const alarm = model.putCompositeAlarm(principal.accountId, input);
      if (isNew) addTags(alarm, input.Tags ?? []);
    },
  };

  const DeleteAlarms: ActionDefinition<DeleteAlarmsInput, void> = {
    permissions: (input, context) => onEach('DeleteAlarms', input.AlarmNames, context),
    run(input, context) {
      const names = input.AlarmNames ?? [];
      if (names.length > MAX_DELETED) throw tooMany('AlarmNames', MAX_DELETED);
      const found = names
        .map((name) => model.find(context.principal.accountId, name))
        .filter((one) => one !== undefined);
      if (found.length > 1 && found.some(({ kind }) => kind === 'CompositeAlarm')) {
        throw validation('A composite alarm can only be deleted by itself: one alarm for each request');
      }
      const unknown = names.find((name) => model.find(context.principal.accountId, name) === undefined);
      if (unknown !== undefined) byName(unknown, context);
      for (const alarm of found) model.delete(alarm);
    },
  };

  const SetAlarmState: ActionDefinition<SetAlarmStateInput, void> = {
    permissions: (input, context) => [onAlarm('SetAlarmState', input.AlarmName, context)],
    run(input, context) {
      const { StateValue: value = '', StateReason: reason = '', StateReasonData: data } = input;
      const alarm = byName(input.AlarmName, context);
      if (!STATES.includes(value)) throw mustBeOneOf('stateValue', value, STATES);
      if (reason.length > 1_023) {
        throw outOfBounds('stateReason', reason, 'Member must have length less than or equal to 1023');
      }
      if (data !== undefined && parseJsonObject(data) === undefined)
        throw validation('StateReasonData must be a JSON object');
      model.setState(alarm, { value: value as AlarmState, reason, reasonData: data });
    },
  };

  const enabling = (action: string, isEnabled: boolean): ActionDefinition<EnableAlarmActionsInput, void> => ({
    permissions: (input, context) => onEach(action, input.AlarmNames, context),
    run(input, { principal }) {
      // Names that no alarm has are passed over.
      for (const name of input.AlarmNames ?? []) {
        const alarm = model.find(principal.accountId, name);
        if (alarm !== undefined) alarm.actionsEnabled = isEnabled;
      }
    },
  });

  const TagResource: ActionDefinition<TagResourceInput, object> = {
    permissions: byArnPermission('TagResource'),
    run(input, context) {
      addTags(byArn(input.ResourceARN, context), input.Tags ?? []);
      return {};
    },
  };
  const UntagResource: ActionDefinition<UntagResourceInput, object> = {
    permissions: byArnPermission('UntagResource'),
    run(input, context) {
      const { tags } = byArn(input.ResourceARN, context);
      for (const key of input.TagKeys ?? []) tags.delete(key);
      return {};
    },
  };
  const ListTagsForResource: ActionDefinition<ListTagsForResourceInput, ListTagsForResourceOutput> = {
    permissions: byArnPermission('ListTagsForResource'),
    run: (input, context) => ({
      Tags: [...byArn(input.ResourceARN, context).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
  };

  return {
    PutMetricAlarm,
    PutCompositeAlarm,
    DeleteAlarms,
    SetAlarmState,
    EnableAlarmActions: enabling('EnableAlarmActions', true),
    DisableAlarmActions: enabling('DisableAlarmActions', false),
    TagResource,
    UntagResource,
    ListTagsForResource,
  };
};
