import { describe, expect, it } from 'vitest';
import type { Look } from '../../functions/domain/addresses.ts';
import {
  nextTargetsStep,
  planTargets,
  type Target,
  type TargetState,
  type TargetsSituation,
  type TargetsStep,
} from '../../functions/domain/targets.ts';
import { NOW, theModes } from '../support/builders.ts';

const [A, B, C, D] = ['10.0.1.10', '10.0.1.11', '10.0.2.10', '10.0.2.11'] as const;
const PORT = 5432;

const named = (...addresses: readonly string[]): Look => ({ kind: 'answered', addresses, isWhole: true });
const target = (address: string, state: TargetState = 'healthy', changes: Partial<Target> = {}): Target => ({
  address,
  port: PORT,
  zone: address.startsWith('10.0.1.') ? 'us-west-2a' : 'us-west-2b',
  state,
  ...changes,
});
/** Two targets of ours that DNS names. */
const aSituation = (changes: Partial<TargetsSituation> = {}): TargetsSituation => ({
  binding: { port: PORT },
  look: named(A, C),
  interfaces: { kind: 'listed', addresses: [A, C] },
  targets: [target(A), target(C)],
  misses: {},
  ours: new Set([A, B, C, D]),
  refused: {},
  room: 100,
  isCrossZone: true,
  modes: theModes(),
  now: NOW,
  ...changes,
});
/** A and C went, B and D came and are healthy, and nobody doubts it. */
const replaced = (changes: Partial<TargetsSituation> = {}): TargetsSituation =>
  aSituation({
    look: named(B, D),
    interfaces: { kind: 'listed', addresses: [B, D] },
    targets: [target(A), target(B), target(C), target(D)],
    misses: { [A]: 3, [C]: 3 },
    ...changes,
  });
const because = (situation: TargetsSituation): Readonly<Record<string, string>> =>
  Object.fromEntries(planTargets(situation).withheld.map(({ address, because: why }) => [address, why]));

describe('planTargets adds', () => {
  it('what DNS names and nobody registered', () => {
    expect(planTargets(aSituation({ look: named(B, A, C, D) }))).toMatchObject({
      add: [B, D],
      remove: [],
      withheld: [],
    });
  });

  it('what drains, when DNS names it again: draining is not registered', () => {
    expect(planTargets(aSituation({ targets: [target(A), target(C, 'draining')] })).add).toEqual([C]);
  });

  it('what is registered with another port only: that is another target', () => {
    expect(planTargets(aSituation({ targets: [target(A), target(C, 'healthy', { port: 6379 })] })).add).toEqual([C]);
  });

  it.each<[situation: string, changes: Partial<TargetsSituation>, why: string]>([
    ['during a pause', { paused: { by: 'ada', reason: 'a look', at: NOW } }, 'everything is paused'],
    ['in observe', { modes: theModes({ 'targets-add': 'observe' }) }, 'the mode of targets-add is observe'],
    ['to a full group', { room: 0 }, 'the target group is full'],
    [
      'what did not get healthy a while ago',
      { refused: { [B]: '2026-11-23T12:30:00.000Z' } },
      'it did not get healthy, and is tried again at 2026-11-23T12:30:00.000Z',
    ],
  ])('nothing %s', (_, changes, why) => {
    const situation = aSituation({ look: named(A, B, C), ...changes });

    expect(planTargets(situation)).toMatchObject({ add: [], remove: [] });
    expect(because(situation)).toEqual({ [B]: why });
  });

  it('again what was refused, once its time has come', () => {
    expect(planTargets(aSituation({ look: named(A, B, C), refused: { [B]: NOW } })).add).toEqual([B]);
  });
});

