import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../sandbox/cloud.ts';
import { injectFaults } from '../../../sandbox/faults/inject.ts';
import { createLambdaWorld, payload } from '../services/lambda/lambda-world.ts';

/** A function that sends a letter by the SQS wire protocol and tells how that went. */
const SENDS = `
  const http = require('node:http');
  const post = (body) => new Promise((resolve, reject) => {
    const key = process.env.AWS_ACCESS_KEY_ID;
    const request = http.request(process.env.AWS_ENDPOINT_URL, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.SendMessage',
        authorization: 'AWS4-HMAC-SHA256 Credential=' + key + '/20261123/us-west-2/sqs/aws4_request, SignedHeaders=host, Signature=0',
      },
    }, (response) => { response.resume(); response.on('end', () => resolve(response.statusCode)); });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
  exports.handler = async ({ text }) => {
    const QueueUrl = process.env.AWS_ENDPOINT_URL + '/123456789012/letters';
    return { text, status: await post({ QueueUrl, MessageBody: text }) };
  };
`;

const exited = expect.objectContaining({ errorType: 'Runtime.ExitError' });

/** A function `decide` that sends letters, a queue for them, and `faults` in between. */
const aWorld = async () => {
  const world = createLambdaWorld();
  await world.createQueue('letters');
  await world.create(SENDS);
  const cloud = world.cloud;
  const inject = (...faults: Parameters<typeof injectFaults>[1]) =>
    injectFaults({ cloud, journal: world.journal, endCaller: (caller) => world.lambda.endCaller(caller) }, faults);
  return { ...world, inject };
};

const letters = (world: Awaited<ReturnType<typeof aWorld>>) => world.messages('letters').map(({ body }) => body);

describe('a function is killed', () => {
  it('before its call: nothing was done', async () => {
    const world = await aWorld();
    world.inject({ kind: 'kill-before', on: 'sqs:SendMessage' });
    const { FunctionError, value } = await world.invoke(payload({ text: 'a' }));
    await world.host.close();

    expect(FunctionError).toBe('Unhandled');
    expect(value).toEqual(exited);
    expect(letters(world)).toEqual([]);
  });

  it('after its call: it was done, and another environment takes the next event', async () => {
    const world = await aWorld();
    world.inject({ kind: 'kill-after', on: 'sqs:SendMessage' });
    const first = await world.invoke(payload({ text: 'a' }));
    const second = await world.invoke(payload({ text: 'b' }));
    await world.host.close();

    expect(first.value).toEqual(exited);
    expect(second.value).toEqual({ text: 'b', status: 200 });
    expect(letters(world)).toEqual(['a', 'b']);
  });

  it('and no other environment of it: the one that made the call', async () => {
    const world = await aWorld();
    world.inject({ kind: 'kill-before', on: 'sqs:SendMessage', about: 'b' });
    // At once: three environments of one function, each in the middle of its call.
    const asking = ['a', 'b', 'c'].map((text) => {
      const input = { FunctionName: 'decide', ...payload({ text }) };
      return world.cloud.invoke({ service: 'lambda', action: 'Invoke', input, principal: OPERATOR });
    });
    await world.clock.run(undefined, world.clock.now() + 2000); // less than the function's time-out
    const answers = (await Promise.all(asking)) as readonly { readonly Payload: Uint8Array }[];
    await world.host.close();

    expect(answers.map(({ Payload }) => JSON.parse(Buffer.from(Payload).toString()))).toEqual([
      { text: 'a', status: 200 },
      exited,
      { text: 'c', status: 200 },
    ]);
    expect(letters(world)).toEqual(['a', 'c']);
  });
});
