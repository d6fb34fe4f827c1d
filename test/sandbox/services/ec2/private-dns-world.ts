import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { OPERATOR } from '../../../../sandbox/cloud.ts';
import { accountPrincipal } from '../../../../sandbox/iam/principal.ts';
import type { Ec2Options } from '../../../../sandbox/services/ec2/options.ts';
import { createEmptyWorld } from '../../../../sandbox/world.ts';
import { MINUTE, NLB, request, SECOND, START } from './support.ts';

/** The service's private name, unless a test says otherwise. */
export const NAME = 'api.example.com';
/** EC2 looks half a minute after it was told to. */
export const AFTER = 30 * SECOND;

/** How a name is proved, as its owner is shown it. */
export interface Configuration {
  readonly State: string;
  readonly Type: string;
  readonly Name: string;
  readonly Value: string;
}

const never = (): never => {
  throw new Error('Nothing runs here.');
};

/** A world with Route 53 and DNS, and a service with a private name. Changes of zones are in force at once. */
export const named = async (ec2: Ec2Options = {}, name = NAME) => {
  const clock = new VirtualClock(START);
  const { cloud, dns, handler } = createEmptyWorld(
    {
      ...{ clock, seed: 1, endpoint: 'http://127.0.0.1:4599' },
      createHost: () => ({ instancesPerFunction: 0, close: async () => undefined, start: never }),
      dns: { isCaching: false },
      route53: { busy: [0, 0] },
      ec2: { ...ec2, timings: { verification: [AFTER, AFTER], provisioning: [SECOND, SECOND] } },
    },
    never,
  );
  // biome-ignore lint/suspicious/noExplicitAny: tests read the parts of many outputs that they are about
  const call = (service: string, action: string, input: object, account?: string): Promise<any> =>
    cloud.invoke({
      ...{ service, action, input },
      principal: account === undefined ? OPERATOR : accountPrincipal(account),
    });
  const { ServiceConfiguration } = await call('ec2', 'CreateVpcEndpointServiceConfiguration', {
    NetworkLoadBalancerArns: [NLB],
    AcceptanceRequired: false,
    PrivateDnsName: name,
  });
  const { ServiceId, ServiceName } = ServiceConfiguration;
  await call('ec2', 'ModifyVpcEndpointServicePermissions', { ServiceId, AddAllowedPrincipals: ['*'] });
  const passes = async (milliseconds: number): Promise<void> => {
    await clock.run(undefined, clock.now() + milliseconds);
  };
  const configuration = async (): Promise<Configuration> => {
    const { ServiceConfigurations } = await call('ec2', 'DescribeVpcEndpointServiceConfigurations', {
      ServiceIds: [ServiceId],
    });
    return ServiceConfigurations[0].PrivateDnsNameConfiguration;
  };
  /** What its owner and what a consumer is shown. */
  const states = async (): Promise<readonly string[]> => {
    const { ServiceDetails } = await call(
      'ec2',
      'DescribeVpcEndpointServices',
      { ServiceNames: [ServiceName] },
      '222222222222',
    );
    return [(await configuration()).State, ServiceDetails[0].PrivateDnsNameVerificationState];
  };
  const start = () => call('ec2', 'StartVpcEndpointServicePrivateDnsVerification', { ServiceId });
  const modify = (input: object) => call('ec2', 'ModifyVpcEndpointServiceConfiguration', { ServiceId, ...input });
  /** @param vpc - the zone is private, and that VPC's. */
  const zone = async (of: string, vpc?: string): Promise<string> => {
    const { HostedZone } = await call('route53', 'CreateHostedZone', {
      Name: of,
      CallerReference: `${of} ${vpc}`,
      ...(vpc === undefined ? {} : { VPC: { VPCRegion: 'us-west-2', VPCId: vpc } }),
    });
    return HostedZone.Id;
  };
  const change = async (HostedZoneId: string, Action: string, Name: string, ...values: string[]): Promise<void> => {
    const ResourceRecordSet = {
      ...{ Name, Type: 'TXT', TTL: 60 },
      ResourceRecords: values.map((Value) => ({ Value: `"${Value}"` })),
    };
    await call('route53', 'ChangeResourceRecordSets', {
      HostedZoneId,
      ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
    });
    await passes(2 * MINUTE);
  };
  const endpoint = (input: object = {}) =>
    call('ec2', 'CreateVpcEndpoint', request(ServiceName, { PrivateDnsEnabled: true, ...input }), '222222222222');
  const verified = async (): Promise<void> => {
    const { Name, Value } = await configuration();
    await change(await zone('example.com'), 'CREATE', `${Name}.${NAME}`, Value);
    await start();
    await passes(AFTER);
  };
  const parts = { cloud, call, dns, handler, clock, ServiceId, ServiceName };
  return { ...parts, passes, configuration, states, start, modify, zone, change, endpoint, verified };
};
