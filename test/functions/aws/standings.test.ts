import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { readStandings, type StandingQuery } from '../../../functions/aws/standings.ts';
import { ALL_SERVICES, ledgerKey } from '../../../functions/registry/keys.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../../support/builders.ts';
import { awsError, callsOf, item, strictDynamo, TABLES } from '../support.ts';

/** The ledger, which has these items, whatever it is asked for. */
const ledger = (...items: ReturnType<typeof item>[]) => {
  const { dynamo, dynamoMock } = strictDynamo();
  dynamoMock.on(BatchGetItemCommand).resolves({ Responses: { [TABLES.ledger]: items } });
  return { dynamo, dynamoMock };
};
const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
/** The one call for these keys, all of them read consistently. */
const oneRead = (...Keys: ReturnType<typeof key>[]) => [
  ['BatchGetItem', { RequestItems: { [TABLES.ledger]: { Keys, ConsistentRead: true } } }],
];
const standing = async (dynamo: DynamoDBClient, query: StandingQuery) =>
  (await readStandings(dynamo, TABLES.ledger, [query]))[0];

describe('readStandings', () => {
  const request = { serviceId: SERVICE_ID, endpointId: ENDPOINT_ID, placeOf: 'acme' };
  const modes = (version: number) => item(ledgerKey.modes(SERVICE_ID), { modes: {}, version });
  const places = (...endpointIds: string[]) =>
    item(ledgerKey.places(SERVICE_ID, 'acme'), { places: Object.fromEntries(endpointIds.map((each) => [each, {}])) });

  it('reads mode and place in one call, consistently', async () => {
    const { dynamo, dynamoMock } = ledger(places(ENDPOINT_ID, 'vpce-other'), modes(3));

    await expect(standing(dynamo, request)).resolves.toEqual({ modesVersion: 3, hasPlace: true, wakes: 0 });
    expect(callsOf(dynamoMock)).toEqual(
      oneRead(
        key('SERVICE#ALL', 'MODES'),
        key(`SERVICE#${SERVICE_ID}`, 'MODES'),
        key(`REQUEST#${SERVICE_ID}#${ENDPOINT_ID}`, 'ADMISSION'),
        key(`ENTITLEMENT#${SERVICE_ID}#acme`, 'PLACES'),
      ),
    );
  });

  it('the run was called to look again - says how often, and which run it is', async () => {
    const { dynamo } = ledger(
      modes(3),
      item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), { wakes: 5, execution: 'arn:of-a-run' }),
    );

    await expect(standing(dynamo, request)).resolves.toMatchObject({ wakes: 5, holder: 'arn:of-a-run' });
  });

  it('a command for all services counts as one for this one', async () => {
    const { dynamo } = ledger(modes(4), item(ledgerKey.modes(ALL_SERVICES), { modes: {}, version: 3 }));

    await expect(standing(dynamo, request)).resolves.toMatchObject({ modesVersion: 7 });
  });

  it('no place is in question - asks for none, and finds none', async () => {
    const { dynamo, dynamoMock } = ledger(modes(3));

    await expect(standing(dynamo, { serviceId: SERVICE_ID, endpointId: ENDPOINT_ID })).resolves.toEqual({
      modesVersion: 3,
      hasPlace: false,
      wakes: 0,
    });
    expect(callsOf(dynamoMock)).toEqual(
      oneRead(
        key('SERVICE#ALL', 'MODES'),
        key(`SERVICE#${SERVICE_ID}`, 'MODES'),
        key(`REQUEST#${SERVICE_ID}#${ENDPOINT_ID}`, 'ADMISSION'),
      ),
    );
  });

  it.each([
    ['others hold places', [modes(1), places('vpce-other')], 1],
    ['nobody holds one', [modes(1), places()], 1],
    ['no places were opened, no mode was ever set', [], 0],
    ['an endpoint is called like what every object has', [modes(1), places('toString')], 1],
  ])('%s - no place', async (_situation, items, modesVersion) => {
    const { dynamo } = ledger(...items);

    await expect(standing(dynamo, request)).resolves.toEqual({ modesVersion, hasPlace: false, wakes: 0 });
    await expect(standing(dynamo, { ...request, endpointId: 'valueOf' })).resolves.toEqual({
      modesVersion,
      hasPlace: false,
      wakes: 0,
    });
  });

  it('modes that nobody can read - Malformed', async () => {
    const { dynamo } = ledger(item(ledgerKey.modes(SERVICE_ID), { modes: { accept: 'on' }, version: 1 }));

    await expect(standing(dynamo, request)).rejects.toMatchObject({ name: 'Malformed' });
  });

  it('DynamoDB leaves keys unprocessed - Throttled: what is missing is not absent', async () => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(BatchGetItemCommand).resolves({
      Responses: { [TABLES.ledger]: [places(ENDPOINT_ID)] },
      UnprocessedKeys: { [TABLES.ledger]: { Keys: [key(`SERVICE#${SERVICE_ID}`, 'MODES')] } },
    });

    await expect(standing(dynamo, request)).rejects.toMatchObject({
      name: 'Throttled',
      message: 'read the ledger: DynamoDB left keys unprocessed',
    });
  });

  it.each([
    ['ThrottlingException', 'Throttled'],
    ['AccessDeniedException', 'Denied'],
  ])('DynamoDB says %s - %s', async (code, name) => {
    const { dynamo, dynamoMock } = strictDynamo();
    dynamoMock.on(BatchGetItemCommand).rejects(awsError(code));

    await expect(standing(dynamo, request)).rejects.toMatchObject({ name });
  });

  it('many endpoints of many services - each key once, a hundred in a call, and each endpoint gets its own', async () => {
    const { dynamo, dynamoMock } = ledger(places(ENDPOINT_ID), modes(2));
    const others = Array.from({ length: 120 }, (_, index) => ({
      serviceId: `vpce-svc-${String(index).padStart(17, '0')}`,
      endpointId: `vpce-${String(index).padStart(17, '0')}`,
    }));

    const found = await readStandings(dynamo, TABLES.ledger, [request, request, ...others]);
    expect(found).toHaveLength(122);
    expect(found.slice(0, 3)).toEqual([
      { modesVersion: 2, hasPlace: true, wakes: 0 },
      { modesVersion: 2, hasPlace: true, wakes: 0 },
      { modesVersion: 0, hasPlace: false, wakes: 0 },
    ]);
    const asked = callsOf(dynamoMock).map(
      ([, input]) => (input as { RequestItems: Record<string, { Keys: unknown[] }> }).RequestItems[TABLES.ledger]?.Keys,
    );
    expect(asked.map((keys) => keys?.length)).toEqual([100, 100, 44]);
  });
});
