import { describe, expect, it } from 'vitest';
import { REVOCATIONS_BOUNDED, type RevocationsBounded } from '../../events/revocations-bounded.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { aConnection, ENDPOINT_ID, OWNER, SERVICE_ID } from '../support/builders.ts';
import {
  ACCEPTED,
  askedIn,
  attemptsByState,
  BASIS,
  CONDITION_FAILED,
  failing,
  INPUT,
  ME,
  moment,
  NO_REPLY,
  OTHER,
  onlyAttempt,
  payload,
  REJECTED,
  REQUEST,
  type Script,
  settled,
  superseded,
  telling,
  unsettled,
} from './admission.ts';
import { DAY, FORCE, kept, REVOKE, revocation, revoke, unrecorded } from './revocation.ts';

const FORCED = { ...INPUT, force: FORCE };
const keyOf = ({ pk, sk }: { pk: string; sk: string }) => ({ pk: { S: pk }, sk: { S: sk } });
const THE_DAY = keyOf(ledgerKey.revocations(SERVICE_ID, DAY));
const ADMISSION = keyOf(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID));
const statesOf = ({ attempts }: { readonly attempts: readonly { readonly state: string }[] }) =>
  attempts.map(({ state }) => state);

describe('a connection that is no longer entitled', () => {
  it('is counted, rejected, loses its place, is recorded and told, and let go, in this order', async () => {
    const ran = await revoke(REVOKE);

    expect(ran.path).toEqual([
      'Check the input',
      'Take the admission',
      'Decide',
      'Go by its need',
      'Open the day',
      'Count it',
      'Note the intent',
      'Act while it is fresh',
      'Answer',
      'Look at the end',
      'Give the place back',
      'Record',
      'Publish',
      'Go on or let go',
      'Release the admission',
      'Done',
    ]);
    expect(ran.output).toEqual({
      need: 'revocation',
      verdict: 'reject',
      code: 'customer-suspended',
      sentence: `We disconnected your endpoint ${ENDPOINT_ID} of account ${OWNER}: your subscription is suspended; contact us to activate it.`,
      outcome: 'revoked',
      generation: 2,
    });
  });

  it('is taken in hand as admit-connection takes it', async () => {
    expect(onlyAttempt(await revoke(REVOKE), 'Take the admission').arguments).toMatchObject({
      Key: ADMISSION,
      ConditionExpression: 'attribute_not_exists(pk) OR #status = :done OR execution = :me',
    });
  });

  it('is counted on its day, within the bound; counted already is counted', async () => {
    const ran = await revoke(REVOKE);

    expect(onlyAttempt(ran, 'Open the day').arguments).toEqual({
      TableName: 'ledger-table',
      Key: THE_DAY,
      UpdateExpression: 'SET revoked = if_not_exists(revoked, :none)',
      ExpressionAttributeValues: { ':none': { M: {} } },
    });
    expect(onlyAttempt(ran, 'Count it').arguments).toEqual({
      TableName: 'ledger-table',
      Key: THE_DAY,
      UpdateExpression: 'SET revoked.#me = :mine',
      ConditionExpression: 'attribute_exists(revoked.#me) OR size(revoked) < :max',
      ExpressionAttributeNames: { '#me': ENDPOINT_ID },
      ExpressionAttributeValues: {
        ':mine': { M: { execution: { S: ME }, at: { S: moment() } } },
        ':max': { N: '10' },
      },
    });
  });

  it('is noted before it is answered: what, why, and whose place is free then', async () => {
    const { plan } = revocation();

    expect(onlyAttempt(await revoke(REVOKE), 'Note the intent').arguments).toEqual({
      TableName: 'ledger-table',
      Key: ADMISSION,
      UpdateExpression: 'SET intent = :intent',
      ConditionExpression: 'execution = :me',
      ExpressionAttributeValues: {
        ':me': { S: ME },
        ':intent': {
          M: {
            verdict: { S: 'reject' },
            customerId: { S: 'acme' },
            generation: { N: '2' },
            revocation: {
              M: { code: { S: plan.code }, sentence: { S: plan.sentence }, action: { S: plan.action } },
            },
          },
        },
      },
    });
  });

  it('is answered as a connection, under the modes of its decision', async () => {
    expect(askedIn(onlyAttempt(await revoke(REVOKE), 'Answer'))).toEqual({
      ...INPUT,
      owner: '222222222222',
      verdict: 'reject',
      ends: 'connection',
      placeOf: null,
      modesVersion: 4,
      wakes: 0,
      execution: ME,
      absences: 0,
      freshUntil: moment(5 * 60),
      deadline: moment(60 * 60),
    });
  });

  it('is recorded as revoked, told as Connection Revoked with the same words, and without names to reach it by', async () => {
    const ran = await revoke(REVOKE);
    const { plan } = revocation();

    expect(onlyAttempt(ran, 'Record').arguments).toEqual({
      TableName: 'ledger-table',
      Item: {
        ...plan.item,
        after: { S: 'rejected' },
        outcome: { S: 'revoked' },
        execution: { S: ME },
        recordedAt: { S: moment() },
        recordedOn: { S: DAY },
      },
      ConditionExpression: 'attribute_not_exists(pk) OR execution = :me',
      ExpressionAttributeValues: { ':me': { S: ME } },
    });
    expect(onlyAttempt(ran, 'Publish').arguments).toEqual({
      Entries: [
        {
          EventBusName: 'concierge-bus',
          Source: 'privatelink-concierge',
          DetailType: 'Connection Revoked',
          Detail: {
            schemaVersion: 1,
            ...INPUT,
            vpcEndpointOwner: OWNER,
            customerId: 'acme',
            outcome: 'revoked',
            code: 'customer-suspended',
            sentence: plan.sentence,
            action: plan.action,
            dnsNames: [],
            generation: 2,
            decidedAt: moment(),
            executionArn: ME,
          },
        },
      ],
    });
  });

  it('is let go as history: no sweep looks at it again', async () => {
    expect(onlyAttempt(await revoke(REVOKE), 'Release the admission').arguments).toEqual({
      TableName: 'ledger-table',
      Key: ADMISSION,
      UpdateExpression:
        'SET #status = :done, told = :told, #last = :last, basis = :basis REMOVE waiting, lookAt, #current',
      ConditionExpression: 'execution = :me AND wakes = :wakes',
      ExpressionAttributeNames: { '#status': 'status', '#last': 'last', '#current': 'current' },
      ExpressionAttributeValues: {
        ':me': { S: ME },
        ':done': { S: 'done' },
        ':told': { N: '2' },
        ':wakes': { N: '0' },
        ':last': {
          M: {
            outcome: { S: 'revoked' },
            code: { S: 'customer-suspended' },
            generation: { N: '2' },
            recordedAt: { S: moment() },
            customerId: { S: 'acme' },
          },
        },
        ':basis': { S: BASIS },
      },
    });
  });

  it('has no place - recorded all the same, and none is given back', async () => {
    const { plan, ...decided } = revocation();
    const { placeOf: _none, ...placeless } = plan;
    const ran = await revoke({ ...REVOKE, Decide: [payload({ ...decided, plan: placeless })] });

    expect(ran.path).not.toContain('Give the place back');
    expect(onlyAttempt(ran, 'Note the intent').arguments).toMatchObject({
      ExpressionAttributeValues: { ':intent': { M: { customerId: { S: '' } } } },
    });
    expect(ran.output).toMatchObject({ outcome: 'revoked' });
    expect(onlyAttempt(ran, 'Record').arguments).toMatchObject({ Item: { after: { S: 'rejected' } } });
  });

  it('its place was given back already - recorded all the same', async () => {
    const ran = await revoke({ ...REVOKE, 'Give the place back': [failing(CONDITION_FAILED)] });

    expect(ran.output).toMatchObject({ outcome: 'revoked' });
  });

  it('another run recorded it - it tells of it itself', async () => {
    const ran = await revoke({ ...REVOKE, Record: [failing(CONDITION_FAILED)] });

    expect(ran.path.slice(-3)).toEqual(['Record', 'Release the admission', 'Done']);
  });
});

