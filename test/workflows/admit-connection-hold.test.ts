import { describe, expect, it } from 'vitest';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { aHistory, anIntent, aService, ENDPOINT_ID, entitled, found, SERVICE_ID } from '../support/builders.ts';
import {
  ACCEPT,
  type Admission,
  admit,
  attemptsByState,
  BASIS,
  CONDITION_FAILED,
  decision,
  departure,
  failing,
  ME,
  moment,
  NO_REPLY,
  OTHER,
  onlyAttempt,
  payload,
  REQUEST,
  telling,
  tokenIn,
  unplanned,
  wokenAfter,
} from './admission.ts';

const DAY = 86_400;
const NOTHING = payload(unplanned('nothing'));

/** A request that a person has to approve, in two weeks. */
const MANUAL = { candidates: [entitled({ approval: 'manual' })] };
const UNTIL = moment(14 * DAY);
/** The same when it is decided again: the ledger says it already. */
const again = (rest: Parameters<typeof decision>[1] = {}) =>
  decision({ ...MANUAL, heldSince: moment() }, { history: aHistory('held'), ...rest });
const HELD = { ...ACCEPT, Decide: [payload(decision(MANUAL)), NOTHING], Hold: [wokenAfter(60)] };

const timesOf = ({ attempts }: Admission, state: string): readonly number[] =>
  attempts.filter((each) => each.state === state).map(({ at }) => at);
const argumentsOf = ({ attempts }: Admission, state: string): readonly unknown[] =>
  attempts.filter((each) => each.state === state).map(({ arguments: given }) => given);

