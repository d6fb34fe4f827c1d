import { describe, expect, it } from 'vitest';
import { accountPrincipal } from '../../../../sandbox/iam/principal.ts';
import { MAX_FILTER_VALUES } from '../../../../sandbox/services/ec2/describe.ts';
import { CONSUMER, ec2World, failureOf, STRANGER } from './support.ts';

interface Listed {
  readonly VpcEndpointConnections: readonly { readonly VpcEndpointId: string }[];
  readonly NextToken: string | undefined;
}

const idsOf = (listed: Listed): string[] => listed.VpcEndpointConnections.map((one) => one.VpcEndpointId);

describe('the filters of DescribeVpcEndpointConnections', () => {
  const prepared = async () => {
    const world = ec2World();
    const a = await world.service();
    const b = await world.service();
    const ids = [
      await world.endpoint(a.name),
      await world.endpoint(a.name, {}, STRANGER),
      await world.endpoint(b.name),
    ] as const;
    await world.provider('AcceptVpcEndpointConnections', { ServiceId: b.id, VpcEndpointIds: [ids[2]] });
    const list = async (...filters: (readonly [string, readonly string[]])[]): Promise<string[]> =>
      idsOf(
        await world.provider('DescribeVpcEndpointConnections', {
          Filters: filters.map(([Name, Values]) => ({ Name, Values })),
        }),
      );
    return { world, a, b, ids, list };
  };

  it('go by service, owner, state, id, region and address type, with AWS’s names', async () => {
    const { a, ids, list } = await prepared();
    expect(await list(['service-id', [a.id]])).toEqual([ids[0], ids[1]]);
    expect(await list(['vpc-endpoint-owner', [STRANGER.accountId]])).toEqual([ids[1]]);
    expect(await list(['vpc-endpoint-state', ['pending', 'available']])).toEqual([ids[2]]);
    expect(await list(['vpc-endpoint-id', [ids[2], ids[0]]])).toEqual([ids[0], ids[2]]);
    expect(await list(['vpc-endpoint-region', ['us-west-2']])).toEqual([...ids]);
    expect(await list(['vpc-endpoint-region', ['cross-region']])).toEqual([]);
    expect(await list(['ip-address-type', ['ipv6']])).toEqual([]);
  });

  it('must all match, and mind upper and lower case', async () => {
    const { a, ids, list } = await prepared();
    expect(await list(['service-id', [a.id]], ['vpc-endpoint-owner', [CONSUMER.accountId]])).toEqual([ids[0]]);
    expect(await list(['vpc-endpoint-state', ['PendingAcceptance']])).toEqual([]);
  });

  it('understand * and ?, and take them as they are after a backslash', async () => {
    const { ids, list } = await prepared();
    expect(await list(['vpc-endpoint-state', ['pend*']])).toEqual([...ids]);
    expect(await list(['vpc-endpoint-state', ['pendin?']])).toEqual([ids[2]]);
    expect(await list(['vpc-endpoint-state', ['pend\\*']])).toEqual([]);
    expect(await list(['vpc-endpoint-state', ['pend.*']])).toEqual([]);
  });

  it('restrict nothing without values', async () => {
    const { ids, list } = await prepared();
    expect(await list(['service-id', []])).toEqual([...ids]);
  });

  it('take 200 values, not 201, and no unknown name', async () => {
    const { world, ids } = await prepared();
    const ask = (Name: string, count: number) =>
      world.provider('DescribeVpcEndpointConnections', { Filters: [{ Name, Values: Array(count).fill(ids[0]) }] });
    expect(MAX_FILTER_VALUES).toBe(200);
    expect(idsOf(await ask('vpc-endpoint-id', 200))).toEqual([ids[0]]);
    expect(await failureOf(ask('vpc-endpoint-id', 201))).toMatch(/^FilterLimitExceeded/);
    expect(await failureOf(ask('vpc-id', 1))).toBe("InvalidFilter: The filter 'vpc-id' is invalid");
  });
});

