import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../functions/registry/keys.ts';
import type { Call, Cloud } from '../../sandbox/cloud.ts';
import type { Principal } from '../../sandbox/iam/principal.ts';
import { createSimulatedWorld } from '../../sandbox/simulated.ts';
import { assembly } from '../support/assembly.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';

const OPERATOR: Principal = {
  kind: 'account',
  accountId: '123456789012',
  arn: 'arn:aws:iam::123456789012:user/operator',
};
const KEY = ledgerKey.places(SERVICE_ID, 'acme');
const HOUR = 3_600_000;

/** A world in whose ledger an endpoint has a place that it took an hour ago, and of which nobody knows. */
const leftBehind = async () => {
  const world = await createSimulatedWorld({ assembly: assembly(), seed: 1 });
  const call = <Out>(action: string, input: object): Promise<Out> =>
    world.cloud.invoke({ service: 'dynamodb', action, input, principal: OPERATOR }) as Promise<Out>;
  const TableName = world.deployment.outputs.LedgerTable;
  const take = (takenAt: number, execution = 'a run that died') =>
    call('PutItem', {
      TableName,
      Item: {
        pk: { S: KEY.pk },
        sk: { S: KEY.sk },
        current: { S: 'yes' },
        places: {
          M: { [ENDPOINT_ID]: { M: { takenAt: { S: new Date(takenAt).toISOString() }, execution: { S: execution } } } },
        },
      },
    });
  const places = async (): Promise<readonly string[]> => {
    const Key = { pk: { S: KEY.pk }, sk: { S: KEY.sk } };
    const { Item } = await call<{ Item?: { places: { M: object } } }>('GetItem', { TableName, Key });
    return Object.keys(Item?.places.M ?? {});
  };
  await take(world.clock.now() - HOUR);
  const pass = (milliseconds: number) => world.clock.run(() => false, world.clock.now() + milliseconds);
  return { world, take, places, pass };
};

type Release = (call: Call, next: () => Promise<unknown>, cloud: Cloud) => Promise<unknown>;

/** The place is taken anew just before it would be given back, and the release is made as `release` has it. @returns who has a place then. */
const takenAnew = async (release: Release): Promise<readonly string[]> => {
  const { world, take, places, pass } = await leftBehind();
  let isTaken = false;
  world.cloud.intercept(async (call, next) => {
    const isRelease = call.action === 'UpdateItem' && call.principal.arn.includes('SettlePlaceRole');
    if (!isRelease || isTaken) return next();
    isTaken = true;
    await take(world.clock.now(), 'a run that is at it');
    return release(call, next, world.cloud);
  });
  // One sweep: the next would find it an orphan of five minutes.
  await pass(60_000);
  if (!isTaken) throw new Error('It never came to a release.');
  const left = await places();
  await world.host.close();
  return left;
};

/** Without the version of the place that is meant. */
const unconditionally: Release = (call, _next, cloud) => {
  const { ConditionExpression, ExpressionAttributeValues, ...input } = call.input as Record<string, unknown>;
  if (ConditionExpression === undefined || ExpressionAttributeValues === undefined) {
    throw new Error('A place is released without a condition as it is.');
  }
  return cloud.invoke({ ...call, input });
};

describe('a place of an endpoint that nobody knows', () => {
  it('is given back by the next sweep', async () => {
    const { world, places, pass } = await leftBehind();

    await pass(6 * 60_000);

    expect(await places()).toEqual([]);
    await world.host.close();
  });

  it('is kept where it is taken anew just before it would be given back', async () => {
    expect(await takenAnew((_call, next) => next())).toEqual([ENDPOINT_ID]);
  });

  it('is lost then, where it is released whichever taking of it is there', async () => {
    expect(await takenAnew(unconditionally)).toEqual([]);
  });

  it('is kept while EC2 cannot be asked', async () => {
    const { world, places, pass } = await leftBehind();
    world.cloud.intercept((call, next) => {
      if (call.action !== 'DescribeVpcEndpointConnections' || !call.principal.arn.includes('SettlePlaceRole'))
        return next();
      return Promise.reject(new Error('EC2 is away'));
    });

    await pass(6 * 60_000);

    expect(await places()).toEqual([ENDPOINT_ID]);
    await world.host.close();
  });
});
