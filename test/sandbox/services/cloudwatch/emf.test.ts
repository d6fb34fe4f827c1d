import { describe, expect, it } from 'vitest';
import { cloudWatchWorld, START } from './cloudwatch-world.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:f';

const lineWith = (more: object, directive: object = {}) => ({
  _aws: {
    Timestamp: START,
    CloudWatchMetrics: [
      { Namespace: 'App', Dimensions: [['service']], Metrics: [{ Name: 'Orders', Unit: 'Count' }], ...directive },
    ],
  },
  service: 'shop',
  ...more,
});

const readAfter = (line: unknown) => {
  const world = cloudWatchWorld();
  world.cloud.metrics.line(FUNCTION, line);
  const faults = world.journal.entries
    .filter(({ what }) => what === 'embedded metrics not read')
    .map(({ detail }) => (detail as { reason: string }).reason);
  const read = (name: string, dimensions: Record<string, string>, statistic = 'Sum') =>
    world.metrics.read(['App', name, dimensions], statistic, START, START + 60_000);
  return { faults, read };
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
describe('a line in the embedded metric format', () => {
  it('becomes a metric for each set of dimensions', () => {
    const { read, faults } = readAfter(
      lineWith({ Orders: 3, shop: 'north' }, { Dimensions: [['service'], ['service', 'shop'], []] }),
    );
    expect(read('Orders', { service: 'shop' })).toBe(3);
    expect(read('Orders', { service: 'shop', shop: 'north' })).toBe(3);
    expect(read('Orders', {})).toBe(3);
    expect(faults).toEqual([]);
  });

  it('with a list of numbers - every one of them counts', () => {
    const { read } = readAfter(lineWith({ Orders: [1, 2, 3] }));
    expect(['SampleCount', 'Sum', 'Maximum', 'p50'].map((each) => read('Orders', { service: 'shop' }, each))).toEqual([
      3, 6, 3, 2,
    ]);
  });

  it('as a text - is read as well', () => {
    expect(readAfter(JSON.stringify(lineWith({ Orders: 3 }))).read('Orders', { service: 'shop' })).toBe(3);
  });

  it.each<readonly [string, unknown, string]>([
    ['no time', { _aws: { CloudWatchMetrics: [] } }, '_aws.Timestamp is no whole number'],
    ['no list', { _aws: { Timestamp: START } }, '_aws has no list CloudWatchMetrics'],
    ['no namespace', lineWith({ Orders: 1 }, { Namespace: 3 }), 'a directive has no Namespace'],
    [
      'a value that is no number',
      lineWith({ Orders: 'many' }),
      'the metric Orders is no number and no list of up to 100 numbers',
    ],
    [
      'a dimension without a text',
      lineWith({ Orders: 1, service: 7 }),
      'the dimension service has no text in the line',
    ],
    [
      'a unit',
      lineWith({ Orders: 1 }, { Metrics: [{ Name: 'Orders', Unit: 'Furlongs' }] }),
      'the metric Orders has the unknown unit Furlongs',
    ],
    [
      '101 values',
      lineWith({ Orders: Array.from({ length: 101 }, () => 1) }),
      'the metric Orders is no number and no list of up to 100 numbers',
    ],
    [
      'a time long ago',
      { ...lineWith({ Orders: 1 }), _aws: { ...lineWith({})._aws, Timestamp: 1 } },
      'The parameter Orders.Timestamp must specify a time within the past two weeks.',
    ],
    ['hostile', { _aws: [] }, '_aws is no object'],
  ])('%s - told in the journal, not thrown', (_what, line, reason) => {
    const { faults, read } = readAfter(line);
    expect(faults).toEqual([reason]);
    expect(read('Orders', { service: 'shop' })).toBeUndefined();
  });

  it.each([
    ['a text', 'plain words with "_aws" in them'],
    ['a number', 7],
    ['nothing', null],
    ['a list', []],
    ['without values', lineWith({})],
  ])('%s - is nothing to read', (_what, line) => {
    expect(readAfter(line).faults).toEqual([]);
  });
});