describe('planTargets removes', () => {
  it.each<[silence: string, look: Look, doubt: string]>([
    ['DNS names nobody', { kind: 'empty' }, 'DNS named nobody'],
    ['DNS fails', { kind: 'failed', problem: 'ESERVFAIL' }, 'DNS did not say: ESERVFAIL'],
  ])('nothing where %s, and says so once', (_, look, doubt) => {
    expect(planTargets(replaced({ look, ours: new Set([A]) }))).toEqual({
      add: [],
      remove: [],
      isSwap: false,
      withheld: [],
      foreign: [],
      healthy: 4,
      doubt,
    });
  });

  it('what DNS missed often enough and no interface has', () => {
    expect(planTargets(replaced())).toMatchObject({ add: [], remove: [A, C], withheld: [] });
  });

  it('what an interface still has, where it is unhealthy', () => {
    const lingering = { interfaces: { kind: 'listed', addresses: [A, B, C, D] } } as const;

    expect(planTargets(replaced(lingering)).remove).toEqual([]);
    expect(
      planTargets(replaced({ ...lingering, targets: [target(A, 'unhealthy'), target(B), target(D)] })).remove,
    ).toEqual([A]);
  });

  it.each<[doubt: string, changes: Partial<TargetsSituation>, why: string]>([
    ['DNS missed it twice only', { misses: { [A]: 2, [C]: 2 } }, 'DNS missed it 2 times of 3'],
    [
      'interfaces can’t be read',
      { interfaces: { kind: 'failed', problem: 'Throttled' } },
      'interfaces could not be read: Throttled',
    ],
    ['an interface has it', { interfaces: { kind: 'listed', addresses: [A, C] } }, 'a network interface still has it'],
    [
      'its mode is propose',
      { modes: theModes({ 'targets-remove': 'propose' }) },
      'the mode of targets-remove is propose',
    ],
    ['everything is paused', { paused: { by: 'ada', reason: 'a look', at: NOW } }, 'everything is paused'],
  ])('nothing where %s', (_, changes, why) => {
    const situation = replaced(changes);

    expect(planTargets(situation).remove).toEqual([]);
    expect(because(situation)).toEqual({ [A]: why, [C]: why });
  });

  it('what DNS missed, where the source has no interfaces that we know of', () => {
    expect(planTargets(replaced({ interfaces: { kind: 'none' } })).remove).toEqual([A, C]);
  });

  it('nobody else’s target: it is told as foreign', () => {
    expect(planTargets(replaced({ ours: new Set([A, B, D]) }))).toMatchObject({ remove: [A], foreign: [C] });
  });

  it('no target of another port', () => {
    const other = target(A, 'healthy', { port: 6379 });

    expect(planTargets(replaced({ targets: [other, target(B), target(D)] }))).toMatchObject({
      remove: [],
      foreign: [],
    });
  });

  it('not the last healthy one', () => {
    const situation = replaced({ targets: [target(A), target(B, 'unhealthy'), target(D, 'initial')] });

    expect(planTargets(situation).remove).toEqual([]);
    expect(because(situation)[A]).toBe('0 healthy targets would remain of 1 at least');
  });

  it('not the last unhealthy one where nothing is healthy: the load balancer sends to all of them then', () => {
    expect(planTargets(replaced({ targets: [target(A, 'unhealthy'), target(B, 'initial')] })).remove).toEqual([]);
  });

  it('not the last healthy one of its zone, where each zone is on its own', () => {
    const targets = [target(A), target(C), target(B)];

    expect(planTargets(replaced({ targets, isCrossZone: true })).remove).toEqual([A]);
    const situation = replaced({ targets, isCrossZone: false });
    expect(planTargets(situation).remove).toEqual([A]);
    expect(because(situation)[C]).toBe('one plan removes no more');
    const roomy = replaced({ targets, isCrossZone: false, binding: { port: PORT, maxRemovalRatio: 1 } });
    expect(because(roomy)[C]).toBe('0 healthy targets would remain in us-west-2b of 1 at least');
  });

  it('an unhealthy target of a zone that has nothing else', () => {
    const targets = [target(A), target(B), target(C, 'unhealthy')];

    expect(
      planTargets(replaced({ look: named(A, B), misses: { [C]: 3 }, targets, isCrossZone: false })).remove,
    ).toEqual([C]);
  });

  it('no more than its share, the unhealthy ones first', () => {
    const targets = [target(A), target(C, 'unhealthy'), target(B)];
    const situation = replaced({ targets });

    expect(planTargets(situation).remove).toEqual([C]);
    expect(because(situation)).toEqual({ [A]: 'one plan removes no more' });
  });

  it('one at a time at a full group, so that the next can be registered', () => {
    const targets = [target(A), target(C)];
    const situation = replaced({ targets, room: 0 });

    expect(planTargets(situation)).toMatchObject({ add: [], remove: [A], isSwap: true });
    expect(because(situation)[C]).toBe('at a full target group one goes at a time');
  });
});

