import type { PrincipalType } from '@aws-sdk/client-ec2';
import type { Principal } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import type { EndpointService } from './model.ts';

/**
 * What kind of principal an allow list's entry names.
 * Entries: `*`, `arn:aws:iam::ACCOUNT:root`, `arn:aws:iam::ACCOUNT:user/NAME`, `…:role/NAME`, an organizational unit's ARN,
 * a service's name.
 *
 * @throws AwsError `InvalidPrincipal` for anything else, and for ARNs with a path, which ModifyVpcEndpointServicePermissions
 * does not support (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpointServicePermissions.html).
 */
export const principalType = (entry: string): PrincipalType => {
  if (entry === '*') return 'All';
  if (/^arn:aws:iam::\d{12}:root$/.test(entry)) return 'Account';
  if (/^arn:aws:iam::\d{12}:user\/[\w+=,.@-]+$/.test(entry)) return 'User';
  if (/^arn:aws:iam::\d{12}:role\/[\w+=,.@-]+$/.test(entry)) return 'Role';
  if (/^arn:aws:organizations::\d{12}:ou\/o-\w+\/ou-[\w-]+$/.test(entry)) return 'OrganizationUnit';
  if (/^[a-z0-9.-]+\.amazonaws\.com$/.test(entry)) return 'Service';
  throw new AwsError('InvalidPrincipal', `Invalid Principal: '${entry}'. Give * or an ARN without a path.`);
};

const names = (entry: string, principal: Principal): boolean => {
  if (entry === '*' || entry === `arn:aws:iam::${principal.accountId}:root`) return true;
  if (principal.kind === 'role') return entry === principal.roleArn;
  return principal.kind === 'account' && entry === principal.arn;
};

/**
 * Whether the principal may ask for a connection: it or its account is on the allow list, or owns the service.
 * See https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#add-remove-permissions
 */
export const isAllowed = (service: EndpointService, principal: Principal): boolean =>
  principal.accountId === service.owner ||
  [...service.permits.values()].some((permit) => names(permit.principal, principal));
