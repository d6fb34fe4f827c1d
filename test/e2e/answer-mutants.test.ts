import type { BatchGetItemOutput } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { type Call, type Interceptor, OPERATOR } from '../../sandbox/cloud.ts';
import type { History } from '../../sandbox/properties/history.ts';
import { playHistory } from '../../sandbox/properties/play.ts';
import { PROMISES } from '../../sandbox/properties/promises.ts';
import type { SimulatedWorld } from '../../sandbox/simulated.ts';
import { assembly } from '../support/assembly.ts';

/** One customer asks once. */
const ONCE: History = {
  seed: 1,
  policy: 'plain',
  begins: 'enforce',
  ec2: {},
  latency: 50,
  customers: [
    {
      customerId: 'acme',
      account: '222222222222',
      status: 'active',
      isMatched: true,
      terms: { maxEndpoints: 2, approval: 'automatic' },
    },
  ],
  steps: [{ deed: 'create', endpoint: 'e1', account: '222222222222', when: { at: 500 } }],
};

const isOfReader = ({ principal }: Call): boolean => principal.arn.includes('AnswerConnectionsRole');
const honest: Interceptor = (_, next) => next();

/** The promises that are broken where something happens just before the queue's reader first makes a call. */
const brokenWhere = async (
  before: string,
  happens: (world: SimulatedWorld) => Promise<void>,
  mutant: Interceptor = honest,
): Promise<readonly string[]> => {
  let hasHappened = false;
  const played = await playHistory(ONCE, {
    assembly: assembly(),
    disturb: (world) => {
      world.cloud.intercept(async (call, next) => {
        if (!hasHappened && call.action === before && isOfReader(call)) {
          hasHappened = true;
          await happens(world);
        }
        return next();
      });
      world.cloud.intercept((call, next) => (isOfReader(call) ? mutant(call, next) : next()));
    },
  });
  if (!hasHappened) throw new Error(`The queue's reader never made the call ${before}.`);
  return PROMISES.flatMap(({ name, judge }) => (judge(played).broken.length > 0 ? [name] : []));
};

const operate = ({ cloud }: SimulatedWorld, service: string, action: string, input: object): Promise<unknown> =>
  cloud.invoke({ service, action, input, principal: OPERATOR });

/** Somebody gives acme's places back. */
const emptyPlaces = async (world: SimulatedWorld): Promise<void> => {
  const { ServiceIdorders: serviceId = '', LedgerTable: TableName } = world.deployment.outputs;
  const { pk, sk } = ledgerKey.places(serviceId, 'acme');
  const Key = { pk: { S: pk }, sk: { S: sk } };
  const { Item } = (await operate(world, 'dynamodb', 'GetItem', { TableName, Key })) as { Item: object };
  await operate(world, 'dynamodb', 'PutItem', { TableName, Item: { ...Item, places: { M: {} } } });
};

/** An operator stops every run. */
const stopRuns = async (world: SimulatedWorld): Promise<void> => {
  const stateMachineArn = world.deployment.outputs.AdmitConnectionArn;
  const running = { stateMachineArn, statusFilter: 'RUNNING' };
  const { executions } = (await operate(world, 'states', 'ListExecutions', running)) as {
    executions: readonly { executionArn: string }[];
  };
  for (const { executionArn } of executions) await operate(world, 'states', 'StopExecution', { executionArn });
};

describe("it is seen when the queue's reader", () => {
  it('believes that the place is still there', async () => {
    const withoutFreshRead: Interceptor = async ({ action, input }, next) => {
      const output = (await next()) as BatchGetItemOutput;
      if (action !== 'BatchGetItem') return output;
      const keys = Object.values((input as { RequestItems: object }).RequestItems).flatMap(({ Keys }) => Keys);
      const admission = keys.find(({ sk }) => sk.S === 'ADMISSION');
      const taken = { M: { [admission.pk.S.split('#')[2]]: { M: {} } } };
      const Responses = Object.entries(output.Responses ?? {}).map(([table, items]) => [
        table,
        items.map((item) => (item.sk?.S === 'PLACES' ? { ...item, places: taken } : item)),
      ]);
      return { ...output, Responses: Object.fromEntries(Responses) };
    };

    expect(await brokenWhere('SendTaskHeartbeat', emptyPlaces)).toEqual([]);
    expect(await brokenWhere('SendTaskHeartbeat', emptyPlaces, withoutFreshRead)).toContain(
      'places are the live connections that we accepted or adopted',
    );
  });

  it('does not ask whether anybody waits', async () => {
    const withoutHeartbeat: Interceptor = async ({ action }, next) => (action === 'SendTaskHeartbeat' ? {} : next());

    // A run that an operator stops did not succeed, and that is all.
    const stopped = 'executions succeed';

    expect(await brokenWhere('DescribeVpcEndpointConnections', stopRuns)).toEqual([stopped]);
    expect(await brokenWhere('DescribeVpcEndpointConnections', stopRuns, withoutHeartbeat)).toContain(
      'answers only where a run waits for it',
    );
  });
});
