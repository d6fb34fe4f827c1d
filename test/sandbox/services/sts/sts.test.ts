import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { Cloud } from '../../../../sandbox/cloud.ts';
import { Identities } from '../../../../sandbox/iam/identities.ts';
import { type Principal, roleSession } from '../../../../sandbox/iam/principal.ts';
import { Sessions } from '../../../../sandbox/iam/sessions.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { stsService } from '../../../../sandbox/services/sts/actions.ts';
import { inProcessHandler } from '../../../../sandbox/wire/in-process.ts';
import { createRouter } from '../../../../sandbox/wire/router.ts';

/** A world in which IAM refuses everything. */
const worldThatRefuses = () => {
  const clock = new VirtualClock(0);
  const random = seededRandom(1);
  const sessions = new Sessions(random);
  const authorizer = { refuse: () => 'no', assumeRole: () => roleSession('arn:aws:iam::1:role/r', 's') };
  const cloud = new Cloud({ clock, random, journal: new Journal(clock), authorizer });
  cloud.register(stsService(new Identities(clock), sessions));
  const handler = createRouter({ cloud, principalOf: (key): Principal => sessions.principalOf(key) });
  const whoIs = async (accessKeyId: string) => {
    const credentials = { accessKeyId, secretAccessKey: 'any' };
    const requestHandler = inProcessHandler(handler);
    const client = new STSClient({ region: 'us-west-2', credentials, requestHandler, maxAttempts: 1 });
    const { UserId, Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    return { UserId, Account, Arn };
  };
  return { sessions, whoIs };
};

describe('GetCallerIdentity', () => {
  it('needs no permission: an account', async () => {
    const { whoIs } = worldThatRefuses();
    expect(await whoIs('222222222222')).toEqual({
      UserId: '222222222222',
      Account: '222222222222',
      Arn: 'arn:aws:iam::222222222222:root',
    });
  });

  it('any other key is the operator', async () => {
    const { whoIs } = worldThatRefuses();
    expect(await whoIs('AKIDANYBODY')).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/operator',
    });
  });

  it('a session of a role', async () => {
    const { sessions, whoIs } = worldThatRefuses();
    const { accessKeyId } = sessions.open(roleSession('arn:aws:iam::123456789012:role/decide', 'run-1'));
    expect(await whoIs(accessKeyId)).toEqual({
      UserId: 'AROAEXAMPLEROLE000000:run-1',
      Account: '123456789012',
      Arn: 'arn:aws:sts::123456789012:assumed-role/decide/run-1',
    });
  });

  it('a session that was never opened is told so', async () => {
    const { whoIs } = worldThatRefuses();
    await expect(whoIs('ASIAGONE')).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  });
});
