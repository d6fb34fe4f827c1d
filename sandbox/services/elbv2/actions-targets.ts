import type {
  DeregisterTargetsInput,
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  RegisterTargetsInput,
  TargetDescription,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ActionDefinition } from '../../cloud.ts';
import { elbAction, onEverything, onResource } from './action.ts';
import { checkAddress } from './addresses.ts';
import { elbv2Errors } from './errors.ts';
import { begin, end, healthAt, isDraining, NOT_REGISTERED } from './health.ts';
import { requireTargetGroup } from './lookups.ts';
import { type Balancing, type Target, type TargetGroup, targetKey } from './model.ts';
import { checkQuotas } from './quotas.ts';
import { targetView } from './views.ts';

/** A target as a request names it, with its group's port where it names none. */
interface Named {
  readonly id: string;
  readonly port: number;
  readonly zone: string | undefined;
}

const named = (group: TargetGroup, { Id = '', Port, AvailabilityZone }: TargetDescription): Named => ({
  id: Id,
  port: Port ?? group.port,
  zone: AvailabilityZone,
});

/** The zone in which an address is registered. @throws AwsError `ValidationError` */
const zoneFor = ({ settings }: Balancing, group: TargetGroup, { id, zone }: Named): string | undefined => {
  const detected = settings.zoneOf(id, group.vpcId);
  if (detected === undefined) {
    if (zone !== undefined) return zone;
    // As in https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/3714
    throw elbv2Errors.validation(
      `The Availability Zone is required for IP address '${id}' because it is not in the VPC`,
    );
  }
  if (zone !== undefined && zone !== detected && settings.uncertain.zoneOverride === 'ValidationError') {
    throw elbv2Errors.validation(
      `The IP address '${id}' is within the VPC, and cannot have its Availability Zone overridden to '${zone}' from '${detected}'`,
    );
  }
  return detected;
};

/** The target as it is to be registered. @throws AwsError `ValidationError` */
const admitted = (world: Balancing, group: TargetGroup, description: TargetDescription): Named => {
  const target = named(group, description);
  if (target.port < 1 || target.port > 65_535) {
    throw elbv2Errors.validation(`The port '${target.port}' must be between '1' and '65535'`);
  }
  if (group.targetType === 'instance') {
    if (!/^i-[0-9a-f]{8,17}$/.test(target.id)) {
      throw elbv2Errors.validation(`Instance ID '${target.id}' is not valid`);
    }
    if (target.zone !== undefined) {
      throw elbv2Errors.validation('An Availability Zone cannot be specified for targets of the type instance');
    }
    return target;
  }
  const isInside = (address: string): boolean => world.settings.zoneOf(address, group.vpcId) !== undefined;
  checkAddress(target.id, group.ipAddressType === 'ipv6' ? 'ipv6' : 'ipv4', isInside);
  return { ...target, zone: zoneFor(world, group, target) };
};

const find = (group: TargetGroup, { id, port, zone }: Named): Target | undefined => {
  const target = group.targets.get(targetKey(id, port));
  return target === undefined || (zone !== undefined && zone !== target.zone) ? undefined : target;
};

/** Registers all or none: what is registered stays as it is, what drains begins anew. */
const register = (world: Balancing, group: TargetGroup, descriptions: readonly TargetDescription[]): void => {
  const wanted = new Map(
    descriptions.map((description) => {
      const target = admitted(world, group, description);
      return [targetKey(target.id, target.port), target];
    }),
  );
  const isCounted = (target: Target | undefined): boolean =>
    target?.health !== undefined && (world.settings.uncertain.drainingCounts || !isDraining(target));
  const added = [...wanted].filter(([key]) => !isCounted(group.targets.get(key)));
  checkQuotas(
    world,
    group,
    added.map(([, { zone }]) => zone),
  );
  for (const [key, { id, port, zone }] of wanted) {
    const known = group.targets.get(key);
    if (known === undefined) {
      const target: Target = {
        ...{ order: world.nextOrder(), id, port, zone, health: undefined, history: [], streak: 0, lingersUntil: 0 },
        cancel: () => undefined,
      };
      group.targets.set(key, target);
      begin(world, group, target);
    } else {
      known.zone = zone;
      if (known.health === undefined || isDraining(known)) begin(world, group, known);
    }
  }
};

