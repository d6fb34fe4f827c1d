import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateVpcEndpointCommand,
  CreateVpcEndpointServiceConfigurationCommand,
  DescribeVpcEndpointConnectionsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, SendMessageCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../sandbox/cloud.ts';
import type { World } from '../../../sandbox/world.ts';
import { HOME, jobsIn, STANDBY, sqsIn, twoRegions, twoStacks } from './two-stacks.ts';

const failureOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing failed',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );

describe('an assembly of two stacks', () => {
  it('is deployed each into its region, the one that is needed first', async () => {
    const { deployment, deployments, regions } = await twoRegions();
    expect([...deployments.keys()]).toEqual(['Concierge', 'ConciergeStandby']);
    expect(deployment).toBe(deployments.get('Concierge'));
    expect(deployments.get('ConciergeStandby')).toMatchObject({ region: STANDBY });
    expect(regions.names).toEqual([HOME, STANDBY]);
  });

  it('has ARNs, zones and names of its region', async () => {
    const { deployments } = await twoRegions();
    expect(deployments.get('ConciergeStandby')?.outputs).toEqual({
      Region: 'us-east-2',
      Zone: 'us-east-2b',
      Queue: 'http://127.0.0.1:4599/us-east-2/123456789012/jobs',
      QueueArn: 'arn:aws:sqs:us-east-2:123456789012:jobs',
      TableArn: 'arn:aws:dynamodb:us-east-2:123456789012:table/Ledger',
      FunctionArn: 'arn:aws:lambda:us-east-2:123456789012:function:where',
    });
    expect(deployments.get('ConciergeStandby')?.stackId).toMatch(/^arn:aws:cloudformation:us-east-2:/);
    expect(deployments.get('Concierge')?.outputs).toMatchObject({
      Zone: 'us-west-2b',
      Queue: 'http://127.0.0.1:4599/123456789012/jobs',
      QueueArn: 'arn:aws:sqs:us-west-2:123456789012:jobs',
    });
  });

  it('is deployed over what runs, and a new stack joins it', async () => {
    const world = await twoRegions(twoStacks({}, { Concierge: { region: HOME } }));
    expect(world.regions.used().map(({ name }) => name)).toEqual([HOME]);
    const extra = { Extra: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'extra' } } };
    const home = await world.done(world.deployOver(twoStacks({ Concierge: extra, ConciergeStandby: extra })));
    expect(home.changes).toMatchObject({ created: ['Extra'], updated: [], deleted: [] });
    expect(world.deployments.get('ConciergeStandby')?.changes.created).toContain('Extra');
    const again = await world.done(world.deployOver(twoStacks()));
    expect(again.changes).toMatchObject({ deleted: ['Extra'] });
    expect(world.deployments.get('ConciergeStandby')?.changes).toMatchObject({ created: [], deleted: ['Extra'] });
  });

  it.each([
    [
      'for a region that there is not',
      { Concierge: { region: 'eu-west-1' } },
      'Concierge is for eu-west-1, a region that the sandbox does not have',
    ],
    [
      'where they need each other',
      { A: { region: HOME, needs: ['B'] }, B: { region: STANDBY, needs: ['A'] } },
      'A needs B needs A: none can be the first.',
    ],
  ])('is refused %s', async (_, places, said) => {
    await expect(twoRegions(twoStacks({}, places))).rejects.toThrow(said);
  });

  it('cannot move a stack that runs', async () => {
    const world = await twoRegions();
    const moved = twoStacks({}, { Concierge: { region: STANDBY } });
    await expect(world.deployOver(moved)).rejects.toThrow('Concierge runs in us-west-2: it cannot move to us-east-2.');
  });
});

