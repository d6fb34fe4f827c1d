import { marshall } from '@aws-sdk/util-dynamodb';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { EVENT_SOURCE } from '../../events/source.ts';
import { TARGETS_REFRESHED } from '../../events/targets-refreshed.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { machineOf, reachableFrom, type State, tasksOf, textOf } from './support.ts';

const machine = machineOf('refresh-targets.asl.json');
const tasks = tasksOf(machine);

const stateNamed = (name: string): State => {
  const state = machine.States[name];
  if (state === undefined) throw new Error(`refresh-targets has no state "${name}".`);
  return state;
};

describe('what refresh-targets publishes', () => {
  const { Entries } = stateNamed('Publish').Arguments as { Entries: { Source: string; DetailType: string }[] };

  it('comes from our source, under the name that others match', () => {
    expect(Entries).toHaveLength(1);
    expect(Entries[0]).toMatchObject({ Source: EVENT_SOURCE, DetailType: TARGETS_REFRESHED });
  });
});

describe('the key under which refresh-targets writes and reads', () => {
  const keyed = tasks.filter(([, { Arguments }]) => 'Key' in (Arguments as object));

  it('is written out in every task that has one', () => {
    expect(keyed.map(([name]) => name)).toEqual([
      'Take the lease',
      'Ask who has it',
      'Take over the lease',
      'Note and renew',
      'Record the end',
      'See who has it now',
      'Record the failure',
    ]);
  });

  it.each(keyed)('%s - what is known of the binding’s targets', async (_name, { Arguments }) => {
    const { pk, sk } = (Arguments as { Key: { pk: { S: string }; sk: { S: string } } }).Key;
    const [, expression = ''] = /^\{%\s*([\s\S]*?)\s*%\}$/.exec(sk.S) ?? [];

    const text = await jsonata(expression).evaluate({}, { bindingId: 'orders-postgres' });
    expect({ pk, sk: { S: text } }).toEqual(marshall(ledgerKey.targets('orders-postgres')));
  });
});

describe('the order of failures in refresh-targets', () => {
  it('every state can be reached', () => {
    expect([...reachableFrom(machine, machine.StartAt)].sort()).toEqual(Object.keys(machine.States).sort());
  });

  it.each([
    ['nothing is registered before whose it is was noted', 'Register', 'Note and renew'],
    ['nothing is deregistered before the lease was renewed', 'Deregister', 'Note and renew'],
    ['nothing is registered before it was looked at', 'Register', 'Observe'],
    ['nothing ends well before it was looked at', 'Record the end', 'Observe'],
    ['no lease is taken over before it was asked who has it', 'Take over the lease', 'Ask who has it'],
  ])('%s', (_rule, state, before) => {
    expect(reachableFrom(machine, machine.StartAt)).toContain(state);
    expect(reachableFrom(machine, machine.StartAt, before)).not.toContain(state);
  });

  it('no lease of a run is taken over before its execution was looked at: only that of a person has no execution', () => {
    const { Choices } = stateNamed('Is there a holder') as unknown as {
      readonly Choices: readonly { readonly Condition: string; readonly Next: string }[];
    };
    const taking = Choices.filter(({ Next }) => Next === 'Take over the lease');

    expect(taking.map(({ Condition }) => Condition)).toEqual(['{% $contains($holder, /^operator /) %}']);
    const others = Object.entries(machine.States).filter(([, state]) =>
      /"(?:Next|Default)":"Take over the lease"/.test(JSON.stringify(state)),
    );
    expect(others.map(([name]) => name)).toEqual([
      'Is there a holder',
      'Look at its execution',
      'Leave it or take over',
    ]);
  });

  it('nothing is told before the end was recorded, but by who lost the lease', () => {
    const before = Object.keys(machine.States).filter((name) =>
      stateNamed(name).Choices?.some(({ Next }) => Next === 'Publish'),
    );

    expect(before.sort()).toEqual(['Leave it to others', 'Tell or end']);
    expect(reachableFrom(machine, 'Observe', 'Record the end')).toContain('Leave it to others');
    expect(reachableFrom(machine, 'Observe', 'Leave it to others')).toContain('Tell or end');
  });

  it('who takes over lets the last call of the one before end before it looks', () => {
    expect(stateNamed('Take over the lease').Next).toBe('Let its last call end');
    expect(stateNamed('Let its last call end').Next).toBe('Observe');
  });

  it('between two writes to the target group there is always a look, and a renewal', () => {
    for (const write of ['Register', 'Deregister']) {
      const { Next = '' } = stateNamed(write);
      for (const between of ['Observe', 'Note and renew']) {
        const way = reachableFrom(machine, Next, between);
        expect([write, between, way.has('Register'), way.has('Deregister')]).toEqual([write, between, false, false]);
      }
    }
  });

  it('a condition that failed is an answer, not a failure: each conditional write says what follows', () => {
    const conditional = tasks.filter(([, { Arguments }]) => 'ConditionExpression' in (Arguments as object));

    expect(conditional.map(([name, { Catch = [] }]) => [name, Catch[0]?.ErrorEquals[0], Catch[0]?.Next])).toEqual([
      ['Take the lease', 'DynamoDb.ConditionalCheckFailedException', 'Ask who has it'],
      ['Take over the lease', 'DynamoDb.ConditionalCheckFailedException', 'Take the lease'],
      ['Note and renew', 'DynamoDb.ConditionalCheckFailedException', 'Take the lease'],
      ['Record the end', 'DynamoDb.ConditionalCheckFailedException', 'See who has it now'],
      ['Record the failure', 'States.ALL', 'Fail'],
    ]);
  });

  it.each(['Note and renew', 'Record the end', 'Record the failure'])('%s - only while the lease is ours', (name) => {
    expect(stateNamed(name).Arguments).toMatchObject({
      ConditionExpression: expect.stringMatching(/^execution = :me\b/),
    });
  });

  it('a lease outlasts the longest time between two renewals: a look of which no call is answered is the exception', () => {
    const milliseconds = [...textOf('refresh-targets.asl.json').matchAll(/EnteredTime\) \+ (\d+)/g)].map(([, each]) =>
      Number(each),
    );
    const { Seconds } = stateNamed('Give it time') as { Seconds?: number };
    const timeouts = ['Note and renew', 'Register', 'Observe'].map((name) => Number(stateNamed(name).TimeoutSeconds));

    expect(new Set(milliseconds)).toEqual(new Set([300_000]));
    expect(timeouts.reduce((sum, each) => sum + each, Number(Seconds))).toBeLessThan(300);
  });

  it('the looks of the longest run fit into the time of an execution', () => {
    const [, most] = /\$looks > (\d+)/.exec(textOf('refresh-targets.asl.json')) ?? [];
    const { Seconds } = stateNamed('Give it time') as { Seconds?: number };

    expect(Number(most) * Number(Seconds)).toBeLessThan((machine.TimeoutSeconds ?? 0) / 2);
  });
});
