import { expect, it } from 'vitest';
import { type Fault, faultWords } from '../../sandbox/faults/fault.ts';
import type { History } from '../../sandbox/properties/history.ts';
import { type Played, playHistory } from '../../sandbox/properties/play.ts';
import { PROMISES } from '../../sandbox/properties/promises.ts';
import { assembly } from '../support/assembly.ts';

const ACME = '222222222222';
/** Some dozens of plays on a machine that does other things as well. */
const PATIENCE_MILLISECONDS = 240_000;

/** A customer gets in, and is suspended: the sweep after that has it disconnected. */
const END: History = {
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
      terms: { maxEndpoints: 1, approval: 'automatic' },
    },
  ],
  steps: [
    { deed: 'create', endpoint: 'e1', account: ACME, when: { at: 0 } },
    { deed: 'status', customerId: 'acme', status: 'suspended', when: { at: 400_000 } },
  ],
};

const WORKFLOW = 'RevokeConnectionRole';
/** What Lambda does with a queue in the name of a function's role, when no function runs. */
const POLLING = ['sqs:ReceiveMessage', 'sqs:DeleteMessageBatch'];
const FUNCTIONS = ['DecideRevocationRole', 'AnswerConnectionsRole'];

/** A call, and which of its kind by that role. */
interface Place {
  readonly on: string;
  readonly by: string;
  readonly nth: number;
}

/** Every call that the disconnection makes, and every state that it enters, where nothing goes wrong. */
const stepsOf = async () => {
  const calls: Place[] = [];
  const states: string[] = [];
  let begun = false;
  const played = await playHistory(END, {
    assembly: assembly(),
    disturb: ({ cloud, journal }) => {
      cloud.intercept((call, next) => {
        const by = [WORKFLOW, ...FUNCTIONS].find((role) => call.principal.arn.includes(role));
        const on = `${call.service}:${call.action}`;
        if (by !== undefined && call.principal.kind === 'role') {
          const nth = 1 + calls.filter((each) => each.on === on && each.by === by).length;
          calls.push({ on, by, nth });
        }
        return next();
      });
      journal.listen(({ who, what }) => {
        const state = /^entered (.+)$/.exec(what)?.[1];
        begun ||= who.includes('revoke-connection');
        if (state !== undefined && who.includes('revoke-connection')) states.push(state);
      });
    },
  });
  return { calls, states, played, begun };
};

/** What became of the connection, in the ledger, on EC2 and for who listens, and which promises were broken. */
const resultOf = (played: Played) => ({
  ends: played.requests.map(({ name, endpointId }) => {
    const told = played.watch.records.filter((record) => record.endpointId === endpointId);
    const outcomes = [...new Set(told.map(({ generation, outcome }) => `${generation} ${outcome}`))].join(', ');
    return `${name}: ${outcomes}, ${played.watch.stateAt(endpointId)}`;
  }),
  broken: PROMISES.flatMap(({ name, judge }) => judge(played).broken.map((words) => `${name}: ${words}`)),
});

const RIGHT = { ends: ['e1: 1 accepted, 2 revoked, rejected'], broken: [] };

/** Faults after which it did not end as it should. */
const spoiledBy = async (faults: readonly Fault[]): Promise<readonly string[]> => {
  const spoiled: string[] = [];
  for (const fault of faults) {
    const history: History = { ...END, steps: [...END.steps, { deed: 'fault', fault }] };
    const result = resultOf(await playHistory(history, { assembly: assembly() }));
    if (JSON.stringify(result) !== JSON.stringify(RIGHT))
      spoiled.push(`${faultWords(fault)}: ${JSON.stringify(result)}`);
  }
  return spoiled;
};

it('nothing goes wrong', async () => {
  const { played, states, begun } = await stepsOf();

  expect(begun).toBe(true);
  expect(resultOf(played)).toEqual(RIGHT);
  expect(states).toContain('Give the place back');
});

it(
  'a run is stopped as it enters each state: it is disconnected, recorded, told and its place is free all the same',
  async () => {
    const { states } = await stepsOf();
    const faults = states.map(
      (on, index): Fault => ({
        kind: 'stop-at-state',
        on,
        nth: states.slice(0, index + 1).filter((each) => each === on).length,
        by: 'revoke-connection',
      }),
    );

    expect(new Set(states).size).toBeGreaterThan(12);
    expect(await spoiledBy(faults)).toEqual([]);
  },
  PATIENCE_MILLISECONDS,
);

it(
  'a function is killed before each of its calls of AWS, and after its Reject',
  async () => {
    const { calls } = await stepsOf();
    const faults = calls
      .filter(({ by, on }) => FUNCTIONS.includes(by) && !POLLING.includes(on))
      .flatMap((place): Fault[] => [
        { kind: 'kill-before', ...place },
        ...(place.on.endsWith(':RejectVpcEndpointConnections') ? [{ kind: 'kill-after' as const, ...place }] : []),
      ]);

    expect(faults.map(({ kind }) => kind)).toContain('kill-after');
    expect(await spoiledBy(faults)).toEqual([]);
  },
  PATIENCE_MILLISECONDS,
);

it(
  'the reply to each call of the workflow is lost',
  async () => {
    const { calls } = await stepsOf();
    const places = calls.filter(({ by, on }) => by === WORKFLOW && on !== 'lambda:Invoke');

    expect(places.length).toBeGreaterThan(6);
    expect(await spoiledBy(places.map((place) => ({ kind: 'lost-reply', ...place })))).toEqual([]);
  },
  PATIENCE_MILLISECONDS,
);