describe('a hold', () => {
  it('is told of, and then waits with its token in the ledger, as long as nobody came since it looked', async () => {
    const ran = await admit({ ...HELD, Decide: [payload(decision(MANUAL, { wakes: 4 })), NOTHING] });
    const { action, arguments: given } = onlyAttempt(ran, 'Hold');

    expect(ran.path.slice(2, 9)).toEqual([
      'Decide',
      'Go by its need',
      'Record',
      'Publish',
      'Wait or let go',
      'Hold',
      'Decide',
    ]);
    expect(action).toBe('dynamodb:updateItem');
    expect(given).toEqual({
      TableName: 'ledger-table',
      Key: { pk: { S: REQUEST }, sk: { S: 'ADMISSION' } },
      UpdateExpression:
        'SET waiting = :waiting, told = :told, #last = :last, basis = :basis, lookAt = :lookAt REMOVE intent',
      ExpressionAttributeNames: { '#last': 'last' },
      ConditionExpression: 'execution = :me AND wakes = :wakes',
      ExpressionAttributeValues: {
        ':waiting': { M: { token: { S: expect.stringMatching(/.{20,}/) }, until: { S: UNTIL } } },
        ':told': { N: '1' },
        ':basis': { S: BASIS },
        ':last': {
          M: {
            outcome: { S: 'held' },
            code: { S: 'approval-needed' },
            generation: { N: '1' },
            recordedAt: { S: moment() },
            customerId: { S: 'acme' },
          },
        },
        ':lookAt': { S: moment(14 * DAY) },
        ':me': { S: ME },
        ':wakes': { N: '4' },
      },
    });
    expect(onlyAttempt(ran, 'Publish').arguments).toMatchObject({
      Entries: [{ DetailType: 'Connection Held', Detail: { code: 'approval-needed', until: UNTIL } }],
    });
    expect(onlyAttempt(ran, 'Record').arguments).toMatchObject({ Item: { until: { S: UNTIL } } });
  });

  it('its token is answered - decided again at once, with fresh eyes', async () => {
    const yes = { answer: 'approve', proposed: 'accept', generation: 1, by: 'ada', reason: 'known' } as const;
    const approved = decision({ ...MANUAL, approval: yes }, { history: aHistory('held') });
    const ran = await admit({
      ...HELD,
      Decide: [payload(decision(MANUAL)), payload(approved)],
      Hold: [wokenAfter(DAY)],
    });

    expect(timesOf(ran, 'Decide')).toEqual([0, DAY]);
    expect(ran.output).toMatchObject({ verdict: 'accept', outcome: 'accepted', generation: 2 });
    expect(argumentsOf(ran, 'Record')).toMatchObject([
      { Item: { sk: { S: 'DECISION#0001' }, outcome: { S: 'held' } } },
      { Item: { sk: { S: 'DECISION#0002' }, outcome: { S: 'accepted' }, recordedAt: { S: moment(DAY) } } },
    ]);
    expect(argumentsOf(ran, 'Record')[1]).not.toHaveProperty('Item.until');
    expect(argumentsOf(ran, 'Publish')[1]).not.toHaveProperty('Entries.0.Detail.until');
  });

  it('nobody answers - decided again at the deadline, told, and let go', async () => {
    const overdue = decision({ ...MANUAL, heldSince: moment(), now: UNTIL }, { history: aHistory('held') });
    const ran = await admit({ ...HELD, Decide: [payload(decision(MANUAL)), payload(overdue)], Hold: [{}] });

    expect(timesOf(ran, 'Decide')).toEqual([0, 14 * DAY]);
    expect(ran.output).toMatchObject({ verdict: 'hold', code: 'hold-expired', outcome: 'held', generation: 2 });
    expect(ran.path.slice(-5)).toEqual(['Record', 'Publish', 'Wait or let go', 'Release the admission', 'Done']);
    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      UpdateExpression:
        'SET #status = :done, told = :told, #last = :last, basis = :basis REMOVE waiting, lookAt, intent',
      ExpressionAttributeValues: { ':told': { N: '2' } },
    });
  });

  it('a contract begins before the deadline - decided again then', async () => {
    const begins = moment(3 * DAY).replace('.000Z', 'Z');
    const early = decision({ candidates: [entitled({ from: begins })] });
    const ran = await admit({ ...HELD, Decide: [payload(early), payload(decision())], Hold: [{}] });

    expect(timesOf(ran, 'Decide')).toEqual([0, 3 * DAY]);
    expect(ran.output).toMatchObject({ outcome: 'accepted' });
  });

  it('as long as a policy can make it - waited for to its end', async () => {
    const longest = decision({ ...MANUAL, service: found({ ...aService(), holdDays: 30 }) });
    const ran = await admit({ ...HELD, Decide: [payload(longest), NOTHING], Hold: [{}] });

    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 30 * DAY });
  });

  it('goes on as it was - waited for again, not told again; each wait has a token of its own', async () => {
    const ran = await admit({
      ...HELD,
      Decide: [payload(decision(MANUAL)), payload(again({ wakes: 1 })), payload(again({ wakes: 2 })), NOTHING],
    });
    const holds = argumentsOf(ran, 'Hold');

    expect(attemptsByState(ran)).toMatchObject({ Hold: 3, Record: 1, Publish: 1 });
    expect(holds).toMatchObject(
      [0, 1, 2].map((wakes) => ({
        ExpressionAttributeValues: { ':wakes': { N: `${wakes}` }, ':told': { N: '1' } },
      })),
    );
    expect(new Set(holds.map(tokenIn)).size).toBe(3);
  });

  it('has looks and places to free anew after each wait', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [
        ...[again({ intent: anIntent({ generation: 2 }) }), again()],
        ...[again({ intent: anIntent({ generation: 2 }) }), unplanned('nothing')],
      ].map(payload),
      Hold: [wokenAfter(60)],
      'Free the place': [{}],
    });

    expect(ran.attempts.map(({ state }) => state).slice(1)).toEqual([
      ...['Decide', 'Free the place', 'Decide', 'Hold'],
      ...['Decide', 'Free the place', 'Decide', 'Release the admission'],
    ]);
  });

  it('for another reason than before - told', async () => {
    const other = decision(
      { candidates: [entitled({ maxEndpoints: 1 }, { taken: 1, mine: false })] },
      { history: aHistory('held') },
    );
    const ran = await admit({ ...HELD, Decide: [payload(decision(MANUAL)), payload(other), NOTHING] });

    expect(attemptsByState(ran)).toMatchObject({ Hold: 2, Record: 2, Publish: 2 });
    expect(argumentsOf(ran, 'Hold')[1]).toMatchObject({ ExpressionAttributeValues: { ':told': { N: '2' } } });
  });

  it('ends in a rejection or in nothing - done', async () => {
    const ran = await admit(HELD);

    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 60, output: { need: 'nothing' } });
    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      ExpressionAttributeValues: { ':told': { N: '1' } },
    });
  });

  it('is written and the reply lost - written again, with the token that counts now', async () => {
    const ran = await admit({ ...HELD, Hold: [failing('DynamoDb.SdkClientException'), wokenAfter(60)] });
    const [lost, written] = argumentsOf(ran, 'Hold');

    expect(ran.status).toBe('SUCCEEDED');
    expect(tokenIn(written)).not.toBe(tokenIn(lost));
    expect(attemptsByState(ran)).toMatchObject({ Hold: 2, Publish: 1 });
  });

  it('gets no reply at all - looked at again at its deadline', async () => {
    const ran = await admit({ ...HELD, Hold: [NO_REPLY] });

    expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 14 * DAY });
  });
});

