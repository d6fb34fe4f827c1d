import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../../sandbox/cloud.ts';
import { accountPrincipal } from '../../../../sandbox/iam/principal.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import { CONSUMER, ec2World, failureOf, MINUTE, request, SECOND, START, STRANGER } from './support.ts';

const GONE = 'vpce-0aaaaaaaaaaaaaaaa';

describe('the life of a connection', () => {
  it('waits for its provider, is accepted, and is available some tens of seconds later', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    expect(await world.providerSees(id)).toBe('pendingAcceptance');
    await world.passes(60 * MINUTE);
    expect(await world.providerSees(id)).toBe('pendingAcceptance');

    const accepted = world.clock.now();
    const answer = await world.provider('AcceptVpcEndpointConnections', {
      ServiceId: service.id,
      VpcEndpointIds: [id],
    });
    expect(answer).toEqual({ Unsuccessful: [] });
    expect(await world.providerSees(id)).toBe('pending');
    expect(await world.consumerSees(id)).toBe('pending');

    await world.clock.run(() => world.journal.entries.some(({ what }) => what === `${id} available`));
    expect(world.clock.now() - accepted).toBeGreaterThanOrEqual(20 * SECOND);
    expect(world.clock.now() - accepted).toBeLessThanOrEqual(60 * SECOND);
    expect(await world.consumerSees(id)).toBe('available');
  });

  it('needs no answer where acceptance is not required', async () => {
    const world = ec2World();
    const service = await world.service({ AcceptanceRequired: false });
    const id = await world.endpoint(service.name);
    expect(await world.providerSees(id)).toBe('pending');
    await world.passes(MINUTE);
    expect(await world.providerSees(id)).toBe('available');
  });

  it('stays rejected for both until the consumer deletes the endpoint', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    await world.provider('RejectVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    await world.passes(24 * 60 * MINUTE);
    expect(await world.providerSees(id)).toBe('rejected');
    expect(await world.consumerSees(id)).toBe('rejected');
    await world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [id] });
    expect(await world.consumerSees(id)).toBe('deleting');
  });

  it('can be cut after it was accepted, even while it is pending', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    await world.provider('AcceptVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    await world.provider('RejectVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    await world.passes(10 * MINUTE);
    expect(await world.providerSees(id)).toBe('rejected');
  });

  it('is deleting, then deleted, then not listed any more', async () => {
    const world = ec2World({ timings: { deleting: [10_000, 10_000], deletedKept: [60_000, 60_000] } });
    const service = await world.service();
    const id = await world.endpoint(service.name);
    expect(await world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [id] })).toEqual({ Unsuccessful: [] });
    expect(await world.providerSees(id)).toBe('deleting');
    await world.passes(10_000);
    expect(await world.providerSees(id)).toBe('deleted');
    expect(await world.consumerSees(id)).toBe('deleted');
    await world.passes(60_000);
    expect(await world.providerSees(id)).toBeUndefined();
    expect(await failureOf(world.consumer('DescribeVpcEndpoints', { VpcEndpointIds: [id] }))).toBe(
      `InvalidVpcEndpointId.NotFound: The Vpc Endpoint Id '${id}' does not exist`,
    );
  });

  it('may fail while it is made, if the world is told so', async () => {
    const world = ec2World({ failing: 1 });
    const service = await world.service({ AcceptanceRequired: false });
    const id = await world.endpoint(service.name);
    await world.passes(MINUTE);
    expect(await world.consumerSees(id)).toBe('failed');
  });

  it('is journalled state by state', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    await world.provider('AcceptVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    await world.passes(MINUTE);
    const states = world.journal.entries.filter(({ kind, what }) => kind === 'state' && what.startsWith(id));
    expect(states.map(({ what }) => what)).toEqual([`${id} pendingAcceptance`, `${id} pending`, `${id} available`]);
    expect(states[2]).toMatchObject({
      who: 'ec2',
      detail: { serviceId: service.id, owner: CONSUMER.accountId, from: 'pending' },
    });
  });

  it('is the same twice with one seed', async () => {
    const run = async (seed: number): Promise<string> => {
      const world = ec2World({}, { seed });
      const service = await world.service({ AcceptanceRequired: false });
      await world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [await world.endpoint(service.name)] });
      await world.passes(10 * MINUTE);
      return world.journal.toText();
    };
    expect(await run(3)).toBe(await run(3));
    expect(await run(3)).not.toBe(await run(4));
  });
});

