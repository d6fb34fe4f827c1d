import type {
  Action,
  CreateListenerInput,
  CreateListenerOutput,
  DeleteListenerInput,
  DescribeListenersInput,
  DescribeListenersOutput,
  ModifyListenerInput,
  ModifyListenerOutput,
  ProtocolEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ActionDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { elbAction, onEverything, onResource } from './action.ts';
import { elbv2Errors } from './errors.ts';
import { settleUse } from './health.ts';
import { markedPage, requireListener, requireLoadBalancer, requireTargetGroup } from './lookups.ts';
import {
  type Balancing,
  forwardedBy,
  type Listener,
  type LoadBalancer,
  loadBalancerOf,
  type TargetGroup,
} from './model.ts';
import { checkLoad } from './quotas.ts';
import { creationTags, onCreation } from './tags.ts';
import { listenerView } from './views.ts';

/**
 * Which target groups a listener may forward to.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html
 */
const COMPATIBLE: Readonly<Record<string, readonly ProtocolEnum[]>> = {
  TCP: ['TCP', 'TCP_UDP'],
  TLS: ['TCP', 'TLS'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
  QUIC: ['QUIC', 'TCP_QUIC'],
  TCP_QUIC: ['TCP_QUIC'],
};

const checkActions = (actions: readonly Action[]): void => {
  const [action, ...others] = actions;
  if (action === undefined || others.length > 0) {
    throw elbv2Errors.validation('Exactly one default action must be specified');
  }
  if (action.Type !== 'forward') {
    throw elbv2Errors.wrongAction(`Network load balancers only forward: the action type '${action.Type}' is not valid`);
  }
  if (forwardedBy({ actions }).length === 0) throw elbv2Errors.validation('A target group ARN must be specified');
};

const checkProtocol = (protocol: ProtocolEnum): void => {
  if (!Object.hasOwn(COMPATIBLE, protocol)) {
    throw new AwsError(
      'UnsupportedProtocol',
      `Listener protocol '${protocol}' is not valid for network load balancers`,
    );
  }
};

/** The groups that actions forward to. @throws AwsError `TargetGroupNotFound`, `TargetGroupAssociationLimit`, `IncompatibleProtocols`, `TooManyTargets` */
const usable = (
  world: Balancing,
  balancer: LoadBalancer,
  protocol: ProtocolEnum,
  actions: readonly Action[],
): readonly TargetGroup[] =>
  forwardedBy({ actions }).map((arn) => {
    const group = requireTargetGroup(world, arn, balancer.owner);
    const user = loadBalancerOf(world, arn);
    if (user !== undefined && user !== balancer) throw elbv2Errors.otherLoadBalancer(arn);
    if (COMPATIBLE[protocol]?.includes(group.protocol) !== true) {
      throw elbv2Errors.incompatible(group.protocol, protocol);
    }
    checkLoad(world, balancer, group);
    return group;
  });

const onBalancer = (world: Balancing, { arn }: LoadBalancer): readonly Listener[] =>
  [...world.listeners.values()].filter(({ loadBalancerArn }) => loadBalancerArn === arn);

const checkPort = (world: Balancing, balancer: LoadBalancer, port: number, self?: Listener): void => {
  if (onBalancer(world, balancer).some((each) => each.port === port && each !== self)) {
    throw elbv2Errors.samePort(balancer.arn);
  }
};

/** Takes a listener away; the groups that none forwards to any more are not in use. */
export const removeListener = (world: Balancing, listener: Listener): void => {
  world.listeners.delete(listener.arn);
  for (const arn of forwardedBy(listener)) {
    const group = world.targetGroups.get(arn);
    if (group !== undefined) settleUse(world, group);
  }
};

const make = (world: Balancing, input: CreateListenerInput, owner: string): Listener => {
  const { LoadBalancerArn = '', Protocol: protocol = 'TCP', Port: port = 0, DefaultActions: actions = [] } = input;
  const balancer = requireLoadBalancer(world, LoadBalancerArn, owner);
  const same = onBalancer(world, balancer).find(
    (each) =>
      each.port === port && each.protocol === protocol && JSON.stringify(each.actions) === JSON.stringify(actions),
  );
  if (same !== undefined) return same;
  checkPort(world, balancer, port);
  const { listenersPerLoadBalancer } = world.settings.limits;
  if (onBalancer(world, balancer).length >= listenersPerLoadBalancer) {
    throw new AwsError(
      'TooManyListeners',
      `The maximum number of listeners per load balancer '${listenersPerLoadBalancer}' has been reached`,
    );
  }
  const groups = usable(world, balancer, protocol, actions);
  const listener: Listener = {
    order: world.nextOrder(),
    arn: `${balancer.arn.replace(':loadbalancer/', ':listener/')}/${world.cloud.random.hex(16)}`,
    owner,
    loadBalancerArn: balancer.arn,
    protocol,
    port,
    actions,
    tags: creationTags(input.Tags),
  };
  world.listeners.set(listener.arn, listener);
  for (const group of groups) settleUse(world, group);
  return listener;
};

const modify = (world: Balancing, input: ModifyListenerInput, owner: string): Listener => {
  const listener = requireListener(world, input.ListenerArn ?? '', owner);
  const balancer = requireLoadBalancer(world, listener.loadBalancerArn, owner);
  const { Port: port = listener.port, Protocol: protocol = listener.protocol } = input;
  const actions = input.DefaultActions ?? listener.actions;
  checkProtocol(protocol);
  checkPort(world, balancer, port, listener);
  const before = forwardedBy(listener).flatMap((arn) => world.targetGroups.get(arn) ?? []);
  const after = usable(world, balancer, protocol, actions);
  listener.port = port;
  listener.protocol = protocol;
  listener.actions = actions;
  for (const group of new Set([...before, ...after])) settleUse(world, group);
  return listener;
};

/**
 * The actions on listeners.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
 */
export const listenerActions = (world: Balancing): Record<string, ActionDefinition> => {
  const onListener = (action: string, arn = '') => [onResource(action, arn, world.listeners.get(arn)?.tags)];
  return {
    CreateListener: elbAction<CreateListenerInput, CreateListenerOutput>(world, 'CreateListener', {
      check: ({ Protocol, Port, DefaultActions = [], Tags }) => {
        if (Protocol === undefined) throw elbv2Errors.validation('A listener protocol must be specified');
        if (Port === undefined) throw elbv2Errors.validation('A listener port must be specified');
        checkProtocol(Protocol);
        checkActions(DefaultActions);
        creationTags(Tags);
      },
      needs: ({ LoadBalancerArn = '', Tags }) => [
        onResource('CreateListener', LoadBalancerArn, world.loadBalancers.get(LoadBalancerArn)?.tags),
        ...onCreation('CreateListener', `${LoadBalancerArn.replace(':loadbalancer/', ':listener/')}/*`, Tags).slice(1),
      ],
      run: (input, owner) => ({ Listeners: [listenerView(make(world, input, owner))] }),
    }),

    DescribeListeners: elbAction<DescribeListenersInput, DescribeListenersOutput>(world, 'DescribeListeners', {
      check: ({ LoadBalancerArn, ListenerArns }) => {
        if ((LoadBalancerArn === undefined) === (ListenerArns === undefined)) {
          throw elbv2Errors.validation('You must specify either listener ARNs or a load balancer ARN');
        }
      },
      needs: () => onEverything('DescribeListeners'),
      run: (input, owner) => {
        const found =
          input.LoadBalancerArn === undefined
            ? (input.ListenerArns ?? []).map((arn) => requireListener(world, arn, owner))
            : onBalancer(world, requireLoadBalancer(world, input.LoadBalancerArn, owner));
        const { items, next } = markedPage(world, found, input);
        return { Listeners: items.map(listenerView), NextMarker: next };
      },
    }),

    ModifyListener: elbAction<ModifyListenerInput, ModifyListenerOutput>(world, 'ModifyListener', {
      check: ({ DefaultActions }) => {
        if (DefaultActions !== undefined) checkActions(DefaultActions);
      },
      needs: ({ ListenerArn }) => onListener('ModifyListener', ListenerArn),
      run: (input, owner) => ({ Listeners: [listenerView(modify(world, input, owner))] }),
    }),

    DeleteListener: elbAction<DeleteListenerInput, Record<string, never>>(world, 'DeleteListener', {
      needs: ({ ListenerArn }) => onListener('DeleteListener', ListenerArn),
      run: ({ ListenerArn = '' }, owner) => {
        removeListener(world, requireListener(world, ListenerArn, owner));
        return {};
      },
    }),
  };
};