describe('a person forces it', () => {
  const Decide = [payload(revocation({ candidates: [] }, { force: FORCE }))];

  it('is decided with who and why, counted and not bounded, and noted with both', async () => {
    const ran = await revoke({ ...REVOKE, Decide }, FORCED);

    expect(onlyAttempt(ran, 'Decide').arguments).toEqual({
      FunctionName: 'decide-revocation:3',
      Payload: { ...INPUT, told: 0, force: FORCE },
    });
    expect(onlyAttempt(ran, 'Count it').arguments).toMatchObject({ ConditionExpression: 'attribute_exists(revoked)' });
    expect(onlyAttempt(ran, 'Count it').arguments).not.toHaveProperty(['ExpressionAttributeValues', ':max']);
    expect(onlyAttempt(ran, 'Note the intent').arguments).toMatchObject({
      ExpressionAttributeValues: {
        ':intent': {
          M: {
            revocation: {
              M: { code: { S: 'forced' }, forced: { M: { by: { S: FORCE.by }, reason: { S: FORCE.reason } } } },
            },
          },
        },
      },
    });
    expect(ran.output).toMatchObject({ code: 'forced', outcome: 'revoked' });
  });

  it('nobody forces it - the function hears of no force', async () => {
    expect(onlyAttempt(await revoke(REVOKE), 'Decide').arguments).toEqual({
      FunctionName: 'decide-revocation:3',
      Payload: { ...INPUT, told: 0 },
    });
  });
});