describe('two regions', () => {
  it('have two tables of one name', async () => {
    const world = await twoRegions();
    const [west, east] = [HOME, STANDBY].map((region) => new DynamoDBClient(world.clientConfig('operator', region)));
    const Key = { pk: { S: 'a' } };
    await west?.send(new PutItemCommand({ TableName: 'Ledger', Item: { ...Key, in: { S: 'west' } } }));
    expect((await east?.send(new GetItemCommand({ TableName: 'Ledger', Key })))?.Item).toBeUndefined();
    expect((await west?.send(new GetItemCommand({ TableName: 'Ledger', Key })))?.Item).toMatchObject({
      in: { S: 'west' },
    });
    const { Table } = (await east?.send(new DescribeTableCommand({ TableName: 'Ledger' }))) ?? {};
    expect(Table?.TableArn).toBe('arn:aws:dynamodb:us-east-2:123456789012:table/Ledger');
  });

  it('have two queues of one name, and the URL of one means nothing in the other', async () => {
    const world = await twoRegions();
    const [west, east] = [sqsIn(world, HOME), sqsIn(world, STANDBY)];
    const { QueueUrl } = await east.send(new GetQueueUrlCommand({ QueueName: 'jobs' }));
    await east.send(new SendMessageCommand({ QueueUrl, MessageBody: 'east' }));
    expect(await jobsIn(world, HOME)).toEqual([]);
    expect(await failureOf(west.send(new SendMessageCommand({ QueueUrl, MessageBody: 'lost' })))).toMatch(
      /^QueueDoesNotExist/,
    );
    expect(await jobsIn(world, STANDBY)).toEqual(['east']);
  });

  it('have functions that know and call their own region, by roles that trust its principals', async () => {
    const world = await twoRegions();
    for (const region of [HOME, STANDBY]) {
      const lambda = new LambdaClient(world.clientConfig('operator', region));
      const { Payload = new Uint8Array() } = await world.done(
        lambda.send(new InvokeCommand({ FunctionName: 'where' })),
      );
      expect(JSON.parse(Buffer.from(Payload).toString())).toMatchObject({ region, status: 200 });
      expect(await jobsIn(world, region)).toEqual([`from ${region}`]);
    }
    expect(await jobsIn(world, STANDBY)).toEqual([]);
  });

  it('do not have each other’s functions', async () => {
    const world = await twoRegions();
    const lambda = new LambdaClient(world.clientConfig('operator', STANDBY));
    const FunctionName = 'arn:aws:lambda:us-west-2:123456789012:function:where';
    expect(await failureOf(lambda.send(new GetFunctionCommand({ FunctionName })))).toContain(
      'Functions live in us-east-2',
    );
  });

  it('share identities', async () => {
    const world = await twoRegions();
    const sts = new STSClient(world.clientConfig('222222222222', STANDBY));
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: '222222222222' });
    const everywhere = new STSClient(world.clientConfig('222222222222', 'us-east-1'));
    expect(await everywhere.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: '222222222222' });
    const roles = [...world.deployments.values()].map(({ resources }) => resources.get('Role')?.attributes.Arn);
    const assume =
      (region: string, arn = '') =>
      () =>
        world.regions.get(region).cloud.assumeRole('lambda.amazonaws.com', arn, 's');
    // Known in both, and trusting the principal of one.
    expect(assume(HOME, roles[0])()).toMatchObject({ roleArn: roles[0] });
    expect(assume(STANDBY, roles[1])()).toMatchObject({ roleArn: roles[1] });
    expect(assume(STANDBY, roles[0])).toThrow('not authorized');
  });

  it('are told apart by the caller’s own policies', async () => {
    const world = await twoRegions();
    const [roleArn = ''] = [...world.deployments.values()].map(
      ({ resources }) => resources.get('Role')?.attributes.Arn,
    );
    const principal = { ...world.cloud.assumeRole('lambda.amazonaws.com', roleArn, 's') };
    const permission = { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:us-west-2:123456789012:jobs' };
    expect(world.cloud.refusal(principal, permission)).toBeUndefined();
    expect(world.regions.get(STANDBY).cloud.refusal(principal, permission)).toContain('explicit deny');
  });

  it('begin and stay apart, whatever is made in them', async () => {
    const world = await twoRegions(twoStacks({}, { Concierge: { region: HOME } }));
    const east = new DynamoDBClient(world.clientConfig('operator', STANDBY));
    await expect(east.send(new DescribeTableCommand({ TableName: 'Ledger' }))).rejects.toThrow('not found');
    await east.send(
      new CreateTableCommand({
        TableName: 'Ledger',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    const west = new DynamoDBClient(world.clientConfig('operator'));
    expect((await west.send(new DescribeTableCommand({ TableName: 'Ledger' }))).Table?.KeySchema).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
    ]);
  });

  it('are not built before they are used', async () => {
    const world = await twoRegions(twoStacks({}, { Concierge: { region: HOME } }));
    expect(world.regions.used().map(({ name }) => name)).toEqual([HOME]);
    await sqsIn(world, STANDBY)
      .send(new GetQueueUrlCommand({ QueueName: 'jobs' }))
      .catch(() => undefined);
    expect(world.regions.used().map(({ name }) => name)).toEqual([HOME, STANDBY]);
  });
});

