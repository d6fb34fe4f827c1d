import { CreateVpcEndpointCommand, DescribeVpcEndpointsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  LambdaClient,
  ListFunctionsCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { DescribePipeCommand, ListPipesCommand, PipesClient, UpdatePipeCommand } from '@aws-sdk/client-pipes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changedAssembly, logicalIdOf } from '../support/changed-assembly.ts';
import { type ServedSandbox, startSandbox } from './served-sandbox.ts';

let sandbox: ServedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox.stop('SIGTERM');
});

const config = (accessKeyId = 'operator') => ({
  region: 'us-west-2',
  endpoint: sandbox.url,
  credentials: { accessKeyId, secretAccessKey: 'any' },
  maxAttempts: 1,
});

const deployOver = async (assembly: string) => {
  const body = JSON.stringify({ assembly });
  const answer = await fetch(`${sandbox.url}/_sandbox/deploy`, { method: 'POST', body });
  return { status: answer.status, said: (await answer.json()) as Record<string, unknown> };
};

/** The versions of the function whose construct has this name. */
const versionsOf = async (construct: string): Promise<readonly string[]> => {
  const command = new ListFunctionsCommand({ FunctionVersion: 'ALL' });
  const { Functions = [] } = await new LambdaClient(config()).send(command);
  return Functions.filter(({ FunctionName }) => FunctionName?.includes(construct)).map(({ Version }) => Version ?? '');
};

const NEW_CODE = `
const handle = exports.handler;
exports.handler = (event, context) => handle(event, context);
`;

describe('a served sandbox', () => {
  it('takes another assembly and goes on', async () => {
    const assembly = changedAssembly({ code: { DecideConnection: NEW_CODE, IntakeReadRequests: NEW_CODE } });
    const { status, said } = await deployOver(assembly);
    expect(said).toMatchObject({ deleted: [], created: expect.arrayContaining([expect.stringMatching(/^Decide/)]) });
    expect(status).toBe(200);
    expect(await versionsOf('DecideConnection')).toEqual(['$LATEST', '1', '2']);

    const customer = new EC2Client(config('222222222222'));
    const { VpcEndpoint } = await customer.send(
      new CreateVpcEndpointCommand({
        VpcEndpointType: 'Interface',
        ServiceName: sandbox.serviceName,
        VpcId: 'vpc-0a1b2c3d',
        SubnetIds: ['subnet-0a1b2c3d'],
      }),
    );
    const VpcEndpointIds = [VpcEndpoint?.VpcEndpointId ?? ''];
    const state = async () => {
      const { VpcEndpoints } = await customer.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds }));
      return VpcEndpoints?.[0]?.State;
    };
    await expect.poll(state, { timeout: 60_000, interval: 500 }).toBe('available');
  });

  it('refuses what can not be done, in words', async () => {
    const impossible = changedAssembly({
      template: (template) => {
        const registry = template.Resources[logicalIdOf(template, 'TablesRegistry')];
        Object.assign(registry?.Properties ?? {}, { TableName: 'other' });
      },
    });
    expect(await deployOver(impossible)).toEqual({
      status: 400,
      said: {
        message: expect.stringMatching(/TablesRegistry\w+ \(AWS::DynamoDB::GlobalTable\): a change of TableName/),
      },
    });
    expect(await deployOver('/nowhere')).toEqual({
      status: 400,
      said: { message: expect.stringMatching(/Run the synthesis/) },
    });
  });

  it('takes the same changes from clients', async () => {
    const lambda = new LambdaClient(config());
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    const FunctionName = Functions.find((each) => each.FunctionName?.includes('AnswerConnections'))?.FunctionName;
    const update = new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 45 });
    expect(await lambda.send(update)).toMatchObject({ Timeout: 45, MemorySize: 1024, Version: '$LATEST' });
    expect(await lambda.send(new PublishVersionCommand({ FunctionName }))).toMatchObject({ Timeout: 45, Version: '2' });

    const pipes = new PipesClient(config());
    const { Pipes: [pipe] = [] } = await pipes.send(new ListPipesCommand({}));
    const { RoleArn } = await pipes.send(new DescribePipeCommand({ Name: pipe?.Name }));
    const described = { Name: pipe?.Name, RoleArn, Description: 'ours' };
    expect(await pipes.send(new UpdatePipeCommand(described))).toMatchObject({ CurrentState: 'UPDATING' });
    const state = () => pipes.send(new DescribePipeCommand({ Name: pipe?.Name }));
    await expect
      .poll(state, { timeout: 10_000, interval: 100 })
      .toMatchObject({ CurrentState: 'RUNNING', Description: 'ours', Enrichment: pipe?.Enrichment });
  });
});
