import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { DnsRecord } from '../domain/dns-record.ts';
import { malformed } from '../domain/errors.ts';
import { calling } from './errors.ts';

/** How a role's sessions are called in the other account's trail. */
const SESSION = 'privatelink-concierge';

/**
 * Credentials by a role in another account, which asks for our external id: nobody else can have us write there.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
 *
 * @throws `Denied` where the role does not let us.
 */
export const roleCredentials =
  (sts: STSClient, { roleArn, externalId }: NonNullable<DnsRecord['role']>) =>
  async () => {
    const { Credentials: found } = await calling(`assume ${roleArn}`, () =>
      sts.send(new AssumeRoleCommand({ RoleArn: roleArn, ExternalId: externalId, RoleSessionName: SESSION })),
    );
    if (found?.AccessKeyId === undefined || found.SecretAccessKey === undefined) {
      throw malformed(`STS gave no credentials for ${roleArn}.`, { roleArn });
    }
    return {
      accessKeyId: found.AccessKeyId,
      secretAccessKey: found.SecretAccessKey,
      ...(found.SessionToken === undefined ? {} : { sessionToken: found.SessionToken }),
      ...(found.Expiration === undefined ? {} : { expiration: found.Expiration }),
    };
  };
