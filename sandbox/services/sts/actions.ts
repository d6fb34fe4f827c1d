import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  GetCallerIdentityRequest,
  GetCallerIdentityResponse,
} from '@aws-sdk/client-sts';
import type { ActionDefinition, ServiceDefinition } from '../../cloud.ts';
import type { Identities } from '../../iam/identities.ts';
import type { Principal } from '../../iam/principal.ts';
import type { Sessions } from '../../iam/sessions.ts';
import { AwsError } from '../errors.ts';

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

/** The session's name as STS takes it, and the external id. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const ROLE_ARN = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** Seconds that a session lasts unless it is asked for another time: an hour. */
const DURATION = 3_600;

const checked = (name: string, value: string | undefined, pattern: RegExp): string => {
  if (value !== undefined && pattern.test(value)) return value;
  throw new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${value ?? 'null'}' at '${name}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
    400,
  );
};

/** What is asked of IAM here. */
type Roles = Pick<Identities, 'assumeRoleAs'>;

/**
 * Opens a session of a role, of whatever account, where its trust policy and the caller's own policies allow it.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
const assumeRole = (
  identities: Roles,
  sessions: Sessions,
): ActionDefinition<AssumeRoleRequest, AssumeRoleResponse> => ({
  // Both policies are asked at once, when it is done.
  permissions: () => [],
  run: ({ RoleArn, RoleSessionName, ExternalId, DurationSeconds, ...rest }, { principal, cloud }) => {
    const arn = checked('roleArn', RoleArn, ROLE_ARN);
    const name = checked('roleSessionName', RoleSessionName, SESSION_NAME);
    const [more] = Object.entries(rest).find(([, value]) => value !== undefined) ?? [];
    if (more !== undefined) {
      throw new AwsError('NotImplemented', `The sandbox does not model ${more} of AssumeRole.`, 501);
    }
    const session = identities.assumeRoleAs(
      principal,
      arn,
      name,
      {
        'sts:RoleSessionName': name,
        ...(ExternalId === undefined ? {} : { 'sts:ExternalId': checked('externalId', ExternalId, EXTERNAL_ID) }),
      },
      cloud.region,
    );
    const keys = sessions.open(session);
    return {
      Credentials: {
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        SessionToken: keys.sessionToken,
        Expiration: new Date(cloud.clock.now() + (DurationSeconds ?? DURATION) * 1_000),
      },
      AssumedRoleUser: { AssumedRoleId: userId(session), Arn: session.arn },
    };
  },
});

/** STS: who am I, and sessions of roles for who calls. Services open their own, see `Cloud.assumeRole`. */
export const stsService = (identities: Roles, sessions: Sessions): ServiceDefinition => ({
  name: 'sts',
  isGlobal: true,
  denied: (message) => new AwsError('AccessDenied', message, 403),
  actions: { AssumeRole: assumeRole(identities, sessions), GetCallerIdentity: getCallerIdentity },
  notModelled: [
    'AssumeRole: session policies and tags, source identity, MFA; sessions say when they end, and go on',
    'The other ways to get credentials',
    'UserId is made up: the same for every role',
  ],
});
