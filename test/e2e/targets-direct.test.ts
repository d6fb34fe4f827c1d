import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SFNClient } from '@aws-sdk/client-sfn';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { DIRECT, ledgerKey } from '../../functions/registry/keys.ts';
import { pause } from '../../ops/actions/pause.ts';
import { targets } from '../../ops/actions/targets.ts';
import type { Services } from '../../ops/services.ts';
import { type Clock, holding } from '../../sandbox/clock/clock.ts';
import { AwsError } from '../../sandbox/services/errors.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../sandbox/simulated.ts';
import type { Database } from '../../sandbox/stories/database.ts';
import { Stage } from '../../sandbox/stories/stage.ts';
import { assembly } from '../support/assembly.ts';

const MINUTE = 60_000;
const ADA = 'arn:aws:iam::123456789012:user/ada';

/** The SDK reads files and loads modules: real work, during which virtual time stands still. */
const held = <Client extends { send: (...parameters: never[]) => unknown }>(client: Client, clock: Clock): Client => {
  const send = client.send.bind(client) as (...parameters: never[]) => Promise<unknown>;
  return Object.assign(client, { send: (...parameters: never[]) => holding(clock, () => send(...parameters)) });
};

/** What `npm run ops` has, in a world of virtual time. */
const servicesIn = (world: SimulatedWorld, stage: Stage) => {
  const { clock } = world;
  const config = world.clientConfig('operator');
  const said: string[] = [];
  const unused = () => Promise.reject(new Error('Nothing is started.'));
  const services: Services = {
    place: { stack: stage.output('RegistryTable').replace(/-registry$/, '') },
    lookUpTxt: () => Promise.resolve([]),
    dynamo: held(new DynamoDBClient(config), clock),
    sfn: held(new SFNClient(config), clock),
    elb: held(new ElasticLoadBalancingV2Client(config), clock),
    ec2: held(new EC2Client(config), clock),
    rds: held(new RDSClient(config), clock),
    route53: held(new Route53Client(config), clock),
    lookup: () => async (hostName) => {
      const answer = world.dns.resolve(hostName, 'A');
      if (answer.code !== 'NOERROR') return { kind: 'failed', problem: answer.code };
      const addresses = answer.records.map(({ address }) => address);
      return addresses.length === 0 ? { kind: 'empty' } : { kind: 'addresses', addresses };
    },
    tables: { registry: stage.output('RegistryTable'), ledger: stage.output('LedgerTable') },
    caller: async () => ADA,
    ...{ admitConnection: unused, reconcile: unused, revokeConnection: unused, refreshTargets: unused },
    wait: (milliseconds) => clock.sleep(milliseconds),
    say: (line) => {
      said.push(line);
    },
    now: () => new Date(clock.now()),
  };
  return { services, said };
};

type Down = (call: { readonly service: string; readonly action: string; readonly input: unknown }) => boolean;

/** A proxy that is followed, until its region's workflows and functions do not work any more; then something happens. */
const dayWithout = async <T>(
  isDown: Down,
  act: (
    parts: { world: SimulatedWorld; stage: Stage; database: Database } & ReturnType<typeof servicesIn>,
  ) => Promise<T>,
): Promise<T> => {
  const world = await createSimulatedWorld({ assembly: assembly(), seed: 1 });
  const stage = new Stage(world);
  const play = async (): Promise<T> => {
    const database = await stage.database('orders');
    world.cloud.intercept((call, next) => {
      if (isDown(call)) throw new AwsError('ServiceUnavailable', 'It does not work today.', 503);
      return next();
    });
    return act({ world, stage, database, ...servicesIn(world, stage) });
  };
  const playing = play();
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  playing.then(over, over);
  await world.clock.run(() => isOver);
  await world.host.close();
  return playing;
};

const noWorkflows: Down = ({ service }) => service === 'states' || service === 'lambda';

