import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DnsRecord } from '../../functions/domain/dns-record.ts';
import { latchOf, nextFailoverStep } from '../../functions/domain/failover.ts';
import {
  type AlarmReading,
  type Answered,
  type FailoverState,
  type FailoverStep,
  NO_STATE,
  type Progress,
  type Request,
} from '../../functions/domain/failover-state.ts';
import type { Mode } from '../../functions/domain/mode.ts';
import { ARMED, aFailover, aRecord, aWeighted, CHECKS, ENGAGED, JO } from '../support/dns-records.ts';

const RUNS = { seed: 20_261_126, numRuns: 500 };
const START = Date.parse('2026-11-23T12:00:00.000Z');
/** Every look of the longest confirmation, and what comes before and after it. */
const MOST_STEPS = 270 / 5 + 10;

const anyHealth = fc.constantFrom<AlarmReading['state']>('OK', 'OK', 'ALARM', 'INSUFFICIENT_DATA', 'unreadable');
const anyAnswer = fc.constantFrom<Answered>('primary', 'secondary', 'neither', 'unknown');
const anyRecord: fc.Arbitrary<DnsRecord> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        engages: fc.constantFrom('automatic' as const, 'manual-armed' as const),
        promotes: fc.boolean(),
        healthyForSeconds: fc.constantFrom(0, 600),
      })
      .map((changes) => aRecord({ routing: aFailover(changes) })),
  },
  { weight: 1, arbitrary: fc.constant(aWeighted({ blue: 80, green: 20 })) },
);
const anyState = fc.constantFrom<FailoverState>(NO_STATE, { version: 3, checks: CHECKS }, ARMED, ENGAGED, {
  ...ARMED,
  released: JO,
});
const force = fc.boolean();
const anyRequest: fc.Arbitrary<Request> = fc.oneof(
  fc.constantFrom<Request>({ action: 'converge' }, { action: 'follow' }, { action: 'follow' }),
  force.map((each): Request => ({ action: 'failover', by: 'ada', reason: 'a drill', force: each })),
  force.map((each): Request => ({ action: 'failback', by: 'ada', reason: 'it is over', force: each })),
  fc.constant<Request>({ action: 'shift', by: 'ada', reason: 'a canary', weights: { blue: 0 } }),
  fc.constant<Request>({ action: 'shift', by: 'ada', reason: 'it is over', weights: 'as-entered' }),
);

/** What happens in the world at each step: alarms, answers, others, lost replies. */
const anyMoment = fc.record({
  health: anyHealth,
  answered: anyAnswer,
  mode: fc.constantFrom<Mode>('enforce', 'enforce', 'enforce', 'observe'),
  isPaused: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
  /** Another run's word in between. */
  other: fc.constantFrom('nothing', 'nothing', 'nothing', 'nothing', 'engages', 'releases'),
  isReplyLost: fc.boolean(),
});
type Moment = typeof anyMoment extends fc.Arbitrary<infer Each> ? Each : never;
const anyWorld = fc.record({
  record: anyRecord,
  state: anyState,
  request: anyRequest,
  moments: fc.array(anyMoment, { minLength: 1, maxLength: MOST_STEPS }),
});
type World = typeof anyWorld extends fc.Arbitrary<infer Each> ? Each : never;

const elapsed = (step: FailoverStep): number =>
  step.step === 'wait' ? step.seconds : step.step === 'promote' ? 60 : 1;
const without = ({ engaged: _engaged, released: _released, ...rest }: FailoverState): FailoverState => rest;
const isOf = (state: FailoverState, other: Moment['other'], now: string): FailoverState => {
  const version = state.version + 1;
  if (other === 'engages' && state.engaged === undefined)
    return { ...without(state), version, engaged: { ...JO, at: now } };
  return other === 'releases' && state.engaged !== undefined
    ? { ...without(state), version, released: { ...JO, at: now } }
    : state;
};

interface Ran {
  readonly steps: readonly FailoverStep[];
  /** Every state that this run wrote, with the one before it. */
  readonly writes: readonly {
    readonly before: FailoverState;
    readonly after: FailoverState;
    readonly moment: Moment;
  }[];
  /** What was said, and what is said where the reply was lost and it is asked again. */
  readonly again: readonly (readonly [FailoverStep, FailoverStep])[];
}

