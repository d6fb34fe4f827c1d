import { describe, expect, it } from 'vitest';
import { CONNECTION_STATES, type ConnectionState } from '../../functions/domain/connection.ts';
import { explainEnding } from '../../functions/domain/ending.ts';
import { hasDeparted, type Known, needOf, type Outcome, placeInQuestion } from '../../functions/domain/history.ts';
import { planAdoption } from '../../functions/domain/plan.ts';
import type { Candidate } from '../../functions/domain/situation.ts';
import {
  absent,
  aCandidate,
  aConnection,
  aCustomer,
  aHistory,
  anIntent,
  ENDPOINT_ID,
  entitled,
  found,
  unreadable,
} from '../support/builders.ts';

const ALL_STATES: readonly (ConnectionState | undefined)[] = [...CONNECTION_STATES, 'unknown', undefined];
const CONNECTED: readonly (ConnectionState | undefined)[] = ['pending', 'available'];
const connection = aConnection({ state: 'available' });
const globex = aCandidate({ customerId: 'globex', customer: found(aCustomer({ customerId: 'globex' })) });
const claimed = (candidate: Candidate): Candidate => ({ ...candidate, matchedBy: 'endpoint' });

const plan = (candidates: readonly Candidate[], placesOpen: readonly string[] = []) =>
  planAdoption({ connection, candidates }, { intent: undefined, placesOpen });

describe('planAdoption', () => {
  it.each<[situation: string, candidates: readonly Candidate[], customerId: string]>([
    ['its account is a customer’s', [aCandidate()], 'acme'],
    ['a customer claimed it', [aCandidate(), claimed(globex)], 'globex'],
    ['its customer is suspended', [aCandidate({ customer: found(aCustomer({ status: 'suspended' })) })], 'acme'],
    ['its contract ended', [entitled({ until: '2026-01-01T00:00:00Z' })], 'acme'],
    ['there are more than the contract allows', [entitled({ maxEndpoints: 1 }, { taken: 9, mine: false })], 'acme'],
    ['a person approves each', [entitled({ approval: 'manual' })], 'acme'],
  ])('%s - adopted as %3$s’s, with a place', (_situation, candidates, customerId) => {
    expect(plan(candidates)).toEqual({
      verdict: 'none',
      ...explainEnding('adopted', ENDPOINT_ID),
      rules: [],
      outcome: 'adopted',
      isRepeated: false,
      customerId,
      placeOf: customerId,
      adopts: { isOpen: false },
    });
  });

  it.each<[situation: string, candidates: readonly Candidate[]]>([
    ['nobody is known', []],
    ['two customers share the account', [aCandidate(), globex]],
    ['two customers claim it', [claimed(aCandidate()), claimed(globex)]],
    ['the customer is missing', [aCandidate({ customer: absent })]],
    ['the customer can’t be read', [aCandidate({ customer: unreadable() })]],
    ['the entitlement is missing', [aCandidate({ entitlement: absent })]],
    ['the entitlement can’t be read', [aCandidate({ entitlement: unreadable() })]],
    ['the claim can’t be read, the account’s customer can', [aCandidate(), claimed({ ...globex, customer: absent })]],
  ])('%s - overtaken: a person answered it', (_situation, candidates) => {
    expect(plan(candidates)).toMatchObject({ verdict: 'none', outcome: 'overtaken', code: 'answered-by-others' });
    expect(plan(candidates)).not.toHaveProperty('adopts');
    expect(plan(candidates)).not.toHaveProperty('placeOf');
  });

  it('knows whether the customer’s places are open', () => {
    expect(plan([aCandidate()], ['acme']).adopts).toEqual({ isOpen: true });
    expect(plan([aCandidate()], ['globex']).adopts).toEqual({ isOpen: false });
  });

  it('a run died that was about to take a place, and nobody is known now - that one is given back', () => {
    const background = { intent: anIntent({ customerId: 'globex' }), placesOpen: [] };

    expect(planAdoption({ connection, candidates: [] }, background)).toMatchObject({
      outcome: 'overtaken',
      placeOf: 'globex',
    });
  });
});

