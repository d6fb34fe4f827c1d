import type { Cloud, Permission } from '../../cloud.ts';
import type { RolePrincipal } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import { invalidParameter } from './errors.ts';

/** What IAM is asked of who gives a function its role. */
export const passRole = (roleArn: string): Permission => ({
  action: 'iam:PassRole',
  resource: roleArn,
  context: { 'iam:PassedToService': 'lambda.amazonaws.com' },
});

/** @throws AwsError `InvalidParameterValueException` where Lambda may not take the role, as AWS checks when it is given. */
export const takeRole = (cloud: Cloud, roleArn: string, functionName: string): RolePrincipal => {
  try {
    return cloud.assumeRole('lambda.amazonaws.com', roleArn, functionName);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(`The role defined for the function cannot be assumed by Lambda. ${error.message}`);
  }
};
