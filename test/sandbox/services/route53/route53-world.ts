import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  type HealthCheckConfig,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
  type VPC as Vpc,
} from '@aws-sdk/client-route-53';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { type Authorizer, Cloud, OPERATOR, type Permission } from '../../../../sandbox/cloud.ts';
import { type DnsOptions, dnsSettings } from '../../../../sandbox/dns/options.ts';
import { WorldDns } from '../../../../sandbox/dns/world-dns.ts';
import { accountPrincipal, type Principal } from '../../../../sandbox/iam/principal.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import { route53Service } from '../../../../sandbox/services/route53/actions.ts';
import { privateZones, publicZones } from '../../../../sandbox/services/route53/dns-zones.ts';
import { route53Control } from '../../../../sandbox/services/route53/facade.ts';
import type { AlarmDefinition, AlarmEvaluation, AliasTarget } from '../../../../sandbox/services/route53/interfaces.ts';
import { route53Model } from '../../../../sandbox/services/route53/model.ts';
import { type Route53Options, settingsFrom } from '../../../../sandbox/services/route53/options.ts';
import { inProcessHandler } from '../../../../sandbox/wire/in-process.ts';
import { createRouter } from '../../../../sandbox/wire/router.ts';

export const START = Date.parse('2026-11-23T00:00:00Z');
export const SECOND = 1_000;
export const VPC = { VPCRegion: 'us-west-2', VPCId: 'vpc-0a1b2c3d' } satisfies Vpc;
export const NLB = 'nlb-0123456789abcdef.elb.us-west-2.amazonaws.com';
export const NLB_ZONE = 'Z18D5FSROUN65G';

/** The DNS knows a change at once. */
export const AT_ONCE: Route53Options = { propagation: [0, 0] };

/** An alarm of standard resolution. */
export const ALARM: AlarmDefinition = {
  AlarmName: 'unhealthy',
  Namespace: 'AWS/NetworkELB',
  MetricName: 'UnHealthyHostCount',
  Dimensions: [{ Name: 'LoadBalancer', Value: 'net/api/0' }],
  Statistic: 'Maximum',
  Period: 60,
  EvaluationPeriods: 3,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
};

/** What a refused call says: `InvalidChangeBatch: [...]`. */
export const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'nothing was refused',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );

/** A plain record set. */
export const record = (Name: string, Type: ResourceRecordSet['Type'], ...values: string[]): ResourceRecordSet => ({
  Name,
  Type,
  TTL: 60,
  ResourceRecords: values.map((Value) => ({ Value })),
});

/** An alias, to the load balancer unless it is said otherwise. */
export const alias = (Name: string, DNSName = NLB, HostedZoneId = NLB_ZONE): ResourceRecordSet => ({
  Name,
  Type: 'A',
  AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth: true },
});

/** A world with Route 53 and its DNS, one load balancer that aliases may name, alarms, and SDK clients. */
export const route53World = (
  options: Route53Options = {},
  dnsOptions: Partial<DnsOptions> = { isCaching: false },
  refuse: (principal: Principal, permission: Permission) => string | undefined = () => undefined,
) => {
  const clock = new VirtualClock(START);
  const journal = new Journal(clock);
  const random = seededRandom(7);
  const authorizer: Authorizer = {
    refuse,
    assumeRole: () => {
      throw new AwsError('AccessDenied', 'There are no roles here.');
    },
  };
  const cloud = new Cloud({ clock, journal, random, authorizer });
  const alarms = new Map<string, AlarmDefinition>([['us-west-2 unhealthy', ALARM]]);
  /** What the data of a metric say, by the metric's name. */
  const data = new Map<string, AlarmEvaluation>();
  const balancer = { kind: 'load-balancer', hostedZoneId: NLB_ZONE, ipv4: ['10.200.1.1'], ipv6: [], isHealthy: true };
  const targets = new Map<string, AliasTarget & { isHealthy: boolean }>([
    [NLB, { ...balancer, kind: 'load-balancer' }],
    [
      'vpce-1.vpce-svc-1.us-west-2.vpce.amazonaws.com',
      { ...balancer, kind: 'endpoint', hostedZoneId: 'Z1YSA3EXCYUU9Z' },
    ],
  ]);
  const model = route53Model(
    {
      clock,
      random,
      journal,
      alarms: {
        find: (region, name) => alarms.get(`${region} ${name}`),
        evaluate: (_, { MetricName = '' }) => data.get(MetricName) ?? 'INSUFFICIENT_DATA',
      },
      targets: { find: (name) => targets.get(name) },
    },
    settingsFrom(options),
  );
  cloud.register(route53Service(model));
  const dns = new WorldDns({ clock, journal, random }, dnsSettings(dnsOptions));
  dns.add(privateZones(model, dns.vantages));
  dns.add(publicZones(model));
  const principalOf = (key: string) => (/^\d{12}$/.test(key) ? accountPrincipal(key) : OPERATOR);
  const handler = createRouter({ cloud, principalOf });
  const clientOf = (accessKeyId: string) =>
    new Route53Client({
      region: 'us-west-2',
      endpoint: 'http://127.0.0.1:4599',
      credentials: { accessKeyId, secretAccessKey: 'any' },
      maxAttempts: 1,
      requestHandler: inProcessHandler(handler),
    });
  const client = clientOf('operator');
  let reference = 0;
  const zone = async (Name = 'example.com', vpc?: Vpc): Promise<string> => {
    reference += 1;
    const input = { Name, CallerReference: `zone-${reference}`, ...(vpc === undefined ? {} : { VPC: vpc }) };
    const made = await client.send(new CreateHostedZoneCommand(input));
    return (made.HostedZone?.Id ?? '').replace('/hostedzone/', '');
  };
  const batch = (HostedZoneId: string, ...Changes: Change[]) =>
    client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
  const change = (id: string, Action: Change['Action'], ...sets: ResourceRecordSet[]) =>
    batch(id, ...sets.map((ResourceRecordSet) => ({ Action, ResourceRecordSet })));
  const create = (id: string, ...sets: ResourceRecordSet[]) => change(id, 'CREATE', ...sets);
  const check = async (config: HealthCheckConfig): Promise<string> => {
    reference += 1;
    const input = { CallerReference: `check-${reference}`, HealthCheckConfig: config };
    return (await client.send(new CreateHealthCheckCommand(input))).HealthCheck?.Id ?? '';
  };
  const passes = async (milliseconds: number): Promise<void> => {
    await clock.run(undefined, clock.now() + milliseconds);
  };
  /** e.g. `['a.example.com. A 192.0.2.1']`, without the zone's own two. */
  const list = async (HostedZoneId: string): Promise<readonly string[]> => {
    const { ResourceRecordSets = [] } = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
    return ResourceRecordSets.filter(({ Type }) => Type !== 'SOA' && Type !== 'NS').map(
      ({ Name, Type, SetIdentifier, ResourceRecords = [] }) =>
        [Name, Type, SetIdentifier, ...ResourceRecords.map(({ Value }) => Value)].filter(Boolean).join(' '),
    );
  };
  /** What is answered: data in order, or the code. */
  const ask = (name: string, type = 'A', vantage?: string): readonly string[] | string => {
    const { code, records } = dns.query(name, type, vantage);
    return code === 'NOERROR' ? records.map(({ data: each }) => each) : code;
  };
  const control = route53Control(model);
  return {
    ...{ clock, journal, cloud, dns, handler, client, clientOf, model, control, alarms, data, targets },
    ...{ zone, batch, change, create, check, passes, list, ask },
  };
};
