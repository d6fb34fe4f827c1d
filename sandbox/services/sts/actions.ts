import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { ActionDefinition, ServiceDefinition } from '../../cloud.ts';
import type { Principal } from '../../iam/principal.ts';

/** The unique id that AWS gives a principal: the account's own id for its root user, a letter code with a suffix for others. */
const userId = (principal: Principal): string => {
  if (principal.kind !== 'role') return principal.arn.endsWith(':root') ? principal.accountId : 'AIDAEXAMPLEOPERATOR00';
  return `AROAEXAMPLEROLE000000:${principal.arn.slice(principal.arn.lastIndexOf('/') + 1)}`;
};

/**
 * Says who calls. AWS asks no policy: even a principal that may do nothing may do this.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
const getCallerIdentity: ActionDefinition<GetCallerIdentityRequest, GetCallerIdentityResponse> = {
  permissions: () => [],
  run: (_input, { principal }) => ({ UserId: userId(principal), Account: principal.accountId, Arn: principal.arn }),
};

/** STS: who am I. Sessions of roles are opened by the services themselves, see `Cloud.assumeRole`. */
export const stsService: ServiceDefinition = {
  name: 'sts',
  isGlobal: true,
  actions: { GetCallerIdentity: getCallerIdentity },
  notModelled: ['AssumeRole and the other ways to get credentials', 'UserId is made up: the same for every role'],
};
