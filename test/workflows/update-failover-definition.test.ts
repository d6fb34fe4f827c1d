import { marshall } from '@aws-sdk/util-dynamodb';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { FAILOVER_UPDATED } from '../../events/failover-updated.ts';
import { PROMOTION_WANTED } from '../../events/promotion-wanted.ts';
import { EVENT_SOURCE } from '../../events/source.ts';
import { CONFIRMED_WITHIN } from '../../functions/domain/failover.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { machineOf, reachableFrom, type State, tasksOf, textOf } from './support.ts';

const machine = machineOf('update-failover.asl.json');
const tasks = tasksOf(machine);

const stateNamed = (name: string): State => {
  const state = machine.States[name];
  if (state === undefined) throw new Error(`update-failover has no state "${name}".`);
  return state;
};
const evaluated = (text: string, data: object): Promise<unknown> => {
  const [, expression] = /^\{%\s*([\s\S]*?)\s*%\}$/.exec(text) ?? [];
  return expression === undefined ? Promise.resolve(text) : jsonata(expression).evaluate({}, { ...data });
};

describe('what update-failover publishes', () => {
  it.each([
    ['Publish', FAILOVER_UPDATED],
    ['Ask for a promotion', PROMOTION_WANTED],
  ])('%s - from our source, under the name that others match', (state, DetailType) => {
    const { Entries } = stateNamed(state).Arguments as { Entries: object[] };

    expect(Entries).toEqual([expect.objectContaining({ Source: EVENT_SOURCE, DetailType, EventBusName: `\${Bus}` })]);
  });
});

describe('the keys under which update-failover writes and reads', () => {
  const ASKING = ['Claim the asking', 'See who asked', 'Take over the asking'];
  const zoned = tasks.filter(
    ([name, { Arguments }]) =>
      'Key' in (Arguments as object) && !['Have it promoted', 'Forget it', ...ASKING].includes(name),
  );

  it('Have it promoted - an item for each run that waits', async () => {
    const { Key } = stateNamed('Have it promoted').Arguments as { Key: { pk: { S: string }; sk: { S: string } } };
    const data = { recordId: 'orders-db', states: { context: { Execution: { Name: 'e' } } } };

    expect({ pk: { S: await evaluated(Key.pk.S, data) }, sk: { S: await evaluated(Key.sk.S, data) } }).toEqual(
      marshall(ledgerKey.promotion('orders-db', 'e')),
    );
  });

  it.each(zoned)('%s - who writes the zone', async (_name, { Arguments }) => {
    const { pk, sk } = (Arguments as { Key: { pk: { S: string }; sk: { S: string } } }).Key;

    expect({ pk: { S: await evaluated(pk.S, { planned: { zoneId: 'Z1' } }) }, sk }).toEqual(
      marshall(ledgerKey.zone('Z1')),
    );
  });

  it('is one item for all of a zone: taken, asked for, taken over, let go', () => {
    expect(zoned.map(([name]) => name)).toEqual([
      'Take the zone',
      'Ask who has it',
      'Take over the zone',
      'Let the zone go',
    ]);
  });

  it.each(['Write the state', 'Note it', 'Write the end'])('%s - what is known of the record', async (name) => {
    const { Item } = stateNamed(name).Arguments as { Item: string };
    const data = {
      recordId: 'orders-db',
      planned: { item: {} },
      converged: { item: {} },
      states: { context: { Execution: { Id: 'me' } } },
    };

    expect(await evaluated(Item, data)).toEqual({ ...marshall(ledgerKey.record('orders-db')), run: { S: 'me' } });
  });

  it.each(ASKING)('%s - who asked for a promotion of the record', async (name) => {
    const { Key } = stateNamed(name).Arguments as { Key: { pk: { S: string }; sk: object } };

    expect({ ...Key, pk: { S: await evaluated(Key.pk.S, { recordId: 'orders-db' }) } }).toEqual(
      marshall(ledgerKey.promotionAsked('orders-db')),
    );
  });

  it('Forget it - the same item', async () => {
    const { Key } = stateNamed('Forget it').Arguments as { Key: { pk: object; sk: { S: string } } };
    const sk = { S: await evaluated(Key.sk.S, { recordId: 'orders-db' }) };

    expect({ ...Key, sk }).toEqual(marshall(ledgerKey.record('orders-db')));
  });

  it('Record - a decision of the record, by the run', async () => {
    const { Item } = stateNamed('Record').Arguments as { Item: { pk: { S: string }; sk: { S: string } } };
    const data = {
      recordId: 'orders-db',
      states: { context: { Execution: { StartTime: '2026-11-23T12:00:00Z', Name: 'e' } } },
    };

    expect({ pk: { S: await evaluated(Item.pk.S, data) }, sk: { S: await evaluated(Item.sk.S, data) } }).toEqual(
      marshall(ledgerKey.recordDecision('orders-db', '2026-11-23T12:00:00Z', 'e')),
    );
  });
});