describe('pages', () => {
  const many = async (count: number, options = {}) => {
    const world = ec2World(options);
    const service = await world.service();
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      ids.push(await world.endpoint(service.name, {}, accountPrincipal(String(n).padStart(12, '0'))));
    }
    const page = (input: object = {}): Promise<Listed> => world.provider('DescribeVpcEndpointConnections', input);
    return { world, service, ids, page };
  };

  it('come in the order of creation and miss nothing', async () => {
    const { ids, page } = await many(12);
    const found: string[] = [];
    const sizes: number[] = [];
    for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
      const listed: Listed = await page({ MaxResults: 5, ...(token === undefined ? {} : { NextToken: token }) });
      found.push(...idsOf(listed));
      sizes.push(listed.VpcEndpointConnections.length);
      token = listed.NextToken;
    }
    expect(found).toEqual(ids);
    expect(sizes).toEqual([5, 5, 2]);
  });

  it('leave no gap where something vanishes between two of them', async () => {
    const { world, ids, page } = await many(7, {
      timings: { deleting: [1, 1], deletedKept: [1, 1] },
    });
    const first = await page({ MaxResults: 5 });
    await world.as(accountPrincipal('000000000000'), 'DeleteVpcEndpoints', { VpcEndpointIds: [ids[0]] });
    await world.passes(10);
    const second = await page({ MaxResults: 5, NextToken: first.NextToken });
    expect(idsOf(second)).toEqual(ids.slice(5));
  });

  it('are as long as the default where nobody says, and never end with an empty one', async () => {
    const { ids, page } = await many(12, { defaultPage: 6 });
    const first = await page();
    expect(idsOf(first)).toEqual(ids.slice(0, 6));
    const second = await page({ NextToken: first.NextToken });
    expect(idsOf(second)).toEqual(ids.slice(6));
    expect(second.NextToken).toBeUndefined();
  });

  it('have five results at least, and a token that EC2 gave', async () => {
    const { ids, page } = await many(6);
    expect(await failureOf(page({ MaxResults: 4 }))).toBe(
      'InvalidParameterValue: Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.',
    );
    expect(idsOf(await page({ MaxResults: 5_000 }))).toEqual(ids);
    expect(await failureOf(page({ NextToken: 'bm8' }))).toMatch(/^InvalidNextToken/);
    const first = await page({ MaxResults: 5 });
    expect(first.NextToken).not.toContain(ids[4]);
  });
});

describe('DescribeVpcEndpoints and DescribeVpcEndpointServiceConfigurations', () => {
  it('filter by tags as well', async () => {
    const world = ec2World();
    const tagged = {
      TagSpecifications: [{ ResourceType: 'vpc-endpoint-service', Tags: [{ Key: 'team', Value: 'a' }] }],
    };
    const a = await world.service(tagged);
    await world.service();
    const services = async (Name: string, Value: string) =>
      (await world.provider('DescribeVpcEndpointServiceConfigurations', { Filters: [{ Name, Values: [Value] }] }))
        .ServiceConfigurations;
    expect(await services('tag:team', 'a')).toMatchObject([{ ServiceId: a.id }]);
    expect(await services('tag-key', 'team')).toMatchObject([{ ServiceId: a.id }]);
    expect(await services('tag:team', 'b')).toEqual([]);
    const id = await world.endpoint(a.name);
    const endpoints = async (Name: string, Value: string) =>
      (await world.consumer('DescribeVpcEndpoints', { Filters: [{ Name, Values: [Value] }] })).VpcEndpoints;
    expect(await endpoints('service-name', a.name)).toMatchObject([{ VpcEndpointId: id }]);
    expect(await endpoints('vpc-id', 'vpc-00000000')).toEqual([]);
    expect(await endpoints('vpc-endpoint-type', 'Interface')).toHaveLength(1);
  });
});
