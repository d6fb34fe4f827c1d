import type { Bucket, RequestLimits } from '../buckets.ts';
import { AwsError } from '../errors.ts';

/** Buckets of their own, shared by nobody. */
const OWN: Readonly<Record<string, Bucket>> = {
  AcceptVpcEndpointConnections: [10, 1],
  RejectVpcEndpointConnections: [10, 1],
  CreateVpcEndpointServiceConfiguration: [10, 1],
  ModifyVpcEndpointServiceConfiguration: [10, 1],
  DeleteVpcEndpointServiceConfigurations: [10, 1],
  CreateVpcEndpoint: [4, 0.3],
  ModifyVpcEndpoint: [4, 0.3],
  DeleteVpcEndpoints: [4, 0.3],
};
/** What all other actions that write share, and what all that read do. */
const MUTATING: Bucket = [50, 5];
const READING: Bucket = [100, 20];
/** Actions that cost more where they are neither filtered nor paged, and the bucket that each then has. */
const WIDE_ACTIONS: readonly string[] = ['DescribeNetworkInterfaces'];
const WIDE: Bucket = [50, 10];

/** EC2's buckets, one a request. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
export const ec2Limits: RequestLimits = {
  bucketsOf(action, isWide) {
    const own = OWN[action];
    if (own !== undefined) return [[action, own]];
    if (isWide && WIDE_ACTIONS.includes(action)) return [[`wide ${action}`, WIDE]];
    return action.startsWith('Describe') ? [['reading', READING]] : [['mutating', MUTATING]];
  },
  refusal: () => new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503),
};