describe('the order of failures in update-failover', () => {
  it('every state can be reached', () => {
    expect([...reachableFrom(machine, machine.StartAt)].sort()).toEqual(Object.keys(machine.States).sort());
  });

  it.each([
    ['no word is written before it was planned', 'Write the state', 'Plan'],
    ['no latch is asserted before the word is written', 'Assert the latch', 'Write the state'],
    ['nothing is converged before the zone is ours', 'Converge', 'Plan'],
    ['nothing is noted but what was compared', 'Note it', 'Converge'],
    ['no zone is taken over before its holder was asked for', 'Take over the zone', 'Ask who has it'],
    ['no zone is taken over before its holder was looked at', 'Take over the zone', 'Look at its execution'],
    ['nothing is told before it was recorded', 'Publish', 'Record'],
  ])('%s', (_rule, state, before) => {
    expect(reachableFrom(machine, machine.StartAt)).toContain(state);
    expect(reachableFrom(machine, machine.StartAt, before)).not.toContain(state);
  });

  it('the zone is written only by whoever took it', () => {
    const takers = Object.entries(machine.States).filter(([, { Assign }]) => Assign?.isHolding === true);
    expect(takers.map(([name, { Next }]) => [name, Next])).toEqual([
      ['Take the zone', 'Converge'],
      ['Take over the zone', 'Converge'],
    ]);
    const without = Object.fromEntries(
      Object.entries(machine.States).filter(([name]) => name !== 'Take the zone' && name !== 'Take over the zone'),
    );
    const other = Object.entries(without).flatMap(([name, { Next, Choices = [] }]) =>
      [{ Next, Condition: '' }, ...Choices]
        .filter((each) => each.Next === 'Converge')
        .map(({ Condition }) => [name, Condition]),
    );
    expect(other).toEqual([
      ['Go by the step', "{% $planned.step = 'converge' and $isHolding %}"],
      ['Note it', ''],
      ['Wait for Route 53', ''],
    ]);
  });

  it('a word that was written is asserted next, and every step goes back to the plan', () => {
    expect([
      stateNamed('Write the state').Next,
      stateNamed('Assert the latch').Next,
      stateNamed('Plan again').Next,
    ]).toEqual(['Assert the latch', 'Plan', 'Plan']);
  });

  it('an emergency has a way to its end on which neither the zone nor Route 53 is asked for', () => {
    const way = reachableFrom(machine, 'Write the state', 'Take the zone');

    expect(way.has('Done')).toBe(true);
  });

  it('a condition that failed is an answer, not a failure: each conditional write says what follows', () => {
    const conditional = tasks.filter(([, { Arguments }]) => 'ConditionExpression' in (Arguments as object));

    expect(
      conditional.map(([name, { Arguments, Catch = [] }]) => [
        name,
        (Arguments as { ConditionExpression: string }).ConditionExpression,
        Catch[0]?.ErrorEquals[0],
        Catch[0]?.Next,
      ]),
    ).toEqual([
      [
        'Claim the asking',
        'attribute_not_exists(execution) OR execution = :me',
        'DynamoDb.ConditionalCheckFailedException',
        'See who asked',
      ],
      [
        'Take over the asking',
        'execution = :asker OR execution = :me',
        'DynamoDb.ConditionalCheckFailedException',
        'See who asked',
      ],
      [
        'Write the state',
        'attribute_not_exists(#version) OR #version = :read OR (#version = :next AND run = :me)',
        'DynamoDb.ConditionalCheckFailedException',
        'Plan',
      ],
      [
        'Take the zone',
        'attribute_not_exists(execution) OR execution = :me',
        'DynamoDb.ConditionalCheckFailedException',
        'Ask who has it',
      ],
      [
        'Take over the zone',
        'execution = :holder OR execution = :me',
        'DynamoDb.ConditionalCheckFailedException',
        'Take the zone',
      ],
      [
        'Note it',
        'attribute_not_exists(#version) OR #version = :read',
        'DynamoDb.ConditionalCheckFailedException',
        'Converge',
      ],
      [
        'Forget it',
        'attribute_not_exists(#version) OR #version = :read',
        'DynamoDb.ConditionalCheckFailedException',
        'Converge',
      ],
      [
        'Write the end',
        '#version = :read OR (#version = :next AND run = :me)',
        'DynamoDb.ConditionalCheckFailedException',
        'Plan',
      ],
      ['Let the zone go', 'execution = :me', 'DynamoDb.ConditionalCheckFailedException', 'Record or end'],
    ]);
  });

  it('the steps of the longest run are fewer than the bound, and within the time of an execution', () => {
    const [, most] = /\$looks > (\d+)/.exec(textOf('update-failover.asl.json')) ?? [];

    expect(CONFIRMED_WITHIN / 5 + 10).toBeLessThan(Number(most));
    expect(Number(most) * 5 + 3_600).toBeLessThan((machine.TimeoutSeconds ?? 0) / 2);
  });
});
