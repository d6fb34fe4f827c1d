import { describe, expect, it } from 'vitest';
import { CONSUMER, ec2World, failureOf, MINUTE, SECOND, START, STRANGER, TOPIC } from './support.ts';

const EVERYTHING = ['Accept', 'Connect', 'Delete', 'Reject'];

const watched = async (
  options: Parameters<typeof ec2World>[0] = {},
  events: readonly string[] = EVERYTHING,
  extras: Parameters<typeof ec2World>[1] = {},
) => {
  const world = ec2World(options, extras);
  const service = await world.service();
  const { ConnectionNotification } = await world.provider('CreateVpcEndpointConnectionNotification', {
    ServiceId: service.id,
    ConnectionNotificationArn: TOPIC,
    ConnectionEvents: events,
  });
  return { world, service, notification: ConnectionNotification };
};

describe('connection notifications', () => {
  it('tell the topic of Connect, Accept, Reject and Delete, some seconds later, in the name of vpce', async () => {
    const { world, service } = await watched();
    const id = await world.endpoint(service.name);
    const answer = { ServiceId: service.id, VpcEndpointIds: [id] };
    await world.passes(10 * SECOND);
    await world.provider('AcceptVpcEndpointConnections', answer);
    await world.passes(10 * SECOND);
    await world.provider('RejectVpcEndpointConnections', answer);
    await world.passes(10 * SECOND);
    await world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [id] });
    await world.passes(MINUTE);
    expect(world.sent.map(({ Message }) => JSON.parse(Message).event)).toEqual([
      'Connect',
      'Accept',
      'Reject',
      'Delete',
    ]);
    for (const [index, { at, TopicArn, Message, principal }] of world.sent.entries()) {
      const delay = at - START - index * 10 * SECOND;
      expect(delay).toBeGreaterThanOrEqual(1 * SECOND);
      expect(delay).toBeLessThanOrEqual(5 * SECOND);
      expect(TopicArn).toBe(TOPIC);
      expect(Message).toContain(id);
      expect(Message).toContain(service.id);
      expect(principal).toMatchObject({
        kind: 'service',
        service: 'vpce.amazonaws.com',
        accountId: '123456789012',
        sourceArn: `arn:aws:ec2:us-west-2:123456789012:vpc-endpoint-service/${service.id}`,
      });
    }
  });

  it('tell of the events that were asked for, of this service, and no more once deleted', async () => {
    const { world, service, notification } = await watched({}, ['Accept']);
    const other = await world.service();
    const id = await world.endpoint(service.name);
    await world.endpoint(other.name);
    await world.passes(MINUTE);
    expect(world.sent).toEqual([]);
    await world.provider('AcceptVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    await world.passes(MINUTE);
    expect(world.sent).toHaveLength(1);

    const ConnectionNotificationId = notification.ConnectionNotificationId;
    await world.provider('ModifyVpcEndpointConnectionNotification', {
      ConnectionNotificationId,
      ConnectionEvents: ['Reject'],
    });
    await world.provider('RejectVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    await world.passes(MINUTE);
    expect(world.sent).toHaveLength(2);

    const remove = () =>
      world.provider('DeleteVpcEndpointConnectionNotifications', {
        ConnectionNotificationIds: [ConnectionNotificationId],
      });
    expect(await remove()).toEqual({ Unsuccessful: [] });
    expect((await remove()).Unsuccessful).toMatchObject([{ ResourceId: ConnectionNotificationId }]);
    const later = await world.endpoint(service.name);
    await world.provider('RejectVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [later] });
    await world.passes(MINUTE);
    expect(world.sent).toHaveLength(2);
  });

  it('say nothing of an answer that was not acted on', async () => {
    const { world, service } = await watched({}, ['Accept']);
    const id = await world.endpoint(service.name);
    const accept = () =>
      world.provider('AcceptVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    await accept();
    await accept();
    await world.passes(MINUTE);
    expect(world.sent).toHaveLength(1);
  });

  it('are lost where the topic refuses them, which only the journal knows', async () => {
    const { world, service } = await watched({}, EVERYTHING, { topicRefuses: true });
    const id = await world.endpoint(service.name);
    await world.passes(MINUTE);
    expect(world.sent).toEqual([]);
    expect(world.journal.entries.find(({ what }) => what === `${id} notice Connect lost`)).toMatchObject({
      kind: 'state',
      who: 'ec2',
      detail: { topicArn: TOPIC, error: 'AuthorizationError' },
    });
    expect(await world.providerSees(id)).toBe('pendingAcceptance');
  });

  it('end with their service', async () => {
    const { world, service } = await watched();
    await world.provider('DeleteVpcEndpointServiceConfigurations', { ServiceIds: [service.id] });
    const { ConnectionNotificationSet } = await world.provider('DescribeVpcEndpointConnectionNotifications');
    expect(ConnectionNotificationSet).toEqual([]);
  });

  it('watch a consumer’s own endpoint too', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    const about = { VpcEndpointId: id, ConnectionNotificationArn: TOPIC, ConnectionEvents: ['Accept'] };
    expect(await failureOf(world.as(STRANGER, 'CreateVpcEndpointConnectionNotification', about))).toMatch(
      /^InvalidVpcEndpointId\.NotFound/,
    );
    await world.consumer('CreateVpcEndpointConnectionNotification', about);
    await world.provider('AcceptVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    await world.passes(MINUTE);
    expect(world.sent).toMatchObject([
      { principal: { sourceArn: `arn:aws:ec2:us-west-2:${CONSUMER.accountId}:vpc-endpoint/${id}` } },
    ]);
  });

  it('are listed to their owner, by id or filter', async () => {
    const { world, service, notification } = await watched({}, ['Connect', 'Connect']);
    expect(notification).toMatchObject({
      ServiceId: service.id,
      ConnectionNotificationType: 'Topic',
      ConnectionNotificationArn: TOPIC,
      ConnectionEvents: ['Connect'],
      ConnectionNotificationState: 'Enabled',
    });
    const list = (input: object = {}) => world.provider('DescribeVpcEndpointConnectionNotifications', input);
    expect((await list()).ConnectionNotificationSet).toEqual([notification]);
    const { ConnectionNotificationId } = notification;
    expect((await list({ ConnectionNotificationId })).ConnectionNotificationSet).toEqual([notification]);
    expect(
      (await list({ Filters: [{ Name: 'service-id', Values: ['vpce-svc-00000000'] }] })).ConnectionNotificationSet,
    ).toEqual([]);
    expect((await world.as(STRANGER, 'DescribeVpcEndpointConnectionNotifications')).ConnectionNotificationSet).toEqual(
      [],
    );
    expect(await failureOf(list({ ConnectionNotificationId: 'vpce-nfn-00000000' }))).toMatch(
      /^InvalidConnectionNotification/,
    );
  });

  it.each([
    ['no subject', { ServiceId: undefined }, 'MissingParameter'],
    ['two subjects', { VpcEndpointId: 'vpce-01234567' }, 'InvalidParameterCombination'],
    ['no topic', { ConnectionNotificationArn: undefined }, 'MissingParameter'],
    ['a topic of another shape', { ConnectionNotificationArn: 'requests' }, 'InvalidParameterValue'],
    ['no events', { ConnectionEvents: [] }, 'MissingParameter'],
    ['an unknown event', { ConnectionEvents: ['connect'] }, 'InvalidParameterValue'],
    ['another account’s service', { ServiceId: 'vpce-svc-00000000' }, 'InvalidVpcEndpointServiceId.NotFound'],
  ])('are refused with %s', async (_what, input, code) => {
    const world = ec2World();
    const { id: ServiceId } = await world.service();
    const call = world.provider('CreateVpcEndpointConnectionNotification', {
      ServiceId,
      ConnectionNotificationArn: TOPIC,
      ConnectionEvents: EVERYTHING,
      ...input,
    });
    expect(await failureOf(call)).toMatch(new RegExp(`^${code}:`));
  });
});
