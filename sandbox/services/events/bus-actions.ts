import type {
  CreateEventBusRequest,
  CreateEventBusResponse,
  DeleteEventBusRequest,
  DescribeEventBusRequest,
  DescribeEventBusResponse,
  ListEventBusesRequest,
  ListEventBusesResponse,
} from '@aws-sdk/client-eventbridge';
import type { ActionDefinition, Cloud } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { busArn, type EventBus, type EventsModel } from './model.ts';

/** A bus by name or ARN. @throws AwsError `ResourceNotFoundException` */
export const requireBus = (model: EventsModel, account: string, name: string | undefined): EventBus => {
  const bus = model.bus(account, name);
  if (bus === undefined) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
  return bus;
};

const view = (
  bus: EventBus,
): { Name: string; Arn: string; Description?: string; CreationTime: Date; LastModifiedTime: Date } => ({
  Name: bus.name,
  Arn: bus.arn,
  ...(bus.description === undefined ? {} : { Description: bus.description }),
  CreationTime: new Date(bus.createdAt),
  LastModifiedTime: new Date(bus.createdAt),
});

const FORBIDDEN_MEMBERS = ['EventSourceName', 'KmsKeyIdentifier'] as const;

/** The actions on buses. */
export const busActions = (cloud: Cloud, model: EventsModel): Record<string, ActionDefinition> => {
  const CreateEventBus: ActionDefinition<CreateEventBusRequest, CreateEventBusResponse> = {
    permissions: (input, { principal }) => [
      { action: 'events:CreateEventBus', resource: busArn(cloud.region, principal.accountId, input.Name ?? '') },
    ],
    run(input, { principal }) {
      const name = input.Name ?? '';
      if (!/^[\w.-]{1,256}$/.test(name)) {
        throw new AwsError('ValidationException', `"${name}" is not a name of a bus: use letters, digits, . - _`);
      }
      const unmodelled = FORBIDDEN_MEMBERS.find((member) => input[member] !== undefined);
      if (unmodelled !== undefined) throw new AwsError('ValidationException', `${unmodelled} is not modelled`);
      if (model.bus(principal.accountId, name) !== undefined) {
        throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      }
      return { EventBusArn: model.create(principal.accountId, name, input.Description, cloud.clock.now()).arn };
    },
  };

  const DescribeEventBus: ActionDefinition<DescribeEventBusRequest, DescribeEventBusResponse> = {
    permissions: (input, { principal }) => [
      { action: 'events:DescribeEventBus', resource: requireBus(model, principal.accountId, input.Name).arn },
    ],
    run: (input, { principal }) => view(requireBus(model, principal.accountId, input.Name)),
  };

  const ListEventBuses: ActionDefinition<ListEventBusesRequest, ListEventBusesResponse> = {
    permissions: () => [{ action: 'events:ListEventBuses', resource: '*' }],
    run: (input, { principal }) => ({
      EventBuses: model
        .ofAccount(principal.accountId)
        .filter((bus) => bus.name.startsWith(input.NamePrefix ?? ''))
        .map(view),
    }),
  };

  const DeleteEventBus: ActionDefinition<DeleteEventBusRequest, object> = {
    permissions: (input, { principal }) => [
      { action: 'events:DeleteEventBus', resource: busArn(cloud.region, principal.accountId, input.Name ?? '') },
    ],
    run(input, { principal }) {
      if (input.Name === 'default') throw new AwsError('ValidationException', 'Cannot delete event bus default.');
      const bus = model.bus(principal.accountId, input.Name);
      if (bus !== undefined && bus.rules.size > 0) {
        throw new AwsError('ValidationException', `Event bus ${bus.name} cannot be deleted since it has rules.`);
      }
      if (bus !== undefined) model.delete(bus);
      return {};
    },
  };

  return { CreateEventBus, DescribeEventBus, ListEventBuses, DeleteEventBus };
};
