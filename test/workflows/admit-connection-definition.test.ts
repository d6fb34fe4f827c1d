import jsonata from 'jsonata';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { CONNECTION_ANSWERED_DETAIL_TYPES } from '../../events/connection-answered.ts';
import { EVENT_SOURCE } from '../../events/source.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { EndpointId, ServiceId } from '../../functions/registry/schemas.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { filesOf, machineOf, reachableFrom, type State, tasksOf, textOf } from './support.ts';

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
    plan: { customerId: 'acme', placeOf: 'globex', item: 'the record that Decide made' },
  };

  const keyOf = async (name: string) => {
    const { Key } = stateNamed(name).Arguments as { Key: Key };
    const requestKey = await resolved(stateNamed('Check the input').Assign?.requestKey, {
      states: { input: { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID } },
    });
    const all = { ...variables, requestKey };
    return { pk: await resolved(Key.pk.S, all), sk: await resolved(Key.sk.S, all) };
  };

  it.each([
    'Take the admission',
    'Wake its holder',
    'Take over the admission',
    'Note the intent',
    'Hold',
    'Release the admission',
  ])('%s - the admission', async (name) => {
    await expect(keyOf(name)).resolves.toEqual(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID));
  });

  it.each([
    'Open the places',
    'Take a place',
    'Open its places',
    'Give it a place',
    'Give the place back',
    'Free the place',
  ])('%s - the places of whom the plan says, who need not be whom it decided about', async (name) => {
    await expect(keyOf(name)).resolves.toEqual(ledgerKey.places(SERVICE_ID, 'globex'));
  });

  it('nothing is read or written under another key, save records', () => {
    const keyed = Object.entries(tasks).filter(([, { Arguments }]) => 'Key' in (Arguments as object));

    expect(keyed.map(([name]) => name)).toHaveLength(12);
    expect(Object.keys(tasks).filter((name) => name.startsWith('Record'))).toEqual(['Record', 'Record the failure']);
  });
});

describe('the ids that admit-connection takes', () => {
  const [{ Condition } = { Condition: '' }] = stateNamed('Check the input').Choices ?? [];
  /** Whether the first choice, which refuses, lets them pass. */
  const takes = async (serviceId: string, vpcEndpointId: string): Promise<boolean> =>
    (await resolved(Condition, { states: { input: { serviceId, vpcEndpointId } } })) === false;

  it.each([
    ['0a1b2c3d', true],
    ['0123456789abcdef0', true],
    ['0a1b2c3', false],
    ['0a1b2c3d4', false],
    ['0123456789abcdef', false],
    ['0123456789abcdef01', false],
    ['0A1B2C3D', false],
    ['0a1b2c3g', false],
    ['0a1b2c3d\n', false],
    ['', false],
  ])('digits %j - %s, as the functions’ schemas say', async (digits, fits) => {
    expect(v.is(ServiceId, `vpce-svc-${digits}`)).toBe(fits);
    expect(v.is(EndpointId, `vpce-${digits}`)).toBe(fits);
    await expect(takes(`vpce-svc-${digits}`, ENDPOINT_ID)).resolves.toBe(fits);
    await expect(takes(SERVICE_ID, `vpce-${digits}`)).resolves.toBe(fits);
  });

  it.each(filesOf('examples/admit-connection/'))('the example %s - its ids fit', (file) => {
    const input = JSON.parse(textOf(`examples/admit-connection/${file}`));

    expect(v.is(ServiceId, input.serviceId)).toBe(true);
    expect(v.is(EndpointId, input.vpcEndpointId)).toBe(true);
  });
});