describe('a region that there is not', () => {
  const said = "Credential should be scoped to a valid region, not 'eu-west-1'. The sandbox has no such region.";

  it.each([
    [
      'AuthFailure',
      (world: World) =>
        new EC2Client(world.clientConfig('operator', 'eu-west-1')).send(new DescribeVpcEndpointsCommand({})),
    ],
    [
      'SignatureDoesNotMatch',
      (world: World) =>
        new SNSClient(world.clientConfig('operator', 'eu-west-1')).send(new CreateTopicCommand({ Name: 't' })),
    ],
    [
      'InvalidSignatureException',
      (world: World) => sqsIn(world, 'eu-west-1').send(new GetQueueUrlCommand({ QueueName: 'jobs' })),
    ],
  ])('is refused in words: %s', async (name, call) => {
    const world = await twoRegions();
    expect(await failureOf(call(world))).toBe(`${name}: ${said}`);
    expect(() => world.regions.get('eu-west-1')).toThrow(
      'There is no region eu-west-1: there are us-west-2, us-east-2.',
    );
  });

  it('is not asked for where a signature is for several', async () => {
    const world = await twoRegions();
    const authorization =
      'AWS4-ECDSA-P256-SHA256 Credential=operator/20261123/sqs/aws4_request, SignedHeaders=host, Signature=0';
    const headers = {
      authorization,
      'x-amz-target': 'AmazonSQS.GetQueueUrl',
      'content-type': 'application/x-amz-json-1.0',
    };
    const { status, body } = await world.handler({
      method: 'POST',
      path: '/',
      headers,
      body: Buffer.from('{"QueueName":"jobs"}'),
    });
    expect(status).toBe(200);
    expect(JSON.parse(Buffer.from(body).toString())).toEqual({ QueueUrl: 'http://127.0.0.1:4599/123456789012/jobs' });
  });
});

