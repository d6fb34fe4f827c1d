import { describe, expect, it } from 'vitest';
import { WARNING_DETAIL_TYPES } from '../../events/warning.ts';
import type { Connection } from '../../functions/domain/connection.ts';
import type { Admission, Estate } from '../../functions/domain/difference.ts';
import type { Entitlement } from '../../functions/domain/registry.ts';
import { dueWarnings, type Unentitled, WARNING_KINDS } from '../../functions/domain/warnings.ts';
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

describe('a request that is warned of', () => {
  const PK = `REQUEST#${SERVICE_ID}#${ENDPOINT_ID}`;
  const waiting = aConnection({ state: 'pendingAcceptance', createdAt: at(-4 * DAY) });
  const held: Admission = {
    serviceId: SERVICE_ID,
    endpointId: ENDPOINT_ID,
    isRunning: true,
    isWaiting: true,
    isOwned: false,
    takenAt: at(-4 * DAY),
    last: { outcome: 'held', code: 'approval-needed', recordedAt: at(-4 * DAY), customerId: 'acme' },
  };
  const due = (admissions: readonly Admission[], connections: readonly Connection[] = [waiting]) =>
    dueWarnings(estate({ admissions, connections }), []).due.map(({ kind, pk, customerId }) => [kind, pk, customerId]);

  it.each<[situation: string, admissions: readonly Admission[], due: readonly unknown[]]>([
    ['it waits for a person', [held], [['approval', PK, 'acme']]],
    [
      'it waits for a person, and nobody knows whose it is',
      [{ ...held, last: { outcome: 'held', code: 'approval-needed', recordedAt: at(-4 * DAY) } }],
      [['approval', PK, undefined]],
    ],
    [
      'it is held for something else',
      [{ ...held, last: { outcome: 'held', code: 'paused', recordedAt: at(-4 * DAY) } }],
      [],
    ],
    ['nobody waits with it any more', [{ ...held, isWaiting: false }], []],
    ['nobody knows since when it is held', [{ ...held, last: { outcome: 'held', code: 'approval-needed' } }], []],
    ['a run that never decided has it in hand', [{ ...held, last: undefined } as never], [['pending', PK, undefined]]],
    [
      'another service’s request of that id was decided',
      [{ ...held, serviceId: 'vpce-svc-0fedcba9876543210' }],
      [['pending', PK, undefined]],
    ],
    ['nobody has looked at it', [], [['pending', PK, undefined]]],
  ])('%s', (_situation, admissions, expected) => {
    expect(due(admissions)).toEqual(expected);
  });

  it('EC2 does not list it any more, or shows another state - nobody is told', () => {
    expect(due([held], [])).toEqual([]);
    expect(due([], [{ ...waiting, state: 'available' }])).toEqual([]);
  });

  it('EC2 does not say since when it waits - nobody knows whether it is too long', () => {
    const { createdAt: _unknown, ...undated } = waiting;

    expect(due([], [undated])).toEqual([]);
  });
});

describe('a connection that is not entitled, where the mode does not act', () => {
  const unentitled: readonly Unentitled[] = [
    {
      connection: aConnection({ state: 'available' }),
      revocation: {
        verdict: 'propose',
        code: 'contract-ended',
        sentence: '',
        action: '',
        rules: [],
        customerId: 'acme',
      },
    },
    {
      connection: aConnection({ state: 'available' }),
      revocation: { verdict: 'observe', code: 'requester-unknown', sentence: '', action: '', rules: [] },
    },
  ];

  it('is told with whose it is: a customer’s, or an account’s', () => {
    const { due } = dueWarnings(estate({}), unentitled);

    expect(due.map(({ customerId, sentence }) => [customerId, / of (?:account )?\S+ /.exec(sentence)?.[0]])).toEqual([
      ['acme', ' of acme '],
      [undefined, ` of account ${OWNER} `],
    ]);
  });

  it('is told of the one endpoint', () => {
    const { due } = dueWarnings(estate({}), unentitled);

    expect(new Set(due.map(({ pk, sk }) => `${pk} ${sk}`))).toEqual(
      new Set([`REQUEST#${SERVICE_ID}#${ENDPOINT_ID} WARNED#revocation`]),
    );
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

  it('are those that their owner must delete: rejected, failed, expired - and not what is deleted already', () => {
    const all = (['rejected', 'failed', 'expired', 'deleted', 'deleting'] as const).map((state, index) =>
      aConnection({ state, endpointId: `vpce-0000000${index}` }),
    );
    const told = (connections: readonly Connection[]) => dueWarnings(estate({ connections }), []).due;

    expect(told(all).map(({ what, pk }) => [what, pk])).toEqual([['3', `OWNER#${SERVICE_ID}#${OWNER}`]]);
    expect(told(all.slice(1))).toEqual([]);
  });

  it('are counted for each account by itself', () => {
    const connections = ['111111111111', '111111111111', '222222222222'].map((owner, index) =>
      aConnection({ owner, state: 'rejected', endpointId: `vpce-0000000${index}` }),
    );

    expect(dueWarnings(estate({ connections }), []).due).toEqual([]);
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
