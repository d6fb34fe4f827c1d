import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { adoptTarget } from '../../../ops/actions/adopt-target.ts';
import { awsError, callsOf, TABLES } from '../../functions/support.ts';
import { NOW } from '../../support/builders.ts';
import { ADA, BOB, bound, GROUP, LEASE, ofAda, withBindings } from '../support.ts';

const INPUT = { bindingId: 'orders', address: '10.0.9.9', reason: 'It is from before our time.' };
const OWN = { by: ADA, reason: INPUT.reason, at: NOW };
const BOBS = { by: BOB, reason: 'It is\nold.', at: '2026-11-23T11:59:00.000Z' };
const ADOPTED = { outcome: 'adopted', bindingId: 'orders', address: '10.0.9.9', port: 5432, own: OWN };

/** Where Elastic Load Balancing shows these targets: `[address, port, state]`. */
const world = (readings: readonly (object | undefined)[], ...seen: readonly (readonly [string, number, string])[]) => {
  const ada = withBindings([bound()], ...readings);
  ada.dynamoMock.on(UpdateItemCommand).resolves({});
  ada.elbMock.on(DescribeTargetHealthCommand, { TargetGroupArn: GROUP }).resolves({
    TargetHealthDescriptions: seen.map(([Id, Port, State]) => ({
      Target: { Id, Port },
      TargetHealth: { State: State as 'healthy' },
    })),
  });
  return ada;
};

const theWrite = (ours: object, next: number, read?: number) => [
  'UpdateItem',
  {
    TableName: TABLES.ledger,
    Key: marshall(ledgerKey.targets('orders')),
    UpdateExpression: 'SET ours = :ours, #version = :next',
    ConditionExpression: read === undefined ? 'attribute_not_exists(#version)' : '#version = :read',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: marshall({
      ':ours': ours,
      ':next': next,
      ...(read === undefined ? {} : { ':read': read }),
    }),
  },
];

describe('adopt-target', () => {
  it.each([
    ['nothing is known yet - the first item', undefined],
    ['a run has no more than its lease - that stays', LEASE],
  ])('%s', async (_what, targets) => {
    const { services, elbMock, writes } = world([targets], ['10.0.9.9', 5432, 'unhealthy']);

    await expect(adoptTarget(INPUT, services)).resolves.toEqual(ADOPTED);
    expect(callsOf(elbMock)).toEqual([['DescribeTargetHealth', { TargetGroupArn: GROUP }]]);
    expect(writes()).toEqual([theWrite({ '10.0.9.9': OWN }, 2)]);
  });

  it('others are ours - they stay, and no run can take the new version for the one that it writes itself', async () => {
    const since = '2026-11-23T11:58:00.000Z';
    const { services, writes } = world(
      [{ ours: { '10.0.1.5': { since } }, version: 7 }],
      ['10.0.9.9', 5432, 'healthy'],
    );

    await expect(adoptTarget(INPUT, services)).resolves.toEqual(ADOPTED);
    expect(writes()).toEqual([theWrite({ '10.0.1.5': { since }, '10.0.9.9': OWN }, 9, 7)]);
  });

  it.each([
    ['somebody else wrote', { ours: {}, version: 1 }, { outcome: 'refused' }],
    [
      'bob adopted it',
      { ours: { '10.0.9.9': BOBS }, version: 2 },
      { outcome: 'refused', because: `${BOB} adopted 10.0.9.9 already at ${BOBS.at}: "It is·old.".` },
    ],
    ['it was our own write', { ours: { '10.0.9.9': OWN }, version: 2 }, ADOPTED],
  ])('the item is another by now: %s', async (_who, now, result) => {
    const { services, dynamoMock } = world([undefined, now], ['10.0.9.9', 5432, 'healthy']);
    dynamoMock.on(UpdateItemCommand).rejects(awsError('ConditionalCheckFailedException'));

    await expect(adoptTarget(INPUT, services)).resolves.toMatchObject(result);
  });

  it.each([
    [
      'the Concierge registered it',
      world([{ ours: { '10.0.9.9': {} }, version: 1 }]),
      "10.0.9.9 is the Concierge's already: it registered it.",
    ],
    [
      'bob adopted it',
      world([{ ours: { '10.0.9.9': BOBS }, version: 1 }]),
      `${BOB} adopted 10.0.9.9 already at ${BOBS.at}: "It is·old.".`,
    ],
    [
      'it is not registered',
      world([], ['10.0.1.5', 5432, 'healthy']),
      `10.0.9.9 is not registered in ${GROUP}, so there is nothing to adopt. Is the address right?`,
    ],
    [
      'it is registered with other ports',
      world([], ['10.0.9.9', 80, 'healthy'], ['10.0.9.9', 443, 'healthy']),
      `10.0.9.9 is registered in ${GROUP} with port 80, 443, not 5432: what has another port is none of this binding's targets.`,
    ],
    [
      'it drains',
      world([], ['10.0.9.9', 5432, 'draining']),
      '10.0.9.9 drains already and is gone soon: there is nothing to adopt.',
    ],
    [
      'there is no such binding',
      withBindings([]),
      'There is no binding orders. "bindings" lists those that there are.',
    ],
  ])('%s - refused, and nothing is written', async (_what, { services, writes }, because) => {
    await expect(adoptTarget(INPUT, services)).resolves.toEqual({ outcome: 'refused', because });
    expect(writes()).toEqual([]);
  });

  it.each([
    ['an address that is none', { ...INPUT, address: '10.0.9' }, 'address'],
    ['a key of every object', { ...INPUT, address: '__proto__' }, 'address'],
    ['no reason', { ...INPUT, reason: ' ' }, 'reason'],
  ])('%s - not understood', async (_what, input, field) => {
    const { services } = ofAda();

    await expect(adoptTarget(input, services)).rejects.toMatchObject({ name: 'BadInput', faults: [{ field }] });
  });
});
