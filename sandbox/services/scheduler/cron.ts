/** A cron schedule's next minute. */
export interface Cron {
  /** The first whole minute after `after` that fits, in milliseconds since the epoch; undefined where none is left until 2199. */
  next(after: number): number | undefined;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const DAY = 86_400_000;
const LAST_YEAR = 2199;

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names that stand for numbers, the first for `least`. */
  readonly names?: readonly string[];
}

const MINUTES: Field = { name: 'minutes', least: 0, most: 59 };
const HOURS: Field = { name: 'hours', least: 0, most: 23 };
const MONTH: Field = { name: 'month', least: 1, most: 12, names: MONTHS };
const YEAR: Field = { name: 'year', least: 1970, most: LAST_YEAR };
const DAY_OF_MONTH: Field = { name: 'day-of-month', least: 1, most: 31 };
const DAY_OF_WEEK: Field = { name: 'day-of-week', least: 1, most: 7, names: WEEKDAYS };

const fault = (field: Field, text: string): RangeError =>
  new RangeError(`"${text}" is not a value of the field ${field.name}, which takes ${field.least} to ${field.most}`);

const numberIn = (field: Field, text: string): number => {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + field.least : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= field.least && value <= field.most)) throw fault(field, text);
  return value;
};

/** `*`, `5`, `1-5`, `MON-FRI`, `0/15`, `*\/15`, `1-20/3`, and lists of them. */
const readValues = (field: Field, text: string): ReadonlySet<number> => {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step, ...more] = part.split('/');
    const by = step === undefined ? 1 : Number(step);
    if (more.length > 0 || !Number.isInteger(by) || by < 1) throw fault(field, part);
    const [first = '', last, ...others] = range.split('-');
    if (others.length > 0) throw fault(field, part);
    const low = range === '*' ? field.least : numberIn(field, first);
    const high = last !== undefined ? numberIn(field, last) : range === '*' || step !== undefined ? field.most : low;
    if (high < low) throw fault(field, part);
    for (let value = low; value <= high; value += by) values.add(value);
  }
  return values;
};

/** A day in UTC, with what its month and week make of it. */
interface Day {
  readonly date: number;
  /** 1 = Sunday. */
  readonly weekday: number;
  readonly daysInMonth: number;
}

type DayTest = (day: Day) => boolean;

/** The weekday (Monday to Friday) of the month that is nearest to `date`; it never leaves the month. */
const nearestWorkday = (date: number, day: Day): number => {
  const wanted = Math.min(date, day.daysInMonth);
  const weekday = (((day.weekday - 1 + wanted - day.date) % 7) + 7) % 7;
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === day.daysInMonth ? wanted - 2 : wanted + 1;
  return wanted;
};

const dayOfMonth = (text: string): DayTest => {
  if (text === 'L') return (day) => day.date === day.daysInMonth;
  const beforeEnd = /^L-(\d+)$/.exec(text)?.[1];
  if (beforeEnd !== undefined) return (day) => day.date === day.daysInMonth - Number(beforeEnd);
  if (text === 'LW') return (day) => day.date === nearestWorkday(day.daysInMonth, day);
  const workday = /^(\d+)W$/.exec(text)?.[1];
  if (workday !== undefined) {
    const date = numberIn(DAY_OF_MONTH, workday);
    return (day) => day.date === nearestWorkday(date, day);
  }
  const values = readValues(DAY_OF_MONTH, text);
  return (day) => values.has(day.date);
};

const dayOfWeek = (text: string): DayTest => {
  if (text === 'L') return (day) => day.weekday === 7;
  const last = /^(\w+)L$/.exec(text)?.[1];
  if (last !== undefined) {
    const weekday = numberIn(DAY_OF_WEEK, last);
    return (day) => day.weekday === weekday && day.date + 7 > day.daysInMonth;
  }
  const [name = '', nth] = text.split('#');
  if (nth !== undefined) {
    const weekday = numberIn(DAY_OF_WEEK, name);
    const count = numberIn({ name: 'day-of-week#', least: 1, most: 5 }, nth);
    return (day) => day.weekday === weekday && Math.ceil(day.date / 7) === count;
  }
  const values = readValues(DAY_OF_WEEK, text);
  return (day) => values.has(day.weekday);
};

const readDays = (ofMonth: string, ofWeek: string): DayTest => {
  if ((ofMonth === '?') === (ofWeek === '?')) {
    throw new RangeError('exactly one of day-of-month and day-of-week must be ?');
  }
  return ofMonth === '?' ? dayOfWeek(ofWeek) : dayOfMonth(ofMonth);
};

/**
 * Reads the inside of `cron(...)`: minutes, hours, day-of-month, month, day-of-week, year, in UTC, with
 * `, - * ? / L W #` (docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html, "Cron-based schedules").
 *
 * @throws RangeError saying which field is wrong
 */
export const parseCron = (text: string): Cron => {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 6) throw new RangeError(`a cron expression has six fields, not ${fields.length}`);
  const [minuteText = '', hourText = '', ofMonth = '', monthText = '', ofWeek = '', yearText = ''] = fields;
  const minutes = [...readValues(MINUTES, minuteText)].sort((a, b) => a - b);
  const hours = [...readValues(HOURS, hourText)].sort((a, b) => a - b);
  const months = readValues(MONTH, monthText);
  const years = readValues(YEAR, yearText);
  const fitsDay = readDays(ofMonth, ofWeek);

  const fits = (midnight: number): boolean => {
    const day = new Date(midnight);
    if (!years.has(day.getUTCFullYear()) || !months.has(day.getUTCMonth() + 1)) return false;
    const daysInMonth = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
    return fitsDay({ date: day.getUTCDate(), weekday: day.getUTCDay() + 1, daysInMonth });
  };

  return {
    next(after) {
      const end = Date.UTC(LAST_YEAR + 1, 0, 1);
      for (let midnight = Math.floor(after / DAY) * DAY; midnight < end; midnight += DAY) {
        if (!fits(midnight)) continue;
        for (const hour of hours) {
          for (const minute of minutes) {
            const at = midnight + (hour * 60 + minute) * 60_000;
            if (at > after) return at;
          }
        }
      }
      return undefined;
    },
  };
};