/** Drives a run as the workflow does: conditional writes, others in between, replies that are lost and asked for again. */
const drive = ({ record, state: first, request, moments }: World): Ran => {
  let [state, now] = [first, START];
  let progress: Progress = { since: new Date(now).toISOString(), isPromoted: false, isConverged: false };
  const steps: FailoverStep[] = [];
  const again: [FailoverStep, FailoverStep][] = [];
  const writes: Ran['writes'][number][] = [];
  for (let index = 0; index <= MOST_STEPS * 3; index += 1) {
    const moment = moments[Math.min(index, moments.length - 1)] as Moment;
    const at = new Date(now).toISOString();
    const since = new Date(now - 3_600_000).toISOString();
    const situation = {
      record,
      state,
      mode: moment.mode,
      ...(moment.isPaused ? { paused: { by: 'jo', reason: 'a look', at } } : {}),
      health: moment.health === 'unreadable' ? ({ state: moment.health } as const) : { state: moment.health, since },
      readiness: { state: 'unreadable' } as const,
      answered: moment.answered,
      now: at,
    };
    const step = nextFailoverStep(request, situation, progress);
    // A reply that was lost is asked for again, and is the same.
    if (moment.isReplyLost) again.push([step, nextFailoverStep(request, situation, progress)]);
    steps.push(step);
    if (step.step === 'refuse' || step.step === 'done') {
      const end = step.step === 'done' && step.state !== undefined ? step.state : state;
      if (end !== state) writes.push({ before: state, after: end, moment });
      return { steps, writes, again };
    }
    if (step.step === 'write') {
      const read = state.version;
      // The other's words come to an end: a world in which two quarrel for ever has no last word.
      state = index < 20 ? isOf(state, moment.other, at) : state;
      if (state.version === read) {
        writes.push({ before: state, after: step.state, moment });
        state = step.state;
        progress = { ...progress, wrote: { what: step.what, at }, isConverged: false };
      }
    } else {
      if (step.step === 'converge') progress = { ...progress, isConverged: true };
      if (step.step === 'promote') progress = { ...progress, isPromoted: true };
      state = index < 20 ? isOf(state, moment.other, at) : state;
    }
    now += elapsed(step) * 1000;
  }
  throw new Error(`It never ended: ${JSON.stringify(steps.slice(-3))}`);
};

const whenever = (check: (ran: Ran, world: World) => void) =>
  fc.assert(
    fc.property(anyWorld, (world) => check(drive(world), world)),
    RUNS,
  );

describe('a run, whatever happens meanwhile', () => {
  it('ends', () => {
    whenever(({ steps }) => {
      expect(steps.length).toBeLessThanOrEqual(MOST_STEPS + 20);
      expect(['done', 'refuse']).toContain(steps.at(-1)?.step);
    });
  });

  it('never engages by itself what was not armed, what a person has to, or what is paused or observed', () => {
    whenever(({ writes }, { record, request }) => {
      const own = writes.filter(({ before, after }) => after.engaged !== undefined && before.engaged === undefined);
      for (const { before, after, moment } of own) {
        if (request.action === 'failover') continue;
        expect(after.engaged?.by).toBe('health');
        expect(before.armedAt).toBeDefined();
        expect(record.routing).toMatchObject({ engages: 'automatic' });
        expect([moment.mode, moment.isPaused]).toEqual(['enforce', false]);
        expect(moment.health === 'OK').toBe(false);
        expect(moment.health !== 'unreadable' || moment.answered === 'secondary').toBe(true);
      }
    });
  });

  it('a failover ends by a person’s word only', () => {
    whenever(({ writes }, { request }) => {
      const releases = writes.filter(
        ({ before, after }) => before.engaged !== undefined && after.engaged === undefined,
      );
      expect(releases.length === 0 || request.action === 'failback').toBe(true);
      expect(releases.filter(({ after }) => after.released?.by !== 'ada')).toEqual([]);
    });
  });

  it('arms only what is seen well', () => {
    whenever(({ writes }) => {
      const armed = writes.filter(({ before, after }) => before.armedAt === undefined && after.armedAt !== undefined);
      expect(armed.filter(({ moment }) => moment.health !== 'OK')).toEqual([]);
    });
  });

  it('writes one word of each kind, each on the version that it read', () => {
    whenever(({ steps, writes }) => {
      expect(writes.filter(({ before, after }) => after.version !== before.version + 1)).toEqual([]);
      const latches = writes.filter(
        ({ before, after }) => latchOf(before) !== latchOf(after) && latchOf(after) !== undefined,
      );
      expect(latches.length).toBeLessThanOrEqual(1);
      expect(steps.filter(({ step }) => step === 'promote').length).toBeLessThanOrEqual(1);
    });
  });

  it('promotes before the flip where its entry says so', () => {
    whenever(({ steps, writes }, { record, request }) => {
      const flips = writes.filter(
        ({ before, after }) => (before.engaged === undefined) !== (after.engaged === undefined),
      );
      const isAsked =
        record.routing.kind === 'failover' && record.routing.promotes === true && request.action !== 'follow';
      const [promoted, flipped] = ['promote', 'write'].map((each) => steps.findIndex(({ step }) => step === each));
      expect(!isAsked || flips.length === 0 || (promoted !== -1 && Number(promoted) < Number(flipped))).toBe(true);
    });
  });

  it('an emergency calls Route 53 for nothing: only peacetime, arming and weights do', () => {
    whenever(({ steps }, { request }) => {
      const isConverging = steps.some(({ step }) => step === 'converge');
      const isArming = steps.some((each) => each.step === 'write' && each.what === 'armed');
      expect(!isConverging || ['converge', 'shift'].includes(request.action) || isArming).toBe(true);
    });
  });

  it('what is known beside the latch is kept: checks, when it was armed, what was applied', () => {
    whenever(({ writes }) => {
      for (const { before, after } of writes) {
        expect(after).toMatchObject({ ...(before.checks === undefined ? {} : { checks: before.checks }) });
        expect(before.armedAt === undefined || after.armedAt === before.armedAt).toBe(true);
      }
    });
  });

  it('asked again after a lost reply - says the same', () => {
    whenever(({ again }) => {
      expect(again.map(([, second]) => second)).toEqual(again.map(([first]) => first));
    });
  });

  it('says why, each time', () => {
    whenever(({ steps }) => {
      expect(steps.filter(({ because }) => because === '')).toEqual([]);
    });
  });
});
