import type { Bucket, RequestLimits } from '../buckets.ts';
import { AwsError } from '../errors.ts';

/** What every request of an account takes a token of, whatever else it takes. */
const ACCOUNT: Bucket = [40, 10];
const READING: Bucket = [40, 10];
const TARGETS: Bucket = [20, 4];
const CREATING: Bucket = [10, 0.2];
const MUTATING: Bucket = [20, 3];

const ofKind = (action: string): readonly [name: string, bucket: Bucket] => {
  if (action.startsWith('Describe')) return ['reading', READING];
  if (action === 'RegisterTargets' || action === 'DeregisterTargets') return ['targets', TARGETS];
  return action === 'CreateLoadBalancer' ? ['creating', CREATING] : ['mutating', MUTATING];
};

/** What a throttled client is told by: the user guide has one code, clients report the other. */
export type ThrottlingCode = 'Throttling' | 'ThrottlingException';

/**
 * Elastic Load Balancing's buckets, two a request: the account's and that of the kind of action.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html
 */
export const elbv2Limits = (code: ThrottlingCode): RequestLimits => ({
  bucketsOf: (action) => [['account', ACCOUNT], ofKind(action)],
  refusal: () => new AwsError(code, 'Rate exceeded'),
});
