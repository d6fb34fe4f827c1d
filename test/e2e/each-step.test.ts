import { expect, it } from 'vitest';
import { type Fault, faultWords } from '../../sandbox/faults/fault.ts';
import type { History } from '../../sandbox/properties/history.ts';
import { type Played, playHistory } from '../../sandbox/properties/play.ts';
import { PROMISES } from '../../sandbox/properties/promises.ts';
import { assembly } from '../support/assembly.ts';

const ACME = '222222222222';
const STRANGER = '333333333333';
/** Some hundred plays on a machine that does other things as well. */
const PATIENCE_MILLISECONDS = 240_000;

/** A request that is held, approved, accepted and later deleted; and one of a stranger, who is rejected. */
const LIFE: History = {
  seed: 1,
  policy: 'plain',
  begins: 'enforce',
  ec2: { timings: { provisioning: [2_000, 2_000] } },
  latency: 0,
  customers: [
    {
      customerId: 'acme',
      account: ACME,
      status: 'active',
      isMatched: true,
      terms: { maxEndpoints: 1, approval: 'manual' },
    },
  ],
  steps: [
    { deed: 'create', endpoint: 'e1', account: ACME, when: { at: 0 } },
    { deed: 'create', endpoint: 'e2', account: STRANGER, when: { at: 30_000 } },
    { deed: 'word', endpoint: 'e1', answer: 'approve', when: { at: 4_000_000 } },
    { deed: 'delete', endpoint: 'e1', when: { at: 8_000_000 } },
  ],
};

const FUNCTIONS = ['DecideConnectionRole', 'AnswerConnectionsRole', 'ReadRequestsRole'];
const WORKFLOWS = ['AdmitConnectionRole', 'ReconcileRole'];

/** What Lambda does with a queue in the name of a function's role, when no function runs. */
const POLLING = ['sqs:ReceiveMessage', 'sqs:DeleteMessageBatch'];

/** A call of the stack, and which of its kind by that role. */
interface Place {
  readonly on: string;
  readonly by: string;
  readonly nth: number;
}

/** Every call that roles of the stack make, and every state that is entered, where nothing goes wrong. */
const stepsOf = async (): Promise<{ calls: readonly Place[]; states: readonly string[]; played: Played }> => {
  const calls: Place[] = [];
  const states: string[] = [];
  const played = await playHistory(LIFE, {
    assembly: assembly(),
    disturb: ({ cloud, journal }) => {
      cloud.intercept((call, next) => {
        const by = [...FUNCTIONS, ...WORKFLOWS].find((role) => call.principal.arn.includes(role));
        const on = `${call.service}:${call.action}`;
        if (by !== undefined && call.principal.kind === 'role') {
          calls.push({ on, by, nth: 1 + calls.filter((each) => each.on === on && each.by === by).length });
        }
        return next();
      });
      journal.listen(({ who, what }) => {
        const state = /^entered (.+)$/.exec(what)?.[1];
        if (state !== undefined && who.includes('admit-connection')) states.push(state);
      });
    },
  });
  return { calls, states, played };
};

/** What became of the two requests, and which promises were broken. */
const resultOf = (played: Played) => ({
  outcomes: played.requests.map(({ name, endpointId }) => {
    const told = played.watch.records.filter((record) => record.endpointId === endpointId);
    return `${name}: ${[...new Set(told.map(({ generation, outcome }) => `${generation} ${outcome}`))].join(', ')}`;
  }),
  broken: PROMISES.flatMap(({ name, judge }) => judge(played).broken.map((words) => `${name}: ${words}`)),
});

const RIGHT = { outcomes: ['e1: 1 held, 2 accepted', 'e2: 1 rejected'], broken: [] };

/** Faults after which it did not end as it should. */
const spoiledBy = async (faults: readonly Fault[]): Promise<readonly string[]> => {
  const spoiled: string[] = [];
  for (const fault of faults) {
    const history: History = { ...LIFE, steps: [...LIFE.steps, { deed: 'fault', fault }] };
    const result = resultOf(await playHistory(history, { assembly: assembly() }));
    if (JSON.stringify(result) !== JSON.stringify(RIGHT))
      spoiled.push(`${faultWords(fault)}: ${JSON.stringify(result)}`);
  }
  return spoiled;
};

it('nothing goes wrong', async () => {
  const { played, calls, states } = await stepsOf();

  expect(resultOf(played)).toEqual(RIGHT);
  expect(calls.length).toBeGreaterThan(40);
  expect(states).toContain('Hold');
});

it(
  'a function is killed before each of its calls of AWS, and after',
  async () => {
    const { calls } = await stepsOf();
    const places = calls.filter(({ by, on }) => FUNCTIONS.includes(by) && !POLLING.includes(on));
    // After a call that only reads is before the next one.
    const faults = places.flatMap((place): Fault[] => [
      { kind: 'kill-before', ...place },
      ...(/:(Accept|Reject)/.test(place.on) ? [{ kind: 'kill-after' as const, ...place }] : []),
    ]);

    expect(faults.map(({ kind }) => kind)).toContain('kill-after');
    expect(faults.length).toBeGreaterThan(15);
    expect(await spoiledBy(faults)).toEqual([]);
  },
  PATIENCE_MILLISECONDS,
);

it(
  'the reply to each call of a workflow is lost',
  async () => {
    const { calls } = await stepsOf();
    const places = calls.filter(({ by, on }) => WORKFLOWS.includes(by) && on !== 'lambda:Invoke');

    expect(places.length).toBeGreaterThan(10);
    expect(await spoiledBy(places.map((place) => ({ kind: 'lost-reply', ...place })))).toEqual([]);
  },
  PATIENCE_MILLISECONDS,
);

it(
  'a run is stopped as it enters each state',
  async () => {
    const { states } = await stepsOf();
    const faults = states.map(
      (on, index): Fault => ({
        kind: 'stop-at-state',
        on,
        nth: states.slice(0, index + 1).filter((each) => each === on).length,
        by: 'admit-connection',
      }),
    );

    expect(new Set(states).size).toBeGreaterThan(12);
    expect(await spoiledBy(faults)).toEqual([]);
  },
  PATIENCE_MILLISECONDS,
);
