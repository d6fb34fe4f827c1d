import { describe, expect, it } from 'vitest';
import type { Target, TargetState } from '../../functions/domain/targets.ts';
import {
  addedBy,
  isResting,
  isSameTargetsRecord,
  NO_TARGETS,
  recordFor,
  type TargetsRecord,
} from '../../functions/domain/targets-record.ts';
import { NOW } from '../support/builders.ts';

const [A, B] = ['10.0.1.10', '10.0.1.11'] as const;
const EARLIER = '2026-11-23T11:55:00.000Z';
const minutesFrom = (time: string, minutes: number): string =>
  new Date(Date.parse(time) + minutes * 60_000).toISOString();

const seen = (...states: readonly (readonly [string, TargetState])[]): readonly Target[] =>
  states.map(([address, state]) => ({ address, port: 5432, state }));
const aRecord = (changes: Partial<TargetsRecord> = {}): TargetsRecord => ({ ...NO_TARGETS, version: 3, ...changes });

describe('recordFor', () => {
  it('a registration - they are ours before anybody is told, and waited for since now', () => {
    const next = recordFor(
      aRecord({ ours: { [A]: {} } }),
      { step: 'register', addresses: [B] },
      {
        seen: seen([A, 'healthy']),
        named: [A, B],
        now: NOW,
      },
    );

    expect(next).toEqual(aRecord({ ours: { [A]: {}, [B]: { since: NOW } }, version: 4 }));
    expect(addedBy(next)).toEqual({ [B]: NOW });
  });

  it.each([
    { step: 'register', addresses: [B] },
    { step: 'withdraw', addresses: [B], because: 'late' },
  ] as const)('$step - nobody waits any longer for another one that was seen healthy', (step) => {
    const next = recordFor(aRecord({ ours: { [A]: { since: NOW } } }), step, {
      seen: seen([A, 'healthy']),
      named: [A, B],
      now: NOW,
    });

    expect(next.ours[A]).toEqual({});
  });

  it('done - nobody waits any longer for whom DNS does not name', () => {
    const next = recordFor(
      aRecord({ ours: { [A]: { since: NOW }, [B]: { since: NOW } } }),
      { step: 'done' },
      { seen: seen([A, 'unhealthy'], [B, 'unhealthy']), named: [B], now: NOW },
    );

    expect(next.ours).toEqual({ [A]: {}, [B]: { since: NOW } });
  });

  it('a registration of what a person adopted - it stays adopted', () => {
    const adopted = { by: 'arn:aws:iam::123456789012:user/ada', reason: 'was here', at: EARLIER };
    const next = recordFor(
      aRecord({ ours: { [A]: adopted } }),
      { step: 'register', addresses: [A] },
      {
        seen: [],
        named: [A],
        now: NOW,
      },
    );

    expect(next.ours[A]).toEqual({ ...adopted, since: NOW });
  });

  it('seen healthy - nobody waits for it any longer', () => {
    const next = recordFor(
      aRecord({ ours: { [A]: { since: EARLIER }, [B]: { since: EARLIER } } }),
      { step: 'wait', because: '' },
      {
        seen: seen([A, 'healthy'], [B, 'initial']),
        named: [A, B],
        now: NOW,
      },
    );

    expect(addedBy(next)).toEqual({ [B]: EARLIER });
  });

  it('a withdrawal - not tried again for ten minutes, then twenty, a day at the most', () => {
    const withdraw = { step: 'withdraw', addresses: [A], because: '' } as const;
    const look = { seen: seen([A, 'unhealthy']), named: [A], now: NOW };
    const first = recordFor(aRecord(), withdraw, look);
    const second = recordFor(first, withdraw, look);
    const last = recordFor(aRecord({ refused: { [A]: { until: NOW, times: 20 } } }), withdraw, look);

    expect(first.refused[A]).toEqual({ times: 1, until: minutesFrom(NOW, 10) });
    expect(addedBy(recordFor(aRecord({ ours: { [A]: { since: EARLIER } } }), withdraw, look))).toEqual({});
    expect(second.refused[A]).toEqual({ times: 2, until: minutesFrom(NOW, 20) });
    expect(last.refused[A]?.until).toBe(minutesFrom(NOW, 24 * 60));
  });

  it('the end - what is gone and not named is forgotten, what was applied is written down, failures are over', () => {
    const before = aRecord({
      ours: { [A]: {}, [B]: { since: EARLIER } },
      refused: { [A]: { until: NOW, times: 2 }, [B]: { until: NOW, times: 1 } },
      failures: 2,
      failedAt: EARLIER,
    });
    const next = recordFor(before, { step: 'done' }, { seen: seen([B, 'healthy']), named: [B], now: NOW });

    expect(next).toEqual({ ours: { [B]: {} }, refused: {}, applied: [B], failures: 0, version: 4 });
  });

  it('the end - what drains, and DNS does not name, is ours no longer', () => {
    const before = aRecord({ ours: { [A]: {}, [B]: {} } });
    const next = recordFor(
      before,
      { step: 'done' },
      { seen: seen([A, 'draining'], [B, 'healthy']), named: [B], now: NOW },
    );

    expect(Object.keys(next.ours)).toEqual([B]);
  });

  it('the end, while DNS says nothing - nothing is forgotten that is there, and nothing counts as applied', () => {
    const before = aRecord({ ours: { [A]: {} }, applied: [A] });

    expect(recordFor(before, { step: 'done' }, { seen: seen([A, 'healthy']), named: undefined, now: NOW })).toEqual({
      ...before,
      version: 4,
    });
  });
});

describe('isSameTargetsRecord', () => {
  it('the same in another order, and another version - the same', () => {
    expect(
      isSameTargetsRecord(aRecord({ ours: { [A]: {}, [B]: {} } }), aRecord({ ours: { [B]: {}, [A]: {} }, version: 9 })),
    ).toBe(true);
  });

  it('another owner - another', () => {
    expect(isSameTargetsRecord(aRecord({ ours: { [A]: {} } }), aRecord({ ours: { [B]: {} } }))).toBe(false);
  });
});

describe('isResting', () => {
  it.each<[failures: number, minutes: number]>([
    [1, 2],
    [2, 4],
    [3, 8],
    [12, 60],
  ])('after %i failures - for %i minutes', (failures, minutes) => {
    const record = aRecord({ failures, failedAt: NOW });

    expect(isResting(record, minutesFrom(NOW, minutes - 0.1))).toBe(true);
    expect(isResting(record, minutesFrom(NOW, minutes))).toBe(false);
  });

  it('a run is at it - until its lease is over', () => {
    const record = aRecord({ leaseUntil: minutesFrom(NOW, 5) });

    expect(isResting(record, NOW)).toBe(true);
    expect(isResting(record, minutesFrom(NOW, 5))).toBe(false);
  });

  it('never failed - never', () => {
    expect(isResting(NO_TARGETS, NOW)).toBe(false);
  });
});
