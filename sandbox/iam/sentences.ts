import type { Permission } from '../cloud.ts';
import { AwsError } from '../services/errors.ts';
import type { Principal } from './principal.ts';

/** Why a policy was not enough, in AWS's words. */
export type Cause = 'identity' | 'resource';

/** A policy that is not there. */
export const noSuchPolicy = (arn: string): AwsError =>
  new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404);

/**
 * Why somebody may not do something.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export const sentence = (
  principal: Principal,
  { action, resource }: Permission,
  cause: Cause,
  denied: boolean,
): string => {
  const who = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource}`;
  return denied
    ? `${who} with an explicit deny in ${cause === 'identity' ? 'an identity-based' : 'a resource-based'} policy`
    : `${who} because no ${cause}-based policy allows the ${action} action`;
};
