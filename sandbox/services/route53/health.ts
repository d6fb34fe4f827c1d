import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import type { HealthCheck, Route53 } from './model.ts';

/** Where no FailureThreshold is given, see HealthCheckConfig. */
const FAILURE_THRESHOLD = 3;
/** Where no RequestInterval is given, in seconds. */
const REQUEST_INTERVAL = 30;

/** What a health checker looks at; the others are reckoned from those. */
export const kindOf = ({ Type }: Pick<HealthCheckConfig, 'Type'>): 'alarm' | 'calculated' | 'endpoint' => {
  if (Type === 'CLOUDWATCH_METRIC') return 'alarm';
  return Type === 'CALCULATED' ? 'calculated' : 'endpoint';
};

/**
 * Whether a health check is healthy as DNS sees it: one that is disabled, or gone, is; one of which nobody knows anything
 * yet is as well ("Route 53 considers a new health check to be healthy until there's enough data"); the opposite where it
 * is inverted.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export const isHealthy = (world: Route53, id: string, above: readonly string[] = []): boolean => {
  const check = world.healthChecks.get(id);
  if (check === undefined || above.includes(id)) return true;
  const { config } = check;
  const base =
    config.Disabled === true || (kindOf(config) === 'calculated' ? calculated(world, check, above) : check.isHealthy);
  return config.Inverted === true ? !base : base;
};

/** "If you specify 0, Route 53 always considers this health check to be healthy." */
const calculated = (world: Route53, { id, config }: HealthCheck, above: readonly string[]): boolean => {
  const healthy = (config.ChildHealthChecks ?? []).filter((child) => isHealthy(world, child, [...above, id]));
  return healthy.length >= (config.HealthThreshold ?? 0);
};

const settle = (world: Route53, check: HealthCheck, healthy: boolean, why: object): void => {
  const move = (): void => {
    if (check.isHealthy === healthy || world.healthChecks.get(check.id) !== check) return;
    check.isHealthy = healthy;
    world.journal.write({
      kind: 'state',
      who: 'route53',
      what: `health check ${check.id} ${healthy ? 'healthy' : 'unhealthy'}`,
      detail: why,
    });
  };
  if (check.isHealthy === healthy) return;
  const delay = world.within(world.settings.healthDelay);
  if (delay === 0) move();
  else world.clock.inBackground(delay, move);
};

/** What the data behind the alarm say; the alarm's own state does not matter. */
const lookAtAlarm = (world: Route53, check: HealthCheck): void => {
  const { AlarmIdentifier, InsufficientDataHealthStatus = 'LastKnownStatus' } = check.config;
  const { Region: region = '', Name: name = '' } = AlarmIdentifier ?? {};
  const newest = world.settings.uncertain.followsAlarmEdits ? world.alarms.find(region, name, check.owner) : undefined;
  check.alarm = newest ?? check.alarm;
  if (check.alarm === undefined) return;
  const evaluation = world.alarms.evaluate(region, check.alarm, check.owner);
  if (evaluation === 'INSUFFICIENT_DATA' && InsufficientDataHealthStatus === 'LastKnownStatus') return;
  const healthy =
    evaluation === 'OK' || (evaluation === 'INSUFFICIENT_DATA' && InsufficientDataHealthStatus === 'Healthy');
  settle(world, check, healthy, { alarm: name, evaluation });
};

/** An endpoint changes its status after so many results in a row. */
const lookAtEndpoint = (world: Route53, check: HealthCheck): void => {
  check.streak = check.answers === check.isHealthy ? 0 : check.streak + 1;
  if (check.streak < (check.config.FailureThreshold ?? FAILURE_THRESHOLD)) return;
  check.streak = 0;
  settle(world, check, check.answers, { answers: check.answers });
};

const intervalOf = ({ settings }: Route53, { config }: HealthCheck): number =>
  kindOf(config) === 'alarm' ? settings.healthInterval : (config.RequestInterval ?? REQUEST_INTERVAL) * 1_000;

/** Health checkers begin to look, again and again, as long as the check is there. */
export const begin = (world: Route53, check: HealthCheck): void => {
  if (kindOf(check.config) === 'calculated') return;
  const look = (): void => {
    if (check.config.Disabled !== true) {
      check.lookedAt = world.clock.now();
      if (kindOf(check.config) === 'alarm') lookAtAlarm(world, check);
      else lookAtEndpoint(world, check);
    }
    check.cancel = world.clock.inBackground(intervalOf(world, check), look);
  };
  check.cancel = world.clock.inBackground(intervalOf(world, check), look);
};