const known = (outcomes: readonly Outcome[], more: Partial<Known> = {}): Known => ({
  decisions: aHistory(...outcomes),
  told: outcomes.length,
  ...more,
});

describe('needOf: a connection of others, whose customer the registry names by now', () => {
  it.each(ALL_STATES)('it was overtaken, and is %s - an adoption where it is connected', (state) => {
    const need = needOf(state, known(['overtaken'], { isNamed: true }));

    const otherwise = needOf(state, known(['overtaken']));

    expect(need).toEqual(CONNECTED.includes(state) ? { need: 'adoption', generation: 2 } : otherwise);
  });

  it.each(['accepted', 'rejected', 'gone', 'failed', 'adopted', 'revoked'] as const)(
    'it was %s - the name changes nothing',
    (outcome) => {
      for (const state of ALL_STATES) {
        expect(needOf(state, known([outcome], { isNamed: true }))).toEqual(needOf(state, known([outcome])));
      }
    },
  );

  it('nobody was told that it was overtaken - told first', () => {
    expect(needOf('available', known(['overtaken'], { isNamed: true, told: 0 })).need).toBe('telling');
  });

  it('was adopted then - nothing more, however often it is looked at', () => {
    expect(needOf('available', known(['overtaken', 'adopted'], { isNamed: true })).need).toBe('nothing');
  });
});

describe('needOf: a connection that we disconnected', () => {
  const reject = (generation: number) => anIntent({ verdict: 'reject', generation });

  it.each(['accepted', 'adopted'] as const)('it was %s, we meant to, and it is rejected - revoked', (outcome) => {
    for (const hasPlace of [true, false]) {
      expect(needOf('rejected', known([outcome], { intent: reject(2), hasPlace }))).toEqual({
        need: 'record',
        generation: 2,
        outcome: 'revoked',
      });
    }
  });

  it.each<[situation: string, Known]>([
    ['nobody of us meant to', known(['accepted'], { hasPlace: true })],
    ['the intent is of the decision before', known(['accepted'], { hasPlace: true, intent: reject(1) })],
    ['the intent is of a decision to come', known(['accepted'], { hasPlace: true, intent: reject(3) })],
    ['the intent was to accept', known(['accepted'], { hasPlace: true, intent: anIntent({ generation: 2 }) })],
  ])('%s - the customer or a person did: a departure', (_situation, whatIsKnown) => {
    expect(needOf('rejected', whatIsKnown)).toEqual({ need: 'departure', isSeen: true });
  });

  it.each(ALL_STATES.filter((state) => state !== 'rejected'))('EC2 says %s - not revoked', (state) => {
    const need = needOf(state, known(['accepted'], { hasPlace: true, intent: reject(2) }));

    expect(need.need).not.toBe('record');
  });

  it.each(['rejected', 'overtaken', 'gone', 'failed', 'revoked'] as const)('it was %s before - nothing', (outcome) => {
    expect(needOf('rejected', known([outcome], { intent: reject(2) })).need).toBe('nothing');
  });
});

describe('a connection that was adopted', () => {
  it.each(ALL_STATES)('has a place as one that was accepted has, and EC2 says %s', (state) => {
    expect(hasDeparted(state, aHistory('adopted'))).toBe(hasDeparted(state, aHistory('accepted')));
    for (const hasPlace of [true, false]) {
      expect(needOf(state, known(['adopted'], { hasPlace })).need).toBe(
        needOf(state, known(['accepted'], { hasPlace })).need,
      );
    }
  });

  it('is over - whose place it may hold is asked', () => {
    const decisions = aHistory('adopted').map((each) => ({ ...each, customerId: 'acme' }));

    expect(placeInQuestion('deleted', decisions, undefined)).toBe('acme');
    expect(placeInQuestion('available', decisions, undefined)).toBeUndefined();
  });
});
