import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sandbox/clock/virtual-clock.ts';
import { OPERATOR } from '../../sandbox/cloud.ts';
import { Assets } from '../../sandbox/deploy/assembly.ts';
import type { WireRequest, WireResponse } from '../../sandbox/wire/wire.ts';
import { createEmptyWorld } from '../../sandbox/world.ts';
import { form, json, send } from '../sandbox/wire/world.ts';
import { SERVICE_ID } from '../support/builders.ts';
import { PATIENCE, runs } from './hostile.ts';
import { damaged, modelled, noise, plausible } from './wire-requests.ts';

const START = Date.UTC(2026, 10, 23, 12);

const NLB = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/api/0123456789abcdef';
const KEY = [{ AttributeName: 'pk', KeyType: 'HASH' }];

/** Something of each kind, under the names that the requests use. */
const FURNITURE: readonly (readonly [service: string, action: string, input: object])[] = [
  ['sqs', 'CreateQueue', { QueueName: 'q' }],
  ['sqs', 'SendMessage', { QueueUrl: 'http://127.0.0.1:4599/123456789012/q', MessageBody: 'body' }],
  ['sns', 'CreateTopic', { Name: 'q' }],
  [
    'dynamodb',
    'CreateTable',
    {
      TableName: 'ttt',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: KEY,
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    },
  ],
  ['dynamodb', 'PutItem', { TableName: 'ttt', Item: { pk: { S: 'q' }, HASH: { N: '1' } } }],
  ['events', 'CreateEventBus', { Name: 'b' }],
  ['events', 'PutRule', { Name: 'r', EventPattern: '{"source":["a"]}' }],
  ['ec2', 'CreateVpcEndpointServiceConfiguration', { NetworkLoadBalancerArns: [NLB], AcceptanceRequired: true }],
];

/** Every service of the sandbox with a little in it, and no function that could run. */
const smallWorld = async () => {
  const clock = new VirtualClock(START);
  const assets = new Assets();
  const host = {
    instancesPerFunction: 1,
    close: async () => undefined,
    start: () => {
      throw new Error('Nothing runs here.');
    },
  };
  const world = createEmptyWorld(
    { clock, seed: 1, endpoint: 'http://127.0.0.1:4599', createHost: () => host },
    (s3Key) => assets.find(s3Key),
  );
  let serviceId = '';
  for (const [service, action, input] of FURNITURE) {
    const made = (await world.cloud.invoke({ service, action, input, principal: OPERATOR })) as {
      ServiceConfiguration?: { ServiceId?: string };
    };
    serviceId = made.ServiceConfiguration?.ServiceId ?? serviceId;
  }
  /** The answer, however long it takes the world; undefined where it never comes. */
  const ask = async (sent: WireRequest): Promise<WireResponse | undefined> => {
    let answer: WireResponse | undefined;
    void world.handler(sent).then((each) => {
      answer = each;
    });
    await clock.run(() => answer !== undefined);
    return answer;
  };
  return { ...world, ask, serviceId };
};

/** The same request, of the service that there is. */
const naming = (serviceId: string, sent: WireRequest): WireRequest => {
  const body = Buffer.from(sent.body);
  return body.includes(SERVICE_ID) ? { ...sent, body: Buffer.from(`${body}`.replaceAll(SERVICE_ID, serviceId)) } : sent;
};

const QUEUE = 'http://127.0.0.1:4599/123456789012/afterwards';
const USES = [
  json('sqs', 'AmazonSQS.CreateQueue', '{"QueueName":"afterwards"}'),
  json('sqs', 'AmazonSQS.SendMessage', JSON.stringify({ QueueUrl: QUEUE, MessageBody: 'still here' })),
  form('ec2', 'Action=DescribeVpcEndpointConnections&Version=2016-11-15'),
];

const actions = await modelled((await smallWorld()).cloud.services());
const requests = {
  'in the form of AWS, with anything in it': plausible(actions),
  'that something happened to': damaged(plausible(actions)),
  'that never was one': noise,
};

/** In JSON or in XML, with a code and a sentence. */
const SHAPE = /^\{"__type":"[\w.#]+".*"[mM]essage":"|^<\?xml.*<Code>[\w.]+<\/Code><Message>/s;

/** What is wrong with an answer: none ever came, it is a fault of ours, or it is no refusal in AWS's form. */
const faultOf = (answer: WireResponse | undefined): string | undefined => {
  if (answer === undefined) return 'no answer';
  const { status, body } = answer;
  const text = Buffer.from(body).toString('utf8');
  const isDone = status >= 200 && status < 300;
  const isRefused = ((status >= 400 && status < 500) || status === 501) && SHAPE.test(text);
  return isDone || isRefused ? undefined : `${status} ${text}`;
};

describe('the sandbox’s one door', () => {
  it.each(Object.entries(requests))(
    'answers a request %s as AWS does, and works afterwards',
    async (_what, one) => {
      const property = fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 4 }), async (sent) => {
        const { ask, handler, journal, serviceId } = await smallWorld();
        for (const each of sent.map((request) => naming(serviceId, request))) {
          const answer = await ask(each);
          const defect = journal.entries.find(({ what }) => what === 'InternalFailure');

          expect(defect?.detail).toBeUndefined();
          expect(faultOf(answer)).toBeUndefined();
        }
        for (const use of USES) expect((await send(handler, use)).status).toBe(200);
      });
      await fc.assert(property, runs(400));
    },
    PATIENCE,
  );
});
