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

/** EC2's buckets, one a request. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
export const ec2Limits: RequestLimits = {
  bucketsOf(action) {
    const own = OWN[action];
    if (own !== undefined) return [[action, own]];
    return action.startsWith('Describe') ? [['reading', READING]] : [['mutating', MUTATING]];
  },
  refusal: () => new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503),
};