describe('somebody came while we decided', () => {
  it('before the hold - the request is taken again and looked at again; what was told is not told again', async () => {
    const history = [
      { generation: 1, outcome: 'held', code: 'approval-needed', verdict: 'hold', proposed: 'accept' },
    ] as const;
    const ran = await admit({
      ...HELD,
      Decide: [decision(MANUAL), decision(MANUAL, { history, told: 1, wakes: 1 }), unplanned('nothing')].map(payload),
      Hold: [failing(CONDITION_FAILED), wokenAfter(60)],
    });

    expect(ran.path.slice(6)).toEqual([
      ...['Wait or let go', 'Hold', 'Take the admission', 'Decide', 'Go by its need', 'Hold'],
      ...['Decide', 'Go by its need', 'Release the admission', 'Done'],
    ]);
    expect(attemptsByState(ran)).toMatchObject({ Publish: 1, Record: 1 });
    // The ledger was not told that we told: only a hold, or a release, says so. The run says it itself.
    expect(argumentsOf(ran, 'Decide').slice(0, 2)).toMatchObject([{ Payload: { told: 0 } }, { Payload: { told: 1 } }]);
    expect(argumentsOf(ran, 'Hold')).toMatchObject([
      { ExpressionAttributeValues: { ':wakes': { N: '0' }, ':told': { N: '1' } } },
      { ExpressionAttributeValues: { ':wakes': { N: '1' }, ':told': { N: '1' } } },
    ]);
  });

  it('before the release - looked at again, and told once', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [decision(), { ...unplanned('nothing'), wakes: 1 }].map(payload),
      'Release the admission': [failing(CONDITION_FAILED), {}],
    });

    expect(ran.path.slice(-6)).toEqual([
      ...['Release the admission', 'Take the admission', 'Decide', 'Go by its need'],
      ...['Release the admission', 'Done'],
    ]);
    expect(attemptsByState(ran)).toMatchObject({ Publish: 1, Record: 1, Answer: 1 });
    expect(argumentsOf(ran, 'Release the admission')[1]).toMatchObject({
      ExpressionAttributeValues: { ':wakes': { N: '1' }, ':told': { N: '1' } },
    });
  });

  it('before the release, and the customer has left since - its place is freed', async () => {
    const left = { ...departure(), wakes: 1 };
    const ran = await admit({
      ...ACCEPT,
      Decide: [decision(), left, { ...unplanned('nothing'), wakes: 1 }].map(payload),
      'Free the place': [{}],
      'Release the admission': [failing(CONDITION_FAILED), {}],
    });

    expect(ran.path.slice(-7)).toEqual([
      ...['Decide', 'Go by its need', 'Free the place', 'Decide', 'Go by its need'],
      ...['Release the admission', 'Done'],
    ]);
    expect(attemptsByState(ran)).toMatchObject({ Publish: 1 });
  });

  it('and it was taken over from us while we held it - left to who has it, who looks again', async () => {
    const ran = await admit({
      ...HELD,
      'Take the admission': [{}, failing(CONDITION_FAILED)],
      Hold: [failing(CONDITION_FAILED)],
      'Wake its holder': [{ Attributes: { execution: { S: OTHER } } }],
      'Look at its execution': [{ Status: 'RUNNING' }],
    });

    expect(ran.output).toEqual({ need: 'nothing', holder: OTHER });
    expect(ran.path.slice(-6)).toEqual([
      ...['Hold', 'Take the admission', 'Wake its holder', 'Look at its execution', 'Leave it or take over'],
      'In other hands',
    ]);
  });

  it.each(['Hold', 'Release the admission'])('a hundred times, before %s - NotSettled', async (state) => {
    const Decide = [payload(state === 'Hold' ? again() : unplanned('nothing'))];
    const ran = await admit({ ...ACCEPT, Decide, [state]: [failing(CONDITION_FAILED)] });

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled', seconds: 0 });
    expect(ran.cause).toMatch(/a hundred times/);
    expect(attemptsByState(ran)).toMatchObject({ Decide: 102, [state]: 101 });
  });

  it('a hundred times, with days in between - NotSettled, long before its history is full', async () => {
    const other = (code: string) =>
      decision(MANUAL, { history: [{ generation: 1, outcome: 'held', code, verdict: 'hold' }] });
    const ran = await admit({ ...ACCEPT, Decide: [payload(other('quota-reached'))], Hold: [wokenAfter(3600)] });

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled', seconds: 101 * 3600 });
    expect(attemptsByState(ran)).toMatchObject({ Record: 101, Publish: 101, Hold: 101 });
    expect(ran.historyEvents).toBeLessThan(25_000 / 5);
  });
});

