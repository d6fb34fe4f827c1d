import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { CONNECTION_ANSWERED_DETAIL_TYPES } from '../../events/connection-answered.ts';
import { REVOCATIONS_BOUNDED } from '../../events/revocations-bounded.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { failing, INPUT, payload } from './admission.ts';
import { FORCE, kept, REVOKE, revocation, revoke } from './revocation.ts';
import { filesOf, machineOf, reachableFrom, tasksOf, textOf } from './support.ts';

const machine = machineOf('revoke-connection.asl.json');
const tasks = Object.fromEntries(tasksOf(machine));

describe('the input', () => {
  const forced = (force: unknown) => ({ ...INPUT, force }) as never;

  it.each([
    ['nothing in it', {}],
    ['no endpoint', { serviceId: SERVICE_ID }],
    ['the ids exchanged', { serviceId: ENDPOINT_ID, vpcEndpointId: SERVICE_ID }],
    ['a field that nobody reads', { ...INPUT, because: 'x' }],
    ['a dry run in words', { ...INPUT, dryRun: 'true' }],
    ['a force that is only a yes', forced(true)],
    ['a force that is null', forced(null)],
    ['a force in a list', forced([FORCE])],
    ['a force without a reason', forced({ by: FORCE.by })],
    ['a force of nobody', forced({ reason: FORCE.reason })],
    ['a force with an empty reason', forced({ ...FORCE, reason: '' })],
    ['a force by an empty name', forced({ ...FORCE, by: '' })],
    ['a reason in a list', forced({ ...FORCE, reason: ['abuse'] })],
    ['a reason without an end', forced({ ...FORCE, reason: 'x'.repeat(501) })],
    ['a force and more', forced({ ...FORCE, ticket: 7 })],
    ['a list', [INPUT]],
    ['a text', JSON.stringify(INPUT)],
    ['null', null],
  ])('%s - refused in words, with what came; nothing is called', async (_situation, input) => {
    const { status, error, cause, path, attempts } = await revoke({}, input);

    expect({ status, error, path, attempts }).toEqual({
      status: 'FAILED',
      error: 'Malformed',
      path: ['Check the input', 'Refuse the input'],
      attempts: [],
    });
    expect(cause).toMatch(/^Give \{"serviceId": "vpce-svc-\.\.\.", "vpcEndpointId": "vpce-\.\.\."\}; where a person/);
    const got = typeof input === 'string' ? input : JSON.stringify(input);
    expect(cause?.endsWith(`Got: ${got.slice(0, 500)}`)).toBe(true);
  });

  it.each(filesOf('examples/revoke-connection/'))('the example %s - taken', async (file) => {
    const input = JSON.parse(textOf(`examples/revoke-connection/${file}`));
    const ran = await revoke({ ...REVOKE, 'Plan only': [payload(revocation())] }, input);

    expect(ran.status).toBe('SUCCEEDED');
    expect(ran.path[1]).toBe(input.dryRun === true ? 'Plan only' : 'Take the admission');
  });
});

describe('a dry run', () => {
  it.each([
    ['that nobody forces', INPUT],
    ['that a person forces', { ...INPUT, force: { ...FORCE } }],
  ])('%s - decides and shows the plan, and calls nothing else', async (_situation, input) => {
    const decided = revocation();
    const ran = await revoke({ 'Plan only': [payload(decided)] }, { ...input, dryRun: true });
    const { item: _record, ...plan } = decided.plan;

    expect(ran.attempts).toEqual([
      {
        state: 'Plan only',
        action: 'lambda:invoke',
        arguments: { FunctionName: 'decide-revocation:3', Payload: input },
        at: 0,
      },
    ]);
    expect(ran.output).toEqual({
      dryRun: true,
      need: 'revocation',
      because: null,
      plan: JSON.parse(JSON.stringify(plan)),
      connection: JSON.parse(JSON.stringify(decided.connection)),
    });
  });

  it('of one that stays - says why', async () => {
    const ran = await revoke({ 'Plan only': [payload(kept())] }, { ...INPUT, dryRun: true });

    expect(ran.output).toMatchObject({ need: 'nothing', because: 'keep, entitled: every rule passed', plan: null });
  });

  it('that fails - records nothing', async () => {
    const ran = await revoke({ 'Plan only': [failing('Malformed', 'no')] }, { ...INPUT, dryRun: true });

    expect(ran.path).toEqual(['Check the input', 'Plan only', 'Fail']);
  });
});

