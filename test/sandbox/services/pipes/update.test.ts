import { beforeEach, describe, expect, it } from 'vitest';
import {
  busArn,
  createMessagingWorld,
  functionArn,
  letServices,
  type MessagingWorld,
  queueArn,
  queueUrl,
  ROLE,
} from '../sqs/messaging-world.ts';

const BASE = { Name: 'intake', RoleArn: ROLE, Source: queueArn('notices') };

let world: MessagingWorld;

/** Makes a pipe to the bus and waits until it runs. */
const createPipe = async (more: object = {}): Promise<void> => {
  await world.call('pipes', 'CreatePipe', {
    ...BASE,
    Enrichment: functionArn('enrich'),
    Target: busArn('own'),
    TargetParameters: { EventBridgeEventBusParameters: { DetailType: '$.type', Source: 'app.privatelink' } },
    ...more,
  });
  await world.pass(5);
};

const send = (body: string, more: object = {}) =>
  world.call('sqs', 'SendMessage', { QueueUrl: queueUrl('notices'), MessageBody: body, ...more });

const events = (): unknown[] => world.bodies('heard').map((body) => JSON.parse(body) as unknown);
/** The enrichment makes one event of each record, with its body as the id. */
const oneEach = (payload: unknown) =>
  (payload as { body: string }[]).map((record) => ({ type: 'Requested', id: record.body }));

beforeEach(async () => {
  world = createMessagingWorld();
  world.lambda.answer = oneEach;
  await world.createQueue('letters');
  await world.createQueue('notices', {
    VisibilityTimeout: '60',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('letters'), maxReceiveCount: 3 }),
  });
  await world.createQueue('heard', {
    Policy: JSON.stringify(letServices(['events.amazonaws.com'], 'sqs:SendMessage')),
  });
  await world.call('events', 'CreateEventBus', { Name: 'own' });
  await world.call('events', 'PutRule', {
    Name: 'all',
    EventBusName: 'own',
    EventPattern: '{"source":[{"exists":true}]}',
  });
  await world.call('events', 'PutTargets', {
    Rule: 'all',
    EventBusName: 'own',
    Targets: [{ Id: 'one', Arn: queueArn('heard') }],
  });
});

describe('a pipe that is updated', () => {
  const update = (change: object) => world.call('pipes', 'UpdatePipe', { Name: 'intake', RoleArn: ROLE, ...change });
  const described = () => world.call<Record<string, unknown>>('pipes', 'DescribePipe', { Name: 'intake' });
  const asked = (): unknown[] => enrichments.map(({ FunctionName }) => FunctionName);
  let enrichments: { readonly FunctionName: string; readonly at: number }[];

  /** Has the enrichment take this long. */
  const slowly = (milliseconds: number): void => {
    enrichments = [];
    world.cloud.intercept(async (call, next) => {
      if (call.action !== 'Invoke') return next();
      const { FunctionName } = call.input as { FunctionName: string };
      enrichments.push({ FunctionName, at: world.clock.now() });
      await world.clock.sleep(milliseconds);
      return next();
    });
  };

  it('gives what comes later to the new enrichment and loses nothing that comes meanwhile', async () => {
    await createPipe({ Enrichment: functionArn('enrich:1') });
    slowly(0);
    await send('before');
    await world.pass(1);
    await update({ Enrichment: functionArn('enrich:2') });
    await send('meanwhile');
    await world.pass(10);
    await send('after');
    await world.pass(1);

    expect(asked()).toEqual(['enrich:1', 'enrich:1', 'enrich:2'].map(functionArn));
    expect(events()).toMatchObject(['before', 'meanwhile', 'after'].map((id) => ({ detail: { id } })));
    expect(await described()).toMatchObject({
      CurrentState: 'RUNNING',
      Enrichment: functionArn('enrich:2'),
      TargetParameters: { EventBridgeEventBusParameters: { DetailType: '$.type' } },
    });
  });

  it('finishes what it has in hand as it was: enrichment, target and all', async () => {
    await createPipe({ Enrichment: functionArn('enrich:1') });
    slowly(20_000);
    await send('in hand');
    await world.pass(1);
    await update({ Enrichment: functionArn('enrich:2'), Target: queueArn('letters') });
    await world.pass(10);
    expect(await described()).toMatchObject({ CurrentState: 'RUNNING' });
    await send('after');
    await world.pass(40);

    expect(asked()).toEqual(['enrich:1', 'enrich:2'].map(functionArn));
    expect(events()).toMatchObject([{ detail: { id: 'in hand' } }]);
    expect(world.bodies('letters').map((body) => JSON.parse(body) as unknown)).toMatchObject([{ id: 'after' }]);
    expect(world.bodies('notices')).toEqual([]);
  });

  it('says that it is UPDATING and takes no second change before it is done', async () => {
    await createPipe();
    expect(await update({ Description: 'reads notices' })).toMatchObject({ CurrentState: 'UPDATING' });
    await expect(update({ Description: 'twice' })).rejects.toMatchObject({ code: 'ConflictException', status: 409 });
    await world.pass(10);
    expect(await described()).toMatchObject({ CurrentState: 'RUNNING', Description: 'reads notices' });
  });

  it('stops and starts by its DesiredState', async () => {
    await createPipe();
    await update({ DesiredState: 'STOPPED' });
    await world.pass(10);
    await send('held');
    await world.pass(10);
    expect(world.bodies('notices')).toEqual(['held']);
    await update({ DesiredState: 'RUNNING' });
    await world.pass(10);
    expect(events()).toMatchObject([{ detail: { id: 'held' } }]);
  });

  it('to a role that it can not take - goes on as it was, and says why', async () => {
    await createPipe();
    const lost = ROLE.replace('worker', 'lost');
    world.missRole(lost);
    await update({ RoleArn: lost });
    await world.pass(10);
    expect(await described()).toMatchObject({
      CurrentState: 'UPDATE_FAILED',
      StateReason: expect.stringMatching(/lost/),
    });
    await send('vpce-1');
    await world.pass(2);
    expect(events()).toMatchObject([{ detail: { id: 'vpce-1' } }]);
  });

  it('to what is not modelled - refused, nothing changed', async () => {
    await createPipe();
    await expect(update({ Target: 'arn:aws:logs:us-west-2:123456789012:log-group:g' })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    expect(await described()).toMatchObject({ CurrentState: 'RUNNING', Target: busArn('own') });
  });
});