describe('the bound of a day', () => {
  const BOUNDED: Script = {
    ...REVOKE,
    'Count it': [failing(CONDITION_FAILED)],
    'Note the bound': [{}],
    'Tell of the bound': [{ FailedEntryCount: 0 }],
  };

  it('is reached - it stays, people are told, and the run ends well', async () => {
    const ran = await revoke(BOUNDED);

    expect(statesOf(ran)).toEqual([
      'Take the admission',
      'Decide',
      'Open the day',
      'Count it',
      'Note the bound',
      'Tell of the bound',
      'Release the admission',
    ]);
    expect(ran).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        need: 'bound',
        because: `of ${SERVICE_ID} 10 may be disconnected on ${DAY}: it stays until tomorrow`,
        code: 'customer-suspended',
      },
    });
    expect(onlyAttempt(ran, 'Note the bound').arguments).toEqual({
      TableName: 'ledger-table',
      Key: THE_DAY,
      UpdateExpression: 'SET boundedBy = :me, boundedAt = if_not_exists(boundedAt, :now)',
      ConditionExpression: 'attribute_not_exists(boundedBy) OR boundedBy = :me',
      ExpressionAttributeValues: { ':me': { S: ME }, ':now': { S: moment() } },
    });
    const detail: RevocationsBounded = {
      schemaVersion: 1,
      serviceId: SERVICE_ID,
      day: DAY,
      max: 10,
      vpcEndpointId: ENDPOINT_ID,
      sentence: `On ${DAY} 10 connections of ${SERVICE_ID} may be disconnected, and more are not entitled: the first that stays for today is ${ENDPOINT_ID}.`,
      executionArn: ME,
    };
    expect(onlyAttempt(ran, 'Tell of the bound').arguments).toEqual({
      Entries: [
        {
          EventBusName: 'concierge-bus',
          Source: 'privatelink-concierge',
          DetailType: REVOCATIONS_BOUNDED,
          Detail: detail,
        },
      ],
    });
    // It is alive, and the next sweep after midnight has to find it.
    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      UpdateExpression: 'SET #status = :done, told = :told, #last = :last, basis = :basis REMOVE waiting, lookAt',
      ExpressionAttributeValues: { ':last': { M: { outcome: { S: 'accepted' } } }, ':told': { N: '1' } },
    });
  });

  it('was told of already - nobody is told twice', async () => {
    const ran = await revoke({ ...BOUNDED, 'Note the bound': [failing(CONDITION_FAILED)] });

    expect(ran.path.slice(-3)).toEqual(['Note the bound', 'Release the admission', 'Done']);
    expect(ran.output).toMatchObject({ need: 'bound' });
  });

  it('is reached, and it was called to look again meanwhile - what is true then counts', async () => {
    const ran = await revoke({
      ...BOUNDED,
      Decide: [payload(revocation()), payload(kept())],
      'Release the admission': [failing(CONDITION_FAILED), {}],
    });

    expect(ran.output).toEqual({ need: 'nothing', because: 'keep, entitled: every rule passed' });
  });
});

