import { describe, expect, it } from 'vitest';
import { accountPrincipal, type PrincipalsPlan, type PrincipalsStanding } from '../../functions/domain/principals.ts';
import { explainRun, reportNothing } from '../../functions/domain/principals-report.ts';
import { theModes } from '../support/builders.ts';

const [A, B, C, D] = ['1', '2', '3', '4'].map((digit) => accountPrincipal('aws', digit.repeat(12))) as [
  string,
  string,
  string,
  string,
];
const PLAN: PrincipalsPlan = {
  add: [],
  remove: [],
  withheld: [],
  reverting: [],
  contested: [],
  isOpenToEveryone: false,
  foreign: [],
};
const STANDING: PrincipalsStanding = { modes: theModes(), frozen: false };
const END = { refused: new Set<string>(), isOvertaken: false, hasActed: true };
const WITHHELD = { arn: C, effect: 'principals-add', because: 'everything is paused' } as const;

describe('explainRun', () => {
  it.each<[situation: string, plan: Partial<PrincipalsPlan>, end: Partial<typeof END>, outcome: string]>([
    ['nothing to do', {}, { hasActed: false }, 'nothing'],
    ['something was added', { add: [A] }, {}, 'converged'],
    ['something was removed', { remove: [A] }, {}, 'converged'],
    ['as much was added as removed', { add: [A], remove: [B] }, {}, 'converged'],
    ['something was withheld beside what was added', { add: [A], withheld: [WITHHELD] }, {}, 'withheld'],
    ['EC2 refused what was to be added', { add: [A] }, { refused: new Set([A]) }, 'withheld'],
    ['something is contested, and something withheld', { contested: [B], withheld: [WITHHELD] }, {}, 'contested'],
    ['another run took over, whatever else there is', { add: [A], contested: [B] }, { isOvertaken: true }, 'overtaken'],
    [
      'another run was first, and EC2 was told nothing',
      { add: [A] },
      { isOvertaken: true, hasActed: false },
      'overtaken',
    ],
  ])('%s', (_situation, plan, end, outcome) => {
    expect(explainRun({ ...PLAN, ...plan }, STANDING, { ...END, ...end }).outcome).toBe(outcome);
  });

  it('lists what was done, and what EC2 refused as withheld, each for its effect', () => {
    const plan = { ...PLAN, add: [A, B], remove: [C, D], withheld: [WITHHELD], foreign: ['*'], isOpenToEveryone: true };
    const report = explainRun(plan, STANDING, { ...END, refused: new Set([B, D]) });

    expect(report).toEqual({
      outcome: 'withheld',
      isOpenToEveryone: true,
      added: [A],
      removed: [C],
      withheld: [
        WITHHELD,
        { arn: B, effect: 'principals-add', because: 'EC2 refuses it' },
        { arn: D, effect: 'principals-remove', because: 'EC2 refuses it' },
      ],
      contested: [],
      foreign: ['*'],
      counts: { added: 1, removed: 1, withheld: 3, contested: 0, foreign: 1 },
    });
  });

  it('nothing was done where EC2 was told nothing, whatever was planned', () => {
    const report = explainRun({ ...PLAN, add: [A], remove: [B] }, STANDING, { ...END, hasActed: false });

    expect(report).toMatchObject({ outcome: 'nothing', added: [], removed: [] });
  });

  it('says why effects are withheld, each reason once, whether or not there was anything to do', () => {
    const modes = theModes({ 'principals-add': 'propose' });

    expect(explainRun(PLAN, { modes, frozen: true }, END).because).toBe(
      'the mode of principals-add is propose; the registry is frozen: nothing is removed',
    );
    expect(explainRun(PLAN, STANDING, END)).not.toHaveProperty('because');
  });

  it('of long lists the first hundred, and how many there are', () => {
    const many = Array.from({ length: 130 }, (_, index) => accountPrincipal('aws', String(index).padStart(12, '0')));
    const withheld = many.map((arn) => ({ ...WITHHELD, arn }));
    const plan = { ...PLAN, add: many, remove: many, withheld, contested: many, foreign: many };
    const { counts, ...report } = explainRun(plan, STANDING, END);

    expect(report).toMatchObject({ added: many.slice(0, 100), withheld: withheld.slice(0, 100) });
    expect([report.removed, report.contested, report.foreign].map(({ length }) => length)).toEqual([100, 100, 100]);
    expect(counts).toEqual({ added: 130, removed: 130, withheld: 130, contested: 130, foreign: 130 });
  });
});

it('reportNothing - nothing in any list, and why', () => {
  const none = { added: [], removed: [], withheld: [], contested: [], foreign: [] };

  expect(reportNothing('it is not registered')).toEqual({
    outcome: 'nothing',
    because: 'it is not registered',
    ...none,
    counts: { added: 0, removed: 0, withheld: 0, contested: 0, foreign: 0 },
  });
});
