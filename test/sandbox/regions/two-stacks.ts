import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { createSimulatedWorld, type SimulatedWorld } from '../../../sandbox/simulated.ts';
import type { World } from '../../../sandbox/world.ts';
import { type Place, writeAssembly } from '../deploy/support/assembly.ts';

export const HOME = 'us-west-2';
export const STANDBY = 'us-east-2';

/** Tells where it runs, and sends that to its queue, through its own region, after a wait if one is asked for. */
const CODE = `const { request } = require('node:http');
exports.handler = async ({ waitMillis = 0 }) => {
  await new Promise((resolve) => setTimeout(resolve, waitMillis));
  const { AWS_REGION, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, QUEUE } = process.env;
  const body = JSON.stringify({ QueueUrl: QUEUE, MessageBody: 'from ' + AWS_REGION });
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AmazonSQS.SendMessage',
    authorization: 'AWS4-HMAC-SHA256 Credential=' + AWS_ACCESS_KEY_ID + '/20261123/' + AWS_REGION + '/sqs/aws4_request, SignedHeaders=host, Signature=0',
  };
  return new Promise((resolve) => {
    const sent = request(AWS_ENDPOINT_URL, { method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ region: AWS_REGION, queue: QUEUE, status: answer.statusCode }));
    });
    sent.on('error', (error) => resolve({ region: AWS_REGION, failed: error.code }));
    sent.end(body);
  });
};`;

/** A queue, a table and a function, named alike in every stack, and a role that bears the stack's name. */
const template = {
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: {
                Service: { 'Fn::Join': ['.', ['lambda', { Ref: 'AWS::Region' }, { Ref: 'AWS::URLSuffix' }]] },
              },
              Action: 'sts:AssumeRole',
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'send',
            PolicyDocument: {
              Statement: [
                { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] } },
                {
                  Effect: 'Deny',
                  Action: 'sqs:*',
                  Resource: '*',
                  Condition: { StringNotEquals: { 'aws:RequestedRegion': { Ref: 'AWS::Region' } } },
                },
              ],
            },
          },
        ],
      },
    },
    Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
    Ledger: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'Ledger',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        DeletionProtectionEnabled: false,
      },
    },
    Where: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'where',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: {
          S3Bucket: { 'Fn::Join': ['-', ['cdk-hnb659fds-assets-123456789012', { Ref: 'AWS::Region' }]] },
          S3Key: 'where.zip',
        },
        Environment: { Variables: { QUEUE: { Ref: 'Jobs' } } },
      },
    },
  },
  Outputs: {
    Region: { Value: { Ref: 'AWS::Region' } },
    Zone: { Value: { 'Fn::Select': [1, { 'Fn::GetAZs': '' }] } },
    Queue: { Value: { Ref: 'Jobs' } },
    QueueArn: { Value: { 'Fn::GetAtt': ['Jobs', 'Arn'] } },
    TableArn: { Value: { 'Fn::GetAtt': ['Ledger', 'Arn'] } },
    FunctionArn: { Value: { 'Fn::GetAtt': ['Where', 'Arn'] } },
  },
};

const PLACES: Readonly<Record<string, Place>> = {
  ConciergeStandby: { region: STANDBY, needs: ['Concierge'] },
  Concierge: { region: HOME },
};

/** Resources to be had beside the usual ones, by stack. */
export type More = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** An assembly of two stacks: `Concierge` in us-west-2, and `ConciergeStandby` in us-east-2, which comes first in the manifest and needs the other. */
export const twoStacks = (more: More = {}, places: Readonly<Record<string, Place>> = PLACES): string => {
  const stacks = Object.fromEntries(
    Object.keys(places).map((name) => [name, { ...template, Resources: { ...template.Resources, ...more[name] } }]),
  );
  const directory = writeAssembly(stacks, [{ hash: 'where', path: 'asset.where' }], places);
  writeFileSync(join(directory, 'asset.where', 'index.js'), CODE);
  return directory;
};

/** A world with both stacks, and how to let its time pass until something is done. */
export const twoRegions = async (
  assembly = twoStacks(),
): Promise<SimulatedWorld & { readonly done: <T>(work: Promise<T>) => Promise<T> }> => {
  const world = await createSimulatedWorld({ assembly, seed: 1 });
  onTestFinished(() => world.host.close());
  const done = async <T>(work: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    await world.clock.run(() => isOver);
    if (!isOver) throw new Error('It waits for what never comes.');
    return work;
  };
  return Object.assign(world, { done });
};

/** A client of SQS in a region, as the operator. */
export const sqsIn = (world: World, region: string): SQSClient => new SQSClient(world.clientConfig('operator', region));

/** What lies in the queue `jobs` of a region; it is taken out. */
export const jobsIn = async (world: World, region: string): Promise<readonly string[]> => {
  const sqs = sqsIn(world, region);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'jobs' }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body = '' }) => Body);
};
