import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../../sandbox/services/scheduler/expression.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const iso = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString().slice(0, 16);

describe('cron', () => {
  it.each([
    ['every minute', '* * * * ? *', '2026-11-23T01:00:00', '2026-11-23T01:01'],
    ['a time that is now - the next day', '0 1 * * ? *', '2026-11-23T01:00:00', '2026-11-24T01:00'],
    ['every fifteen minutes', '0/15 * * * ? *', '2026-11-23T01:46:00', '2026-11-23T02:00'],
    ['steps within a range', '10-30/10 8 * * ? *', '2026-11-23T08:10:00', '2026-11-23T08:20'],
    ['working days, from Friday evening', '0 18 ? * MON-FRI *', '2026-11-27T18:00:00', '2026-11-30T18:00'],
    ['numbers of days begin at Sunday', '0 0 ? * 1 *', '2026-11-23T00:00:00', '2026-11-29T00:00'],
    ['the last day of the month', '0 0 L * ? *', '2026-02-01T00:00:00', '2026-02-28T00:00'],
    ['the last day but two', '0 0 L-2 * ? *', '2026-02-01T00:00:00', '2026-02-26T00:00'],
    ['the working day next to a Sunday', '0 0 15W * ? *', '2026-11-01T00:00:00', '2026-11-16T00:00'],
    ['the working day next to a Saturday the first', '0 0 1W * ? *', '2026-07-31T00:00:00', '2026-08-03T00:00'],
    ['the last working day', '0 0 LW * ? *', '2026-01-01T00:00:00', '2026-01-30T00:00'],
    ['the second Tuesday', '0 0 ? * TUE#2 *', '2026-11-01T00:00:00', '2026-11-10T00:00'],
    ['the last Friday', '0 0 ? * 6L *', '2026-11-01T00:00:00', '2026-11-27T00:00'],
    ['a month by name', '0 0 1 FEB ? *', '2026-11-23T00:00:00', '2027-02-01T00:00'],
    ['a leap day', '0 0 29 2 ? *', '2026-11-23T00:00:00', '2028-02-29T00:00'],
    ['a year that is past', '0 0 1 1 ? 2025', '2026-11-23T00:00:00', undefined],
    ['a day that no month has', '0 0 31 2 ? *', '2026-11-23T00:00:00', undefined],
  ])('%s', (_, inside, after, expected) => {
    expect(iso(parseExpression(`cron(${inside})`).next(at(after), 0))).toBe(expected);
  });

  it.each([
    ['five fields', '* * * * ?', 'six fields'],
    ['both days', '0 0 1 * MON *', 'exactly one of'],
    ['neither day', '0 0 ? * ? *', 'exactly one of'],
    ['a minute too great', '60 * * * ? *', 'minutes'],
    ['a name that is none', '0 0 ? * MOO *', 'day-of-week'],
    ['a range backwards', '0 5-3 * * ? *', 'hours'],
  ])('is refused with %s', (_, inside, reason) => {
    expect(() => parseExpression(`cron(${inside})`)).toThrow(
      expect.objectContaining({ code: 'ValidationException', message: expect.stringContaining(reason) }),
    );
  });
});

describe('rate', () => {
  it('counts from its start', () => {
    const start = at('2026-11-23T01:00:00');
    const expression = parseExpression('rate(5 minutes)');
    expect(expression.next(start - 1, start)).toBe(start);
    expect(expression.next(start, start)).toBe(start + 300_000);
    expect(expression.next(start + 301_000, start)).toBe(start + 600_000);
  });

  it.each(['rate(0 minutes)', 'rate(5 seconds)', 'rate(minutes)', 'every(5)'])('%s is refused', (text) => {
    expect(() => parseExpression(text)).toThrow(expect.objectContaining({ code: 'ValidationException' }));
  });
});

describe('at', () => {
  it('is once', () => {
    const expression = parseExpression('at(2026-11-23T02:00:00)');
    expect(expression.next(at('2026-11-23T01:00:00'), 0)).toBe(at('2026-11-23T02:00:00'));
    expect(expression.next(at('2026-11-23T02:00:00'), 0)).toBeUndefined();
  });

  it.each(['at(2026-13-01T00:00:00)', 'at(tomorrow)'])('%s is refused', (text) => {
    expect(() => parseExpression(text)).toThrow(expect.objectContaining({ code: 'ValidationException' }));
  });
});
