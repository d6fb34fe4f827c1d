import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { roleCredentials } from '../../../functions/aws/role.ts';
import { HOME_REGION } from '../../support/builders.ts';
import { awsError, callsOf } from '../support.ts';

const ROLE = { roleArn: 'arn:aws:iam::222222222222:role/dns', externalId: 'acme-1' };
const GIVEN = { AccessKeyId: 'ASIA', SecretAccessKey: 'none', SessionToken: 'token', Expiration: new Date(0) };

const sts = () => {
  const client = new STSClient({ region: HOME_REGION });
  return { client, mock: mockClient(client) };
};

describe('the role of another account', () => {
  it('is assumed with our external id, so that nobody else can have us write there', async () => {
    const { client, mock } = sts();
    mock.on(AssumeRoleCommand).resolves({ Credentials: GIVEN });

    await expect(roleCredentials(client, ROLE)()).resolves.toEqual({
      accessKeyId: 'ASIA',
      secretAccessKey: 'none',
      sessionToken: 'token',
      expiration: new Date(0),
    });
    expect(callsOf(mock)).toEqual([
      ['AssumeRole', { RoleArn: ROLE.roleArn, ExternalId: 'acme-1', RoleSessionName: 'privatelink-concierge' }],
    ]);
  });

  it('does not let us - Denied', async () => {
    const { client, mock } = sts();
    mock.on(AssumeRoleCommand).rejects(awsError('AccessDenied', 403));

    await expect(roleCredentials(client, ROLE)()).rejects.toMatchObject({
      name: 'Denied',
      message: `The other account does not let us in: is there a role ${ROLE.roleArn}, does it trust this account, and does it ask for the external id that the record's entry has? assume ${ROLE.roleArn}: AccessDenied: AWS says AccessDenied.`,
    });
  });

  it.each([
    ['nothing', undefined],
    ['half', { ...GIVEN, SecretAccessKey: undefined as never }],
  ])('STS gives %s - Malformed', async (_what, Credentials) => {
    const { client, mock } = sts();
    mock.on(AssumeRoleCommand).resolves(Credentials === undefined ? {} : { Credentials });

    await expect(roleCredentials(client, ROLE)()).rejects.toMatchObject({ name: 'Malformed' });
  });
});
