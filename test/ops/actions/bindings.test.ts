import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey, registryKey } from '../../../functions/registry/keys.ts';
import { bindings } from '../../../ops/actions/bindings.ts';
import { callsOf, item, TABLES } from '../../functions/support.ts';
import { SERVICE_ID } from '../../support/builders.ts';
import { bound, GROUP, known, LEASE, ORDERS, ofAda, RUN, THE_BINDINGS } from '../support.ts';

const theLedgers = (pk: string) => ({
  ...THE_BINDINGS,
  TableName: TABLES.ledger,
  ExpressionAttributeValues: marshall({ ':pk': pk }),
});
const watched = (entry: object, bindingId = 'orders') => item(ledgerKey.watched(bindingId), entry);

type Items = ReturnType<typeof item>[];

/** A registry with these bindings, and a ledger with these items of theirs. */
const world = (entries: Items, { targets = [], seen = [] }: { targets?: Items; seen?: Items } = {}) => {
  const ada = ofAda();
  ada.dynamoMock
    .on(QueryCommand, THE_BINDINGS)
    .resolves({ Items: entries })
    .on(QueryCommand, theLedgers('TARGETS'))
    .resolves({ Items: targets })
    .on(QueryCommand, theLedgers('WATCHED'))
    .resolves({ Items: seen });
  return ada;
};

describe('bindings', () => {
  it('what each follows, what was applied, since when it drifts, what failed, and who has it in hand', async () => {
    const failing = { ours: {}, applied: ['10.0.1.5'], failures: 2, failedAt: '2026-11-23T11:50:00.000Z', ...LEASE };
    const { services, dynamoMock } = world([bound(), bound({ bindingId: 'billing', port: 1 })], {
      targets: [known(failing)],
      seen: [watched({ misses: {}, driftSince: '2026-11-23T11:40:00.000Z' })],
    });

    await expect(bindings({}, services)).resolves.toEqual({
      outcome: 'listed',
      bindings: [
        {
          ...ORDERS,
          applied: ['10.0.1.5'],
          driftSince: '2026-11-23T11:40:00.000Z',
          failures: 2,
          failedAt: '2026-11-23T11:50:00.000Z',
          lease: { execution: RUN, until: LEASE.leaseUntil, isOver: false },
        },
        { ...ORDERS, bindingId: 'billing', port: 1, failures: 0 },
      ],
      problems: [],
    });
    expect(callsOf(dynamoMock)).toEqual([
      ['Query', THE_BINDINGS],
      ['Query', theLedgers('TARGETS')],
      ['Query', theLedgers('WATCHED')],
    ]);
  });

  it('more than a page - all of them', async () => {
    const { services, dynamoMock } = world([]);
    dynamoMock
      .on(QueryCommand, THE_BINDINGS)
      .resolves({ Items: [bound()], LastEvaluatedKey: marshall({ page: 0 }) })
      .on(QueryCommand, { ...THE_BINDINGS, ExclusiveStartKey: marshall({ page: 0 }) })
      .resolves({ Items: [bound({ bindingId: 'billing', port: 1 })] });

    await expect(bindings({}, services)).resolves.toMatchObject({
      bindings: [{ bindingId: 'orders' }, { bindingId: 'billing' }],
    });
  });

  it('entries that somebody spoiled, and two that overlap - named in plain text, and the others are listed', async () => {
    const { services } = world(
      [
        item({ pk: 'BINDINGS', sk: 'BINDING#\u001b[2J' }, { ...ORDERS }),
        item(registryKey.binding('ports'), { ...ORDERS, bindingId: 'ports', port: 'many' }),
        bound(),
        bound({ bindingId: 'billing' }),
        bound({ bindingId: 'spoiled', port: 1 }),
      ],
      { targets: [known({ failures: 'many' }, 'spoiled')] },
    );

    await expect(bindings({}, services)).resolves.toMatchObject({
      bindings: [{ bindingId: 'orders' }, { bindingId: 'billing' }, { bindingId: 'spoiled', failures: 0 }],
      problems: [
        { name: 'BINDING#·[2J', problem: expect.stringContaining('its bindingId is another one than') },
        { name: 'BINDING#ports', problem: expect.stringContaining('not a whole number from 1 to 65535') },
        { name: 'billing and orders', problem: expect.stringContaining(`port 5432 of ${GROUP}`) },
        { name: 'spoiled', problem: expect.stringMatching(/^The targets of spoiled can't be read: failures: /) },
      ],
    });
  });

  it('an option that there is not - BadInput', async () => {
    const { services } = ofAda();

    await expect(bindings({ serviceId: SERVICE_ID }, services)).rejects.toMatchObject({
      faults: [{ field: 'serviceId' }],
    });
  });
});
