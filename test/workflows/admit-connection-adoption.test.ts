import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Intent } from '../../functions/domain/history.ts';
import { planAdoption } from '../../functions/domain/plan.ts';
import type { Candidate } from '../../functions/domain/situation.ts';
import { aCandidate, aConnection, anIntent, ENDPOINT_ID, entitled, SERVICE_ID } from '../support/builders.ts';
import {
  admit,
  CONDITION_FAILED,
  failing,
  ME,
  moment,
  onlyAttempt,
  payload,
  REQUEST,
  type Script,
} from './admission.ts';

const PLACES = { pk: { S: `ENTITLEMENT#${SERVICE_ID}#acme` }, sk: { S: 'PLACES' } };

/** What `Decide` returns of a connection that somebody else made. */
const ofOthers = (candidates: readonly Candidate[], intent?: Intent) => {
  const connection = aConnection({ state: 'available' });
  const plan = planAdoption({ connection, candidates }, { intent, placesOpen: [] });
  const item = marshall({ pk: REQUEST, sk: 'DECISION#0001', generation: 1, code: plan.code, verdict: plan.verdict });
  return { need: 'adoption', generation: 1, told: 0, wakes: 0, connection, plan: { ...plan, item } };
};

const WORLD: Script = {
  'Take the admission': [{}],
  Record: [{}],
  Publish: [{ FailedEntryCount: 0 }],
  'Release the admission': [{}],
};
const ADOPT: Script = {
  ...WORLD,
  Decide: [payload(ofOthers([aCandidate()]))],
  'Open its places': [{}],
  'Give it a place': [{}],
};

describe('a connection that somebody else made, of a known customer', () => {
  it('is counted, recorded and told, in this order, and never answered', async () => {
    const { path, status, output } = await admit(ADOPT);

    expect(status).toBe('SUCCEEDED');
    expect(path.slice(path.indexOf('Go by its need'))).toEqual([
      'Go by its need',
      'Open its places',
      'Give it a place',
      'Record',
      'Publish',
      'Wait or let go',
      'Release the admission',
      'Done',
    ]);
    expect(output).toMatchObject({ need: 'adoption', outcome: 'adopted', generation: 1 });
  });

  it('opens its customer’s places, which does no harm where they are open', async () => {
    expect(onlyAttempt(await admit(ADOPT), 'Open its places')).toMatchObject({
      action: 'dynamodb:updateItem',
      arguments: {
        TableName: 'ledger-table',
        Key: PLACES,
        UpdateExpression: 'SET places = if_not_exists(places, :none), #current = :yes',
        ExpressionAttributeNames: { '#current': 'current' },
        ExpressionAttributeValues: { ':none': { M: {} }, ':yes': { S: 'yes' } },
      },
    });
  });

  it('has a place whatever the limit', async () => {
    const full = entitled({ maxEndpoints: 1 }, { taken: 9, mine: false });
    const ran = await admit({ ...ADOPT, Decide: [payload(ofOthers([full]))] });

    expect(onlyAttempt(ran, 'Give it a place').arguments).toEqual({
      TableName: 'ledger-table',
      Key: PLACES,
      UpdateExpression: 'SET places.#me = :mine',
      ExpressionAttributeNames: { '#me': ENDPOINT_ID },
      ExpressionAttributeValues: { ':mine': { M: { execution: { S: ME }, takenAt: { S: moment() } } } },
    });
  });

  it('is told as adopted, with its customer', async () => {
    const { arguments: given } = onlyAttempt(await admit(ADOPT), 'Publish');
    const [entry] = (given as { Entries: { DetailType: string; Detail: unknown }[] }).Entries;

    expect(entry).toMatchObject({
      DetailType: 'Connection Adopted',
      Detail: { outcome: 'adopted', code: 'adopted', customerId: 'acme', generation: 1 },
    });
  });

  it('stays in force when it is let go', async () => {
    const { arguments: given } = onlyAttempt(await admit(ADOPT), 'Release the admission');

    expect((given as { UpdateExpression: string }).UpdateExpression).not.toContain('#current');
  });
});

describe('a connection that somebody else made, of nobody known', () => {
  it('is recorded as overtaken; no place is touched', async () => {
    const { path, output } = await admit({ ...WORLD, Decide: [payload(ofOthers([]))] });

    expect(path).not.toContain('Give it a place');
    expect(path).not.toContain('Give the place back');
    expect(output).toMatchObject({ outcome: 'overtaken' });
  });

  it.each<[situation: string, reply: unknown]>([
    ['has one', {}],
    ['has none any more', failing(CONDITION_FAILED)],
  ])(
    'a run died that was about to take a place, and it %s - given back before it is recorded',
    async (_what, reply) => {
      const dead = ofOthers([], anIntent());
      const ran = await admit({ ...WORLD, Decide: [payload(dead)], 'Give the place back': [reply] });

      expect(onlyAttempt(ran, 'Give the place back').arguments).toMatchObject({ Key: PLACES });
      expect(ran.path.indexOf('Give the place back')).toBeLessThan(ran.path.indexOf('Record'));
      expect(ran.status).toBe('SUCCEEDED');
    },
  );
});