describe('somebody else has it', () => {
  const TOKEN = 'token-of-the-other';
  const attributes = (waiting?: object) => ({
    Attributes: {
      ...ledgerAdmission,
      execution: { S: OTHER },
      status: { S: 'running' },
      wakes: { N: '1' },
      ...waiting,
    },
  });
  const ledgerAdmission = Object.fromEntries(
    Object.entries(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID)).map(([name, value]) => [name, { S: value }]),
  );
  const waiting = { waiting: { M: { token: { S: TOKEN }, until: { S: UNTIL } } } };
  const WAITS = {
    ...ACCEPT,
    'Take the admission': [failing(CONDITION_FAILED)],
    'Wake its holder': [attributes(waiting)],
    'Look at its execution': [{ Status: 'RUNNING' }],
    'Answer its token': [{}],
    'Take over the admission': [{}],
  };

  it('and waits - its token is answered, and it looks', async () => {
    const ran = await admit(WAITS);

    expect(ran.path.slice(1)).toEqual([
      ...['Take the admission', 'Wake its holder', 'Look at its execution', 'Leave it or take over'],
      ...['Answer its token', 'In other hands'],
    ]);
    expect(onlyAttempt(ran, 'Answer its token')).toMatchObject({
      action: 'sfn:sendTaskSuccess',
      arguments: { TaskToken: TOKEN, Output: '{"woken": true}' },
    });
    expect(ran.output).toEqual({ need: 'nothing', holder: OTHER });
  });

  it.each(['Sfn.TaskTimedOutException', 'Sfn.TaskDoesNotExistException', 'Sfn.InvalidTokenException'])(
    'and waits no more, %s - left to it: it looks by itself',
    async (error) => {
      const ran = await admit({ ...WAITS, 'Answer its token': [failing(error)] });

      expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { need: 'nothing', holder: OTHER } });
      expect(ran.path.slice(-2)).toEqual(['Answer its token', 'In other hands']);
    },
  );

  it('and was waiting when it died - taken over; a dead run’s token is nobody’s', async () => {
    const ran = await admit({ ...WAITS, 'Look at its execution': [{ Status: 'TIMED_OUT' }] });

    expect(ran.output).toMatchObject({ outcome: 'accepted' });
    expect(attemptsByState(ran)).not.toHaveProperty('Answer its token');
    expect(onlyAttempt(ran, 'Take over the admission').arguments).toMatchObject({
      UpdateExpression: expect.stringMatching(/REMOVE waiting$/),
    });
  });

  it('and let go just now - taken', async () => {
    const ran = await admit({
      ...WAITS,
      'Take the admission': [failing(CONDITION_FAILED), {}],
      'Wake its holder': [failing(CONDITION_FAILED)],
    });

    expect(ran.path.slice(1, 5)).toEqual([
      ...['Take the admission', 'Wake its holder', 'Try to take it again', 'Take the admission'],
    ]);
    expect(ran.output).toMatchObject({ outcome: 'accepted' });
  });

  it('and another after it, ten times - NotSettled', async () => {
    const ran = await admit({ ...WAITS, 'Wake its holder': [failing(CONDITION_FAILED)] });

    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'NotSettled',
      cause: 'The admission changed hands ten times while it was to be taken.',
    });
    expect(attemptsByState(ran)).toEqual({ 'Take the admission': 10, 'Wake its holder': 10, 'Record the failure': 1 });
  });
});

