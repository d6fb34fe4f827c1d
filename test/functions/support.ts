import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client, type VpcEndpointConnection } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { vi } from 'vitest';
import { registryKey } from '../../functions/registry/keys.ts';
import {
  aCustomer,
  anEntitlement,
  aService,
  ENDPOINT_ID,
  HOME_REGION,
  OWNER,
  SERVICE_ID,
} from '../support/builders.ts';

/** The two tables' names. */
export const TABLES = { registry: 'registry-table', ledger: 'ledger-table' };

/** Where answers lie. */
export const QUEUE_URL = 'https://sqs.us-west-2.amazonaws.com/123456789012/answers';

/** What the names of the latches' alarms begin with. */
export const LATCH_PREFIX = 'concierge-latch-';

/** Sets what Lambda and the stack would set; call it before the import of an entry file, which reads it. */
export const stubFunctionEnvironment = (): void => {
  vi.stubEnv('AWS_REGION', HOME_REGION);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'none');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
  vi.stubEnv('REGISTRY_TABLE', TABLES.registry);
  vi.stubEnv('LEDGER_TABLE', TABLES.ledger);
  vi.stubEnv('ANSWER_QUEUE_URL', QUEUE_URL);
  vi.stubEnv('LATCH_PREFIX', LATCH_PREFIX);
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  vi.stubEnv('POWERTOOLS_TRACE_ENABLED', 'false');
};

const refuseTheRest = <Mock extends { onAnyCommand(): { callsFake(fake: (input: unknown) => unknown): unknown } }>(
  mock: Mock,
): Mock => {
  mock.onAnyCommand().callsFake((input) => {
    throw new Error(`The test expects no such call: ${JSON.stringify(input)}`);
  });
  return mock;
};

/** EC2, to which no call is made but those that the test answers. */
export const strictEc2 = () => {
  const ec2 = new EC2Client({ region: HOME_REGION });
  return { ec2, ec2Mock: refuseTheRest(mockClient(ec2)) };
};

/** DynamoDB, to which no call is made but those that the test answers. */
export const strictDynamo = () => {
  const dynamo = new DynamoDBClient({ region: HOME_REGION });
  return { dynamo, dynamoMock: refuseTheRest(mockClient(dynamo)) };
};

/** Step Functions, to which no call is made but those that the test answers. */
export const strictSfn = () => {
  const sfn = new SFNClient({ region: HOME_REGION });
  return { sfn, sfnMock: refuseTheRest(mockClient(sfn)) };
};

/** SQS, to which no call is made but those that the test answers. */
export const strictSqs = () => {
  const sqs = new SQSClient({ region: HOME_REGION });
  return { sqs, sqsMock: refuseTheRest(mockClient(sqs)) };
};

/** RDS, to which no call is made but those that the test answers. */
export const strictRds = () => {
  const rds = new RDSClient({ region: HOME_REGION });
  return { rds, rdsMock: refuseTheRest(mockClient(rds)) };
};

/** Elastic Load Balancing, to which no call is made but those that the test answers. */
export const strictElb = () => {
  const elb = new ElasticLoadBalancingV2Client({ region: HOME_REGION });
  return { elb, elbMock: refuseTheRest(mockClient(elb)) };
};

/** EventBridge, to which no call is made but those that the test answers. */
export const strictEvents = () => {
  const events = new EventBridgeClient({ region: HOME_REGION });
  return { events, eventsMock: refuseTheRest(mockClient(events)) };
};

/** Route 53, to which no call is made but those that the test answers. */
export const strictRoute53 = () => {
  const route53 = new Route53Client({ region: HOME_REGION });
  return { route53, route53Mock: refuseTheRest(mockClient(route53)) };
};

/** CloudWatch, to which no call is made but those that the test answers. */
export const strictCloudWatch = (region = HOME_REGION) => {
  const cloudwatch = new CloudWatchClient({ region });
  return { cloudwatch, cloudwatchMock: refuseTheRest(mockClient(cloudwatch)) };
};

/** The calls that were made, in order: the command's name and its whole input. */
export const callsOf = (mock: {
  calls(): readonly { args: readonly [{ constructor: { name: string }; input: unknown }, ...unknown[]] }[];
}): readonly (readonly [command: string, input: unknown])[] =>
  mock.calls().map(({ args: [command] }) => [command.constructor.name.replace(/Command$/, ''), command.input]);

/**
 * Answers with one page after the other, and keeps what was asked for each: the SDK's paginators go on to change what they have sent.
 */
export const pagesOf = <Page>(...pages: readonly Page[]) => {
  const inputs: unknown[] = [];
  const answer = (input: object): Page | undefined => {
    inputs.push({ ...input });
    return pages[inputs.length - 1];
  };
  return { answer, inputs };
};

/** An error as the SDK throws it: the code is its name. */
export const awsError = (code: string, httpStatusCode = 400): Error =>
  Object.assign(new Error(`AWS says ${code}.`), { name: code, $fault: 'client', $metadata: { httpStatusCode } });

/** A connection as EC2 describes it. */
export const described = (changes: Partial<VpcEndpointConnection> = {}): VpcEndpointConnection => ({
  ServiceId: SERVICE_ID,
  VpcEndpointId: ENDPOINT_ID,
  VpcEndpointOwner: OWNER,
  VpcEndpointState: 'pendingAcceptance' as never, // the SDK's enum has AWS's states in another case of letters
  VpcEndpointRegion: HOME_REGION,
  CreationTimestamp: new Date('2026-11-23T11:59:58Z'),
  DnsEntries: [{ DnsName: `${ENDPOINT_ID}-k3v9x2aq.example.com`, HostedZoneId: 'Z1' }],
  ...changes,
});

/** {@link described}, in another state. */
export const inState = (state: string): VpcEndpointConnection => described({ VpcEndpointState: state as never });

/** An item of a table. */
export const item = (
  key: { readonly pk: string; readonly sk: string },
  entry: object,
): Record<string, AttributeValue> => marshall({ ...key, ...entry }, { removeUndefinedValues: true });

/** The entries of {@link SERVICE_ID} and of customer `acme`, as the registry holds them. */
export const REGISTRY_ITEMS = {
  service: item(registryKey.service(SERVICE_ID), aService()),
  customer: item(registryKey.customer('acme'), aCustomer()),
  entitlement: item(registryKey.entitlement(SERVICE_ID, 'acme'), anEntitlement()),
  accountMatch: item(registryKey.match(SERVICE_ID, 'account', OWNER, 'acme'), { customerId: 'acme' }),
  endpointMatch: item(registryKey.match(SERVICE_ID, 'endpoint', ENDPOINT_ID, 'acme'), { customerId: 'acme' }),
};

/** What Lambda passes beside the event. */
export const CONTEXT: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'decide',
  functionVersion: '1',
  invokedFunctionArn: `arn:aws:lambda:${HOME_REGION}:123456789012:function:decide:1`,
  memoryLimitInMB: '512',
  awsRequestId: '7f6ce1a0-0000-4000-8000-000000000000',
  logGroupName: 'log',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 30_000,
} as Context; // the rest is from the time of callbacks
