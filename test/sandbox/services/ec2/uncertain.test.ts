import { describe, expect, it } from 'vitest';
import type { Uncertain } from '../../../../sandbox/services/ec2/options.ts';
import { ec2World, failureOf, MINUTE, TOPIC } from './support.ts';

const UNKNOWN = 'vpce-0aaaaaaaaaaaaaaaa';

/** A connection that its provider accepted, rejected or left, and what the last call said of it. */
const story = async (uncertain: Partial<Uncertain>, steps: readonly ('Accept' | 'Reject' | 'Delete')[]) => {
  const world = ec2World({ uncertain });
  const service = await world.service();
  const id = await world.endpoint(service.name);
  let last: { Unsuccessful: { Error: { Code: string } }[] } = { Unsuccessful: [] };
  for (const step of steps) {
    last =
      step === 'Delete'
        ? await world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [id] })
        : await world.provider(`${step}VpcEndpointConnections`, { ServiceId: service.id, VpcEndpointIds: [id] });
  }
  return { state: await world.providerSees(id), said: last.Unsuccessful.map((item) => item.Error.Code) };
};

describe('what AWS does not document, both ways', () => {
  it.each([
    ['accept twice', ['Accept', 'Accept'], 'acceptAccepted', 'pending'],
    ['reject twice', ['Reject', 'Reject'], 'rejectRejected', 'rejected'],
    ['accept what is being deleted', ['Delete', 'Accept'], 'acceptEnded', 'deleting'],
    ['reject what is being deleted', ['Delete', 'Reject'], 'rejectEnded', 'deleting'],
    ['delete twice', ['Delete', 'Delete'], 'deleteDeleting', 'deleting'],
  ] as const)('%s: a code of its own, or nothing; the state stays', async (_what, steps, name, state) => {
    expect(await story({ [name]: 'SomeCode' }, steps)).toEqual({ state, said: ['SomeCode'] });
    expect(await story({ [name]: null }, steps)).toEqual({ state, said: [] });
  });

  it('accept after reject: allowed, or refused with a code', async () => {
    expect(await story({}, ['Reject', 'Accept'])).toEqual({ state: 'pending', said: [] });
    const refused = { acceptAfterReject: false } as const;
    expect(await story(refused, ['Reject', 'Accept'])).toEqual({ state: 'rejected', said: ['InvalidState'] });
    expect(await story({ ...refused, acceptRejected: null }, ['Reject', 'Accept'])).toEqual({
      state: 'rejected',
      said: [],
    });
  });

  it.each([
    ['InvalidVpcEndpointId.NotFound', ['InvalidVpcEndpointId.NotFound']],
    [null, []],
  ])('an unknown endpoint: %s', async (unknownEndpoint, said) => {
    const world = ec2World({ uncertain: { unknownEndpoint } });
    const { id: ServiceId } = await world.service();
    const { Unsuccessful } = await world.provider('AcceptVpcEndpointConnections', {
      ServiceId,
      VpcEndpointIds: [UNKNOWN],
    });
    expect(Unsuccessful.map((item: { Error: { Code: string } }) => item.Error.Code)).toEqual(said);
  });

  it.each([
    ['keeps', 'available'],
    ['disconnects', 'rejected'],
  ] as const)('the removal of a principal %s its connections', async (principalRemoval, state) => {
    const world = ec2World({ uncertain: { principalRemoval } });
    const account = 'arn:aws:iam::222222222222:root';
    const service = await world.service({ AcceptanceRequired: false }, [account]);
    const id = await world.endpoint(service.name);
    await world.passes(MINUTE);
    await world.provider('ModifyVpcEndpointServicePermissions', {
      ServiceId: service.id,
      RemoveAllowedPrincipals: [account],
    });
    expect(await world.providerSees(id)).toBe(state);
    expect(await failureOf(world.endpoint(service.name))).toMatch(/^InvalidServiceName/);
  });

  it.each([
    ['json', true],
    ['text', true],
    ['ids', true],
    ['bare', false],
  ] as const)('a notification as %s: ids in it %s', async (notificationBody, named) => {
    const world = ec2World({ uncertain: { notificationBody } });
    const service = await world.service();
    await world.provider('CreateVpcEndpointConnectionNotification', {
      ServiceId: service.id,
      ConnectionNotificationArn: TOPIC,
      ConnectionEvents: ['Connect'],
    });
    const id = await world.endpoint(service.name);
    await world.passes(MINUTE);
    const message = world.sent[0]?.Message ?? '';
    expect(message).not.toBe('');
    expect([message.includes(id), message.includes(service.id)]).toEqual([named, named]);
  });

  it('more ids than a call may take are refused as a whole', async () => {
    const world = ec2World({ uncertain: { maxIdsPerAnswer: 2 } });
    const service = await world.service();
    const ids = [await world.endpoint(service.name), await world.endpoint(service.name), UNKNOWN];
    const accept = (count: number) =>
      world.provider('AcceptVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: ids.slice(0, count) });
    expect(await failureOf(accept(3))).toMatch(/^InvalidParameterValue/);
    expect(await world.providerSees(ids[0] ?? '')).toBe('pendingAcceptance');
    expect(await accept(2)).toEqual({ Unsuccessful: [] });
  });

  it('any number of ids is taken where nobody says otherwise', async () => {
    const world = ec2World();
    const { id: ServiceId } = await world.service();
    const { Unsuccessful } = await world.provider('AcceptVpcEndpointConnections', {
      ServiceId,
      VpcEndpointIds: Array.from({ length: 1_200 }, (_, n) => `vpce-${n.toString(16).padStart(17, '0')}`),
    });
    expect(Unsuccessful).toHaveLength(1_200);
  });

  it.each([
    [true, 'deleted'],
    [false, undefined],
  ])('a deleted connection is still listed: %s', async (deletedListed, state) => {
    const world = ec2World({ uncertain: { deletedListed }, timings: { deleting: [1, 1] } });
    const service = await world.service();
    const id = await world.endpoint(service.name);
    await world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [id] });
    await world.passes(2);
    expect(await world.providerSees(id)).toBe(state);
  });

  it('the filter vpc-endpoint-id is taken, or invalid', async () => {
    const ask = (endpointIdFilter: boolean) =>
      ec2World({ uncertain: { endpointIdFilter } }).provider('DescribeVpcEndpointConnections', {
        Filters: [{ Name: 'vpc-endpoint-id', Values: [UNKNOWN] }],
      });
    expect((await ask(true)).VpcEndpointConnections).toEqual([]);
    expect(await failureOf(ask(false))).toBe("InvalidFilter: The filter 'vpc-endpoint-id' is invalid");
  });

  it.each([
    [10 * MINUTE, 'expired'],
    [Number.POSITIVE_INFINITY, 'pendingAcceptance'],
  ])('a request that nobody answers, with %s ms to live, is %s after an hour', async (requestExpires, state) => {
    const world = ec2World({ uncertain: { requestExpires } });
    const service = await world.service();
    const id = await world.endpoint(service.name);
    await world.passes(60 * MINUTE);
    expect(await world.providerSees(id)).toBe(state);
  });
});
