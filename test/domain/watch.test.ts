import { describe, expect, it } from 'vitest';
import type { Look } from '../../functions/domain/addresses.ts';
import { NO_TARGETS, type TargetsRecord } from '../../functions/domain/targets-record.ts';
import { ROTATION, watchBinding } from '../../functions/domain/watch.ts';
import { NOW } from '../support/builders.ts';

const [A, B] = ['10.0.1.10', '10.0.1.11'] as const;
const EARLIER = '2026-11-23T11:55:00.000Z';
const named = (...addresses: readonly string[]): Look => ({ kind: 'answered', addresses, isWhole: true });
const applied = (...addresses: readonly string[]): TargetsRecord => ({
  ...NO_TARGETS,
  ours: Object.fromEntries(addresses.map((address) => [address, {}])),
  applied: addresses,
});
/** A minute in which it is not the binding's turn. */
const quietMinute = (bindingId: string): string => {
  const minutes = Array.from({ length: ROTATION }, (_, minute) =>
    new Date(Date.parse(NOW) + minute * 60_000).toISOString(),
  );
  const isQuiet = (now: string): boolean =>
    watchBinding({ bindingId }, named(A), { record: applied(A), watched: { misses: {} }, now }).because === undefined;
  return minutes.find(isQuiet) ?? '';
};
const now = quietMinute('orders');
const watch = (look: Look, record: TargetsRecord, watched = {}) =>
  watchBinding({ bindingId: 'orders' }, look, { record, watched: { misses: {}, ...watched }, now });

describe('what a plan came to nothing for', () => {
  const record = { ...applied(A), ours: { [A]: {}, [B]: {} } };
  const idle = (look: Look, watched: object, interfaces: readonly string[] = []) =>
    watchBinding({ bindingId: 'orders' }, look, {
      record,
      watched: { misses: {}, ...watched },
      interfaces: { kind: 'listed', addresses: interfaces },
      now,
    });
  const stale = { misses: { [B]: 3 } };
  const { witnesses } = idle(named(A), stale);

  it('the witnesses say the same - the target group is not read, and that stays noted', () => {
    expect(idle(named(A), { ...stale, idleFor: witnesses })).toEqual({
      watched: { ...stale, idleFor: witnesses },
      witnesses,
    });
  });

  it.each([
    ['DNS names another one', named(A, '10.0.1.12'), stale, []],
    ['DNS misses one more', named(), { misses: { [A]: 2, [B]: 3 } }, []],
    ['an interface has it again', named(A), stale, [B]],
  ] as const)('%s - it is read, and no longer noted', (_what, look, watched, interfaces) => {
    const outcome = idle(look, { ...watched, idleFor: witnesses }, interfaces);

    expect(outcome.because).toBeDefined();
    expect(outcome.watched.idleFor).toBeUndefined();
  });

  it('a run that left something behind is looked after, once', () => {
    const dead = { ...applied(A), leaseUntil: EARLIER };
    const waiting = { ...applied(A), ours: { [A]: { since: EARLIER } } };

    expect(watch(named(A), dead).because).toBe('unfinished');
    expect(watch(named(A), waiting).because).toBe('unfinished');
    expect(watch(named(A), dead, { idleFor: A }).because).toBeUndefined();
  });
});

describe('watchBinding', () => {
  it('DNS names what was applied - nothing is written, and no target group is read', () => {
    expect(watch(named(A, B), applied(A, B))).toEqual({ watched: { misses: {} }, witnesses: `${A} ${B}` });
  });

  it('a new address - drift, since now', () => {
    expect(watch(named(A, B), applied(A))).toMatchObject({
      watched: { misses: {}, driftSince: now },
      because: 'drift',
    });
  });

  it('the same drift a minute later - since then', () => {
    expect(watch(named(A, B), applied(A), { driftSince: EARLIER }).watched.driftSince).toBe(EARLIER);
  });

  it('a binding that no run looked after yet - drift', () => {
    expect(watch(named(A), NO_TARGETS).because).toBe('drift');
  });

  it('an address of ours is missed - counted, and drift', () => {
    expect(watch(named(A), applied(A, B), { misses: { [B]: 1 }, driftSince: EARLIER })).toMatchObject({
      watched: { misses: { [B]: 2 }, driftSince: EARLIER },
      because: 'drift',
    });
  });

  it.each([
    ['a second later, as Lambda tries again', 1, 1],
    ['a minute later', 60, 2],
  ])('the same look %s - a miss is counted once in half a minute', (_when, seconds, count) => {
    const record = applied(A, B);
    const first = watch(named(A), record).watched;
    const later = new Date(Date.parse(now) + seconds * 1000).toISOString();
    const again = watchBinding({ bindingId: 'orders' }, named(A), { record, watched: first, now: later }).watched;

    expect(first).toMatchObject({ misses: { [B]: 1 }, countedAt: now });
    expect(again).toMatchObject({ misses: { [B]: count }, countedAt: count === 1 ? now : later });
  });

  it('who is named again is missed no more, however soon', () => {
    const record = applied(A, B);
    const first = watch(named(A), record).watched;

    expect(watch(named(A, B), record, first).watched).toEqual({ misses: {} });
  });

  it('a stale target of ours is left, though what DNS names was applied - looked at again', () => {
    const record = { ...applied(A), ours: { [A]: {}, [B]: {} } };

    expect(watch(named(A), record, { misses: { [B]: 3 } })).toMatchObject({
      watched: { misses: { [B]: 3 } },
      because: 'missed',
    });
  });

  it.each<[silence: string, look: Look]>([
    ['nobody', { kind: 'empty' }],
    ['nothing', { kind: 'failed', problem: 'ESERVFAIL' }],
  ])('DNS says %s - as before', (_, look) => {
    const before = { misses: { [B]: 2 }, driftSince: EARLIER };

    expect(watch(look, applied(A, B), before).watched).toEqual(before);
  });

  it('every binding has its turn once in a rotation, and not all at once', () => {
    const turns = Array.from({ length: 60 }, (_, index) => {
      const bindingId = `orders-${index}`;
      const record = applied(A);
      return Array.from({ length: ROTATION }, (__, minute) => {
        const at = new Date(Date.parse(NOW) + minute * 60_000).toISOString();
        return watchBinding({ bindingId }, named(A), { record, watched: { misses: {} }, now: at }).because === 'turn';
      });
    });

    expect(turns.map((minutes) => minutes.filter(Boolean).length)).toEqual(turns.map(() => 1));
    const busiest = Math.max(
      ...Array.from({ length: ROTATION }, (_, minute) => turns.filter((each) => each[minute] === true).length),
    );
    expect(busiest).toBeLessThan(15);
  });
});
