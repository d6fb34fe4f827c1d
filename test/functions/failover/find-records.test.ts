import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import {
  aFailover,
  aRecord,
  aSimple,
  atTargets,
  aWeighted,
  PRIMARY_GROUP,
  SECONDARY_GROUP,
} from '../../support/dns-records.ts';
import { awsError, CONTEXT, item, stubFunctionEnvironment } from '../support.ts';
import { world } from './world.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/failover/find-records.ts');

const records = [
  aRecord(),
  aRecord({ recordId: 'other-region', routing: aFailover({ health: { name: 'orders-sick', region: 'eu-west-1' } }) }),
  aRecord({ recordId: 'other-alarm', routing: aFailover({ health: { name: 'mail-sick', region: 'us-west-2' } }) }),
  aRecord({
    recordId: 'ready',
    routing: aFailover({
      health: { name: 'x', region: 'us-west-2' },
      readiness: { name: 'orders-sick', region: 'us-west-2' },
    }),
  }),
  aSimple(atTargets(PRIMARY_GROUP), { recordId: 'simple' }),
  aRecord({
    recordId: 'secondary',
    routing: aFailover({ health: { name: 'y', region: 'us-west-2' }, secondary: atTargets(SECONDARY_GROUP) }),
  }),
  aWeighted({ blue: 1 }, { recordId: 'weighted' }),
  item({ pk: 'RECORDS', sk: 'RECORD#broken' }, { recordId: 'broken', routing: { kind: 'failover' } }),
];
const find = (cause: Parameters<typeof run>[0]) => run(cause, world({ records }).services);

describe('who is concerned', () => {
  it('an alarm that moved - whose primary’s health it says, by name and region; they follow', async () => {
    await expect(find({ alarm: { name: 'orders-sick', region: 'us-west-2' } })).resolves.toEqual({
      wakes: [{ recordId: 'orders-db', action: 'follow' }],
    });
  });

  it.each([
    [PRIMARY_GROUP, 'simple'],
    [SECONDARY_GROUP, 'secondary'],
  ])('%s changed - who has its addresses; they are brought in line', async (targetGroupArn, recordId) => {
    await expect(find({ targetGroupArn })).resolves.toEqual({ wakes: [{ recordId, action: 'converge' }] });
  });

  it.each([
    ['an alarm of nobody’s', { alarm: { name: 'x.', region: 'us-west-2' } }],
    ['a target group of nobody’s', { targetGroupArn: 'arn:x' }],
  ])('%s - nobody', async (_cause, cause) => {
    await expect(find(cause)).resolves.toEqual({ wakes: [] });
  });

  it.each([
    ['ThrottlingException', 'Throttled'],
    ['AccessDeniedException', 'Denied'],
  ])('DynamoDB says %s - %s', async (code, name) => {
    const given = world({ records });
    given.dynamo.on(QueryCommand).rejects(awsError(code));

    await expect(run({ targetGroupArn: 'x' }, given.services)).rejects.toMatchObject({ name });
  });

  it.each([
    ['nothing', {}],
    ['an alarm without a region', { alarm: { name: 'x' } }],
    ['both', { alarm: { name: 'x', region: 'y' }, targetGroupArn: 'z' }],
    ['a number', { targetGroupArn: 7 }],
  ])('its input: %s - refused in words', async (_situation, input) => {
    await expect(handler(input, CONTEXT)).rejects.toMatchObject({ name: 'Malformed' });
  });
});
