import { describe, expect, it } from 'vitest';
import { ec2World, failureOf, STRANGER } from './support.ts';

describe('tags', () => {
  it('are set, overwritten, listed and taken away, each account its own', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    const tag = (input: object) => world.provider('CreateTags', { Resources: [service.id], ...input });
    await tag({ Tags: [{ Key: 'team', Value: 'data' }, { Key: 'env', Value: 'prod' }, { Key: 'empty' }] });
    await tag({ Tags: [{ Key: 'team', Value: 'net' }] });
    await world.consumer('CreateTags', { Resources: [id], Tags: [{ Key: 'mine', Value: 'yes' }] });

    const list = async (...filters: [string, string][]) =>
      (await world.provider('DescribeTags', { Filters: filters.map(([Name, Value]) => ({ Name, Values: [Value] })) }))
        .Tags;
    expect(await list()).toEqual([
      { ResourceId: service.id, ResourceType: 'vpc-endpoint-service', Key: 'team', Value: 'net' },
      { ResourceId: service.id, ResourceType: 'vpc-endpoint-service', Key: 'env', Value: 'prod' },
      { ResourceId: service.id, ResourceType: 'vpc-endpoint-service', Key: 'empty', Value: '' },
    ]);
    expect(await list(['key', 'env'])).toHaveLength(1);
    expect(await list(['value', 'prod'], ['resource-id', service.id])).toHaveLength(1);
    expect(await list(['tag:team', 'data'])).toEqual([]);
    expect(await list(['resource-type', 'vpc-endpoint'])).toEqual([]);
    expect((await world.consumer('DescribeTags')).Tags).toMatchObject([{ ResourceId: id, Key: 'mine' }]);

    const remove = (Tags?: object[]) =>
      world.provider('DeleteTags', { Resources: [service.id], ...(Tags && { Tags }) });
    await remove([{ Key: 'team', Value: 'data' }, { Key: 'env' }]);
    expect(await list()).toMatchObject([{ Key: 'team' }, { Key: 'empty' }]);
    await remove();
    expect(await list()).toEqual([]);
  });

  it('of a connection are the provider’s, of its endpoint the consumer’s', async () => {
    const world = ec2World();
    const service = await world.service();
    const id = await world.endpoint(service.name);
    const read = async () => (await world.provider('DescribeVpcEndpointConnections')).VpcEndpointConnections[0];
    const { VpcEndpointConnectionId } = await read();
    await world.provider('CreateTags', {
      Resources: [VpcEndpointConnectionId],
      Tags: [{ Key: 'customer', Value: 'c1' }],
    });
    await world.consumer('CreateTags', { Resources: [id], Tags: [{ Key: 'env', Value: 'prod' }] });
    expect((await read()).Tags).toEqual([{ Key: 'customer', Value: 'c1' }]);
    const { VpcEndpoints } = await world.consumer('DescribeVpcEndpoints');
    expect(VpcEndpoints[0].Tags).toEqual([{ Key: 'env', Value: 'prod' }]);
    expect(
      await failureOf(world.provider('CreateTags', { Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] })),
    ).toMatch(/^InvalidVpcEndpointId\.NotFound/);
  });

  it('are set on all resources or on none', async () => {
    const world = ec2World();
    const { id } = await world.service();
    const call = world.provider('CreateTags', {
      Resources: [id, 'vpce-svc-00000000'],
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    expect(await failureOf(call)).toMatch(/^InvalidVpcEndpointServiceId\.NotFound/);
    expect((await world.provider('DescribeTags')).Tags).toEqual([]);
  });

  it.each([
    ['a reserved key', { Tags: [{ Key: 'aws:x', Value: 'y' }] }, 'InvalidParameterValue'],
    ['a key twice', { Tags: [{ Key: 'x' }, { Key: 'x' }] }, 'InvalidParameterValue'],
    ['no key', { Tags: [{ Value: 'y' }] }, 'MissingParameter'],
    ['no tags', { Tags: [] }, 'MissingParameter'],
    ['a resource of another kind', { Resources: ['i-01234567'], Tags: [{ Key: 'x' }] }, 'InvalidID'],
    ['51 tags', { Tags: Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}` })) }, 'TagLimitExceeded'],
  ])('are refused with %s', async (_what, input, code) => {
    const world = ec2World();
    const { id } = await world.service();
    expect(await failureOf(world.provider('CreateTags', { Resources: [id], ...input }))).toMatch(
      new RegExp(`^${code}:`),
    );
  });

  it('are 50 on a resource, whatever the requests', async () => {
    const world = ec2World();
    const { id } = await world.service();
    const tag = (from: number, to: number) =>
      world.provider('CreateTags', {
        Resources: [id],
        Tags: Array.from({ length: to - from }, (_, n) => ({ Key: `k${from + n}`, Value: '' })),
      });
    await tag(0, 49);
    await tag(48, 50);
    expect(await failureOf(tag(50, 51))).toMatch(/^TagLimitExceeded/);
    expect((await world.provider('DescribeTags')).Tags).toHaveLength(50);
  });

  it('of others stay out of reach', async () => {
    const world = ec2World();
    const { id } = await world.service();
    const call = world.as(STRANGER, 'CreateTags', { Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] });
    expect(await failureOf(call)).toMatch(/^InvalidVpcEndpointServiceId\.NotFound/);
  });
});
