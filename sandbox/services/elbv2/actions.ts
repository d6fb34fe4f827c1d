import { type ActionDefinition, PROVIDER_ACCOUNT, REGION, type ServiceDefinition } from '../../cloud.ts';

interface CreateLoadBalancerInput {
  readonly Name: string;
  readonly Type?: 'application' | 'network' | 'gateway';
  readonly Scheme?: 'internal' | 'internet-facing';
}
interface CreateTargetGroupInput {
  readonly Name: string;
}
interface CreateListenerInput {
  readonly LoadBalancerArn: string;
}

const PREFIX = `arn:aws:elasticloadbalancing:${REGION}:${PROVIDER_ACCOUNT}`;
const KINDS = { application: 'app', network: 'net', gateway: 'gwy' } as const;

const define = <I, O>(action: ActionDefinition<I, O>): ActionDefinition<I, O> => action;

/**
 * Elastic Load Balancing without behaviour: ARNs and DNS names, so that a template's load balancer, target group and
 * listener can be referred to. Nothing is balanced and no target is registered.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
 */
export const elbv2Service = (): ServiceDefinition => ({
  // What SigV4 signs with, and the prefix of its IAM actions.
  name: 'elasticloadbalancing',
  notModelled: ['Targets, health, attributes, rules, every Describe, Modify and Delete'],
  actions: {
    CreateLoadBalancer: define<CreateLoadBalancerInput, unknown>({
      permissions: ({ Name, Type = 'application' }) => [
        {
          action: 'elasticloadbalancing:CreateLoadBalancer',
          resource: `${PREFIX}:loadbalancer/${KINDS[Type]}/${Name}/*`,
        },
      ],
      run: ({ Name, Type = 'application', Scheme = 'internet-facing' }, { cloud }) => {
        const id = cloud.random.hex(16);
        const host = Scheme === 'internal' ? `internal-${Name}-${id}` : `${Name}-${id}`;
        return {
          LoadBalancers: [
            {
              LoadBalancerArn: `${PREFIX}:loadbalancer/${KINDS[Type]}/${Name}/${id}`,
              LoadBalancerName: Name,
              // A network load balancer's name says nothing of its scheme.
              DNSName:
                Type === 'network'
                  ? `${Name}-${id}.elb.${REGION}.amazonaws.com`
                  : `${host}.${REGION}.elb.amazonaws.com`,
              // The zone that an alias record of us-west-2 names: https://docs.aws.amazon.com/general/latest/gr/elb.html
              CanonicalHostedZoneId: Type === 'network' ? 'Z18D5FSROUN65G' : 'Z1H1FL5HABSF5',
              Type,
              Scheme,
              State: { Code: 'active' },
            },
          ],
        };
      },
    }),
    CreateTargetGroup: define<CreateTargetGroupInput, unknown>({
      permissions: ({ Name }) => [
        { action: 'elasticloadbalancing:CreateTargetGroup', resource: `${PREFIX}:targetgroup/${Name}/*` },
      ],
      run: ({ Name }, { cloud }) => ({
        TargetGroups: [
          { TargetGroupArn: `${PREFIX}:targetgroup/${Name}/${cloud.random.hex(16)}`, TargetGroupName: Name },
        ],
      }),
    }),
    CreateListener: define<CreateListenerInput, unknown>({
      permissions: ({ LoadBalancerArn }) => [
        { action: 'elasticloadbalancing:CreateListener', resource: LoadBalancerArn },
      ],
      run: ({ LoadBalancerArn }, { cloud }) => ({
        Listeners: [
          {
            ListenerArn: `${LoadBalancerArn.replace(':loadbalancer/', ':listener/')}/${cloud.random.hex(16)}`,
            LoadBalancerArn,
          },
        ],
      }),
    }),
  },
});