const deregister = (world: Balancing, group: TargetGroup, descriptions: readonly TargetDescription[]): void => {
  const targets = descriptions.map((description) => {
    const wanted = named(group, description);
    const target = find(group, wanted);
    if (target?.health === undefined && world.settings.uncertain.unknownTarget !== null) {
      throw elbv2Errors.unknownTarget(wanted.id, wanted.port);
    }
    return target;
  });
  for (const target of targets) {
    if (target?.health !== undefined && !isDraining(target)) end(world, group, target);
  }
};

const described = (
  world: Balancing,
  group: TargetGroup,
  wanted: readonly TargetDescription[] | undefined,
): TargetHealthDescription[] => {
  const at = world.cloud.clock.now() - world.within(world.settings.readDelay);
  if (wanted !== undefined && wanted.length > 0) {
    return wanted.map((description) => {
      const asked = named(group, description);
      const target = find(group, asked);
      const health = target === undefined ? undefined : healthAt(target, at);
      return targetView(group, health === undefined ? asked : (target ?? asked), health ?? NOT_REGISTERED);
    });
  }
  return [...group.targets.values()]
    .sort((a, b) => a.order - b.order)
    .flatMap((target) => {
      const health = healthAt(target, at);
      return health === undefined ? [] : [targetView(group, target, health)];
    });
};

const checkTargets = ({ Targets = [] }: { readonly Targets?: readonly TargetDescription[] | undefined }): void => {
  if (Targets.length === 0) throw elbv2Errors.validation('At least one target must be specified');
};

/**
 * The actions on targets. DescribeTargetHealth has no pages.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
 */
export const targetActions = (world: Balancing): Record<string, ActionDefinition> => {
  const onGroup = (action: string, arn = '') => [onResource(action, arn, world.targetGroups.get(arn)?.tags)];
  return {
    RegisterTargets: elbAction<RegisterTargetsInput, Record<string, never>>(world, 'RegisterTargets', {
      check: checkTargets,
      needs: ({ TargetGroupArn }) => onGroup('RegisterTargets', TargetGroupArn),
      run: ({ TargetGroupArn = '', Targets = [] }, owner) => {
        register(world, requireTargetGroup(world, TargetGroupArn, owner), Targets);
        return {};
      },
    }),

    DeregisterTargets: elbAction<DeregisterTargetsInput, Record<string, never>>(world, 'DeregisterTargets', {
      check: checkTargets,
      needs: ({ TargetGroupArn }) => onGroup('DeregisterTargets', TargetGroupArn),
      run: ({ TargetGroupArn = '', Targets = [] }, owner) => {
        deregister(world, requireTargetGroup(world, TargetGroupArn, owner), Targets);
        return {};
      },
    }),

    DescribeTargetHealth: elbAction<DescribeTargetHealthInput, DescribeTargetHealthOutput>(
      world,
      'DescribeTargetHealth',
      {
        check: ({ Include = [] }) => {
          // Anomalies are found for Application Load Balancers only: there is nothing to include.
          const unknown = Include.find((each) => each !== 'All' && each !== 'AnomalyDetection');
          if (unknown !== undefined) {
            throw elbv2Errors.validation(`Include '${String(unknown)}' must be one of 'AnomalyDetection, All'`);
          }
        },
        needs: () => onEverything('DescribeTargetHealth'),
        run: ({ TargetGroupArn = '', Targets }, owner) => ({
          TargetHealthDescriptions: described(world, requireTargetGroup(world, TargetGroupArn, owner), Targets),
        }),
      },
    ),
  };
};