describe('nothing is to be cut off', () => {
  it('says why, and lets go; EC2 is not asked, nothing is noted', async () => {
    const ran = await revoke({ ...REVOKE, Decide: [payload(kept())] });

    expect(statesOf(ran)).toEqual(['Take the admission', 'Decide', 'Release the admission']);
    expect(ran.output).toEqual({ need: 'nothing', because: 'keep, entitled: every rule passed' });
    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      UpdateExpression: 'SET #status = :done, told = :told, #last = :last, basis = :basis REMOVE waiting, lookAt',
      ExpressionAttributeNames: { '#status': 'status', '#last': 'last' },
    });
  });

  it.each([
    ['it is gone', kept('EC2 does not list it', { connection: undefined, basis: undefined })],
    ['it is over', kept('it is deleted already', { connection: aConnection({ state: 'deleted' }), basis: undefined })],
    ['it waits', kept('it waits', { connection: aConnection(), basis: undefined })],
    ['nothing was ever decided', kept('it waits', { last: undefined, connection: aConnection(), basis: undefined })],
  ])('%s - admit-connection has the last word: it stays in sight of the sweep, on no basis', async (_what, output) => {
    const ran = await revoke({ ...REVOKE, Decide: [payload(output)] });

    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      UpdateExpression: expect.not.stringContaining('current'),
      ExpressionAttributeValues: { ':basis': { S: '' } },
    });
    expect(ran.status).toBe('SUCCEEDED');
  });

  it('it was cut off before - out of sight again', async () => {
    const last = { outcome: { S: 'revoked' } };
    const over = kept('it is rejected already', { last, connection: aConnection({ state: 'rejected' }) });
    const ran = await revoke({ ...REVOKE, Decide: [payload(over)] });

    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      UpdateExpression: expect.stringMatching(/, #current$/),
    });
  });

  it('it was cut off before, and a person connected it again - in sight', async () => {
    const ran = await revoke({ ...REVOKE, Decide: [payload(kept('keep', { last: { outcome: { S: 'revoked' } } }))] });

    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      UpdateExpression: expect.not.stringContaining('current'),
    });
  });
});

describe('what a run before us left', () => {
  it('it disconnected and died - recorded and told as revoked, the place given back, EC2 not told again', async () => {
    const ran = await revoke({ ...REVOKE, Decide: [payload(unrecorded())] });

    expect(statesOf(ran).slice(2)).toEqual(['Give the place back', 'Record', 'Publish', 'Release the admission']);
    expect(onlyAttempt(ran, 'Give the place back').arguments).toMatchObject({
      Key: keyOf(ledgerKey.places(SERVICE_ID, 'acme')),
      UpdateExpression: 'REMOVE places.#me',
    });
    expect(onlyAttempt(ran, 'Record').arguments).toMatchObject({ Item: { outcome: { S: 'revoked' } } });
    expect(onlyAttempt(ran, 'Publish').arguments).toMatchObject({ Entries: [{ DetailType: 'Connection Revoked' }] });
    expect(onlyAttempt(ran, 'Release the admission').arguments).toMatchObject({
      UpdateExpression: expect.stringMatching(/, #current$/),
    });
  });

  it('without a place - recorded', async () => {
    const ran = await revoke({ ...REVOKE, Decide: [payload(unrecorded(''))] });

    expect(statesOf(ran).slice(2)).toEqual(['Record', 'Publish', 'Release the admission']);
  });

  it('it recorded and did not tell - told first, then looked at again', async () => {
    const ran = await revoke({ ...REVOKE, Decide: [payload(telling()), payload(revocation())] });

    expect(statesOf(ran).slice(1, 4)).toEqual(['Decide', 'Publish', 'Decide']);
    const [first, second] = ran.attempts.filter(({ state }) => state === 'Publish');
    expect(first?.arguments).toMatchObject({
      Entries: [{ DetailType: 'Connection Accepted', Detail: { generation: 2, sentence: telling().plan.sentence } }],
    });
    expect(second?.arguments).toMatchObject({ Entries: [{ DetailType: 'Connection Revoked' }] });
    expect(ran.attempts.filter(({ state }) => state === 'Decide')[1]?.arguments).toMatchObject({
      Payload: { told: 2 },
    });
  });
});

describe('what EC2 says', () => {
  it('that it did not act - asked again every twenty seconds, and told once', async () => {
    const Answer = [unsettled('available'), unsettled('available'), REJECTED].map(payload);
    const ran = await revoke({ ...REVOKE, Answer });

    expect(ran.attempts.filter(({ state }) => state === 'Answer').map(({ at }) => at)).toEqual([0, 20, 40]);
    expect(ran.output).toMatchObject({ outcome: 'revoked' });
  });

  it('nothing for ten minutes - NotSettled, with what it said; the place and the admission are left', async () => {
    const refused = unsettled('available', { unsuccessful: 'InvalidState: no.' });
    const ran = await revoke({ ...REVOKE, Answer: [payload(refused)] });

    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'NotSettled',
      cause: `${ENDPOINT_ID} is still available. EC2 said: InvalidState: no.`,
      seconds: 600,
    });
    expect(statesOf(ran)).not.toContain('Give the place back');
    expect(statesOf(ran)).not.toContain('Release the admission');
  });

  it.each(['gone', 'failed'] as const)(
    'it is %s: not our doing - looked at again, and left to admit-connection',
    async (outcome) => {
      const over = kept('it is over already', { connection: aConnection({ state: 'deleted' }), basis: undefined });
      const ran = await revoke({
        ...REVOKE,
        Decide: [payload(revocation()), payload(over)],
        Answer: [payload(settled(outcome))],
      });

      expect(statesOf(ran).slice(-3)).toEqual(['Answer', 'Decide', 'Release the admission']);
      expect(attemptsByState(ran)).not.toHaveProperty('Record');
      expect(ran.output).toEqual({ need: 'nothing', because: 'it is over already' });
    },
  );

  it('something that can’t be - looked at again, never recorded as our doing', async () => {
    const ran = await revoke({
      ...REVOKE,
      Decide: [payload(revocation()), payload(kept())],
      Answer: [payload(ACCEPTED)],
    });

    expect(ran.output).toMatchObject({ need: 'nothing' });
  });
});

