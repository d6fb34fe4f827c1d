import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeDBProxiesCommand } from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';
import { registryKey } from '../../../functions/registry/keys.ts';
import { aBinding } from '../../support/builders.ts';
import { awsError, CONTEXT, callsOf, item, stubFunctionEnvironment, TABLES } from '../support.ts';
import { world } from './world.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/targets/find-bindings.ts');

const proxyOf = (proxyName: string, endpointName?: string) =>
  ({ kind: 'proxy', proxyName, ...(endpointName === undefined ? {} : { endpointName }) }) as const;
const bindings = [
  aBinding({ bindingId: 'z-orders' }),
  aBinding({ bindingId: 'orders-reads', port: 1, source: proxyOf('orders', 'reads') }),
  aBinding({ bindingId: 'orders-2', port: 2, source: proxyOf('orders-2') }),
  aBinding({ bindingId: 'instance', port: 3, source: { kind: 'instance', instanceId: 'db-1' } }),
  aBinding({ bindingId: 'writer', port: 4, source: { kind: 'cluster', clusterId: 'aurora', endpoint: 'writer' } }),
  aBinding({ bindingId: 'reader', port: 5, source: { kind: 'cluster', clusterId: 'aurora', endpoint: 'reader' } }),
  aBinding({ bindingId: 'host', port: 6, source: { kind: 'host', hostName: 'orders' } }),
  aBinding({ bindingId: 'fixed', port: 7, source: { kind: 'fixed', addresses: ['10.0.1.10'] } }),
];
const find = async (name: string, arn: string, given = bindings) => {
  const { services, rds, dynamo } = world({ bindings: given });
  const { bindingIds } = await run({ arn, name }, services);
  return { bindingIds, rds: callsOf(rds), dynamo: callsOf(dynamo) };
};

describe('find-bindings', () => {
  it.each([
    [
      'a proxy, its default endpoint and others',
      'orders',
      'arn:aws:rds:u:1:db-proxy:prx-1',
      ['orders-reads', 'z-orders'],
    ],
    ['a proxy whose name begins like another’s', 'orders-2', 'arn:aws:rds:u:1:db-proxy:prx-2', ['orders-2']],
    ['an instance', 'db-1', 'arn:aws:rds:u:1:db:db-1', ['instance']],
    ['a cluster, both of its endpoints', 'aurora', 'arn:aws:rds:u:1:cluster:aurora', ['reader', 'writer']],
    ['an instance that nobody follows', 'db-9', 'arn:aws:rds:u:1:db:db-9', []],
  ])('an event of %s - by its name, sorted; RDS is not asked', async (_what, name, arn, bindingIds) => {
    const found = await find(name, arn);

    expect(found).toMatchObject({ bindingIds, rds: [] });
    expect(found.dynamo).toEqual([
      ['Query', expect.objectContaining({ TableName: TABLES.registry, ConsistentRead: true })],
    ]);
  });

  it('an event of a proxy’s endpoint, whose name is none of a proxy - the proxy is found by its ARN', async () => {
    const { services, rds } = world({ bindings });
    const arn = 'arn:aws:rds:us-west-2:123456789012:db-proxy:prx-0abc';
    rds.on(DescribeDBProxiesCommand).resolves({ DBProxies: [{ DBProxyName: 'orders', DBProxyArn: arn }] });

    await expect(run({ arn, name: 'reads' }, services)).resolves.toEqual({ bindingIds: ['orders-reads', 'z-orders'] });
  });

  it('a proxy that is gone - nobody', async () => {
    const found = await find('reads', 'arn:aws:rds:u:1:db-proxy:prx-9');

    expect(found.bindingIds).toEqual([]);
    expect(found.rds).toHaveLength(1);
  });

  it('no binding follows any proxy - RDS is not asked for names', async () => {
    const given = [aBinding({ source: { kind: 'instance', instanceId: 'db-1' } })];

    expect(await find('reads', 'arn:aws:rds:u:1:db-proxy:prx-9', given)).toMatchObject({ bindingIds: [], rds: [] });
  });

  it('an entry that nobody can read - the others are found', async () => {
    const { services } = world({ entries: [item(registryKey.binding('broken'), { bindingId: 'broken' })] });

    await expect(run({ arn: 'x', name: 'orders' }, services)).resolves.toEqual({ bindingIds: ['orders-postgres'] });
  });

  it.each([
    ['ThrottlingException', 'Throttled'],
    ['AccessDeniedException', 'Denied'],
  ])('DynamoDB says %s - thrown as %s', async (code, name) => {
    const { services, dynamo } = world();
    dynamo.on(QueryCommand).rejects(awsError(code));

    await expect(run({ arn: 'x', name: 'orders' }, services)).rejects.toMatchObject({ name });
  });

  it.each([
    ['nothing', {}],
    ['a name without end', { arn: 'x', name: 'x'.repeat(2_049) }],
    ['an ARN that is none', { arn: null, name: 'x' }],
    ['a field that nobody reads', { arn: 'x', name: 'x', region: 'x' }],
  ])('its input: %s - refused in words', async (_situation, input) => {
    await expect(handler(input, CONTEXT)).rejects.toMatchObject({ name: 'Malformed' });
  });
});
