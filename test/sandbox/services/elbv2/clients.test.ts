import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serve } from '../../../../sandbox/wire/server.ts';
import { run } from '../../../e2e/served-sandbox.ts';
import { elbWorld, QUICK } from './support.ts';

/** A client that is not the JavaScript SDK. */
interface Client {
  readonly name: string;
  /** @returns what it says of a failure. */
  register(url: string, TargetGroupArn: string, id: string): Promise<string>;
  /** @returns DescribeTargetHealth's answer as JSON. */
  health(url: string, TargetGroupArn: string): Promise<string>;
}

const ACCOUNT = '123456789012';

const boto3 = async (url: string, method: string, input: object): Promise<string> => {
  const parameters = ['test/clients/boto3_client.py', url, ACCOUNT, 'elbv2', method, JSON.stringify(input)];
  return (await run('python3', parameters)).stdout;
};

const python: Client = {
  name: 'boto3',
  register: (url, TargetGroupArn, Id) => boto3(url, 'register_targets', { TargetGroupArn, Targets: [{ Id }] }),
  health: (url, TargetGroupArn) => boto3(url, 'describe_target_health', { TargetGroupArn }),
};

/** Debian's, where it is: another `aws` on the PATH may be a newer one, or none at all. */
const CLI = '/usr/bin/aws';

const aws = async (url: string, ...parameters: readonly string[]): Promise<string> => {
  const common = ['--region', 'us-west-2', '--endpoint-url', url, '--output', 'json', 'elbv2'];
  const env = { AWS_ACCESS_KEY_ID: ACCOUNT, AWS_SECRET_ACCESS_KEY: 'any', AWS_PAGER: '' };
  const { stdout, stderr } = await run(CLI, [...common, ...parameters], env);
  return stdout + stderr;
};

const cli: Client = {
  name: 'AWS CLI',
  register: (url, arn, id) => aws(url, 'register-targets', '--target-group-arn', arn, '--targets', `Id=${id}`),
  health: (url, arn) => aws(url, 'describe-target-health', '--target-group-arn', arn),
};

const installed = async (): Promise<readonly Client[]> => {
  const trials = [
    { client: python, program: 'python3', parameters: ['-c', 'import boto3'], get: 'python3-boto3' },
    { client: cli, program: CLI, parameters: ['--version'], get: 'awscli' },
  ];
  const clients: Client[] = [];
  for (const { client, program, parameters, get } of trials) {
    if ((await run(program, parameters)).code === 0) clients.push(client);
    else console.warn(`LEFT OUT: ${client.name} is not installed (Debian package ${get}); its tests did not run.`);
  }
  return clients;
};

describe.each(await installed())('$name', (client) => {
  const world = elbWorld(QUICK);
  let served: Served;
  beforeAll(async () => {
    served = await serve({ port: 0, host: '127.0.0.1', handler: world.handler });
  });
  afterAll(async () => {
    await served.close();
  });

  it('registers a target, sees its health, and is refused by code', async () => {
    const group = await world.inUse();
    expect(await client.register(served.url, group, '10.0.1.7')).not.toMatch(/error/i);
    expect(JSON.parse(await client.health(served.url, group))).toMatchObject({
      TargetHealthDescriptions: [
        {
          Target: { Id: '10.0.1.7', Port: 5432, AvailabilityZone: 'us-west-2b' },
          HealthCheckPort: '5432',
          TargetHealth: { State: 'initial', Reason: 'Elb.RegistrationInProgress' },
        },
      ],
    });
    expect(await client.register(served.url, `${group}0`, '10.0.1.7')).toContain('TargetGroupNotFound');
  });
});
