import { CreateVpcEndpointCommand, DescribeVpcEndpointsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { run, type ServedSandbox, startSandbox } from './served-sandbox.ts';

/** A client that knows nothing of the sandbox but its address. */
interface Client {
  readonly name: string;
  createEndpoint(sandbox: ServedSandbox, account: string): Promise<string>;
  state(sandbox: ServedSandbox, account: string, endpointId: string): Promise<string>;
}

const NETWORK = { VpcId: 'vpc-0a1b2c3d', SubnetIds: ['subnet-0a1b2c3d'] };

const sdkOf = ({ url }: ServedSandbox, account: string) =>
  new EC2Client({
    region: 'us-west-2',
    endpoint: url,
    credentials: { accessKeyId: account, secretAccessKey: 'any' },
    maxAttempts: 1,
  });

const javascript: Client = {
  name: 'AWS SDK for JavaScript',
  async createEndpoint(sandbox, account) {
    const input = { VpcEndpointType: 'Interface', ServiceName: sandbox.serviceName, ...NETWORK } as const;
    const { VpcEndpoint } = await sdkOf(sandbox, account).send(new CreateVpcEndpointCommand(input));
    return VpcEndpoint?.VpcEndpointId ?? '';
  },
  async state(sandbox, account, endpointId) {
    const command = new DescribeVpcEndpointsCommand({ VpcEndpointIds: [endpointId] });
    const { VpcEndpoints } = await sdkOf(sandbox, account).send(command);
    return VpcEndpoints?.[0]?.State ?? '';
  },
};

const boto3 = async ({ url }: ServedSandbox, account: string, method: string, input: object) => {
  const parameters = ['test/clients/boto3_client.py', url, account, 'ec2', method, JSON.stringify(input)];
  const { stdout, stderr, code } = await run('python3', parameters);
  if (code !== 0) throw new Error(stderr);
  const answer = JSON.parse(stdout) as { readonly error?: string; readonly message?: string };
  if (answer.error !== undefined) throw new Error(answer.message);
  return answer as Record<string, unknown>;
};

const python: Client = {
  name: 'boto3',
  async createEndpoint(sandbox, account) {
    const input = { VpcEndpointType: 'Interface', ServiceName: sandbox.serviceName, ...NETWORK };
    const { VpcEndpoint } = (await boto3(sandbox, account, 'create_vpc_endpoint', input)) as {
      VpcEndpoint: { VpcEndpointId: string };
    };
    return VpcEndpoint.VpcEndpointId;
  },
  async state(sandbox, account, endpointId) {
    const input = { VpcEndpointIds: [endpointId] };
    const { VpcEndpoints } = (await boto3(sandbox, account, 'describe_vpc_endpoints', input)) as {
      VpcEndpoints: { State: string }[];
    };
    return VpcEndpoints[0]?.State ?? '';
  },
};

/** Debian's, where it is: another `aws` on the PATH may be a newer one, or none at all. */
const CLI = '/usr/bin/aws';

const aws = async ({ url }: ServedSandbox, account: string, ...parameters: readonly string[]) => {
  const common = ['--region', 'us-west-2', '--endpoint-url', url, '--output', 'text'];
  const env = { AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: 'any', AWS_PAGER: '' };
  const { stdout, stderr, code } = await run(CLI, [...common, ...parameters], env);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
};

const cli: Client = {
  name: 'AWS CLI',
  createEndpoint: (sandbox, account) =>
    aws(
      ...([sandbox, account, 'ec2', 'create-vpc-endpoint', '--vpc-endpoint-type', 'Interface'] as const),
      ...['--service-name', sandbox.serviceName, '--vpc-id', NETWORK.VpcId, '--subnet-ids', ...NETWORK.SubnetIds],
      ...['--query', 'VpcEndpoint.VpcEndpointId'],
    ),
  state: (sandbox, account, endpointId) =>
    aws(
      ...([sandbox, account, 'ec2', 'describe-vpc-endpoints', '--vpc-endpoint-ids', endpointId] as const),
      ...['--query', 'VpcEndpoints[0].State'],
    ),
};

const installed = async (): Promise<readonly Client[]> => {
  const clients = [javascript];
  const trials = [
    { client: python, program: 'python3', parameters: ['-c', 'import boto3'], get: 'python3-boto3' },
    { client: cli, program: CLI, parameters: ['--version'], get: 'awscli' },
  ];
  for (const { client, program, parameters, get } of trials) {
    if ((await run(program, parameters)).code === 0) clients.push(client);
    else console.warn(`LEFT OUT: ${client.name} is not installed (Debian package ${get}); its tests did not run.`);
  }
  return clients;
};

let sandbox: ServedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox.stop('SIGTERM');
});

// Customers come when they like: all clients at once, against one sandbox.
describe.concurrent.each(await installed())('$name against the served sandbox', (client) => {
  const patience = { timeout: 60_000, interval: 500 };

  it('sees the endpoint of an entitled account become available', async ({ expect }) => {
    const endpointId = await client.createEndpoint(sandbox, '222222222222');

    await expect.poll(() => client.state(sandbox, '222222222222', endpointId), patience).toBe('available');
  });

  it('sees the endpoint of an unregistered account rejected', async ({ expect }) => {
    const endpointId = await client.createEndpoint(sandbox, '333333333333');

    await expect.poll(() => client.state(sandbox, '333333333333', endpointId), patience).toBe('rejected');
  });

  it("sees AWS's own error where the account is no allowed principal", async ({ expect }) => {
    const refused = await client.createEndpoint(sandbox, '999999999999').then(String, String);

    expect(refused).toContain(`The Vpc Endpoint Service '${sandbox.serviceName}' does not exist`);
  });
});
