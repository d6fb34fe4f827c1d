import type { HealthCheckObservation, HealthCheckRegion } from '@aws-sdk/client-route-53';
import { isHealthy, kindOf } from './health.ts';
import type { HealthCheck, Route53 } from './model.ts';

/** Where health checkers of endpoints are, and an address of each: see GetCheckerIpRanges. */
const CHECKERS: readonly (readonly [HealthCheckRegion, string])[] = [
  ['us-east-1', '15.177.2.1'],
  ['us-west-1', '15.177.6.1'],
  ['us-west-2', '15.177.10.1'],
  ['eu-west-1', '15.177.14.1'],
];

const wordsOf = (world: Route53, check: HealthCheck): string => {
  const seen = isHealthy(world, check.id) ? 'Success' : 'Failure';
  return kindOf(check.config) === 'alarm' ? `${seen}: CloudWatch alarm data stream` : `${seen}: ${check.config.Type}`;
};

/**
 * What the health checkers report of a check: one for an alarm, several for an endpoint, none before the first has looked.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html
 */
export const statusReports = (world: Route53, check: HealthCheck): HealthCheckObservation[] => {
  const { lookedAt } = check;
  if (lookedAt === undefined) return [];
  const checkers = kindOf(check.config) === 'alarm' ? CHECKERS.slice(0, 1) : CHECKERS;
  return checkers.map(([Region, IPAddress]) => ({
    Region,
    IPAddress,
    StatusReport: { Status: wordsOf(world, check), CheckedTime: new Date(lookedAt) },
  }));
};
