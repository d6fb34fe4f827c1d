import type { AwsError } from '../errors.ts';
import type { ControlPlane } from './control-plane.ts';
import { route53Errors } from './errors.ts';
import { isHealthy } from './health.ts';
import type { HealthCheck, Route53 } from './model.ts';

/** What stories and operators of a world may do to Route 53 beside its API, and what they may know. */
export interface Route53Control {
  /** Whether the API answers, and how often it was asked. */
  readonly controlPlane: ControlPlane;
  /** Whether a health check is healthy as DNS sees it. @throws AwsError `NoSuchHealthCheck` */
  isHealthy(healthCheckId: string): boolean;
  /**
   * Whether the endpoint of a health check answers, from now on; health checkers find it out as they would on AWS.
   *
   * @throws AwsError `NoSuchHealthCheck`
   */
  answers(healthCheckId: string, isAnswering: boolean): void;
}

/** @throws AwsError `NoSuchHealthCheck` */
const found = ({ healthChecks }: Route53, id: string): HealthCheck => {
  const check = healthChecks.get(id);
  if (check === undefined) throw unknown(id);
  return check;
};

const unknown = (id: string): AwsError => route53Errors.unknownHealthCheck(id);

/** What may be done to a world's Route 53 beside its API. */
export const route53Control = (world: Route53): Route53Control => ({
  controlPlane: world.controlPlane,
  isHealthy: (id) => isHealthy(world, found(world, id).id),
  answers: (id, isAnswering) => {
    found(world, id).answers = isAnswering;
  },
});
