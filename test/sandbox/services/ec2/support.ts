import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { type Authorizer, Cloud, OPERATOR, type Permission } from '../../../../sandbox/cloud.ts';
import { accountPrincipal, type Principal } from '../../../../sandbox/iam/principal.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { ec2Service } from '../../../../sandbox/services/ec2/actions.ts';
import type { Ec2Options } from '../../../../sandbox/services/ec2/options.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';

export const START = Date.parse('2026-11-23T00:00:00Z');
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const CONSUMER = accountPrincipal('222222222222');
export const STRANGER = accountPrincipal('333333333333');
export const NLB = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/api/0123456789abcdef';
export const TOPIC = 'arn:aws:sns:us-west-2:123456789012:requests';

/** What the fake topic was sent. */
interface Sent {
  readonly at: number;
  readonly principal: Principal;
  readonly TopicArn: string;
  readonly Subject: string;
  readonly Message: string;
}

interface Extras {
  readonly seed?: number;
  /** Says why a permission is refused; everything is allowed where absent. */
  readonly refuse?: (principal: Principal, permission: Permission) => string | undefined;
  readonly topicRefuses?: boolean;
}

/** A world with EC2 and a topic that writes down what it is sent. */
export const ec2World = (options: Ec2Options = {}, extras: Extras = {}) => {
  const clock = new VirtualClock(START);
  const journal = new Journal(clock);
  const authorizer: Authorizer = {
    refuse: (principal, permission) => extras.refuse?.(principal, permission),
    assumeRole: () => {
      throw new AwsError('AccessDenied', 'There are no roles here.');
    },
  };
  const cloud = new Cloud({ clock, journal, random: seededRandom(extras.seed ?? 7), authorizer });
  const sent: Sent[] = [];
  cloud.register({
    name: 'sns',
    actions: {
      Publish: {
        permissions: () => [],
        run: (input, { principal }) => {
          if (extras.topicRefuses === true)
            throw new AwsError('AuthorizationError', 'The policy does not allow it.', 403);
          sent.push({ at: clock.now(), principal, ...input });
          return { MessageId: 'm' };
        },
      },
    },
  });
  cloud.register(ec2Service(cloud, options));

  // biome-ignore lint/suspicious/noExplicitAny: tests read the parts of many outputs that they are about
  const as = (principal: Principal, action: string, input: object = {}): Promise<any> =>
    cloud.invoke({ service: 'ec2', action, input, principal });
  const provider = (action: string, input: object = {}) => as(OPERATOR, action, input);
  const consumer = (action: string, input: object = {}) => as(CONSUMER, action, input);
  const passes = async (milliseconds: number): Promise<void> => {
    await clock.run(undefined, clock.now() + milliseconds);
  };

  /** An endpoint service that anybody may ask for, with what the test cares about. */
  const service = async (
    input: object = {},
    allowed: readonly string[] = ['*'],
  ): Promise<{ id: string; name: string }> => {
    const made = await provider('CreateVpcEndpointServiceConfiguration', { NetworkLoadBalancerArns: [NLB], ...input });
    const { ServiceId: id, ServiceName: name } = made.ServiceConfiguration;
    if (allowed.length > 0) {
      await provider('ModifyVpcEndpointServicePermissions', { ServiceId: id, AddAllowedPrincipals: allowed });
    }
    return { id, name };
  };
  /** An endpoint of the consumer's. */
  const endpoint = async (
    serviceName: string,
    input: object = {},
    principal: Principal = CONSUMER,
  ): Promise<string> => {
    const made = await as(principal, 'CreateVpcEndpoint', request(serviceName, input));
    return made.VpcEndpoint.VpcEndpointId;
  };
  /** The connection's state as its provider sees it, `undefined` where it is not listed. */
  const providerSees = async (id: string): Promise<string | undefined> => {
    const { VpcEndpointConnections } = await provider('DescribeVpcEndpointConnections');
    return VpcEndpointConnections.find((one: { VpcEndpointId: string }) => one.VpcEndpointId === id)?.VpcEndpointState;
  };
  /** The endpoint's state as its owner sees it, `undefined` where it is not listed. */
  const consumerSees = async (id: string, principal: Principal = CONSUMER): Promise<string | undefined> => {
    const { VpcEndpoints } = await as(principal, 'DescribeVpcEndpoints');
    return VpcEndpoints.find((one: { VpcEndpointId: string }) => one.VpcEndpointId === id)?.State;
  };
  return { clock, cloud, journal, sent, as, provider, consumer, passes, service, endpoint, providerSees, consumerSees };
};

/** A request for an interface endpoint. */
export const request = (serviceName: string, input: object = {}): object => ({
  VpcEndpointType: 'Interface',
  VpcId: 'vpc-0123456789abcdef0',
  SubnetIds: ['subnet-0123456789abcdef0'],
  ServiceName: serviceName,
  ...input,
});

/** What a client is told where a call fails: `CODE: sentence`. */
export const failureOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('The call succeeded; it was to fail.');
};
