import { AwsError } from '../errors.ts';
import { parseCron } from './cron.ts';

/** When a schedule runs, as an expression says it. Times are milliseconds since the epoch. */
export interface Expression {
  readonly kind: 'at' | 'rate' | 'cron';
  /**
   * The first time after `after`, or undefined where there is none.
   *
   * @param start what a rate counts from: its first run is at `start` itself
   */
  next(after: number, start: number): number | undefined;
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const rejected = (text: string, reason: string): AwsError =>
  new AwsError('ValidationException', `Invalid Schedule Expression ${text}: ${reason}.`);

const parseAt = (text: string, inside: string): Expression => {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inside) ? Date.parse(`${inside}Z`) : Number.NaN;
  if (Number.isNaN(time)) throw rejected(text, 'at() takes a time such as at(2026-11-23T01:00:00)');
  return { kind: 'at', next: (after) => (time > after ? time : undefined) };
};

const parseRate = (text: string, inside: string): Expression => {
  const [, value = '', unit = ''] = /^(\d+)\s+(minute|hour|day)s?$/.exec(inside.trim()) ?? [];
  const period = Number(value) * (UNITS[unit] ?? 0);
  if (!(period > 0))
    throw rejected(text, 'rate() takes a number from 1 on and minutes, hours or days, such as rate(5 minutes)');
  return {
    kind: 'rate',
    next: (after, start) => (start > after ? start : start + (Math.floor((after - start) / period) + 1) * period),
  };
};

const parseCronExpression = (text: string, inside: string): Expression => {
  try {
    const cron = parseCron(inside);
    return { kind: 'cron', next: (after) => cron.next(after) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw rejected(text, error.message);
  }
};

/**
 * Reads `at(2026-11-23T01:00:00)`, `rate(5 minutes)` or `cron(0 9 ? * MON-FRI *)`, in UTC
 * (docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
 *
 * @throws AwsError `ValidationException`
 */
export const parseExpression = (text: string): Expression => {
  const [, kind, inside = ''] = /^(at|rate|cron)\((.*)\)$/.exec(text.trim()) ?? [];
  if (kind === 'at') return parseAt(text, inside);
  if (kind === 'rate') return parseRate(text, inside);
  if (kind === 'cron') return parseCronExpression(text, inside);
  throw rejected(text, 'use at(...), rate(...) or cron(...)');
};
