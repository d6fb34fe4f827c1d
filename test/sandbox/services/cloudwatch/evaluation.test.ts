import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AlarmState,
  type Comparison,
  judge,
  type Rule,
  TREATMENTS,
  type Treatment,
} from '../../../../sandbox/services/cloudwatch/evaluation.ts';

/** What AWS's tables say, by how missing data is treated: missing, ignore, breaching, notBreaching. */
type Row = readonly [data: string, filled: number, ...states: readonly (AlarmState | 'as it was')[]];

/** Three out of three, of five retrieved. */
const THREE_OF_THREE: readonly Row[] = [
  ['0 - X - X', 0, 'OK', 'OK', 'OK', 'OK'],
  ['0 - - - -', 2, 'OK', 'OK', 'OK', 'OK'],
  ['- - - - -', 3, 'INSUFFICIENT_DATA', 'as it was', 'ALARM', 'OK'],
  ['0 X X - X', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['- - X - -', 2, 'ALARM', 'as it was', 'ALARM', 'OK'],
];

/** Two out of three, of five retrieved. */
const TWO_OF_THREE: readonly Row[] = [
  ['0 - X - X', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 1, 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 2, 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - X -', 2, 'ALARM', 'as it was', 'ALARM', 'OK'],
];

const rule = (datapointsToAlarm: number, treatMissingData: Treatment, evaluationPeriods = 3): Rule => ({
  comparison: 'GreaterThanThreshold',
  threshold: 0,
  evaluationPeriods,
  datapointsToAlarm,
  treatMissingData,
});

const pointsOf = (data: string): readonly (number | undefined)[] =>
  data.split(' ').map((sign) => (sign === 'X' ? 1 : sign === '0' ? 0 : undefined));

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
describe("the tables of AWS's page on missing data", () => {
  const cases = [
    ...THREE_OF_THREE.map((row) => [3, ...row] as const),
    ...TWO_OF_THREE.map((row) => [2, ...row] as const),
  ].flatMap(([needed, data, filled, ...states]) =>
    TREATMENTS.map((treatment, index) => ({ needed, data, filled, treatment, state: states[index] })),
  );

  it.each(cases)('$needed out of 3, $data, $treatment - $state', ({ needed, data, filled, treatment, state }) => {
    const verdict = judge(rule(needed, treatment), pointsOf(data), 'OK');

    expect(verdict.state ?? 'as it was').toBe(state);
    expect(verdict.filled).toBe(filled);
  });

  it.each(['- - - - X', '- - - X -'])('%s is too early for three out of three - no alarm', (data) => {
    expect(judge(rule(3, 'missing'), pointsOf(data), 'OK').state).toBe('OK');
    expect(judge(rule(3, 'missing'), pointsOf(data), 'as it was').state).toBeUndefined();
    expect(judge(rule(3, 'ignore'), pointsOf(data), 'OK').state).toBeUndefined();
  });
});

describe('comparisons', () => {
  it.each<readonly [Comparison, readonly AlarmState[]]>([
    ['GreaterThanThreshold', ['OK', 'OK', 'ALARM']],
    ['GreaterThanOrEqualToThreshold', ['OK', 'ALARM', 'ALARM']],
    ['LessThanThreshold', ['ALARM', 'OK', 'OK']],
    ['LessThanOrEqualToThreshold', ['ALARM', 'ALARM', 'OK']],
  ])('%s, of a value below, at and above the threshold - %s', (comparison, states) => {
    const judged = [1, 2, 3].map(
      (value) => judge({ ...rule(1, 'missing', 1), comparison, threshold: 2 }, [value], 'OK').state,
    );
    expect(judged).toEqual(states);
  });
});

const signs = fc.constantFrom('0', 'X', '-');

describe('whatever the data', () => {
  it('enough of it - how missing data is treated does not matter', () => {
    fc.assert(
      fc.property(fc.array(signs, { minLength: 5, maxLength: 5 }), fc.integer({ min: 1, max: 3 }), (data, needed) => {
        fc.pre(data.filter((sign) => sign !== '-').length >= 3);
        const states = TREATMENTS.map(
          (treatment) => judge(rule(needed, treatment), pointsOf(data.join(' ')), 'OK').state,
        );
        expect(new Set(states).size).toBe(1);
      }),
    );
  });

  it('a breaching value more - never makes an alarm of fewer', () => {
    fc.assert(
      fc.property(
        fc.array(signs, { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('breaching' as const, 'notBreaching' as const),
        (data, needed, treatment) => {
          const worse = data.map((sign) => (sign === '0' ? 'X' : sign));
          const [before, after] = [data, worse].map(
            (each) => judge(rule(needed, treatment), pointsOf(each.join(' ')), 'OK').state,
          );
          expect(before === 'ALARM' && after !== 'ALARM').toBe(false);
        },
      ),
    );
  });
});
