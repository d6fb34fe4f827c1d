import type {
  ConnectionNotification,
  CreateVpcEndpointConnectionNotificationRequest,
  CreateVpcEndpointConnectionNotificationResult,
  DeleteVpcEndpointConnectionNotificationsRequest,
  DeleteVpcEndpointConnectionNotificationsResult,
  DescribeVpcEndpointConnectionNotificationsRequest,
  DescribeVpcEndpointConnectionNotificationsResult,
  ModifyVpcEndpointConnectionNotificationRequest,
  ModifyVpcEndpointConnectionNotificationResult,
} from '@aws-sdk/client-ec2';
import type { ActionDefinition, Permission } from '../../cloud.ts';
import { type Caller, ec2Action, onEverything, onResource } from './action.ts';
import { oneOf, required, requiredList, shaped } from './checks.ts';
import { type FilterTable, filtered, paged, withIds } from './describe.ts';
import { ec2Errors, unsuccessful } from './errors.ts';
import { findConnection, once, onEndpoint, onService, requireService } from './lookups.ts';
import type { Notification, PrivateLink } from './model.ts';
import { CONNECTION_EVENTS } from './notices.ts';

const serviceOf = ({ about }: Notification): string | undefined => ('serviceId' in about ? about.serviceId : undefined);
const endpointOf = ({ about }: Notification): string | undefined =>
  'endpointId' in about ? about.endpointId : undefined;

const FILTERS: FilterTable<Notification> = {
  'connection-notification-arn': (notification) => [notification.topicArn],
  'connection-notification-id': (notification) => [notification.id],
  'connection-notification-state': () => ['Enabled'],
  'connection-notification-type': () => ['Topic'],
  'service-id': (notification) => [serviceOf(notification)],
  'vpc-endpoint-id': (notification) => [endpointOf(notification)],
};

const viewIn = (world: PrivateLink, notification: Notification): ConnectionNotification => ({
  ConnectionNotificationId: notification.id,
  ...('serviceId' in notification.about
    ? { ServiceId: notification.about.serviceId }
    : { VpcEndpointId: notification.about.endpointId }),
  ConnectionNotificationType: 'Topic',
  ConnectionNotificationArn: notification.topicArn,
  ConnectionEvents: [...notification.events],
  ConnectionNotificationState: 'Enabled',
  ServiceRegion: world.region,
});

const checkTopic = (arn: string): void => {
  if (!/^arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]+$/.test(arn)) {
    throw ec2Errors.invalidValue('ConnectionNotificationArn', arn, 'Expected the ARN of an SNS topic.');
  }
};

const checkEvents = (events: readonly string[]): void => {
  for (const event of events) oneOf(event, CONNECTION_EVENTS, 'ConnectionEvents');
};