describe('what it was decided on holds no more', () => {
  it('mode or pause changed - decided again, and kept', async () => {
    const ran = await revoke({
      ...REVOKE,
      Decide: [payload(revocation()), payload(kept('keep, customer-suspended: paused by ada: an incident'))],
      Answer: [payload(superseded())],
    });

    expect(statesOf(ran).slice(-3)).toEqual(['Answer', 'Decide', 'Release the admission']);
    expect(ran.output).toMatchObject({ need: 'nothing' });
  });

  it('again and again - NotSettled after a hundred times', async () => {
    const ran = await revoke({ ...REVOKE, Answer: [payload(superseded())] });

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled', seconds: 0 });
    expect(attemptsByState(ran)).toMatchObject({ Decide: 102, Answer: 101 });
    expect(ran.historyEvents).toBeLessThan(25_000);
  });

  it('it took over five minutes to come to the answer - decided again before anybody is disconnected', async () => {
    const slow = Array.from({ length: 5 }, () => NO_REPLY);
    const ran = await revoke({
      ...REVOKE,
      Decide: [payload(revocation()), payload(kept())],
      'Count it': [...slow, {}],
    });

    expect(statesOf(ran).slice(-3)).toEqual(['Note the intent', 'Decide', 'Release the admission']);
    expect(ran.seconds).toBeGreaterThan(300);
  });
});

