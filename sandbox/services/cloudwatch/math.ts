import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { MetricStat } from './definition.ts';
import { notModelled, validation } from './errors.ts';
import { metricIdOf } from './metric.ts';
import { isStatistic } from './statistics.ts';

/** The metric of a query. @throws AwsError `ValidationError`, `NotImplemented` */
const queryStat = ({ Id, MetricStat: stat, AccountId }: MetricDataQuery, account: string): MetricStat => {
  const { Namespace, MetricName, Dimensions } = stat?.Metric ?? {};
  if (stat?.Stat === undefined || stat.Period === undefined || Namespace === undefined || MetricName === undefined) {
    throw validation(`The MetricStat of ${Id} must have Metric with Namespace and MetricName, Period and Stat`);
  }
  if (AccountId !== undefined && AccountId !== account) throw notModelled('metrics of another account');
  if (!isStatistic(stat.Stat)) throw notModelled(`the statistic ${stat.Stat}`);
  const metric = metricIdOf(Namespace, MetricName, Dimensions);
  return { account, metric, statistic: stat.Stat, period: stat.Period, unit: stat.Unit };
};

/** Makes one value from those of the queries, by id. */
type Term = (valueFor: (id: string) => number | undefined) => number | undefined;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([a-z]\w*)|([A-Z_]+)|([-+*/(),]))/y;

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** Reads `(m1 + m2) * 100 / FILL(m3, 1)`. */
class ExpressionReader {
  readonly #text: string;
  readonly #ids: readonly string[];
  readonly #tokens: string[] = [];

  constructor(text: string, ids: readonly string[]) {
    this.#text = text;
    this.#ids = ids;
    TOKEN.lastIndex = 0;
    let end = 0;
    for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
      this.#tokens.push(match[0].trim());
      end = TOKEN.lastIndex;
    }
    if (text.slice(end).trim() !== '') throw this.#unknown(text.slice(end).trim());
  }

  read(): Term {
    const term = this.#sum();
    if (this.#tokens.length > 0) throw this.#unknown(this.#tokens[0] ?? '');
    return term;
  }

  #sum(): Term {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#atom()));
  }

  #chain(signs: readonly string[], next: () => Term): Term {
    let left = next();
    while (signs.includes(this.#tokens[0] ?? '')) {
      const apply = OPERATORS[this.#tokens.shift() ?? ''];
      const [first, second] = [left, next()];
      left = (valueFor) => {
        const [a, b] = [first(valueFor), second(valueFor)];
        if (a === undefined || b === undefined || apply === undefined) return undefined;
        const value = apply(a, b);
        // Nothing is shown for a division by zero.
        return Number.isFinite(value) ? value : undefined;
      };
    }
    return left;
  }

  #atom(): Term {
    const token = this.#tokens.shift() ?? '';
    if (/^\d/.test(token)) return () => Number(token);
    if (this.#ids.includes(token)) return (valueFor) => valueFor(token);
    if (token === '-') {
      const inner = this.#atom();
      return (valueFor) => {
        const value = inner(valueFor);
        return value === undefined ? undefined : -value;
      };
    }
    if (token === '(') {
      const inner = this.#sum();
      this.#expect(')');
      return inner;
    }
    if (token === 'FILL') {
      this.#expect('(');
      const inner = this.#sum();
      this.#expect(',');
      const filling = this.#tokens.shift() ?? '';
      if (!/^\d/.test(filling)) throw this.#unknown(`FILL(..., ${filling})`);
      this.#expect(')');
      return (valueFor) => inner(valueFor) ?? Number(filling);
    }
    throw this.#unknown(token);
  }

  #expect(sign: string): void {
    if (this.#tokens.shift() !== sign)
      throw validation(`Invalid syntax in the expression ${this.#text}: "${sign}" is missing`);
  }

  #unknown(what: string): Error {
    return notModelled(`"${what}" of the metric math expression ${this.#text}: + - * / and FILL(m, number) are`);
  }
}

/** Queries of which one is told: the metrics that it is made of, and how. */
export interface MetricMath {
  readonly inputs: readonly MetricStat[];
  readonly combine: (values: readonly (number | undefined)[]) => number | undefined;
}

/**
 * One of a list of queries, with those that it is made of.
 *
 * @param id the query that is told. @default the one with ReturnData
 * @throws AwsError `ValidationError`; `NotImplemented` for functions, by name.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export const mathOf = (queries: readonly MetricDataQuery[], account: string, id?: string): MetricMath => {
  const told = queries.filter((query) => (id === undefined ? query.ReturnData !== false : query.Id === id));
  const [query] = told;
  if (query === undefined || told.length > 1) {
    throw validation('Exactly one element of the metrics list should return data.');
  }
  const metrics = queries.filter(({ MetricStat: stat }) => stat !== undefined);
  const stats = metrics.map((each) => queryStat(each, account));
  const ids = metrics.map(({ Id }) => Id ?? '');
  if (query.MetricStat !== undefined) {
    const stat = queryStat(query, account);
    return { inputs: [stat], combine: ([value]) => value };
  }
  if (query.Expression === undefined) throw validation(`The query ${query.Id} needs a MetricStat or an Expression`);
  if (/^\s*SELECT\b/i.test(query.Expression)) throw notModelled('Metrics Insights queries');
  if (stats.length === 0) throw validation(`The expression ${query.Expression} names no metric`);
  if (new Set(stats.map(({ period }) => period)).size > 1)
    throw notModelled('an expression over metrics of different periods');
  const term = new ExpressionReader(query.Expression, ids).read();
  return { inputs: stats, combine: (values) => term((name) => values[ids.indexOf(name)]) };
};