describe('the order of failures in admit-connection', () => {
  it('every state can be reached', () => {
    expect([...reachableFrom(machine, machine.StartAt)].sort()).toEqual(Object.keys(machine.States).sort());
  });

  it.each([
    ['nothing is answered before it was decided', 'Answer', 'Decide'],
    ['nothing is told before it was decided, or found in the ledger', 'Publish', 'Decide'],
    ['nothing is answered before the intent to was noted', 'Answer', 'Note the intent'],
    ['no place is taken before the intent to was noted', 'Take a place', 'Note the intent'],
    ['no places are opened before the intent to take one was noted', 'Open the places', 'Note the intent'],
    ['no place is taken before it was decided', 'Take a place', 'Decide'],
    ['no place is given back before EC2 was asked what became of the endpoint', 'Give the place back', 'Decide'],
    ['nor freed', 'Free the place', 'Decide'],
    ['nothing is decided in earnest by two at once', 'Decide', 'Take the admission'],
    ['nobody waits before it was decided', 'Hold', 'Decide'],
    ['no token is answered before we know that its task may wait', 'Answer its token', 'Look at its execution'],
  ])('%s', (_rule, state, before) => {
    expect(reachableFrom(machine, machine.StartAt)).toContain(state);
    expect(reachableFrom(machine, machine.StartAt, before)).not.toContain(state);
  });

  it('nothing is told before it was recorded, save what is in the ledger already', () => {
    const ways = Object.entries(machine.States).flatMap(([name, { Next, Choices = [] }]) => [
      ...(Next === 'Publish' ? [name] : []),
      ...Choices.filter((choice) => choice.Next === 'Publish').map(({ Condition }) => `${name}: ${Condition}`),
    ]);

    expect(ways).toEqual(["Go by its need: {% $decided.need = 'telling' %}", 'Record']);
  });

  it('a condition that failed is an answer, not a failure: each conditional write says what follows', () => {
    const conditional = Object.entries(tasks).filter(
      ([, { Arguments }]) => 'ConditionExpression' in (Arguments as object),
    );

    expect(conditional.map(([name, { Catch = [] }]) => [name, Catch[0]?.ErrorEquals, Catch[0]?.Next])).toEqual([
      ['Take the admission', ['DynamoDb.ConditionalCheckFailedException'], 'Wake its holder'],
      ['Wake its holder', ['DynamoDb.ConditionalCheckFailedException'], 'Try to take it again'],
      ['Take over the admission', ['DynamoDb.ConditionalCheckFailedException'], 'In other hands'],
      ['Note the intent', ['DynamoDb.ConditionalCheckFailedException'], 'In other hands'],
      ['Take a place', ['DynamoDb.ConditionalCheckFailedException'], 'Act without a place'],
      ['Give the place back', ['DynamoDb.ConditionalCheckFailedException'], 'Record'],
      ['Free the place', ['DynamoDb.ConditionalCheckFailedException'], 'Decide'],
      ['Record', ['DynamoDb.ConditionalCheckFailedException'], 'Release the admission'],
      ['Hold', ['DynamoDb.ConditionalCheckFailedException'], 'Take the admission'],
      ['Release the admission', ['DynamoDb.ConditionalCheckFailedException'], 'Take the admission'],
    ]);
  });

  it.each(['Hold', 'Release the admission', 'Note the intent'])(
    '%s - only while the request is in our hands',
    (name) => {
      expect(stateNamed(name).Arguments).toMatchObject({
        ConditionExpression: expect.stringMatching(/^execution = :me\b/),
      });
    },
  );

  it('every loop goes by a choice that counts, or by one that waits', () => {
    // Whoever decides again has counted: by looks, by what was freed, or by how often.
    const backToDecide = Object.entries(machine.States).flatMap(([name, state]) => [
      ...(state.Next === 'Decide' ? [[name, Object.keys(state.Assign ?? {})]] : []),
      ...[...(state.Choices ?? []), ...(state.Catch ?? [])]
        .filter(({ Next }) => Next === 'Decide')
        .map(({ Assign }) => [name, Object.keys(Assign ?? {})]),
    ]);

    expect(backToDecide).toEqual([
      ['Take the admission', []],
      ['Take over the admission', []],
      ['Look again later', ['looks']],
      ['Look at the end', ['again', 'looks', 'freed']],
      ['Free the place', ['freed']],
      ['Free the place', ['freed']],
      ['Wait or let go', ['again']],
      ['Hold', ['again', 'looks', 'freed']],
      ['Hold', ['again', 'looks', 'freed']],
    ]);
    const backToTake = Object.entries(machine.States).flatMap(([name, { Default, Catch = [] }]) => [
      ...(Default === 'Take the admission' ? [[name]] : []),
      ...Catch.filter(({ Next }) => Next === 'Take the admission').map(({ Assign }) => [
        name,
        ...Object.keys(Assign ?? {}),
      ]),
    ]);
    expect(backToTake).toEqual([
      ['Check the input'],
      ['Try to take it again'],
      ['Hold', 'again', 'looks', 'freed'],
      ['Release the admission', 'again', 'looks', 'freed'],
    ]);
  });
});
