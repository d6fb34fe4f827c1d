import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arnOf, createLambdaWorld, payload, queueArn, START } from './lambda-world.ts';

/** Fails as often as it is told to, and logs when it ran. */
const FAILING = (times: number): string => `let runs = 0;
  exports.handler = async () => { console.log('run'); if (runs++ < ${times}) throw new Error('not yet'); return 'done'; };`;

let world: ReturnType<typeof createLambdaWorld>;
beforeEach(async () => {
  world = createLambdaWorld();
  await world.createQueue('letters');
});
afterEach(() => world.host.close());

const send = (): Promise<unknown> => world.invoke({ InvocationType: 'Event', ...payload({ id: 1 }) });
/** When the function ran, in seconds after the start. */
const runs = (): number[] =>
  world.journal.entries
    .filter(({ kind, detail }) => kind === 'log' && String(detail).endsWith('\trun'))
    .map(({ at }) => (at - START) / 1000);
const configure = (config: object): Promise<unknown> =>
  world.call('PutFunctionEventInvokeConfig', { FunctionName: 'decide', ...config });
const onFailure = { DestinationConfig: { OnFailure: { Destination: queueArn('letters') } } };

describe('an asynchronous invocation', () => {
  it('is accepted at once and run after that', async () => {
    await world.create(FAILING(0));
    expect(await send()).toMatchObject({ StatusCode: 202, value: undefined });
    expect(runs()).toEqual([]);
    await world.pass(1);
    expect(runs()).toEqual([0]);
  });

  it('is tried again after one minute and after two more', async () => {
    await world.create(FAILING(9));
    await send();
    await world.pass(3600);
    expect(runs()).toEqual([0, 60, 180]);
  });

  it('is tried again only until it succeeds, and only as often as is configured', async () => {
    await world.create(FAILING(1));
    await send();
    await world.pass(3600);
    expect(runs()).toEqual([0, 60]);
    await world.create(FAILING(9), { FunctionName: 'once' });
    await configure({ FunctionName: 'once', MaximumRetryAttempts: 0 });
    await world.invoke({ FunctionName: 'once', InvocationType: 'Event' });
    await world.pass(3600);
    expect(runs()).toEqual([0, 60, 3600]);
  });

  it('hands an event that failed for good to the destination, with the request and the last answer', async () => {
    await world.create(FAILING(9));
    await configure(onFailure);
    await send();
    await world.pass(3600);
    expect(world.messages('letters').map(({ body }) => JSON.parse(body))).toEqual([
      {
        version: '1.0',
        timestamp: '2026-11-23T01:03:00.000Z',
        requestContext: {
          requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          functionArn: `${arnOf('decide')}:$LATEST`,
          condition: 'RetriesExhausted',
          approximateInvokeCount: 3,
        },
        requestPayload: { id: 1 },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: expect.objectContaining({ errorType: 'Error', errorMessage: 'not yet' }),
      },
    ]);
  });

  it('hands the event itself to a dead-letter queue, with the error as attributes', async () => {
    await world.create(FAILING(9), { DeadLetterConfig: { TargetArn: queueArn('letters') } });
    await send();
    await world.pass(3600);
    const [letter, ...more] = world.messages('letters');
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      body: '{"id":1}',
      attributes: { ErrorCode: { StringValue: '200' }, ErrorMessage: { StringValue: 'not yet' } },
    });
  });

  it('waits while there is no room, from one second up to five minutes, until it is too old', async () => {
    await world.create(FAILING(0));
    await configure({ MaximumEventAgeInSeconds: 600, ...onFailure });
    await world.call('PutFunctionConcurrency', { FunctionName: 'decide', ReservedConcurrentExecutions: 0 });
    await send();
    await world.pass(3600);
    expect(runs()).toEqual([]);
    expect(world.messages('letters').map(({ body }) => JSON.parse(body).requestContext)).toEqual([
      expect.objectContaining({ condition: 'EventAgeExceeded', approximateInvokeCount: 0 }),
    ]);
  });

  it('runs once there is room again', async () => {
    await world.create(FAILING(0));
    await world.call('PutFunctionConcurrency', { FunctionName: 'decide', ReservedConcurrentExecutions: 0 });
    await send();
    await world.pass(2);
    await world.call('PutFunctionConcurrency', { FunctionName: 'decide', ReservedConcurrentExecutions: 1 });
    await world.pass(60);
    expect(runs()).toEqual([3]);
  });

  it('notes in the journal where the role may not reach the destination, and drops the event', async () => {
    await world.createQueue('closed');
    await world.create(FAILING(9));
    await configure({ DestinationConfig: { OnFailure: { Destination: queueArn('closed') } } });
    await send();
    await world.pass(3600);
    expect(world.messages('closed')).toEqual([]);
    expect(world.journal.entries).toContainEqual(
      expect.objectContaining({
        kind: 'state',
        what: 'destination not reached',
        detail: expect.objectContaining({ target: queueArn('closed') }),
      }),
    );
  });

  it('refuses an event above 1 MB', async () => {
    await world.create(FAILING(0));
    await expect(world.invoke({ InvocationType: 'Event', ...payload('x'.repeat(1024 * 1024)) })).rejects.toMatchObject({
      code: 'RequestTooLargeException',
      status: 413,
    });
  });
});
