import type { CreateTargetGroupInput, ModifyTargetGroupInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { elbv2Errors } from './errors.ts';
import type { HealthChecks } from './model.ts';

type CheckInput = Pick<
  CreateTargetGroupInput & ModifyTargetGroupInput,
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckEnabled'
  | 'HealthCheckPath'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>;

const NUMBERS = {
  HealthCheckIntervalSeconds: ['Health check interval', 5, 300],
  HealthCheckTimeoutSeconds: ['Health check timeout', 2, 120],
  HealthyThresholdCount: ['Healthy threshold count', 2, 10],
  UnhealthyThresholdCount: ['Unhealthy threshold count', 2, 10],
} as const;

/**
 * The faults of health check settings that show without looking anything up.
 *
 * @throws AwsError `ValidationError`: for switching them off too, which groups of the types ip and instance cannot.
 */
export const checkSettings = (input: CheckInput): void => {
  for (const name of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) {
    const value = input[name];
    const [words, low, high] = NUMBERS[name];
    if (value !== undefined && (!Number.isInteger(value) || value < low || value > high)) {
      throw elbv2Errors.validation(`${words} must be a value between '${low}' and '${high}' inclusive`);
    }
  }
  if (input.HealthCheckEnabled === false) {
    throw elbv2Errors.validation('Health check enabled must be true for target groups with target type ip or instance');
  }
  const { HealthCheckProtocol: protocol, HealthCheckPort: port } = input;
  if (protocol !== undefined && !['TCP', 'HTTP', 'HTTPS'].includes(protocol)) {
    throw elbv2Errors.validation(`Health check protocol '${protocol}' must be one of 'HTTP, HTTPS, TCP'`);
  }
  if (
    port !== undefined &&
    port !== 'traffic-port' &&
    !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)
  ) {
    throw elbv2Errors.validation(`Health check port '${port}' must be 'traffic-port' or a port`);
  }
};

/**
 * The settings that a new group begins with: those of network load balancers where the request has none.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
 */
export const initialChecks = (input: CheckInput): HealthChecks => {
  const protocol = input.HealthCheckProtocol ?? 'TCP';
  const checks: HealthChecks = {
    protocol,
    port: 'traffic-port',
    path: undefined,
    matcher: undefined,
    intervalSeconds: 30,
    timeoutSeconds: protocol === 'HTTP' ? 6 : 10,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
  };
  changeChecks(checks, input);
  return checks;
};

/** Changes the settings that the request names; the checks that are under way follow from their next one on. */
export const changeChecks = (checks: HealthChecks, input: CheckInput): void => {
  checks.protocol = input.HealthCheckProtocol ?? checks.protocol;
  checks.port = input.HealthCheckPort ?? checks.port;
  checks.intervalSeconds = input.HealthCheckIntervalSeconds ?? checks.intervalSeconds;
  checks.timeoutSeconds = input.HealthCheckTimeoutSeconds ?? checks.timeoutSeconds;
  checks.healthyThreshold = input.HealthyThresholdCount ?? checks.healthyThreshold;
  checks.unhealthyThreshold = input.UnhealthyThresholdCount ?? checks.unhealthyThreshold;
  const isHttp = checks.protocol !== 'TCP';
  checks.path = isHttp ? (input.HealthCheckPath ?? checks.path ?? '/') : undefined;
  checks.matcher = isHttp ? (input.Matcher?.HttpCode ?? checks.matcher ?? '200-399') : undefined;
};