/** The actions on connection notifications: SNS is the only way in which PrivateLink tells of a request. */
export const notificationActions = (world: PrivateLink): Record<string, ActionDefinition> => {
  const own = ({ accountId }: Caller): Notification[] =>
    [...world.notifications.values()].filter((notification) => notification.owner === accountId);
  const ownOne = (caller: Caller, id: string | undefined): Notification | undefined =>
    own(caller).find((notification) => notification.id === id);
  const onOne = (caller: Caller, action: string, id: string | undefined): Permission => {
    const notification = ownOne(caller, id);
    if (notification === undefined) return onResource(action, '*');
    return 'serviceId' in notification.about
      ? onService(world, caller, action, notification.about.serviceId)
      : onEndpoint(world, caller, action, notification.about.endpointId);
  };

  return {
    CreateVpcEndpointConnectionNotification: ec2Action<
      CreateVpcEndpointConnectionNotificationRequest,
      CreateVpcEndpointConnectionNotificationResult
    >(world, 'CreateVpcEndpointConnectionNotification', {
      check: ({ ServiceId, VpcEndpointId, ConnectionNotificationArn, ConnectionEvents }) => {
        if (ServiceId !== undefined && VpcEndpointId !== undefined) {
          throw ec2Errors.combination('ServiceId and VpcEndpointId cannot both be specified.');
        }
        if (ServiceId !== undefined) shaped('vpce-svc', ServiceId);
        else shaped('vpce', required(VpcEndpointId, 'ServiceId or VpcEndpointId'));
        checkTopic(required(ConnectionNotificationArn, 'ConnectionNotificationArn'));
        checkEvents(requiredList(ConnectionEvents, 'ConnectionEvents'));
      },
      needs: ({ ServiceId, VpcEndpointId }, caller) => [
        ServiceId !== undefined
          ? onService(world, caller, 'CreateVpcEndpointConnectionNotification', ServiceId)
          : onEndpoint(world, caller, 'CreateVpcEndpointConnectionNotification', VpcEndpointId ?? ''),
      ],
      run: (input, caller) => {
        const made = once(world, caller, 'CreateVpcEndpointConnectionNotification', input, () => {
          const id = world.newId('vpce-nfn-');
          world.notifications.set(id, {
            order: world.nextOrder(),
            id,
            owner: caller.accountId,
            about: watched(world, caller, input),
            topicArn: input.ConnectionNotificationArn ?? '',
            events: [...new Set(input.ConnectionEvents ?? [])],
          });
          return id;
        });
        const notification = world.notifications.get(made);
        if (notification === undefined) throw ec2Errors.unknownNotification(made);
        return {
          ConnectionNotification: viewIn(world, notification),
          ...(input.ClientToken === undefined ? {} : { ClientToken: input.ClientToken }),
        };
      },
    }),

    DescribeVpcEndpointConnectionNotifications: ec2Action<
      DescribeVpcEndpointConnectionNotificationsRequest,
      DescribeVpcEndpointConnectionNotificationsResult
    >(world, 'DescribeVpcEndpointConnectionNotifications', {
      needs: () => onEverything('DescribeVpcEndpointConnectionNotifications'),
      run: (input, caller) => {
        const id = input.ConnectionNotificationId;
        const ids = id === undefined ? undefined : [id];
        const wanted = withIds(own(caller), ids, (notification) => notification.id, ec2Errors.unknownNotification);
        const { items, NextToken } = paged(filtered(wanted, input.Filters, FILTERS), input, world.settings.defaultPage);
        return { ConnectionNotificationSet: items.map((one) => viewIn(world, one)), NextToken };
      },
    }),

    ModifyVpcEndpointConnectionNotification: ec2Action<
      ModifyVpcEndpointConnectionNotificationRequest,
      ModifyVpcEndpointConnectionNotificationResult
    >(world, 'ModifyVpcEndpointConnectionNotification', {
      check: (input) => {
        shaped('vpce-nfn', required(input.ConnectionNotificationId, 'ConnectionNotificationId'));
        if (input.ConnectionNotificationArn !== undefined) checkTopic(input.ConnectionNotificationArn);
        checkEvents(input.ConnectionEvents ?? []);
      },
      needs: (input, caller) => [
        onOne(caller, 'ModifyVpcEndpointConnectionNotification', input.ConnectionNotificationId),
      ],
      run: (input, caller) => {
        const notification = ownOne(caller, input.ConnectionNotificationId);
        if (notification === undefined) throw ec2Errors.unknownNotification(input.ConnectionNotificationId ?? '');
        notification.topicArn = input.ConnectionNotificationArn ?? notification.topicArn;
        // The query protocol cannot tell an empty list from an absent one.
        if ((input.ConnectionEvents ?? []).length > 0) notification.events = [...new Set(input.ConnectionEvents)];
        return { ReturnValue: true };
      },
    }),

    DeleteVpcEndpointConnectionNotifications: ec2Action<
      DeleteVpcEndpointConnectionNotificationsRequest,
      DeleteVpcEndpointConnectionNotificationsResult
    >(world, 'DeleteVpcEndpointConnectionNotifications', {
      check: (input) => {
        requiredList(input.ConnectionNotificationIds, 'ConnectionNotificationId');
      },
      needs: (input, caller) =>
        (input.ConnectionNotificationIds ?? []).map((id) =>
          onOne(caller, 'DeleteVpcEndpointConnectionNotifications', id),
        ),
      run: (input, caller) => ({
        Unsuccessful: (input.ConnectionNotificationIds ?? []).flatMap((id) => {
          if (ownOne(caller, id) !== undefined) {
            world.notifications.delete(id);
            return [];
          }
          const { code, message } = ec2Errors.unknownNotification(id);
          return [unsuccessful(id, code, message)];
        }),
      }),
    }),
  };
};

const watched = (
  world: PrivateLink,
  caller: Caller,
  input: CreateVpcEndpointConnectionNotificationRequest,
): Notification['about'] => {
  if (input.ServiceId !== undefined) {
    const service = requireService(world, caller, input.ServiceId);
    if (service.kind !== 'Interface') {
      throw ec2Errors.invalid('Connection notifications are for interface endpoint services only.');
    }
    return { serviceId: service.id };
  }
  const endpointId = input.VpcEndpointId ?? '';
  const { connection } = findConnection(world, endpointId) ?? {};
  if (connection?.owner !== caller.accountId || connection.region !== caller.region)
    throw ec2Errors.unknownEndpoint(endpointId);
  return { endpointId };
};
