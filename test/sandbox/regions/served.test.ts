import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Door, openDoor } from '../../../sandbox/served.ts';
import { run } from '../../e2e/served-sandbox.ts';
import { HOME, STANDBY, twoStacks } from './two-stacks.ts';

/** Debian's, where it is: another `aws` on the PATH may be a newer one, or none at all. */
const CLI = '/usr/bin/aws';
const installed = (await run(CLI, ['--version'])).code === 0 ? ['AWS CLI'] : [];
if (installed.length === 0)
  console.warn('LEFT OUT: AWS CLI is not installed (Debian package awscli); its tests did not run.');

let door: Door;
beforeEach(async () => {
  door = await openDoor(0);
  await door.deploy({ assembly: twoStacks(), speed: 20, seed: 1 });
});
afterEach(() => door.close());

const aws = (region: string, ...parameters: readonly string[]) =>
  run(CLI, ['--region', region, '--endpoint-url', door.url, '--output', 'text', ...parameters], {
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '1',
  });

const config = (region: string) => ({
  region,
  endpoint: door.url,
  credentials: { accessKeyId: 'operator', secretAccessKey: 'any' },
  maxAttempts: 1,
});

const post = async (path: string, body?: object): Promise<{ readonly status: number; readonly said: object }> => {
  const answer = await fetch(`${door.url}/_sandbox/${path}`, {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, said: (await answer.json()) as object };
};

describe('one port for two regions', () => {
  it.each(installed)('%s - reaches each with --region, and a queue by its URL', { timeout: 120_000 }, async () => {
    for (const region of [HOME, STANDBY]) {
      const arn = `arn:aws:dynamodb:${region}:123456789012:table/Ledger`;
      const described = await aws(
        region,
        'dynamodb',
        'describe-table',
        '--table-name',
        'Ledger',
        '--query',
        'Table.TableArn',
      );
      expect(described.stdout.trim()).toBe(arn);
    }
    const url = (await aws(STANDBY, 'sqs', 'get-queue-url', '--queue-name', 'jobs')).stdout.trim();
    expect(url).toBe(`${door.url}/us-east-2/123456789012/jobs`);
    expect((await aws(STANDBY, 'sqs', 'send-message', '--queue-url', url, '--message-body', 'x')).code).toBe(0);
    const refused = await aws('eu-west-1', 'sqs', 'get-queue-url', '--queue-name', 'jobs');
    expect(refused.stderr).toContain("Credential should be scoped to a valid region, not 'eu-west-1'.");
  });

  it('SDK - sends to the URL that it was given', async () => {
    const sqs = new SQSClient(config(STANDBY));
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'jobs' }));
    const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    expect(MessageId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('a deployment over both - tells the changes of both', async () => {
    const Extra = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'extra' } };
    const { status, said } = await post('deploy', { assembly: twoStacks({ ConciergeStandby: { Extra } }) });
    expect({ status, said }).toMatchObject({ status: 200, said: { created: ['ConciergeStandby/Extra'], updated: [] } });
    expect(said).toMatchObject({ kept: expect.arrayContaining(['Jobs', 'ConciergeStandby/Jobs']) });
  });

  it('POST /_sandbox/regions/NAME/cut - clients lose their connection until it is healed', async () => {
    expect(await post(`regions/${HOME}/cut`)).toEqual({ status: 200, said: { region: HOME, isCut: true } });
    const describe = (region: string) =>
      new DynamoDBClient(config(region)).send(new DescribeTableCommand({ TableName: 'Ledger' }));
    await expect(describe(HOME)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await describe(STANDBY)).Table?.TableName).toBe('Ledger');
    expect(await post(`regions/${HOME}/heal`)).toEqual({ status: 200, said: { region: HOME, isCut: false } });
    expect((await describe(HOME)).Table?.TableName).toBe('Ledger');
  });

  it('what the sandbox itself is asked - names the region where it is not the home one', async () => {
    const path = 'subnets/subnet-0a1b2c3d/define';
    expect(await post(path, { region: STANDBY })).toMatchObject({ status: 200, said: { zone: 'us-east-2a' } });
    expect(await post(path)).toMatchObject({ status: 200, said: { zone: 'us-west-2a' } });
    const said = { message: 'There is no region eu-west-1: there are us-west-2, us-east-2.' };
    expect(await post(path, { region: 'eu-west-1' })).toEqual({ status: 400, said });
    expect(await post('regions/eu-west-1/cut')).toEqual({ status: 400, said });
    expect((await post('regions/us-west-2/cut', { for: 3 })).status).toBe(400);
  });
});
