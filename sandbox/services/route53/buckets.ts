import type { Bucket, RequestLimits } from '../buckets.ts';
import { AwsError } from '../errors.ts';

const ACCOUNT: Bucket = [50, 10];
const OWN: Bucket = [50, 10];
/** Actions whose own bucket is another one. */
const OTHERS: Readonly<Record<string, Bucket>> = {
  CreateHealthCheck: [50, 0.5],
  AssociateVPCWithHostedZone: [20, 5],
  CreateHostedZone: [40, 2],
  DeleteHealthCheck: [15, 3],
  GetHealthCheckStatus: [4, 1],
};

/** What changes of records take of, beside the requests: a CREATE and a DELETE one token, an UPSERT two. */
export const CHANGES: readonly [name: string, bucket: Bucket] = ['changes', [1_500, 100]];

/**
 * Route 53's buckets, two a request: the account's and that of the action.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html
 */
export const route53Limits: RequestLimits = {
  bucketsOf: (action) => [
    ['account', ACCOUNT],
    [action, (Object.hasOwn(OTHERS, action) ? OTHERS[action] : undefined) ?? OWN],
  ],
  refusal: () => new AwsError('Throttling', 'Rate exceeded'),
};
