import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../../sandbox/cloud.ts';
import { roleSession } from '../../../../sandbox/iam/principal.ts';
import { createRdsWorld, ROLE } from './rds-world.ts';

const ARN = 'arn:aws:rds:us-west-2:123456789012';
const PROXY = 'the ARN of orders';

describe('what IAM is asked', () => {
  it.each<[string, object, readonly (readonly [string, string])[]]>([
    [
      'CreateDBProxy',
      { DBProxyName: 'x', RoleArn: ROLE },
      [
        ['rds:CreateDBProxy', `${ARN}:db-proxy:*`],
        ['iam:PassRole', ROLE],
      ],
    ],
    ['DescribeDBProxies', {}, [['rds:DescribeDBProxies', `${ARN}:db-proxy:*`]]],
    ['DescribeDBProxies', { DBProxyName: 'orders' }, [['rds:DescribeDBProxies', PROXY]]],
    ['DescribeDBProxies', { DBProxyName: 'none' }, [['rds:DescribeDBProxies', `${ARN}:db-proxy:*`]]],
    ['ModifyDBProxy', { DBProxyName: 'orders' }, [['rds:ModifyDBProxy', PROXY]]],
    ['DeleteDBProxy', { DBProxyName: 'orders' }, [['rds:DeleteDBProxy', PROXY]]],
    ['DescribeDBProxyEndpoints', { DBProxyName: 'orders' }, [['rds:DescribeDBProxyEndpoints', PROXY]]],
    [
      'CreateDBProxyEndpoint',
      { DBProxyName: 'orders' },
      [
        ['rds:CreateDBProxyEndpoint', PROXY],
        ['rds:CreateDBProxyEndpoint', `${ARN}:db-proxy-endpoint:*`],
      ],
    ],
    ['DescribeDBProxyTargets', { DBProxyName: 'orders' }, [['rds:DescribeDBProxyTargets', PROXY]]],
    [
      'RegisterDBProxyTargets',
      { DBProxyName: 'orders', DBClusterIdentifiers: ['Shop'] },
      [
        ['rds:RegisterDBProxyTargets', PROXY],
        ['rds:RegisterDBProxyTargets', `${ARN}:cluster:shop`],
      ],
    ],
    ['DescribeDBInstances', {}, [['rds:DescribeDBInstances', `${ARN}:db:*`]]],
    ['FailoverDBCluster', { DBClusterIdentifier: 'shop' }, [['rds:FailoverDBCluster', `${ARN}:cluster:shop`]]],
  ])('%s %j', async (action, input, expected) => {
    const { cloud, proxy } = createRdsWorld();
    await proxy('orders');
    const { DBProxies } = (await cloud.invoke({
      service: 'rds',
      action: 'DescribeDBProxies',
      input: {},
      principal: OPERATOR,
    })) as { DBProxies: { DBProxyArn: string }[] };
    const asked = cloud.action('rds', action)?.permissions(input, { cloud, principal: OPERATOR, requestId: 'r' });
    expect(asked?.map(({ action: name, resource }) => [name, resource])).toEqual(
      expected.map(([name, resource]) => [name, resource === PROXY ? DBProxies[0]?.DBProxyArn : resource]),
    );
  });

  it('a role that may not - is denied, in RDS’s word for it', async () => {
    const { cloud } = createRdsWorld();
    const principal = roleSession('arn:aws:iam::123456789012:role/nobody', 's');
    await expect(
      cloud.invoke({ service: 'rds', action: 'DescribeDBProxies', input: {}, principal }),
    ).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  });
});