describe('targets --direct, where workflows and functions do not work', () => {
  it('brings a target group in line: registers, waits, deregisters; and writes down who did it and why', async () => {
    const { before, done, said, after, named, lowestByUs, deed, item } = await dayWithout(
      noWorkflows,
      async ({ world, stage, database, services, said: lines }) => {
        const was = database.registered();
        let result: unknown;
        const refreshed = await database.watch(
          () => {
            database.life.rotate(database.name, { nodes: 'one', pace: 'at-once' });
          },
          async () => {
            await world.clock.sleep(2 * MINUTE);
            expect(database.registered()).toEqual(was);
            result = await targets(
              { bindingId: 'orders', apply: true, direct: true, reason: 'Step Functions is down.' },
              services,
            );
            return undefined;
          },
        );
        const { Items = [] } = await stage.onDynamo((dynamo) =>
          dynamo.send(
            new QueryCommand({
              TableName: stage.output('LedgerTable'),
              KeyConditionExpression: 'pk = :pk',
              ExpressionAttributeValues: { ':pk': { S: DIRECT } },
            }),
          ),
        );
        return {
          ...{ before: was, done: result, said: lines, after: database.registered(), named: database.named() },
          ...{ lowestByUs: refreshed.lowestByUs, deed: Items.map((each) => unmarshall(each)) },
          item: await stage.recorded(ledgerKey.targets('orders')),
        };
      },
    );

    const [added] = after.filter((each) => !before.includes(each));
    const [removed] = before.filter((each) => !after.includes(each));
    expect(after).toEqual(named);
    expect(done).toMatchObject({ outcome: 'applied-directly', added: [added], removed: [removed] });
    expect(said.map((line) => line.split(/ +/)[0])).toEqual(
      expect.arrayContaining(['registered', 'waiting', 'deregistered']),
    );
    expect(said.findIndex((line) => line.startsWith('registered'))).toBeLessThan(
      said.findIndex((line) => line.startsWith('deregistered')),
    );
    expect(lowestByUs ?? 2).toBeGreaterThanOrEqual(1);
    expect(deed).toMatchObject([
      { by: ADA, reason: 'Step Functions is down.', outcome: 'applied', added: [added], removed: [removed] },
    ]);
    expect(item).toMatchObject({ applied: named, failures: 0 });
    expect(item).not.toHaveProperty('execution');
  });

  it('nobody says so with --apply - shown only, and nothing is written', async () => {
    const { planned, writes } = await dayWithout(noWorkflows, async ({ world, database, services }) => {
      database.life.scale(database.name, { nodes: 3 });
      await world.clock.sleep(3 * MINUTE);
      const calls: string[] = [];
      world.journal.listen(({ kind, what, who }) => {
        if (kind === 'call' && who.endsWith('user/operator')) calls.push(what);
      });
      return { planned: await targets({ bindingId: 'orders', direct: true }, services), writes: calls };
    });

    expect(planned).toMatchObject({ outcome: 'planned-directly', added: [], removed: [], plan: { remove: [] } });
    expect((planned as { plan: { add: string[] } }).plan.add).toHaveLength(1);
    expect(writes.filter((each) => !/:(Describe|Get|Query|BatchGet)/.test(each))).toEqual([]);
  });

  it('everything is paused - nothing is done, and it says so', async () => {
    const { result, same } = await dayWithout(noWorkflows, async ({ world, stage, database, services }) => {
      await stage.operate(pause, { all: true, reason: 'An incident.' });
      database.life.scale(database.name, { nodes: 3 });
      await world.clock.sleep(3 * MINUTE);
      const was = String(database.registered());
      const applied = await targets({ bindingId: 'orders', apply: true, direct: true, reason: 'Try.' }, services);
      return { result: applied, same: was === String(database.registered()) };
    });

    expect(result).toMatchObject({
      outcome: 'applied-directly',
      ...{ added: [], removed: [] },
      plan: { withheld: [{ effect: 'targets-add', because: 'everything is paused' }] },
    });
    expect(same).toBe(true);
  });

  it('nor does the ledger answer - it adds, removes nothing, and says why', async () => {
    const isLedgerDown: Down = (call) =>
      noWorkflows(call) || (call.service === 'dynamodb' && JSON.stringify(call.input).includes('-ledger'));
    const { result, said, before, after } = await dayWithout(
      isLedgerDown,
      async ({ world, database, services, said: lines }) => {
        const was = database.registered();
        database.life.rotate(database.name, { nodes: 'one', pace: 'at-once' });
        await world.clock.sleep(10 * MINUTE);
        const applied = await targets({ bindingId: 'orders', apply: true, direct: true, reason: 'Try.' }, services);
        return { result: applied, said: lines, before: was, after: database.registered() };
      },
    );

    expect(result).toMatchObject({
      outcome: 'applied-directly',
      removed: [],
      silence: expect.stringContaining('It does not'),
    });
    expect(after).toEqual(expect.arrayContaining([...before]));
    expect(after).toHaveLength(before.length + 1);
    expect(said[0]).toMatch(/^The ledger does not answer \(.*\): targets are added, none is removed\.$/);
  });
});

it('what was done directly has a partition of its own', () => {
  expect(ledgerKey.direct('orders', '2026-11-23T12:00:00.000Z')).toEqual({
    pk: DIRECT,
    sk: 'BINDING#orders#2026-11-23T12:00:00.000Z',
  });
});