describe('nextTargetsStep', () => {
  const NOTHING_DONE = { added: {}, removed: [] };
  const ago = (seconds: number): string => new Date(Date.parse(NOW) - seconds * 1000).toISOString();
  const stepOf = (
    situation: TargetsSituation,
    run: Parameters<typeof nextTargetsStep>[2] = NOTHING_DONE,
    binding: Partial<Parameters<typeof nextTargetsStep>[1]['binding']> = {},
  ): TargetsStep =>
    nextTargetsStep(planTargets(situation), { ...situation, binding: { ...situation.binding, ...binding } }, run);

  it('registers before it deregisters', () => {
    expect(stepOf(replaced({ targets: [target(A), target(C)] }))).toEqual({ step: 'register', addresses: [B, D] });
  });

  it('waits for what it registered', () => {
    const situation = replaced({ targets: [target(A), target(B, 'initial'), target(C), target(D)] });

    expect(stepOf(situation, { added: { [B]: ago(60), [D]: ago(60) }, removed: [] })).toEqual({
      step: 'wait',
      because: `${B} not healthy yet`,
    });
  });

  it('takes back what is not healthy in time', () => {
    const situation = replaced({ targets: [target(A), target(B, 'unhealthy'), target(C), target(D)] });

    expect(stepOf(situation, { added: { [B]: ago(600), [D]: ago(600) }, removed: [] })).toEqual({
      step: 'withdraw',
      addresses: [B],
      because: `not healthy within 600 s: ${B} is unhealthy`,
    });
  });

  it('what was registered before the run began may have been healthy meanwhile - it is waited for anew', () => {
    const situation = replaced({ targets: [target(A), target(B, 'unhealthy'), target(C), target(D)] });
    const run = { added: { [B]: ago(3_600) }, removed: [] };

    expect(stepOf(situation, { ...run, startedAt: ago(10) })).toMatchObject({ step: 'wait' });
    expect(stepOf(situation, { ...run, startedAt: ago(600) })).toMatchObject({ step: 'withdraw', addresses: [B] });
  });

  it('waits for nobody who is to go anyhow', () => {
    const situation = replaced({ targets: [target(A, 'unhealthy'), target(B), target(C), target(D)] });

    expect(stepOf(situation, { added: { [A]: ago(3_600) }, removed: [] })).toEqual({
      step: 'deregister',
      addresses: [A, C],
    });
  });

  it('waits for whom one answer did not name: it may have been a part of one', () => {
    const targets = [target(A), target(B), target(C), target(D, 'initial')];
    const run = { added: { [D]: ago(60) }, removed: [] };
    const missed = (times: number) => ({ targets, look: named(B), misses: { [A]: 3, [C]: 3, [D]: times } });

    expect(stepOf(replaced(missed(1)), run)).toEqual({ step: 'wait', because: `${D} not healthy yet` });
    expect(stepOf(replaced(missed(2)), run)).toMatchObject({ step: 'wait' });
    expect(stepOf(replaced(missed(3)), run)).toMatchObject({ step: 'deregister' });
  });

  it.each([
    ['a pause', { paused: { by: 'somebody', reason: 'as agreed', at: NOW } }],
    ['the mode', { modes: { 'targets-add': 'observe', 'targets-remove': 'enforce' } as const }],
  ])('%s keeps it from taking back what is late, and from waiting on', (_what, more) => {
    const situation = replaced({ targets: [target(A), target(B, 'unhealthy'), target(C), target(D)], ...more });

    expect(stepOf(situation, { added: { [B]: ago(700) }, removed: [] })).toEqual({ step: 'done' });
  });

  it('at a full group it waits for what drains before another one goes', () => {
    const targets = [target(A), target(B), target(C, 'draining')];

    expect(stepOf(replaced({ targets, room: 0 }))).toMatchObject({ step: 'wait' });
    expect(stepOf(replaced({ targets: targets.slice(0, 2), room: 0 }))).toEqual({ step: 'deregister', addresses: [A] });
  });

  it('deregisters once everything that it registered is healthy', () => {
    expect(stepOf(replaced(), { added: { [B]: ago(60), [D]: ago(60) }, removed: [] })).toEqual({
      step: 'deregister',
      addresses: [A, C],
    });
  });

  it('once several were refused at once one goes at a time', () => {
    expect(stepOf(replaced(), { added: {}, removed: [], isTight: true })).toEqual({
      step: 'deregister',
      addresses: [A],
    });
  });

  it('waits for nobody in a group that no listener uses', () => {
    const situation = aSituation({ look: named(A), targets: [target(A, 'unused')] });

    expect(stepOf(situation, { added: { [A]: ago(10) }, removed: [] })).toEqual({ step: 'done' });
  });

  it('waits for draining as far as asked', () => {
    const situation = replaced({ targets: [target(A, 'draining'), target(B), target(D)] });
    const run = { added: {}, removed: [A] };

    expect(stepOf(situation, run)).toEqual({ step: 'done' });
    expect(stepOf(situation, run, { waitForDraining: true })).toEqual({ step: 'wait', because: `${A} draining` });
  });

  it('registers a hundred in one call', () => {
    const many = Array.from({ length: 130 }, (_, index) => `10.1.0.${index}`);

    expect(stepOf(aSituation({ look: named(...many), room: 500 }))).toMatchObject({
      step: 'register',
      addresses: { length: 100 },
    });
  });
});
