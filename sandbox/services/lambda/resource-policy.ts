import type { AddPermissionRequest } from '@aws-sdk/client-lambda';
import type { PolicyDocument, PolicyStatement } from '../../iam/principal.ts';
import { invalidParameter } from './errors.ts';

type Conditions = Record<string, Record<string, string>>;

const principalOf = (principal: string): PolicyStatement['Principal'] => {
  if (principal === '*') return '*';
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(principal)) return { Service: principal };
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (principal.startsWith('arn:')) return { AWS: principal };
  throw invalidParameter(`The provided principal was invalid: '${principal}'. Name a service, an account or an ARN.`);
};

/**
 * The statement that AddPermission adds to a function's policy.
 *
 * @param resource the function's ARN, with the qualifier that the policy is of.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
export const permissionStatement = (input: AddPermissionRequest, resource: string): PolicyStatement => {
  const { StatementId, Action, Principal } = input;
  if (!StatementId || !Action || !Principal) {
    throw invalidParameter('AddPermission needs StatementId, Action and Principal.');
  }
  if (input.EventSourceToken !== undefined) throw invalidParameter('The sandbox does not model EventSourceToken.');
  const Condition: Conditions = {};
  const equal: Record<string, string> = {};
  if (input.SourceAccount !== undefined) equal['AWS:SourceAccount'] = input.SourceAccount;
  if (input.PrincipalOrgID !== undefined) equal['aws:PrincipalOrgID'] = input.PrincipalOrgID;
  if (input.FunctionUrlAuthType !== undefined) equal['lambda:FunctionUrlAuthType'] = input.FunctionUrlAuthType;
  if (Object.keys(equal).length > 0) Condition.StringEquals = equal;
  if (input.SourceArn !== undefined) Condition.ArnLike = { 'AWS:SourceArn': input.SourceArn };
  const principal = principalOf(Principal);
  return {
    Sid: StatementId,
    Effect: 'Allow',
    ...(principal === undefined ? {} : { Principal: principal }),
    Action,
    Resource: resource,
    ...(Object.keys(Condition).length > 0 ? { Condition } : {}),
  };
};

/** A function's policy as GetPolicy shows it. */
export const policyOf = (statements: readonly PolicyStatement[]): PolicyDocument & { readonly Id: string } => ({
  Version: '2012-10-17',
  Id: 'default',
  Statement: statements,
});
