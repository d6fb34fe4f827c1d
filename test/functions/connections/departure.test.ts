import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVpcEndpointConnectionsCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { ENDPOINT_ID, HOME_REGION, NOW, SERVICE_ID } from '../../support/builders.ts';
import {
  awsError,
  callsOf,
  described,
  inState,
  item,
  strictDynamo,
  strictEc2,
  stubFunctionEnvironment,
  TABLES,
} from '../support.ts';

stubFunctionEnvironment();
const { run } = await import('../../../functions/connections/decide-connection.ts');

const INPUT = { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID, told: 0 };

/** What every record has. */
const SAID = {
  code: 'entitled',
  verdict: 'accept',
  sentence: 'What we said then.',
  action: 'there is nothing for you to do',
  recordedAt: NOW,
};

const theHistory = {
  TableName: TABLES.ledger,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}` } },
};
const thePlaces = {
  TableName: TABLES.ledger,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :pk AND sk = :sk',
  ExpressionAttributeValues: { ':pk': { S: `ENTITLEMENT#${SERVICE_ID}#acme` }, ':sk': { S: 'PLACES' } },
};

interface World {
  /** What EC2 shows of the endpoint. @default it lists none */
  readonly state?: string;
  /** How the last decision ended. @default accepted */
  readonly outcome?: string;
  /** Whether the decision names its customer, acme. @default true */
  readonly isNamed?: boolean;
  /** Who holds places; null: none were ever opened. @default the endpoint and another */
  readonly holders?: readonly string[] | null;
  /** The last generation that was published. @default the decision's */
  readonly told?: number;
}

const world = ({
  state,
  outcome = 'accepted',
  isNamed = true,
  holders = [ENDPOINT_ID, 'vpce-other'],
  told = 1,
}: World) => {
  const { ec2, ec2Mock } = strictEc2();
  const { dynamo, dynamoMock } = strictDynamo();
  const connections = state === undefined ? [] : [inState(state)];
  ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({ VpcEndpointConnections: connections });
  const decision = { ...SAID, generation: 1, outcome };
  const places = Object.fromEntries((holders ?? []).map((each) => [each, { takenAt: NOW }]));
  dynamoMock
    .on(QueryCommand, theHistory)
    .resolves({
      Items: [
        item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), { status: 'running', told }),
        item(ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, 1), isNamed ? { ...decision, customerId: 'acme' } : decision),
      ],
    })
    .on(QueryCommand, thePlaces)
    .resolves({ Items: holders === null ? [] : [item(ledgerKey.places(SERVICE_ID, 'acme'), { places })] });
  const services = { ec2, dynamo, tables: TABLES, region: HOME_REGION, now: () => new Date(NOW) };
  return { dynamoMock, services };
};

describe('decide-connection: a customer that we let in has left', () => {
  it.each(['deleting', 'deleted', 'rejected', 'failed', 'expired'])(
    'EC2 shows %s - the answer says whose place is free',
    async (state) => {
      const { services } = world({ state });

      const output = await run(INPUT, services);

      expect(output).toMatchObject({
        need: 'departure',
        isSeen: true,
        told: 1,
        connection: { endpointId: ENDPOINT_ID, state },
        plan: { placeOf: 'acme' },
      });
      expect(output).not.toHaveProperty('planWithoutPlace');
    },
  );

  it('EC2 lists it no more - the same, and that it was not seen', async () => {
    const { services } = world({});

    const output = await run(INPUT, services);

    expect(output).toMatchObject({ need: 'departure', isSeen: false, told: 1, plan: { placeOf: 'acme' } });
    expect(output).not.toHaveProperty('connection');
  });

  it('takes two calls of DynamoDB: its history, and its customer’s places as they are now', async () => {
    const { services, dynamoMock } = world({ state: 'deleted' });

    await run(INPUT, services);

    expect(callsOf(dynamoMock)).toEqual([
      ['Query', theHistory],
      ['Query', thePlaces],
    ]);
  });

  it.each([
    ['only others hold places', ['vpce-other']],
    ['nobody holds one', []],
    ['no places were ever opened', null],
  ])('%s - nothing to do', async (_situation, holders) => {
    const { services } = world({ state: 'deleted', holders });

    const output = await run(INPUT, services);

    expect(output).toMatchObject({ need: 'nothing', told: 1 });
    expect(output).not.toHaveProperty('plan');
  });

  it('its place is free, and its decision was not told - it is told', async () => {
    const { services } = world({ state: 'deleted', holders: [], told: 0 });

    await expect(run(INPUT, services)).resolves.toMatchObject({
      need: 'telling',
      generation: 1,
      plan: { outcome: 'accepted', customerId: 'acme', sentence: 'What we said then.' },
    });
  });

  it('DynamoDB is throttled on the places - thrown, so that the workflow tries again', async () => {
    const { services, dynamoMock } = world({ state: 'deleted' });
    dynamoMock.on(QueryCommand, thePlaces).rejects(awsError('ThrottlingException'));

    await expect(run(INPUT, services)).rejects.toMatchObject({ name: 'Throttled' });
  });
});

describe('decide-connection: nobody left whom we let in', () => {
  it.each<[situation: string, world: World]>([
    ['it is connected', { state: 'available' }],
    ['it is being connected', { state: 'pending' }],
    ['its state is one that AWS added later', { state: 'paused' }],
    ['we rejected it', { state: 'rejected', outcome: 'rejected' }],
    ['it was gone before we answered', { state: 'deleted', outcome: 'gone' }],
    ['another person answered', { state: 'deleted', outcome: 'overtaken' }],
    ['AWS could not connect it', { state: 'failed', outcome: 'failed' }],
    ['it was held', { state: 'deleted', outcome: 'held' }],
    ['the decision names no customer', { state: 'deleted', isNamed: false }],
  ])('%s - the places are not read', async (_situation, given) => {
    const { services, dynamoMock } = world(given);

    const { need } = await run(INPUT, services);

    expect(need).not.toBe('departure');
    expect(callsOf(dynamoMock)).toEqual([['Query', theHistory]]);
  });

  it('the endpoint is another service’s - refused before any places are read', async () => {
    const { services, dynamoMock } = world({ state: 'deleted' });
    const { ec2, ec2Mock } = strictEc2();
    const elsewhere = described({ ServiceId: 'vpce-svc-0fffffffffffffff9' });
    ec2Mock.on(DescribeVpcEndpointConnectionsCommand).resolves({ VpcEndpointConnections: [elsewhere] });

    await expect(run(INPUT, { ...services, ec2 })).rejects.toMatchObject({ name: 'Malformed' });
    expect(callsOf(dynamoMock)).toEqual([['Query', theHistory]]);
  });
});
