import jsonata from 'jsonata';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { CONNECTION_ANSWERED_DETAIL_TYPES } from '../../events/connection-answered.ts';
import { EVENT_SOURCE } from '../../events/source.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { EndpointId, ServiceId } from '../../functions/registry/schemas.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { filesOf, machineOf, type State, tasksOf, textOf } from './support.ts';

const machine = machineOf('admit-connection.asl.json');
const tasks = Object.fromEntries(tasksOf(machine));

const stateNamed = (name: string): State => {
  const state = machine.States[name];
  if (state === undefined) throw new Error(`admit-connection has no state "${name}".`);
  return state;
};

/** The value of a field: a constant, or what its expression comes to with these variables. */
const resolved = async (field: unknown, variables: Record<string, unknown>): Promise<unknown> => {
  const [, expression] = /^\{%\s*([\s\S]*?)\s*%\}$/.exec(String(field)) ?? [];
  return expression === undefined ? field : jsonata(expression).evaluate({}, variables);
};

describe('what admit-connection publishes', () => {
  const [entry] = (stateNamed('Publish').Arguments as { Entries: { Source: string; DetailType: string }[] }).Entries;

  it('comes from our source', () => {
    expect(entry?.Source).toBe(EVENT_SOURCE);
  });

  it.each(Object.entries(CONNECTION_ANSWERED_DETAIL_TYPES))('%s - %s', async (outcome, detailType) => {
    await expect(resolved(entry?.DetailType, { answer: { outcome } })).resolves.toBe(detailType);
  });

  it('has a detail-type for no other outcome', async () => {
    const [, table = ''] = /\$lookup\(\{(.*?)\}/.exec(entry?.DetailType ?? '') ?? [];

    expect([...table.matchAll(/'(\w+)':/g)].map(([, outcome]) => outcome)).toEqual(
      Object.keys(CONNECTION_ANSWERED_DETAIL_TYPES),
    );
  });
});

describe('the keys under which admit-connection writes and reads', () => {
  type Key = { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
  const variables = {
    serviceId: SERVICE_ID,
    endpointId: ENDPOINT_ID,
    plan: { customerId: 'acme', item: 'the record that Decide made' },
  };

  const keyOf = async (name: string) => {
    const { Key } = stateNamed(name).Arguments as { Key: Key };
    const assigned = machine.States['Check the input'] as State & { Choices: { Assign: { requestKey: string } }[] };
    const requestKey = await resolved(assigned.Choices[0]?.Assign.requestKey, {
      states: { input: { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID } },
    });
    const all = { ...variables, requestKey };
    return { pk: await resolved(Key.pk.S, all), sk: await resolved(Key.sk.S, all) };
  };

  it.each(['Take the admission', 'See who has it', 'Take over the admission', 'Release the admission'])(
    '%s - the admission',
    async (name) => {
      await expect(keyOf(name)).resolves.toEqual(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID));
    },
  );

  it.each(['Open the places', 'Take a place', 'Give the place back'])('%s - the places', async (name) => {
    await expect(keyOf(name)).resolves.toEqual(ledgerKey.places(SERVICE_ID, 'acme'));
  });

  it('nothing is read or written under another key, save records', () => {
    const keyed = Object.entries(tasks).filter(([, { Arguments }]) => 'Key' in (Arguments as object));

    expect(keyed.map(([name]) => name)).toHaveLength(7);
    expect(Object.keys(tasks).filter((name) => name.startsWith('Record'))).toEqual(['Record', 'Record the failure']);
  });

  it('both ways of checking the input give the request the same key', () => {
    const { Choices } = machine.States['Check the input'] as State & {
      Choices: { Assign: Record<string, unknown> }[];
    };
    const assigned = Choices.map(({ Assign: { isDryRun, ...rest } }) => ({ isDryRun, rest }));

    expect(assigned.map(({ isDryRun }) => isDryRun)).toEqual([true, false]);
    expect(assigned[0]?.rest).toEqual(assigned[1]?.rest);
  });
});

describe('the input of admit-connection', () => {
  const { Choices } = machine.States['Check the input'] as State & { Choices: { Condition: string; Next: string }[] };

  const wayOf = async (input: unknown): Promise<string> => {
    for (const { Condition, Next } of Choices) {
      if ((await resolved(Condition, { states: { input } })) === true) return Next;
    }
    return 'Refuse the input';
  };

  const ids = { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID };

  it.each<[situation: string, input: unknown, way: string]>([
    ['two ids', ids, 'Take the admission'],
    [
      'two ids of the old length',
      { serviceId: 'vpce-svc-0a1b2c3d', vpcEndpointId: 'vpce-0a1b2c3d' },
      'Take the admission',
    ],
    ['no dry run', { ...ids, dryRun: false }, 'Take the admission'],
    ['a dry run', { ...ids, dryRun: true }, 'Decide'],
    ['a dry run in words', { ...ids, dryRun: 'true' }, 'Refuse the input'],
    ['a dry run misspelt', { ...ids, dryrun: true }, 'Refuse the input'],
    ['one id', { serviceId: SERVICE_ID }, 'Refuse the input'],
    ['the ids exchanged', { serviceId: ENDPOINT_ID, vpcEndpointId: SERVICE_ID }, 'Refuse the input'],
    ['an id and more', { ...ids, vpcEndpointId: `${ENDPOINT_ID}#x` }, 'Refuse the input'],
    ['an id in a list', { ...ids, vpcEndpointId: [ENDPOINT_ID] }, 'Refuse the input'],
    ['a number', { ...ids, serviceId: 7 }, 'Refuse the input'],
    ['a list', [ids], 'Refuse the input'],
    ['a text', JSON.stringify(ids), 'Refuse the input'],
    ['null', null, 'Refuse the input'],
    ['nothing in it', {}, 'Refuse the input'],
  ])('%s - %s', async (_situation, input, way) => {
    await expect(wayOf(input)).resolves.toBe(way);
  });

  it('is refused in words that say what to give and what came', async () => {
    const { Cause } = stateNamed('Refuse the input') as State & { Cause: string };

    await expect(resolved(Cause, { states: { input: { serviceId: 7 } } })).resolves.toMatch(
      /^Give \{"serviceId": "vpce-svc-\.\.\.", "vpcEndpointId": "vpce-\.\.\."\}.* Got: \{"serviceId":7\}$/,
    );
  });

  it.each(filesOf('examples/admit-connection/'))(
    'the example %s - is taken, and its ids fit what the functions take',
    async (file) => {
      const input = JSON.parse(textOf(`examples/admit-connection/${file}`));

      await expect(wayOf(input)).resolves.not.toBe('Refuse the input');
      expect(v.is(ServiceId, input.serviceId)).toBe(true);
      expect(v.is(EndpointId, input.vpcEndpointId)).toBe(true);
    },
  );
});

describe('the order of failures in admit-connection', () => {
  /** The states that may follow, by any way. */
  const nextsOf = (state: State): string[] => {
    const { Choices = [], Default } = state as State & { Choices?: { Next: string }[]; Default?: string };
    return [
      state.Next,
      Default,
      ...Choices.map(({ Next }) => Next),
      ...(state.Catch ?? []).map(({ Next }) => Next),
    ].filter((each) => each !== undefined);
  };

  const reachableFrom = (start: string, without: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (name === without || seen.has(name)) return;
      seen.add(name);
      nextsOf(stateNamed(name)).forEach(visit);
    };
    visit(start);
    return seen;
  };

  it('every state can be reached', () => {
    expect([...reachableFrom(machine.StartAt, '')].sort()).toEqual(Object.keys(machine.States).sort());
  });

  it.each([
    ['nothing is answered before it was decided', 'Answer', 'Decide'],
    ['nothing is told before it was recorded', 'Publish', 'Record'],
    ['no place is taken before it was decided', 'Take a place', 'Decide'],
  ])('%s', (_rule, state, before) => {
    expect(reachableFrom(machine.StartAt, before)).not.toContain(state);
  });

  it('a condition that failed is an answer, not a failure: each conditional write says what follows', () => {
    const conditional = Object.entries(tasks).filter(
      ([, { Arguments }]) => 'ConditionExpression' in (Arguments as object),
    );

    expect(conditional.map(([name, { Catch = [] }]) => [name, Catch[0]?.ErrorEquals, Catch[0]?.Next])).toEqual([
      ['Take the admission', ['DynamoDb.ConditionalCheckFailedException'], 'See who has it'],
      ['Take over the admission', ['DynamoDb.ConditionalCheckFailedException'], 'In other hands'],
      ['Take a place', ['DynamoDb.ConditionalCheckFailedException'], 'Act without a place'],
      ['Give the place back', ['DynamoDb.ConditionalCheckFailedException'], 'Record'],
      ['Record', ['DynamoDb.ConditionalCheckFailedException'], 'Release the admission'],
      ['Release the admission', ['DynamoDb.ConditionalCheckFailedException'], 'Done'],
    ]);
  });
});
