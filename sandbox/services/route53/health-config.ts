import { isIP } from 'node:net';
import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import { route53Errors } from './errors.ts';
import { kindOf } from './health.ts';
import type { AlarmDefinition } from './interfaces.ts';
import type { Route53 } from './model.ts';

const TYPES = [
  ...['HTTP', 'HTTPS', 'HTTP_STR_MATCH', 'HTTPS_STR_MATCH', 'TCP'],
  ...['CALCULATED', 'CLOUDWATCH_METRIC', 'RECOVERY_CONTROL'],
];
const INSUFFICIENT = ['Healthy', 'Unhealthy', 'LastKnownStatus'];
const MOST_CHILDREN = 256;
const SLOWEST_RESOLUTION = 60;
/** Statistics that a health check can follow, see HealthCheckConfig's AlarmIdentifier. */
const STATISTICS = ['Average', 'Sum', 'Maximum', 'Minimum', 'SampleCount'];

type Member = keyof HealthCheckConfig;

/** Members that go with some types only. */
const BELONGS: Readonly<Record<'alarm' | 'calculated' | 'endpoint', readonly Member[]>> = {
  alarm: ['AlarmIdentifier', 'InsufficientDataHealthStatus'],
  calculated: ['ChildHealthChecks', 'HealthThreshold'],
  endpoint: [
    ...(['IPAddress', 'Port', 'ResourcePath', 'FullyQualifiedDomainName', 'SearchString', 'RequestInterval'] as const),
    ...(['FailureThreshold', 'MeasureLatency', 'EnableSNI', 'Regions'] as const),
  ],
};

const invalid = (message: string): Error => route53Errors.invalidInput(`Invalid parameter: ${message}`);

const between = (value: number | undefined, low: number, high: number, member: string): void => {
  if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) return;
  const words = value < low ? `greater than or equal to ${low}` : `less than or equal to ${high}`;
  throw route53Errors.constraint(value, `healthCheckConfig.${member}`, `Member must have value ${words}`);
};

const checkEndpoint = (config: HealthCheckConfig): void => {
  const { IPAddress, FullyQualifiedDomainName, Type, Port, SearchString } = config;
  if (IPAddress === undefined && FullyQualifiedDomainName === undefined) {
    throw invalid('At least one of IPAddress and FullyQualifiedDomainName must be specified.');
  }
  if (IPAddress !== undefined && isIP(IPAddress) === 0) throw invalid(`${IPAddress} is not an IP address.`);
  if (Type === 'TCP' && Port === undefined) throw invalid('Port must be specified for health checks of the type TCP.');
  const isMatch = Type === 'HTTP_STR_MATCH' || Type === 'HTTPS_STR_MATCH';
  if (isMatch !== (SearchString !== undefined && SearchString !== '')) {
    throw invalid('SearchString must be specified for the types HTTP_STR_MATCH and HTTPS_STR_MATCH, and for no other.');
  }
};

/**
 * The faults of a configuration that show without looking anything up. The sentences are the sandbox's own.
 *
 * @throws AwsError `InvalidInput`; `NotImplemented` for RECOVERY_CONTROL.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
 */
export const checkConfig = (config: HealthCheckConfig): void => {
  const { Type, AlarmIdentifier, InsufficientDataHealthStatus } = config;
  if (!TYPES.includes(Type ?? '')) {
    throw route53Errors.constraint(
      Type ?? '',
      'healthCheckConfig.type',
      `Member must satisfy enum value set: [${TYPES.join(', ')}]`,
    );
  }
  if (Type === 'RECOVERY_CONTROL') throw route53Errors.notModelled('health checks of the type RECOVERY_CONTROL');
  const kind = kindOf(config);
  for (const other of ['alarm', 'calculated', 'endpoint'] as const) {
    const foreign = other === kind ? undefined : BELONGS[other].find((member) => isSet(config[member]));
    if (foreign !== undefined) throw invalid(`${foreign} cannot be specified for health checks of the type ${Type}.`);
  }
  between(config.Port, 1, 65_535, 'port');
  between(config.FailureThreshold, 1, 10, 'failureThreshold');
  between(config.HealthThreshold, 0, 256, 'healthThreshold');
  if (config.RequestInterval !== undefined && ![10, 30].includes(config.RequestInterval)) {
    throw invalid('RequestInterval must be 10 or 30.');
  }
  if (kind === 'endpoint') checkEndpoint(config);
  if (kind === 'alarm' && AlarmIdentifier === undefined)
    throw invalid(`AlarmIdentifier must be specified for ${Type}.`);
  if (InsufficientDataHealthStatus !== undefined && !INSUFFICIENT.includes(InsufficientDataHealthStatus)) {
    throw invalid(`InsufficientDataHealthStatus must be one of ${INSUFFICIENT.join(', ')}.`);
  }
  if ((config.ChildHealthChecks ?? []).length > MOST_CHILDREN) {
    throw invalid(`A calculated health check has ${MOST_CHILDREN} children at most.`);
  }
};

const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

/**
 * What is copied of the alarm that a configuration names; `undefined` for checks of other types.
 *
 * @throws AwsError `InvalidInput` where there is no such alarm, or a health check can't follow it: standard resolution and
 * standard statistics only, no metric math.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
 */
export const copyAlarm = (
  world: Route53,
  config: HealthCheckConfig,
  accountId: string,
): AlarmDefinition | undefined => {
  if (kindOf(config) !== 'alarm') return undefined;
  const { Region: region = '', Name: name = '' } = config.AlarmIdentifier ?? {};
  const alarm = world.alarms.find(region, name, accountId);
  if (alarm === undefined) throw invalid(`The CloudWatch alarm ${name} does not exist in the region ${region}.`);
  const isFollowed =
    (alarm.Metrics ?? []).length === 0 && alarm.MetricName !== undefined && STATISTICS.includes(alarm.Statistic ?? '');
  if (!isFollowed) throw invalid(`The CloudWatch alarm ${name} has no single metric with a standard statistic.`);
  if ((alarm.Period ?? 0) < SLOWEST_RESOLUTION) {
    throw invalid(`The CloudWatch alarm ${name} is based on a high-resolution metric.`);
  }
  return alarm;
};

/**
 * The children of a calculated health check must be there, and must not lead back to it.
 *
 * @param self - the id of the check, where it exists already.
 * @throws AwsError `InvalidInput`
 */
export const checkChildren = (world: Route53, config: HealthCheckConfig, accountId: string, self?: string): void => {
  for (const child of config.ChildHealthChecks ?? []) {
    if (world.healthChecks.get(child)?.owner !== accountId) throw invalid(`The health check ${child} does not exist.`);
    if (self !== undefined && leadsTo(world, child, self)) {
      throw invalid(`The health check ${child} depends on the health check ${self} itself.`);
    }
  }
};

const leadsTo = (world: Route53, from: string, to: string): boolean =>
  from === to ||
  (world.healthChecks.get(from)?.config.ChildHealthChecks ?? []).some((child) => leadsTo(world, child, to));
