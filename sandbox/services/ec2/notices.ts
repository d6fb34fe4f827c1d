import { servicePrincipal } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import { type Connection, ec2Arn, type Notification, type PrivateLink } from './model.ts';
import type { Uncertain } from './options.ts';

/** What a connection notification may be for. */
export const CONNECTION_EVENTS = ['Accept', 'Connect', 'Delete', 'Reject'] as const;
/** `Connect` = a consumer made an endpoint, `Delete` = it deleted one, `Accept` and `Reject` = the provider answered. */
type ConnectionEvent = (typeof CONNECTION_EVENTS)[number];

/** A message as some AWS might word it: AWS publishes no schema, so nothing may be read from it but ids. */
const bodyOf = (form: Uncertain['notificationBody'], connection: Connection, event: ConnectionEvent): string => {
  switch (form) {
    case 'json':
      return JSON.stringify({
        event,
        vpcEndpointId: connection.id,
        vpcEndpointServiceId: connection.serviceId,
        vpcEndpointOwner: connection.owner,
      });
    case 'text':
      return `${event}: VPC endpoint ${connection.id} of account ${connection.owner} on endpoint service ${connection.serviceId}.`;
    case 'ids':
      return `${connection.serviceId} ${connection.id}`;
    case 'bare':
      return `${event}: a connection of your VPC endpoint service changed.`;
  }
};

/**
 * Tells each notification that watches the connection's service, or the endpoint itself, of the event: some seconds
 * later, once, in the name of `vpce.amazonaws.com`. A publish that the topic's or its key's policy refuses is lost.
 *
 * See https://docs.aws.amazon.com/vpc/latest/privatelink/create-notification-endpoint-service.html
 */
export const announce = (world: PrivateLink, connection: Connection, event: ConnectionEvent): void => {
  // The consumer's own are kept in the region of its endpoint.
  for (const keeper of world.everywhere) announceFrom(keeper, connection, event);
};

const announceFrom = (world: PrivateLink, connection: Connection, event: ConnectionEvent): void => {
  for (const notification of world.notifications.values()) {
    const { about } = notification;
    const watches =
      'serviceId' in about ? about.serviceId === connection.serviceId : about.endpointId === connection.id;
    if (!watches || !notification.events.includes(event)) continue;
    world.cloud.clock.after(world.within(world.settings.timings.notice), () => {
      void publish(world, notification, connection, event);
    });
  }
};

const publish = async (
  world: PrivateLink,
  notification: Notification,
  connection: Connection,
  event: ConnectionEvent,
): Promise<void> => {
  const { about, owner, topicArn } = notification;
  const source =
    'serviceId' in about
      ? ec2Arn(world.region, owner, 'vpc-endpoint-service', about.serviceId)
      : ec2Arn(world.region, owner, 'vpc-endpoint', about.endpointId);
  try {
    await world.cloud.invoke({
      service: 'sns',
      action: 'Publish',
      input: {
        TopicArn: topicArn,
        Subject: `VPC endpoint connection notification: ${event} (${world.region})`,
        Message: bodyOf(world.settings.uncertain.notificationBody, connection, event),
      },
      principal: servicePrincipal('vpce.amazonaws.com', source),
    });
  } catch (error) {
    // AWS tells nobody; only the journal knows.
    world.cloud.journal.write({
      kind: 'state',
      who: 'ec2',
      what: `${connection.id} notice ${event} lost`,
      detail: {
        topicArn,
        error: error instanceof AwsError ? error.code : 'InternalFailure',
        message: error instanceof Error ? error.message : String(error),
      },
    });
  }
};
