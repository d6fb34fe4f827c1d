import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { principalsUpdate } from '../../../functions/registry/principals.ts';
import { adoptPrincipal } from '../../../ops/actions/adopt-principal.ts';
import { tellAdoptedPrincipal } from '../../../ops/tell.ts';
import { awsError, item, TABLES } from '../../functions/support.ts';
import { NOW, SERVICE_ID } from '../../support/builders.ts';
import { ADA, ofAda } from '../support.ts';

const INPUT = { serviceId: SERVICE_ID, account: '222222222222', reason: 'It is from before our time.' };
const ARN = 'arn:aws:iam::222222222222:root';
const OTHER = 'arn:aws:iam::333333333333:root';
const KEY = ledgerKey.principals(SERVICE_ID);
const theItem = { TableName: TABLES.ledger, Key: marshall(KEY), ConsistentRead: true };
const ours = { by: ADA, reason: INPUT.reason, at: NOW };
const SURE = { addedAt: '2026-11-20T12:00:00.000Z' };

/** A ledger that shows these items, one reading after the other. */
const world = (...readings: readonly (object | undefined)[]) => {
  const ada = ofAda();
  const reading = ada.dynamoMock.on(GetItemCommand, theItem);
  for (const each of readings) reading.resolvesOnce(each === undefined ? {} : { Item: item(KEY, each) });
  ada.dynamoMock.on(UpdateItemCommand).resolves({});
  return ada;
};

describe('adopt-principal', () => {
  it('nothing is ours yet - the first item, with who adopted it why and when', async () => {
    const { services, writes } = world(undefined);

    await expect(adoptPrincipal(INPUT, services)).resolves.toEqual({
      outcome: 'adopted',
      serviceId: SERVICE_ID,
      principal: ARN,
      wasContested: false,
    });
    const record = { ours: { [ARN]: ours }, reverted: {}, contested: [], version: 1 };
    expect(writes()).toEqual([['UpdateItem', principalsUpdate(TABLES.ledger, SERVICE_ID, 0, record)]]);
  });

  it('it is contested - it is no more, nothing counts as applied, and the others are as they were', async () => {
    const { services, writes } = world({
      ours: { [ARN]: SURE, [OTHER]: SURE },
      reverted: { [ARN]: 1, [OTHER]: 1 },
      contested: [ARN, OTHER],
      applied: '+- 222222222222 333333333333 ?',
      version: 4,
    });

    await expect(adoptPrincipal(INPUT, services)).resolves.toMatchObject({ outcome: 'adopted', wasContested: true });
    const record = {
      ours: { [ARN]: ours, [OTHER]: SURE },
      reverted: { [OTHER]: 1 },
      contested: [OTHER],
      version: 5,
    };
    expect(writes()).toEqual([['UpdateItem', principalsUpdate(TABLES.ledger, SERVICE_ID, 4, record)]]);
  });

  it('it is ours, and nobody removed it - nothing is written', async () => {
    const { services, writes } = world({ ours: { [ARN]: SURE }, reverted: {}, contested: [], version: 1 });

    await expect(adoptPrincipal(INPUT, services)).resolves.toMatchObject({ outcome: 'adopted-before' });
    expect(writes()).toEqual([]);
  });

  it.each([
    ['somebody else wrote', { ours: {}, reverted: {}, contested: [], version: 1 }, 'refused'],
    ['it was our own write', { ours: { [ARN]: ours }, reverted: {}, contested: [], version: 1 }, 'adopted'],
  ])('the item is another by now: %s - %s', async (_who, now, outcome) => {
    const { services, dynamoMock } = world(undefined, now);
    dynamoMock.on(UpdateItemCommand).rejects(awsError('ConditionalCheckFailedException'));

    await expect(adoptPrincipal(INPUT, services)).resolves.toMatchObject({ outcome });
  });

  it('another partition - its ARN', async () => {
    const { services } = world(undefined);
    const caller = async () => 'arn:aws-cn:iam::123456789012:user/ada';

    await expect(adoptPrincipal(INPUT, { ...services, caller })).resolves.toMatchObject({
      principal: 'arn:aws-cn:iam::222222222222:root',
    });
  });

  it.each([
    ['an account of 11 digits', { ...INPUT, account: '22222222222' }, 'account'],
    ['everybody', { ...INPUT, account: '*' }, 'account'],
    ['no reason', { ...INPUT, reason: ' ' }, 'reason'],
  ])('%s - not understood', async (_what, input, field) => {
    const { services } = world();

    await expect(adoptPrincipal(input, services)).rejects.toMatchObject({ name: 'BadInput', faults: [{ field }] });
  });

  it('is told in words', () => {
    const adopted = { outcome: 'adopted', serviceId: SERVICE_ID, principal: ARN, wasContested: true } as const;

    expect(tellAdoptedPrincipal(adopted)).toBe(
      [
        `${ARN} is now the Concierge's to keep right on ${SERVICE_ID}.`,
        'It is not contested any more: it is added again where it is missing.',
        'It is removed at the next look, unless the registry wants it.',
      ].join('\n'),
    );
  });
});