describe('the order of failures in revoke-connection', () => {
  it('every state can be reached', () => {
    expect([...reachableFrom(machine, machine.StartAt)].sort()).toEqual(Object.keys(machine.States).sort());
  });

  it.each([
    ['nobody is disconnected before it was decided', 'Answer', 'Decide'],
    ['nor before it was counted', 'Answer', 'Count it'],
    ['nor before the intent to was noted', 'Answer', 'Note the intent'],
    ['nor without a look at how old the decision is', 'Answer', 'Act while it is fresh'],
    ['nothing is counted before its day was opened', 'Count it', 'Open the day'],
    ['nothing is decided in earnest by two at once', 'Decide', 'Take the admission'],
    ['no place is given back before EC2 was asked', 'Give the place back', 'Decide'],
    ['nothing is told of a bound that was not met', 'Tell of the bound', 'Count it'],
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

    expect(conditional.map(([name, { Catch = [] }]) => [name, Catch[0]?.ErrorEquals, Catch[0]?.Next])).toEqual(
      [
        ['Take the admission', 'Wake its holder'],
        ['Wake its holder', 'Try to take it again'],
        ['Take over the admission', 'In other hands'],
        ['Count it', 'Note the bound'],
        ['Note the bound', 'Release the admission'],
        ['Note the intent', 'In other hands'],
        ['Give the place back', 'Record'],
        ['Record', 'Release the admission'],
        ['Release the admission', 'Take the admission'],
      ].map(([name, next]) => [name, ['DynamoDb.ConditionalCheckFailedException'], next]),
    );
  });

  it('every way back to a decision counts: by how often, or by a wait', () => {
    const back = (to: string) =>
      Object.entries(machine.States).flatMap(([name, { Next, Default, Assign = {}, Choices = [], Catch = [] }]) => [
        ...(Next === to || Default === to ? [[name, ...Object.keys(Assign)]] : []),
        ...[...Choices, ...Catch]
          .filter((each) => each.Next === to)
          .map((each) => [name, ...Object.keys(each.Assign ?? {})]),
      ]);

    expect(back('Decide')).toEqual([
      ['Take the admission'],
      ['Take over the admission'],
      ['Act while it is fresh', 'again'],
      ['Look at the end', 'again'],
      ['Look at the end', 'again'],
      ['Go on or let go', 'again'],
    ]);
    expect(back('Take the admission').map(([name]) => name)).toEqual([
      'Check the input',
      'Try to take it again',
      'Let it finish',
      'Release the admission',
    ]);
  });

  it('what both workflows do with an admission and a record is the same, word for word', () => {
    const admitting = Object.fromEntries(tasksOf(machineOf('admit-connection.asl.json')));
    const shared = [
      'Take the admission',
      'Wake its holder',
      'Look at its execution',
      'Take over the admission',
      'Give the place back',
      'Record',
      'Publish',
      'Record the failure',
    ];

    for (const name of shared) expect(tasks[name]?.Arguments).toEqual(admitting[name]?.Arguments);
  });
});

describe('what revoke-connection publishes', () => {
  it.each(Object.entries(CONNECTION_ANSWERED_DETAIL_TYPES))('%s - %s', async (outcome, detailType) => {
    const { Entries } = (tasks.Publish?.Arguments ?? { Entries: [] }) as { Entries: { DetailType: string }[] };
    const expression = String(Entries[0]?.DetailType).replace(/^\{%|%\}$/g, '');

    await expect(jsonata(expression).evaluate({}, { answer: { outcome } })).resolves.toBe(detailType);
  });

  it('that a bound was met - under the event’s own name', () => {
    expect(tasks['Tell of the bound']?.Arguments).toMatchObject({ Entries: [{ DetailType: REVOCATIONS_BOUNDED }] });
  });
});