describe('answers to a batch', () => {
  it('act on each id by itself and name the others in Unsuccessful', async () => {
    const world = ec2World();
    const service = await world.service();
    const other = await world.service();
    const [mine, done, foreign] = [
      await world.endpoint(service.name),
      await world.endpoint(service.name),
      await world.endpoint(other.name),
    ];
    await world.provider('AcceptVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [done] });
    const { Unsuccessful } = await world.provider('AcceptVpcEndpointConnections', {
      ServiceId: service.id,
      VpcEndpointIds: [mine, done, foreign, GONE],
    });
    expect(Unsuccessful.map((item: { ResourceId: string }) => item.ResourceId)).toEqual([done, foreign, GONE]);
    expect(await world.providerSees(mine)).toBe('pending');
    expect(await world.providerSees(foreign)).toBe('pendingAcceptance');
  });

  it('do not know a service of another account', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    for (const action of ['AcceptVpcEndpointConnections', 'RejectVpcEndpointConnections']) {
      expect(await failureOf(world.as(STRANGER, action, { ServiceId: service.id, VpcEndpointIds: [id] }))).toBe(
        `InvalidVpcEndpointServiceId.NotFound: The VpcEndpointService Id '${service.id}' does not exist`,
      );
    }
    expect(await world.providerSees(id)).toBe('pendingAcceptance');
  });

  it('need a service and ids, in the shape of ids', async () => {
    const world = ec2World();
    const { id: ServiceId } = await world.service();
    const accept = (input: object) => failureOf(world.provider('AcceptVpcEndpointConnections', input));
    expect(await accept({ VpcEndpointIds: [GONE] })).toMatch(/^MissingParameter: .*ServiceId/);
    expect(await accept({ ServiceId, VpcEndpointIds: [] })).toMatch(/^MissingParameter: .*VpcEndpointId/);
    expect(await accept({ ServiceId, VpcEndpointIds: ['vpce-1'] })).toMatch(/^InvalidVpcEndpointId\.Malformed/);
    expect(await accept({ ServiceId: 'svc', VpcEndpointIds: [GONE] })).toMatch(/Malformed/);
  });
});

describe('what each account sees', () => {
  it('the provider sees account and region, not the VPC or who asked; the consumer sees its own endpoint', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    const { VpcEndpointConnections } = await world.provider('DescribeVpcEndpointConnections');
    expect(VpcEndpointConnections).toHaveLength(1);
    expect(VpcEndpointConnections[0]).toMatchObject({
      ServiceId: service.id,
      VpcEndpointId: id,
      VpcEndpointOwner: CONSUMER.accountId,
      VpcEndpointState: 'pendingAcceptance',
      CreationTimestamp: new Date(START),
      VpcEndpointRegion: 'us-west-2',
      IpAddressType: 'ipv4',
    });
    expect(VpcEndpointConnections[0]).not.toHaveProperty('VpcId');
    const { VpcEndpoints } = await world.consumer('DescribeVpcEndpoints');
    expect(VpcEndpoints[0]).toMatchObject({
      VpcEndpointId: id,
      VpcId: 'vpc-0123456789abcdef0',
      State: 'pendingAcceptance',
    });
    expect(VpcEndpoints[0].DnsEntries).toEqual(VpcEndpointConnections[0].DnsEntries);
  });

  it('nobody sees or deletes what belongs to others', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    expect((await world.as(STRANGER, 'DescribeVpcEndpointConnections')).VpcEndpointConnections).toEqual([]);
    expect((await world.as(STRANGER, 'DescribeVpcEndpoints')).VpcEndpoints).toEqual([]);
    expect((await world.consumer('DescribeVpcEndpointConnections')).VpcEndpointConnections).toEqual([]);
    const { Unsuccessful } = await world.as(STRANGER, 'DeleteVpcEndpoints', { VpcEndpointIds: [id] });
    expect(Unsuccessful).toMatchObject([{ ResourceId: id, Error: { Code: 'InvalidVpcEndpoint.NotFound' } }]);
    expect(await world.consumerSees(id)).toBe('pendingAcceptance');
  });
});

