import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { DnsRecord } from '../domain/dns-record.ts';
import { ConciergeError, malformed } from '../domain/errors.ts';
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
    const command = new AssumeRoleCommand({ RoleArn: roleArn, ExternalId: externalId, RoleSessionName: SESSION });
    const { Credentials: found } = await calling(`assume ${roleArn}`, () => sts.send(command)).catch(
      (error: unknown) => {
        throw inWords(error, roleArn);
      },
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

/** AWS says the same whatever bars the way, and never what the role asks for. */
const inWords = (error: unknown, roleArn: string): unknown =>
  error instanceof ConciergeError && error.name === 'Denied'
    ? new ConciergeError(
        'Denied',
        `The other account does not let us in: is there a role ${roleArn}, does it trust this account, and does it ask for the external id that the record's entry has? ${error.message}`,
        { roleArn },
        error,
      )
    : error;