describe('another run has it in hand', () => {
  const holder = (waiting: object = {}) => ({ Attributes: { execution: { S: OTHER }, ...waiting } });
  const HELD: Script = {
    ...REVOKE,
    'Take the admission': [failing(CONDITION_FAILED)],
    'Wake its holder': [holder()],
    'Look at its execution': [{ Status: 'RUNNING' }],
    'Take over the admission': [{}],
  };

  it('it runs - told to look again, and left to it', async () => {
    const ran = await revoke(HELD);

    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { need: 'nothing', holder: OTHER } });
    expect(statesOf(ran)).toEqual(['Take the admission', 'Wake its holder', 'Look at its execution']);
    expect(onlyAttempt(ran, 'Wake its holder').arguments).toMatchObject({
      Key: ADMISSION,
      UpdateExpression: 'ADD wakes :one',
    });
  });

  it.each(['FAILED', 'ABORTED', 'TIMED_OUT', 'SUCCEEDED'])('it is %s - taken over', async (Status) => {
    const ran = await revoke({ ...HELD, 'Look at its execution': [{ Status }] });

    expect(onlyAttempt(ran, 'Take over the admission').arguments).toMatchObject({
      Key: ADMISSION,
      ConditionExpression: 'execution = :holder OR execution = :me',
    });
    expect(ran.output).toMatchObject({ outcome: 'revoked' });
  });

  it('nobody knows it any more - taken over', async () => {
    const unknown = failing('Sfn.ExecutionDoesNotExistException');

    expect(await revoke({ ...HELD, 'Look at its execution': [unknown] })).toMatchObject({
      output: { outcome: 'revoked' },
    });
  });

  it('it ended, and another took it over first - left to that one', async () => {
    const ran = await revoke({
      ...HELD,
      'Look at its execution': [{ Status: 'FAILED' }],
      'Take over the admission': [failing(CONDITION_FAILED)],
    });

    expect(ran.output).toMatchObject({ need: 'nothing', holder: OTHER });
  });

  it('it was let go just then - taken; ten times in a row - NotSettled', async () => {
    const Wake = failing(CONDITION_FAILED);
    const once = await revoke({
      ...HELD,
      'Take the admission': [failing(CONDITION_FAILED), {}],
      'Wake its holder': [Wake],
    });
    const always = await revoke({ ...HELD, 'Wake its holder': [Wake] });

    expect(once.output).toMatchObject({ outcome: 'revoked' });
    expect(always).toMatchObject({ status: 'FAILED', error: 'NotSettled' });
    expect(attemptsByState(always)).toMatchObject({ 'Take the admission': 10 });
  });

  it('it took ours over before the intent was noted - left to it, EC2 not told', async () => {
    const ran = await revoke({ ...REVOKE, 'Note the intent': [failing(CONDITION_FAILED)] });

    expect(ran.path.slice(-2)).toEqual(['Note the intent', 'In other hands']);
    expect(ran.status).toBe('SUCCEEDED');
  });

  describe('and a person forces it', () => {
    const Decide = [payload(revocation({}, { force: FORCE }))];

    it('it lets go within ten minutes - then disconnected: nobody has to say it twice', async () => {
      const taken = Array.from({ length: 30 }, () => failing(CONDITION_FAILED));
      const ran = await revoke({ ...HELD, 'Take the admission': [...taken, {}], Decide }, FORCED);

      expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 600, output: { outcome: 'revoked', code: 'forced' } });
    });

    it('it does not - NotSettled, so that the person hears of it', async () => {
      const ran = await revoke({ ...HELD, Decide }, FORCED);

      expect(ran).toMatchObject({
        status: 'FAILED',
        error: 'NotSettled',
        cause: `It is forced, and another run has it in hand: ${OTHER}`,
      });
      expect(statesOf(ran)).not.toContain('Decide');
    });

    it('it waits for a person - nothing is connected: left to it at once', async () => {
      const waiting = holder({ waiting: { M: { token: { S: 'its token' } } } });
      const ran = await revoke({ ...HELD, 'Wake its holder': [waiting], Decide }, FORCED);

      expect(ran).toMatchObject({ status: 'SUCCEEDED', seconds: 0, output: { need: 'nothing', holder: OTHER } });
    });
  });
});

it('called to look again while it was at it - taken once more, decided again, and not told twice', async () => {
  const over = kept('it is rejected already', {
    told: 2,
    last: { outcome: { S: 'revoked' } },
    connection: aConnection({ state: 'rejected' }),
  });
  const ran = await revoke({
    ...REVOKE,
    Decide: [payload(revocation()), payload(over)],
    'Release the admission': [failing(CONDITION_FAILED), {}],
  });

  expect(statesOf(ran).slice(-4)).toEqual([
    'Release the admission',
    'Take the admission',
    'Decide',
    'Release the admission',
  ]);
  expect(attemptsByState(ran)).toMatchObject({ Answer: 1, Publish: 1 });
});

it('a failure is recorded under the request', async () => {
  const ran = await revoke({ ...REVOKE, Answer: [failing('Denied', 'reject connections: no.')] });

  expect(ran).toMatchObject({ status: 'FAILED', error: 'Denied' });
  expect(onlyAttempt(ran, 'Record the failure').arguments).toMatchObject({
    Item: { pk: { S: REQUEST }, error: { S: 'Denied' } },
  });
});
