import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  type CreateLoadBalancerInput,
  CreateTargetGroupCommand,
  type CreateTargetGroupInput,
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  type TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { type Authorizer, Cloud, OPERATOR, type Permission } from '../../../../sandbox/cloud.ts';
import { accountPrincipal, type Principal } from '../../../../sandbox/iam/principal.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { elbv2Service } from '../../../../sandbox/services/elbv2/actions.ts';
import type { Elbv2Options } from '../../../../sandbox/services/elbv2/options.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import { inProcessHandler } from '../../../../sandbox/wire/in-process.ts';
import { createRouter } from '../../../../sandbox/wire/router.ts';

export const START = Date.parse('2026-11-23T00:00:00Z');
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

/** One second to register, a check every ten seconds of which two decide. */
export const QUICK: Elbv2Options = { registering: [SECOND, SECOND] };
const CHECKS = { HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 2, UnhealthyThresholdCount: 2 };

/** A world with Elastic Load Balancing, and SDK clients that speak to it. */
export const elbWorld = (
  options: Elbv2Options = {},
  refuse: (principal: Principal, permission: Permission) => string | undefined = () => undefined,
) => {
  const clock = new VirtualClock(START);
  const journal = new Journal(clock);
  const authorizer: Authorizer = {
    refuse,
    assumeRole: () => {
      throw new AwsError('AccessDenied', 'There are no roles here.');
    },
  };
  const cloud = new Cloud({ clock, journal, random: seededRandom(7), authorizer });
  const service = elbv2Service(cloud, options);
  cloud.register(service);
  const principalOf = (key: string) => (/^\d{12}$/.test(key) ? accountPrincipal(key) : OPERATOR);
  const handler = createRouter({ cloud, principalOf });
  const clientOf = (accessKeyId: string) =>
    new ElasticLoadBalancingV2Client({
      region: 'us-west-2',
      credentials: { accessKeyId, secretAccessKey: 'any' },
      maxAttempts: 1,
      requestHandler: inProcessHandler(handler),
    });
  const client = clientOf('operator');

  const loadBalancer = async (input: Partial<CreateLoadBalancerInput> = {}): Promise<string> => {
    const made = await client.send(
      new CreateLoadBalancerCommand({ Name: 'nlb', Type: 'network', Subnets: ['subnet-a', 'subnet-b'], ...input }),
    );
    return made.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  };
  const group = async (input: Partial<CreateTargetGroupInput> = {}): Promise<string> => {
    const made = await client.send(
      new CreateTargetGroupCommand({
        ...{ Name: 'targets', Protocol: 'TCP', Port: 5432, VpcId: 'vpc-1', TargetType: 'ip', ...CHECKS },
        ...input,
      }),
    );
    return made.TargetGroups?.[0]?.TargetGroupArn ?? '';
  };
  const listener = async (LoadBalancerArn: string, TargetGroupArn: string, Port = 5432): Promise<string> => {
    const made = await client.send(
      new CreateListenerCommand({
        ...{ LoadBalancerArn, Port, Protocol: 'TCP' },
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      }),
    );
    return made.Listeners?.[0]?.ListenerArn ?? '';
  };
  /** A target group behind a listener. */
  const inUse = async (input: Partial<CreateTargetGroupInput> = {}): Promise<string> => {
    const [balancer, targets] = [await loadBalancer(), await group(input)];
    await listener(balancer, targets);
    return targets;
  };
  const setAttributes = (TargetGroupArn: string, attributes: Readonly<Record<string, string>>) =>
    client.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn,
        Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
  const described = (...targets: readonly (string | TargetDescription)[]): TargetDescription[] =>
    targets.map((target) => (typeof target === 'string' ? { Id: target } : target));
  const register = (TargetGroupArn: string, ...targets: readonly (string | TargetDescription)[]) =>
    client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: described(...targets) }));
  const deregister = (TargetGroupArn: string, ...targets: readonly (string | TargetDescription)[]) =>
    client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: described(...targets) }));
  /** e.g. `['10.0.0.1:5432 initial Elb.RegistrationInProgress']`. */
  const health = async (
    TargetGroupArn: string,
    ...targets: readonly (string | TargetDescription)[]
  ): Promise<readonly string[]> => {
    const Targets = targets.length === 0 ? {} : { Targets: described(...targets) };
    const seen = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn, ...Targets }));
    return (seen.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) =>
      [`${Target?.Id}:${Target?.Port}`, TargetHealth?.State, TargetHealth?.Reason]
        .filter((part) => part !== undefined)
        .join(' '),
    );
  };
  const passes = async (milliseconds: number): Promise<void> => {
    await clock.run(undefined, clock.now() + milliseconds);
  };
  /** The addresses that a new connection may reach. */
  const reach = (arn: string): readonly string[] => service.targets.routable(arn).map(({ id }) => id);
  return {
    ...{ clock, cloud, journal, handler, client, clientOf, loadBalancer, group, listener, inUse, setAttributes },
    ...{ register, deregister, health, passes, reach, targets: service.targets },
  };
};

/** What a client is told: `done`, or `NAME: sentence` where the call fails. */
export const outcomeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
    throw error;
  }
};

/** What a client is told where a call fails: `NAME: sentence`. */
export const failureOf = async (call: Promise<unknown>): Promise<string> => {
  const outcome = await outcomeOf(call);
  if (outcome === 'done') throw new Error('The call succeeded; it was to fail.');
  return outcome;
};