describe('eventual reads', () => {
  it('show an older state, and a new connection not yet', async () => {
    const world = ec2World({ readDelay: [2_000, 2_000] });
    const service = await world.service();
    const id = await world.endpoint(service.name);
    expect(await world.providerSees(id)).toBeUndefined();
    expect(await failureOf(world.consumer('DescribeVpcEndpoints', { VpcEndpointIds: [id] }))).toMatch(/NotFound/);
    await world.passes(2_000);
    expect(await world.providerSees(id)).toBe('pendingAcceptance');

    await world.provider('AcceptVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    expect(await world.providerSees(id)).toBe('pendingAcceptance');
    const again = await world.provider('AcceptVpcEndpointConnections', { ServiceId: service.id, VpcEndpointIds: [id] });
    expect(again.Unsuccessful).toHaveLength(1);
    await world.passes(2_000);
    expect(await world.providerSees(id)).toBe('pending');
  });

  it('show the last state for as long as they lag, then nothing', async () => {
    const world = ec2World({
      readDelay: [5_000, 5_000],
      timings: { deleting: [1_000, 1_000], deletedKept: [1_000, 1_000] },
    });
    const service = await world.service();
    const id = await world.endpoint(service.name);
    await world.passes(5_000);
    await world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [id] });
    await world.passes(4_000);
    expect(await world.providerSees(id)).toBe('pendingAcceptance');
    await world.passes(2_500);
    expect(await world.providerSees(id)).toBe('deleted');
    await world.passes(500);
    expect(await world.providerSees(id)).toBeUndefined();
  });
});

describe('who may connect', () => {
  const attempt = async (allowed: readonly string[], principal = CONSUMER): Promise<string> => {
    const world = ec2World();
    const service = await world.service({}, allowed);
    const call = world.as(principal, 'CreateVpcEndpoint', request(service.name));
    return call.then(
      (made) => made.VpcEndpoint.State,
      (error: unknown) => (error instanceof AwsError ? error.code : error),
    );
  };
  const role = {
    kind: 'role',
    accountId: '222222222222',
    roleArn: 'arn:aws:iam::222222222222:role/net',
    arn: 'arn:aws:sts::222222222222:assumed-role/net/s',
  } as const;

  it.each([
    ['everybody', ['*'], CONSUMER, 'pendingAcceptance'],
    ['the account', ['arn:aws:iam::222222222222:root'], CONSUMER, 'pendingAcceptance'],
    ['a role of the account, by the account', ['arn:aws:iam::222222222222:root'], role, 'pendingAcceptance'],
    ['the role', ['arn:aws:iam::222222222222:role/net'], role, 'pendingAcceptance'],
    ['another role', ['arn:aws:iam::222222222222:role/other'], role, 'InvalidServiceName'],
    ['only a role, asked as the account', ['arn:aws:iam::222222222222:role/net'], CONSUMER, 'InvalidServiceName'],
    ['the user', ['arn:aws:iam::123456789012:user/operator'], OPERATOR, 'pendingAcceptance'],
    ['another account', ['arn:aws:iam::333333333333:root'], CONSUMER, 'InvalidServiceName'],
    ['nobody', [], CONSUMER, 'InvalidServiceName'],
    ['nobody, but it is the owner', [], OPERATOR, 'pendingAcceptance'],
  ] as const)('%s', async (_who, allowed, principal, outcome) => {
    expect(await attempt(allowed, principal as typeof CONSUMER)).toBe(outcome);
  });

  it('a service that is not allowed looks like one that does not exist', async () => {
    const world = ec2World();
    const service = await world.service({}, ['arn:aws:iam::333333333333:root']);
    expect(await failureOf(world.endpoint(service.name))).toBe(
      `InvalidServiceName: The Vpc Endpoint Service '${service.name}' does not exist`,
    );
    expect(await failureOf(world.consumer('DescribeVpcEndpointServices', { ServiceNames: [service.name] }))).toMatch(
      /^InvalidServiceName/,
    );
    const seen = await world.as(accountPrincipal('333333333333'), 'DescribeVpcEndpointServices');
    expect(seen.ServiceNames).toEqual([service.name]);
    expect(seen.ServiceDetails[0]).toMatchObject({
      ServiceId: service.id,
      Owner: '123456789012',
      AcceptanceRequired: true,
    });
  });
});