describe('from one region to another', () => {
  it('goes an event to a bus, with its own id and region', async () => {
    const world = await twoRegions();
    const [west, east] = [HOME, STANDBY].map((region) => new EventBridgeClient(world.clientConfig('operator', region)));
    const Rule = { Name: 'on', EventPattern: '{"source":["orders"]}' };
    await west?.send(new PutRuleCommand(Rule));
    await east?.send(new PutRuleCommand(Rule));
    const bus = 'arn:aws:events:us-east-2:123456789012:event-bus/default';
    const roleArn = world.deployment.resources.get('Role')?.attributes.Arn;
    expect(roleArn).toBeDefined();
    const forward = await world.done(
      world.cloud.invoke({
        service: 'iam',
        action: 'CreateRole',
        input: {
          RoleName: 'forward',
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' }],
          }),
        },
        principal: OPERATOR,
      }),
    );
    const { Arn: RoleArn } = (forward as { Role: { Arn: string } }).Role;
    await world.done(
      world.regions.get(STANDBY).cloud.invoke({
        service: 'iam',
        action: 'PutRolePolicy',
        input: {
          RoleName: 'forward',
          PolicyName: 'put',
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: bus }],
          }),
        },
        principal: OPERATOR,
      }),
    );
    await west?.send(new PutTargetsCommand({ Rule: 'on', Targets: [{ Id: 'east', Arn: bus, RoleArn }] }));
    const sqs = sqsIn(world, STANDBY);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'jobs' }));
    await allowSending(sqs, QueueUrl, 'events.amazonaws.com');
    await east?.send(
      new PutTargetsCommand({ Rule: 'on', Targets: [{ Id: 'jobs', Arn: 'arn:aws:sqs:us-east-2:123456789012:jobs' }] }),
    );
    const sent = await west?.send(
      new PutEventsCommand({ Entries: [{ Source: 'orders', DetailType: 'placed', Detail: '{"n":1}' }] }),
    );
    await world.done(world.clock.sleep(10_000));
    const [body = ''] = await jobsIn(world, STANDBY);
    expect(JSON.parse(body)).toMatchObject({ id: sent?.Entries?.[0]?.EventId, region: HOME, detail: { n: 1 } });
  });

  it('goes no event to anything but a bus', async () => {
    const world = await twoRegions();
    const west = new EventBridgeClient(world.clientConfig('operator'));
    await west.send(new PutRuleCommand({ Name: 'on', EventPattern: '{"source":["orders"]}' }));
    const Targets = [{ Id: 'jobs', Arn: 'arn:aws:sqs:us-east-2:123456789012:jobs' }];
    expect(await failureOf(west.send(new PutTargetsCommand({ Rule: 'on', Targets })))).toContain(
      'is not in us-west-2: of another region only an event bus can be a target',
    );
  });

  it('goes a message of a topic to a queue', async () => {
    const world = await twoRegions();
    const sns = new SNSClient(world.clientConfig('operator'));
    const sqs = sqsIn(world, STANDBY);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'jobs' }));
    await allowSending(sqs, QueueUrl, 'sns.amazonaws.com');
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    const Endpoint = 'arn:aws:sqs:us-east-2:123456789012:jobs';
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: { RawMessageDelivery: 'true' } }),
    );
    await sns.send(new PublishCommand({ TopicArn, Message: 'hear' }));
    await world.done(world.clock.sleep(10_000));
    expect(await jobsIn(world, STANDBY)).toEqual(['hear']);
  });

  it('goes a consumer’s endpoint to a service that is offered there, and each sees it in its region', async () => {
    const world = await twoRegions();
    const ec2 = (who: string, region: string) => new EC2Client(world.clientConfig(who, region));
    const balancer = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/api/0123456789abcdef';
    const create = new CreateVpcEndpointServiceConfigurationCommand({
      NetworkLoadBalancerArns: [balancer],
      SupportedRegions: [STANDBY],
    });
    const { ServiceConfiguration } = await ec2('operator', HOME).send(create);
    const input = {
      VpcEndpointType: 'Interface',
      ServiceName: ServiceConfiguration?.ServiceName,
      VpcId: 'vpc-0a1b2c3d',
    } as const;
    const consumer = ec2('operator', STANDBY);
    expect(await failureOf(consumer.send(new CreateVpcEndpointCommand(input)))).toMatch(/^InvalidServiceName/);
    const { VpcEndpoint } = await consumer.send(new CreateVpcEndpointCommand({ ...input, ServiceRegion: HOME }));
    expect(VpcEndpoint).toMatchObject({ ServiceRegion: HOME, State: 'pendingAcceptance' });
    const seen = async (region: string) => {
      const { VpcEndpoints = [] } = await ec2('operator', region).send(new DescribeVpcEndpointsCommand({}));
      const { VpcEndpointConnections = [] } = await ec2('operator', region).send(
        new DescribeVpcEndpointConnectionsCommand({}),
      );
      return {
        endpoints: VpcEndpoints.map(({ VpcEndpointId }) => VpcEndpointId),
        connections: VpcEndpointConnections.map(({ VpcEndpointId, VpcEndpointRegion }) => [
          VpcEndpointId,
          VpcEndpointRegion,
        ]),
      };
    };
    expect(await seen(HOME)).toEqual({ endpoints: [], connections: [[VpcEndpoint?.VpcEndpointId, STANDBY]] });
    expect(await seen(STANDBY)).toEqual({ endpoints: [VpcEndpoint?.VpcEndpointId], connections: [] });
  });
});

const allowSending = async (sqs: SQSClient, QueueUrl: string | undefined, Service: string): Promise<void> => {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sqs:SendMessage', Resource: '*' }],
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
};
