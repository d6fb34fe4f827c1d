import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { OPERATOR } from '../../../../sandbox/cloud.ts';
import { deploy } from '../../../../sandbox/deploy/deploy.ts';
import { createEmptyWorld } from '../../../../sandbox/world.ts';
import { writeAssembly } from '../../deploy/support/assembly.ts';
import { failureOf, SECOND, START } from './support.ts';

const never = (): never => {
  throw new Error('Nothing runs here.');
};

const STACK = {
  Nlb: {
    Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    Properties: { Type: 'network', Scheme: 'internal', Subnets: ['subnet-1'] },
  },
  Targets: {
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: { Port: 5432, Protocol: 'TCP', TargetType: 'ip', VpcId: 'vpc-1' },
  },
  Listener: {
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: {
      LoadBalancerArn: { Ref: 'Nlb' },
      Port: 5432,
      Protocol: 'TCP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: 'Targets' } }],
    },
  },
};

describe('a world with a stack', () => {
  it('its options reach Elastic Load Balancing, and its targets are told', async () => {
    const clock = new VirtualClock(START);
    const { cloud, targets } = createEmptyWorld(
      {
        ...{ clock, seed: 1, endpoint: 'http://127.0.0.1:4599' },
        createHost: () => ({ instancesPerFunction: 0, close: async () => undefined, start: never }),
        elbv2: { registering: [SECOND, SECOND], isServing: (address) => address === '10.0.0.1' },
      },
      never,
    );
    const { resources } = await deploy(cloud, { directory: writeAssembly({ Concierge: { Resources: STACK } }) });
    const TargetGroupArn = resources.get('Targets')?.physicalId ?? '';
    const register = (...ids: readonly string[]) =>
      cloud.invoke({
        ...{ service: 'elasticloadbalancing', action: 'RegisterTargets', principal: OPERATOR },
        input: { TargetGroupArn, Targets: ids.map((Id) => ({ Id })) },
      });
    await register('10.0.0.1', '10.0.1.1');
    await clock.run();
    expect(clock.now()).toBe(START + (1 + 4 * 30) * SECOND);
    expect(targets.registered(TargetGroupArn)).toEqual([
      { id: '10.0.0.1', port: 5432, zone: 'us-west-2a', health: { state: 'healthy' } },
      {
        ...{ id: '10.0.1.1', port: 5432, zone: 'us-west-2b' },
        health: { state: 'unhealthy', reason: 'Target.FailedHealthChecks' },
      },
    ]);
    expect(targets.routable(TargetGroupArn)).toEqual([{ id: '10.0.0.1', port: 5432, zone: 'us-west-2a' }]);
    for (let call = 0; call < 20; call += 1) await register('10.0.0.1');
    expect(await failureOf(register('10.0.0.1'))).toBe('Throttling: Rate exceeded');
  });
});