describe('a hold that was never told', () => {
  const held = { outcome: 'held', code: 'approval-needed', verdict: 'hold', until: UNTIL } as const;
  const untold = { ...telling(held), generation: 1, told: 0 };
  const history = [
    { generation: 1, outcome: 'held', code: 'approval-needed', verdict: 'hold', proposed: 'accept' },
  ] as const;

  it('is told as it was recorded; then it is decided again, which comes to the same, and goes on', async () => {
    const ran = await admit({
      ...HELD,
      Decide: [untold, decision(MANUAL, { history }), unplanned('nothing')].map(payload),
    });

    expect(ran.path.slice(2, 9)).toEqual([
      ...['Decide', 'Go by its need', 'Publish', 'Wait or let go', 'Decide', 'Go by its need', 'Hold'],
    ]);
    expect(onlyAttempt(ran, 'Publish').arguments).toMatchObject({
      Entries: [
        {
          DetailType: 'Connection Held',
          Detail: { sentence: 'What we said then; what you can do.', action: 'what you can do', until: UNTIL },
        },
      ],
    });
    expect(attemptsByState(ran)).not.toHaveProperty('Record');
    expect(onlyAttempt(ran, 'Hold').arguments).toMatchObject({ ExpressionAttributeValues: { ':told': { N: '1' } } });
  });

  it('and is answered otherwise by now - both are told, in order', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [untold, decision({}, { history })].map(payload) });

    expect(argumentsOf(ran, 'Publish')).toMatchObject([
      { Entries: [{ DetailType: 'Connection Held', Detail: { generation: 1 } }] },
      { Entries: [{ DetailType: 'Connection Accepted', Detail: { generation: 2 } }] },
    ]);
    expect(ran.output).toMatchObject({ outcome: 'accepted', generation: 2 });
  });

  it('the look after the telling knows that it was told, before the ledger does', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [untold, unplanned('nothing')].map(payload) });

    expect(argumentsOf(ran, 'Decide')).toMatchObject([{ Payload: { told: 0 } }, { Payload: { told: 1 } }]);
  });

  it('is untold however often it is told - NotSettled: somebody writes decisions that are none', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(untold)] });

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled' });
  });
});

describe('a service that is only watched', () => {
  const modes = { accept: 'observe', reject: 'observe' } as const;
  const OBSERVED = ['Record', 'Publish', 'Wait or let go', 'Release the admission', 'Done'];

  it.each([
    ['accept', decision({ modes })],
    ['reject', decision({ modes, candidates: [] })],
    ['hold', decision({ ...MANUAL, modes })],
  ])(
    'would %s - recorded and told as observed; nothing is noted, taken, answered or waited for',
    async (verdict, observed) => {
      const ran = await admit({ ...ACCEPT, Decide: [payload(observed)] });

      expect(ran.path.slice(3)).toEqual(['Go by its need', ...OBSERVED]);
      expect(onlyAttempt(ran, 'Record').arguments).toMatchObject({
        Item: { verdict: { S: verdict }, outcome: { S: 'observed' } },
      });
      expect(onlyAttempt(ran, 'Publish').arguments).toMatchObject({
        Entries: [{ DetailType: 'Connection Observed', Detail: { outcome: 'observed' } }],
      });
      expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
        UpdateExpression:
          'SET #status = :done, told = :told, #last = :last, basis = :basis REMOVE waiting, lookAt, intent',
      });
      expect(ran.output).toMatchObject({ verdict, outcome: 'observed' });
    },
  );

  it('has a place of a run that died - given back', async () => {
    const ran = await admit({
      ...ACCEPT,
      Decide: [payload(decision({ modes }, { intent: anIntent() }))],
      'Give the place back': [{}],
    });

    expect(ran.path.slice(3)).toEqual(['Go by its need', 'Give the place back', ...OBSERVED]);
  });

  it('observed as before - let go, nothing told', async () => {
    const ran = await admit({ ...ACCEPT, Decide: [payload(decision({ modes }, { history: aHistory('observed') }))] });

    expect(ran.path.slice(3)).toEqual(['Go by its need', 'Release the admission', 'Done']);
  });

  it('observed as before, with a place of a run that died - freed', async () => {
    const before = { history: aHistory('observed') };
    const Decide = [
      decision({ modes }, { ...before, intent: anIntent({ generation: 2 }) }),
      decision({ modes }, before),
    ];
    const ran = await admit({ ...ACCEPT, Decide: Decide.map(payload), 'Free the place': [{}] });

    expect(attemptsByState(ran)).toMatchObject({ 'Free the place': 1, Decide: 2 });
    expect(ran.path.at(-1)).toBe('Done');
  });

  it('while a request is held - observed, and nobody waits any more', async () => {
    const ran = await admit({
      ...HELD,
      Decide: [payload(decision(MANUAL)), payload(decision({ ...MANUAL, modes }, { history: aHistory('held') }))],
    });

    expect(ran.path.slice(-5)).toEqual(OBSERVED);
    expect(ran.output).toMatchObject({ outcome: 'observed', generation: 2 });
  });
});
