import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ALL_SERVICES, ledgerKey } from '../../../functions/registry/keys.ts';
import { status } from '../../../ops/actions/status.ts';
import { awsError, callsOf, item, TABLES } from '../../functions/support.ts';
import { ENDPOINT_ID, NOW, SERVICE_ID } from '../../support/builders.ts';
import { ARMED } from '../../support/dns-records.ts';
import { BOBS, recorded, stateOf, WEB, withRecords } from '../standby.ts';
import { BOB, ofAda } from '../support.ts';

const OTHER_SERVICE = 'vpce-svc-0fedcba9876543210';
const PAUSE = { by: BOB, reason: 'An\nincident.', at: '2026-11-23T11:00:00.000Z' };
const FROZEN = { because: 'it is another\u202e table', at: '2026-11-23T10:00:00.000Z', count: 12, tableId: 'new' };

const modes = (serviceId: string, entry: object) => item(ledgerKey.modes(serviceId), { version: 1, ...entry });
const seen = (entry: object) =>
  item(ledgerKey.registrySeen(), { count: 40, tableId: 'old', at: NOW, version: 3, ...entry });

/** A ledger in which these are in force, a page each. */
const world = (...pages: ReturnType<typeof item>[][]) => {
  const ada = ofAda();
  const [first = [], ...rest] = pages;
  const reply = (Items: typeof first, index: number) => ({
    Items,
    ...(index < rest.length ? { LastEvaluatedKey: marshall({ page: index }) } : {}),
  });
  const query = ada.dynamoMock.on(QueryCommand).resolvesOnce(reply(first, 0));
  rest.forEach((items, index) => {
    query.resolvesOnce(reply(items, index + 1));
  });
  return ada;
};

/** A standby region with three records, one of them spoiled, and these modes; at home `accept` is enforced. */
const abroad = (inForce: ReturnType<typeof item>[]) => {
  const ada = withRecords(
    [recorded(), recorded(WEB), item({ pk: 'RECORDS', sk: 'RECORD#torn' }, { recordId: 'torn' })],
    {
      states: [
        stateOf({ ...ARMED, armedBy: 'us-west-2/orders-well', engaged: BOBS }),
        stateOf({ version: 2, weights: { blue: 10 } }, 'orders-web'),
      ],
    },
  );
  ada.dynamoMock.on(QueryCommand, { IndexName: 'Current' }).resolves({ Items: inForce });
  ada.home.dynamoMock.on(QueryCommand).resolves({ Items: [modes(SERVICE_ID, { modes: { accept: 'enforce' } })] });
  return ada;
};

describe('status', () => {
  it('pauses, a freeze and modes, from all pages, and nothing else that is in force', async () => {
    const { services, dynamoMock } = world(
      [
        item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), { status: 'done' }),
        item(ledgerKey.principals(SERVICE_ID), { owned: {} }),
        seen({ frozen: FROZEN }),
      ],
      [modes(ALL_SERVICES, { modes: {}, paused: PAUSE })],
      [
        modes(SERVICE_ID, { modes: { accept: 'enforce', revoke: 'propose' } }),
        modes(OTHER_SERVICE, { modes: { reject: 'observe' }, paused: PAUSE }),
      ],
    );
    const paused = { ...PAUSE, reason: 'An·incident.' };

    await expect(status({}, services)).resolves.toEqual({
      outcome: 'listed',
      paused: [
        { serviceId: 'ALL', ...paused },
        { serviceId: OTHER_SERVICE, ...paused },
      ],
      frozen: { ...FROZEN, because: 'it is another· table' },
      services: [
        { serviceId: SERVICE_ID, modes: { accept: 'enforce', revoke: 'propose' } },
        { serviceId: OTHER_SERVICE, modes: { reject: 'observe' } },
      ],
      unreadable: [],
    });
    const page = {
      TableName: TABLES.ledger,
      IndexName: 'Current',
      KeyConditionExpression: '#current = :current',
      ProjectionExpression: 'pk, sk, modes, paused, #version, #count, tableId, frozen',
      ExpressionAttributeNames: { '#current': 'current', '#version': 'version', '#count': 'count' },
      ExpressionAttributeValues: marshall({ ':current': 'yes' }),
    };
    expect(callsOf(dynamoMock)).toEqual([
      ['Query', page],
      ['Query', { ...page, ExclusiveStartKey: marshall({ page: 0 }) }],
      ['Query', { ...page, ExclusiveStartKey: marshall({ page: 1 }) }],
    ]);
  });

  it('nobody set anything, and the registry is believed - empty', async () => {
    const { services } = world([seen({}), modes(SERVICE_ID, { modes: {} })]);

    await expect(status({}, services)).resolves.toEqual({
      outcome: 'listed',
      paused: [],
      services: [],
      unreadable: [],
    });
  });

  it('items that somebody spoiled - named, and the others are listed', async () => {
    const { services } = world([
      seen({ count: 'many' }),
      modes(OTHER_SERVICE, { modes: { accept: 'sometimes' } }),
      modes(SERVICE_ID, { modes: { accept: 'enforce' } }),
    ]);

    await expect(status({}, services)).resolves.toMatchObject({
      services: [{ serviceId: SERVICE_ID }],
      unreadable: [
        { pk: 'REGISTRY', sk: 'SEEN', problem: expect.stringMatching(/^count: /) },
        { pk: `SERVICE#${OTHER_SERVICE}`, sk: 'MODES', problem: expect.stringMatching(/^modes.accept: /) },
      ],
    });
  });

  it('with a standby region - its modes, and its records in short, from its tables alone', async () => {
    const engaged = { ...ARMED, engaged: BOBS };
    const ada = abroad([modes(SERVICE_ID, { modes: { dns: 'observe' }, paused: PAUSE })]);

    await expect(status({}, ada.services)).resolves.toMatchObject({
      outcome: 'listed',
      services: [{ serviceId: SERVICE_ID, modes: { accept: 'enforce' } }],
      standby: {
        outcome: 'listed',
        paused: [{ serviceId: SERVICE_ID }],
        services: [{ serviceId: SERVICE_ID, modes: { dns: 'observe' } }],
        records: [
          {
            recordId: 'orders-db',
            armedAt: ARMED.armedAt,
            engaged: { ...engaged.engaged, reason: 'us-west-2·is ill.' },
          },
          { recordId: 'orders-web', weights: { blue: 10 } },
        ],
        dns: [{ serviceId: SERVICE_ID, mode: 'observe' }],
        problems: [{ name: 'RECORD#torn' }],
      },
    });
    expect(callsOf(ada.dynamoMock).map(([command]) => command)).toEqual(['Query', 'Query', 'Query']);
    expect([callsOf(ada.sfnMock), callsOf(ada.route53Mock)]).toEqual([[], []]);
  });

  it('nobody set a mode of dns - the one that holds by itself', async () => {
    await expect(status({}, abroad([]).services)).resolves.toMatchObject({
      standby: { services: [], dns: [{ serviceId: SERVICE_ID, mode: 'propose' }] },
    });
  });

  it('one of both regions does not answer - told, and the other is shown', async () => {
    const ada = abroad([]);
    ada.home.dynamoMock.on(QueryCommand).rejects(awsError('ServiceUnavailable', 503));

    await expect(status({}, ada.services)).resolves.toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining('ServiceUnavailable'),
      standby: { outcome: 'listed' },
    });
  });

  it('an option that there is not - BadInput', async () => {
    const { services } = ofAda();

    await expect(status({ serviceId: SERVICE_ID }, services)).rejects.toMatchObject({
      faults: [{ field: 'serviceId' }],
    });
  });
});
