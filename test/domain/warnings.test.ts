import { describe, expect, it } from 'vitest';
import { WARNING_DETAIL_TYPES } from '../../events/warning.ts';
import type { Estate } from '../../functions/domain/difference.ts';
import type { Entitlement } from '../../functions/domain/registry.ts';
import { dueWarnings, WARNING_KINDS } from '../../functions/domain/warnings.ts';
import { aConnection, anEntitlement, ENDPOINT_ID, NOW, OWNER, SERVICE_ID } from '../support/builders.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const at = (milliseconds: number): string =>
  new Date(Date.parse(NOW) + milliseconds).toISOString().replace(/\.000Z$/, 'Z');

const estate = (changes: Partial<Estate>): Estate => ({
  now: NOW,
  connections: [],
  admissions: [],
  places: [],
  entitlements: [],
  warned: [],
  standingOf: () => ({
    isRegistered: true,
    basis: '',
    dates: [],
    remindDays: 3,
    revocation: { verdict: 'keep', code: 'entitled', sentence: '', action: '', rules: [] },
  }),
  principals: [],
  registryVersion: 0,
  ...changes,
});
const ends = (milliseconds: number, more: Partial<Entitlement> = {}): Estate =>
  estate({ entitlements: [anEntitlement({ until: at(milliseconds), ...more })] });
const whats = (each: Estate): readonly string[] => dueWarnings(each, []).due.map(({ what }) => what);

it('each kind has a detail-type', () => {
  expect(Object.keys(WARNING_DETAIL_TYPES).sort()).toEqual([...WARNING_KINDS].sort());
});

describe('a contract that ends', () => {
  it.each<[situation: string, left: number, days: readonly string[]]>([
    ['a second more than thirty days', 30 * DAY + 1000, []],
    ['thirty days', 30 * DAY, ['30']],
    ['a second more than seven days', 7 * DAY + 1000, ['30']],
    ['seven days', 7 * DAY, ['7']],
    ['a second more than a day', DAY + 1000, ['7']],
    ['a day', DAY, ['1']],
    ['a second', 1000, ['1']],
    ['nothing', 0, []],
    ['it ended yesterday', -DAY, []],
  ])('%s is left', (_situation, left, days) => {
    expect(whats(ends(left)).map((what) => what.split(' ')[1])).toEqual(days);
  });

  it('says what becomes of its endpoints', () => {
    const sentenceOf = (each: Estate) => dueWarnings(each, []).due[0]?.sentence;

    expect(sentenceOf(ends(DAY))).toMatch(/within a day: then it gets no new endpoints\.$/);
    expect(sentenceOf(ends(7 * DAY, { whenEnded: 'revoke' }))).toMatch(
      /within 7 days: then its endpoints are disconnected\.$/,
    );
  });

  it('is told once; again when it is renewed and ends anew; forgotten when it is renewed', () => {
    const { due } = dueWarnings(ends(DAY), []);

    expect(dueWarnings({ ...ends(DAY), warned: due }, [])).toEqual({ due: [], over: [] });
    expect(whats({ ...ends(DAY - MINUTE), warned: due })).toHaveLength(1);
    expect(dueWarnings({ ...ends(90 * DAY), warned: due }, []).over).toEqual([
      { pk: due[0]?.pk, sk: 'WARNED#contract' },
    ]);
  });

  it('is not forgotten while the registry is not believed', () => {
    const { due } = dueWarnings(ends(DAY), []);

    expect(dueWarnings({ ...estate({}), warned: due, distrust: 'it shrank' }, [])).toEqual({ due: [], over: [] });
  });
});

describe('a request', () => {
  const pending = (age: number, decided = false): Estate =>
    estate({
      connections: [aConnection({ state: 'pendingAcceptance', createdAt: at(-age) })],
      admissions: decided
        ? [
            {
              serviceId: SERVICE_ID,
              endpointId: ENDPOINT_ID,
              isRunning: true,
              isWaiting: true,
              isOwned: false,
              takenAt: at(-age),
              last: { outcome: 'held', code: 'approval-needed', recordedAt: at(-age) },
            },
          ]
        : [],
    });

  it.each<[situation: string, Estate, kinds: readonly string[]]>([
    ['undecided for less than five minutes', pending(5 * MINUTE - 1000), []],
    ['undecided for five minutes', pending(5 * MINUTE), ['pending']],
    ['held for a person for less than three days', pending(3 * DAY - MINUTE, true), []],
    ['held for a person for three days', pending(3 * DAY, true), ['approval']],
  ])('%s', (_situation, each, kinds) => {
    expect(dueWarnings(each, []).due.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('that is held on is brought up again every three days', () => {
    const told = dueWarnings(pending(3 * DAY, true), []).due;
    const later = (days: number): Estate => ({ ...pending(3 * DAY, true), warned: told, now: at(days * DAY) });

    expect(whats(later(2))).toEqual([]);
    expect(whats(later(3))).toHaveLength(1);
  });
});

describe('endpoints that serve nobody', () => {
  const kept = (dead: number, live: number): Estate =>
    estate({
      connections: [
        ...Array.from({ length: dead }, (_, index) =>
          aConnection({ endpointId: `vpce-0000000${index}`, state: 'rejected' }),
        ),
        ...Array.from({ length: live }, (_, index) =>
          aConnection({ endpointId: `vpce-1000000${index}`, state: 'available' }),
        ),
      ],
    });

  it.each<[dead: number, live: number, isTold: boolean]>([
    [2, 0, false],
    [3, 0, true],
    [3, 3, false],
    [4, 3, true],
  ])('%i beside %i that serve - told: %s', (dead, live, isTold) => {
    const { due } = dueWarnings(kept(dead, live), []);

    expect(due.map(({ kind, account }) => [kind, account])).toEqual(isTold ? [['left-behind', OWNER]] : []);
  });
});
