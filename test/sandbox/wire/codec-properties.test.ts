import { isDeepStrictEqual } from 'node:util';
import * as ec2 from '@aws-sdk/client-ec2';
import * as events from '@aws-sdk/client-eventbridge';
import * as route53 from '@aws-sdk/client-route-53';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as states from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requiredMembers } from '../../../sandbox/wire/api.ts';
import { inProcessHandler } from '../../../sandbox/wire/in-process.ts';
import { worldOf } from './world.ts';

const LATEST = Date.UTC(2100, 0, 1);
const MAX_DEPTH = 4;

const withoutPrototype = (key: string): boolean => key !== '__proto__';

/** EventBridge's client makes a host name of this one, so it can't be any text. */
const NOT_DATA = ['EndpointId'];

/** Any value that the schema allows, with lists of at least so many items; beyond a depth, structures have their required members only. */
const anyValue = (schema: NormalizedSchema, minLength: number, depth = 0): fc.Arbitrary<unknown> => {
  if (schema.isStructSchema()) return anyStruct(schema, minLength, depth);
  if (schema.isListSchema())
    return fc.array(anyValue(schema.getValueSchema(), minLength, depth + 1), { minLength, maxLength: 3 });
  if (schema.isMapSchema()) {
    const key = fc.string({ unit: 'grapheme' }).filter(withoutPrototype);
    return fc.dictionary(key, anyValue(schema.getValueSchema(), minLength, depth + 1), {
      maxKeys: 3,
      noNullPrototype: true,
    });
  }
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return fc.integer();
  if (schema.isTimestampSchema()) return fc.integer({ min: 0, max: LATEST }).map((at) => new Date(at));
  if (schema.isBlobSchema()) return fc.uint8Array({ maxLength: 9 }).map((bytes) => new Uint8Array(bytes));
  return fc.string({ unit: 'grapheme' });
};

const anyStruct = (schema: NormalizedSchema, minLength: number, depth: number): fc.Arbitrary<unknown> => {
  const required = requiredMembers(schema);
  const members = [...schema.structIterator()].filter(
    ([name, member]) =>
      required.includes(name) || (depth < MAX_DEPTH && !member.isIdempotencyToken() && !NOT_DATA.includes(name)),
  );
  const model = Object.fromEntries(members.map(([name, member]) => [name, anyValue(member, minLength, depth + 1)]));
  return fc.record(model, { requiredKeys: required.filter((name) => name in model), noNullPrototype: true });
};

/** What a query string can't say: structures in which nothing is set. */
const sayable = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const items = value.map(sayable).filter((item) => item !== undefined);
    return items.length > 0 || value.length === 0 ? items : undefined;
  }
  if (value === null || typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) return value;
  const said = Object.entries(value)
    .map(([key, each]) => [key, sayable(each)] as const)
    .filter(([, each]) => each !== undefined);
  return said.length > 0 ? Object.fromEntries(said) : undefined;
};

interface AnyClient {
  send(command: unknown): Promise<unknown>;
}
type Exports = Readonly<Record<string, unknown>>;

const RUNS = 25;

interface Api {
  readonly service: string;
  readonly exported: Exports;
  readonly client: string;
  /** The shortest list that the protocol can say. */
  readonly minLength?: number;
}

/** Sends any inputs; gives how many came out of the decoder as they went into the client. */
const roundTrips = async (api: Api, action: string, expected = (value: unknown): unknown => value): Promise<number> => {
  const { service, exported, client, minLength = 0 } = api;
  const schema = exported[`${action}$`] as readonly [
    9,
    string,
    string,
    unknown,
    Parameters<typeof NormalizedSchema.of>[0],
  ];
  const Client = exported[client] as new (config: object) => AnyClient;
  const Command = exported[`${action}Command`] as new (input: unknown) => unknown;
  const { handler, asked } = worldOf({ [service]: { [action]: {} } });
  const sender = new Client({
    region: 'us-west-2',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: inProcessHandler(handler),
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
    md5: false,
  });
  let same = 0;
  const property = fc.asyncProperty(anyValue(NormalizedSchema.of(schema[4]), minLength), async (input) => {
    asked.length = 0;
    await sender.send(new Command(input));
    const isSame = isDeepStrictEqual(
      asked.map((call) => call.input),
      [expected(input)],
    );
    same += isSame ? 1 : 0;
    return isSame;
  });
  await fc.assert(property, { numRuns: RUNS, seed: 20260102 });
  return same;
};

describe('what an SDK client encodes, the sandbox decodes to the same value', () => {
  it.each([
    'AcceptVpcEndpointConnections',
    'DescribeVpcEndpointConnections',
    'ModifyVpcEndpointServicePermissions',
    'CreateVpcEndpointServiceConfiguration',
    'DescribeNetworkInterfaces',
  ])('EC2 %s', async (action) => {
    const api = { service: 'ec2', exported: ec2, client: 'EC2Client', minLength: 1 };
    expect(await roundTrips(api, action, (value) => sayable(value) ?? {})).toBe(RUNS);
  });

  it.each(['SendMessage', 'SendMessageBatch', 'ReceiveMessage', 'CreateQueue', 'ChangeMessageVisibilityBatch'])(
    'SQS %s',
    async (action) => {
      expect(await roundTrips({ service: 'sqs', exported: sqs, client: 'SQSClient' }, action)).toBe(RUNS);
    },
  );

  it.each(['StartExecution', 'SendTaskSuccess', 'CreateStateMachine', 'ListExecutions', 'SendTaskFailure'])(
    'Step Functions %s',
    async (action) => {
      expect(await roundTrips({ service: 'states', exported: states, client: 'SFNClient' }, action)).toBe(RUNS);
    },
  );

  it.each(['CreateTopic', 'Publish', 'PublishBatch'])('SNS %s', async (action) => {
    expect(await roundTrips({ service: 'sns', exported: sns, client: 'SNSClient' }, action, sayable)).toBe(RUNS);
  });

  it.each(['PutEvents', 'PutTargets', 'PutRule'])('EventBridge %s', async (action) => {
    expect(await roundTrips({ service: 'events', exported: events, client: 'EventBridgeClient' }, action)).toBe(RUNS);
  });

  it.each(['CreateHostedZone', 'CreateHealthCheck', 'ListHostedZones', 'CreateTrafficPolicy'])(
    'Route 53 %s',
    async (action) => {
      expect(await roundTrips({ service: 'route53', exported: route53, client: 'Route53Client' }, action)).toBe(RUNS);
    },
  );

  it.each(['ListSchedules', 'ListScheduleGroups'])('Scheduler %s', async (action) => {
    expect(await roundTrips({ service: 'scheduler', exported: scheduler, client: 'SchedulerClient' }, action)).toBe(
      RUNS,
    );
  });
});
