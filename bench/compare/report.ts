import type { Outcome } from './happenings.ts';
import { type Figures, KEEPERS, type Keeper } from './meter.ts';

/** What the comparison came to. */
export interface Comparison {
  readonly seed: number;
  /** So many healthy targets should be left whatever is taken away. */
  readonly floor: number;
  readonly outcomes: readonly Outcome[];
  /** What the refresher itself failed with, and how often. */
  readonly refresherFailures: number;
}

/** What is added up over all that happened. */
const ADDED = ['belowFloor', 'none', 'failing', 'stale', 'calls', 'balancerCalls'] as const;

/** The figures of everything that happened, added up. */
export type Totals = Readonly<Record<(typeof ADDED)[number], number>>;

/** Adds up what one target group went through. */
export const totalsOf = (outcomes: readonly Outcome[], keeper: Keeper): Totals =>
  Object.fromEntries(
    ADDED.map((figure) => [figure, outcomes.reduce((sum, each) => sum + each[keeper][figure], 0)]),
  ) as unknown as Totals;

/** What a keeper lost by its own hand, in words. */
const lossesOf = (own: Figures, floor: number): readonly string[] => [
  ...(own.lowestByHand !== undefined && own.lowestByHand < floor
    ? [`took healthy targets away until ${own.lowestByHand} were left, of ${floor} at least`]
    : []),
  ...(own.foreign.length > 0 ? [`sent customers to ${own.foreign.join(', ')}, which is somebody else's`] : []),
  ...(own.inLine === undefined ? ['did not come back in line'] : []),
];

const otherThan = (keeper: Keeper): Keeper => (keeper === 'concierge' ? 'refresher' : 'concierge');

const DURATIONS = [
  ['none', 'was without a healthy target for'],
  ['belowFloor', 'was below the floor for'],
  ['failing', 'failed new connections worth'],
] as const;

/**
 * What a keeper lost, a line each: by its own hand at each thing that happened, and beside the other one in all. Of a single thing no durations
 * are compared: when its minute comes is luck.
 */
export const allLossesOf = ({ outcomes, floor }: Comparison, keeper: Keeper): readonly string[] => {
  const [own, other] = [totalsOf(outcomes, keeper), totalsOf(outcomes, otherThan(keeper))];
  return [
    ...outcomes.flatMap((each) => lossesOf(each[keeper], floor).map((loss) => `${each.name}: it ${loss}`)),
    ...DURATIONS.flatMap(([figure, words]) =>
      own[figure] > other[figure] ? [`in all: it ${words} ${own[figure]} s, the other ${other[figure]} s`] : [],
    ),
  ];
};

/** Where a keeper's connections failed for longer than the other's, although it lost nothing by its own hand. */
const pricesOf = ({ outcomes }: Comparison, keeper: Keeper): readonly string[] =>
  outcomes.flatMap(({ name, ...of }) => {
    const [own, other] = [of[keeper].failing, of[otherThan(keeper)].failing];
    return own > other ? [`${name}: ${own} s' worth of new connections, the other ${other}`] : [];
  });

const HEADINGS = [
  'what happens',
  'kept by',
  'fewest',
  'by hand',
  'below',
  'none',
  'failed',
  'stale',
  'foreign',
] as const;
const MORE = ['in line', 'calls', 'ELB'] as const;

const LEGEND = (floor: number): readonly string[] => [
  `fewest   the fewest healthy targets that served; the floor is ${floor}`,
  'by hand  the fewest healthy ones left when the keeper took one of them away; - = it took none',
  'below    seconds below the floor; none: without any; in line: seconds from its end until all was well',
  "failed   seconds' worth of new connections that reached no node of the proxy",
  'stale    target-seconds of sending to a node that died, or to somebody else',
  'calls    of AWS by the keeper; ELB: those that count against the ten a second of the account',
];

const cellsOf = (figures: Figures): readonly string[] => [
  ...[String(figures.lowest), String(figures.lowestByHand ?? '-'), String(figures.belowFloor), String(figures.none)],
  ...[String(figures.failing), String(figures.stale), String(figures.foreign.length)],
  ...[figures.inLine === undefined ? 'never' : String(figures.inLine)],
  ...[String(figures.calls), String(figures.balancerCalls)],
];

const totalCellsOf = ({ belowFloor, none, failing, stale, calls, balancerCalls }: Totals): readonly string[] => [
  ...['', '', String(belowFloor), String(none), String(failing), String(stale), '', ''],
  ...[String(calls), String(balancerCalls)],
];

const tableOf = ({ outcomes }: Comparison): string => {
  const rows = outcomes.flatMap((each) =>
    KEEPERS.map((keeper, index) => [index === 0 ? each.name : '', keeper, ...cellsOf(each[keeper])]),
  );
  const totals = KEEPERS.map((keeper, index) => [
    index === 0 ? 'in all' : '',
    keeper,
    ...totalCellsOf(totalsOf(outcomes, keeper)),
  ]);
  const all = [[...HEADINGS, ...MORE], ...rows, ...totals];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const [headings = [], ...others] = all;
  return [line(headings), rule, ...others.map(line)].join('\n');
};

const listed = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((each) => `  ${each}`)];

/** What a person reads: a table, what each of the two lost, and what keeping old targets costs. */
export const tellComparison = (comparison: Comparison): string => {
  const ours = allLossesOf(comparison, 'concierge');
  return [
    tableOf(comparison),
    '',
    ...LEGEND(comparison.floor),
    ...listed('The refresher lost:', allLossesOf(comparison, 'refresher')),
    ...listed('The Concierge lost:', ours),
    ...(ours.length === 0 ? ['', 'The Concierge lost nothing of the kind.'] : []),
    ...listed(
      'What the Concierge pays for keeping a target that only DNS has forgotten: health checks have to find out that a node died.',
      pricesOf(comparison, 'concierge'),
    ),
  ].join('\n');
};
