import type { FaultFamily, Spell, SpellKind } from '../faults/spell.ts';
import { happens, pick, weighted } from '../properties/choices.ts';
import type { Step } from '../properties/history.ts';
import type { Pair, Pairs, PairsDeed, Wellness } from '../properties/pairs/pairs.ts';
import type { Random } from '../random.ts';

/** What pairs go by. */
interface Ground {
  /** The world's length, in milliseconds. */
  readonly span: number;
  /** Endpoint services, whose modes of `dns` records go by. */
  readonly services: readonly string[];
  /** What may go wrong in this world. */
  readonly families: readonly FaultFamily[];
}

/** Names of a world over two regions, and what happens to them. */
export interface GeneratedPairs {
  readonly pairs: Pairs;
  readonly steps: readonly Step[];
}

const MINUTE = 60_000;
/** Before this nothing happens to a pair, in milliseconds: in most worlds it is written and armed by then. */
const READY = 8 * MINUTE;

const pairFrom = (random: Random, index: number, services: readonly string[]): Pair => {
  const routing = weighted(random, [
    [6, 'failover'],
    [1.5, 'weighted'],
    [1, 'simple'],
  ] as const);
  return {
    name: `n${index + 1}`,
    service: pick(random, services),
    zone: pick(random, ['z1', 'z1', 'z2']),
    routing,
    sides: pick(random, ['alias', 'alias', 'targets', 'addresses']),
    ...(routing === 'failover' && happens(random, 0.35) ? { engages: 'manual-armed' as const } : {}),
    ...(routing === 'failover' && happens(random, 0.5) ? { healthyForSeconds: pick(random, [60, 300, 600]) } : {}),
    begins: happens(random, 0.85) ? 'well' : pick(random, ['ill', 'silent']),
  };
};

/** A primary is ill for a while, or for good; in most worlds somebody fails it back then. */
const illness = (random: Random, { name }: Pair, span: number): readonly Step[] => {
  const at = random.between(READY, Math.round(span * 0.7));
  const is: Wellness = pick(random, ['ill', 'ill', 'silent']);
  const steps: Step[] = [{ deed: 'wellness', pair: name, is, when: { at } }];
  if (happens(random, 0.15)) return steps;
  const lasts = happens(random, 0.3) ? random.between(10_000, 150_000) : random.between(3 * MINUTE, 25 * MINUTE);
  const well = Math.min(span - 20, at + lasts);
  steps.push({ deed: 'wellness', pair: name, is: 'well', when: { at: well } });
  if (happens(random, 0.6)) {
    const back = Math.min(span - 10, well + random.between(10_000, 15 * MINUTE));
    const isForced = happens(random, 0.25) ? ({ isForced: true } as const) : {};
    steps.push({ deed: 'order', pair: name, action: 'failback', ...isForced, when: { at: back } });
  }
  return steps;
};

/** Somebody fails a pair over by plan, now and then two at once, and mostly back. */
const planned = (random: Random, { name }: Pair, span: number): readonly Step[] => {
  const at = random.between(READY, Math.round(span * 0.7));
  const over: Step = {
    deed: 'order',
    pair: name,
    action: 'failover',
    ...(happens(random, 0.3) ? { isForced: true } : {}),
    when: { at },
  };
  const steps: Step[] = [over];
  if (happens(random, 0.3)) steps.push({ ...over, when: { at: at + random.between(0, 20_000) } });
  if (happens(random, 0.7)) {
    const back = Math.min(span - 10, at + random.between(30_000, 20 * MINUTE));
    steps.push({ deed: 'order', pair: name, action: 'failback', when: { at: back } });
  }
  return steps;
};

const sideDeed = (random: Random, { name, sides }: Pair): PairsDeed => ({
  deed: 'side',
  pair: name,
  side: pick(random, ['primary', 'primary', 'secondary']),
  event: pick(
    random,
    sides === 'targets' ? ['moves', 'moves', 'moves-untold', 'dies', 'revives'] : ['dies', 'revives'],
  ),
});

/** What people do beside: orders that fit or do not, hands in the zone, modes and pauses. */
const byHand = (random: Random, pair: Pair): PairsDeed => {
  const { name, service, routing } = pair;
  return weighted(random, [
    [
      routing === 'weighted' ? 6 : 0.5,
      { deed: 'order', pair: name, action: 'shift', weight: pick(random, [0, 20, 50, 80, 100]) },
    ],
    [2, { deed: 'order', pair: name, action: pick(random, ['converge', 'follow', 'status', 'failback', 'failover']) }],
    [3, { deed: 'zone', pair: name, what: pick(random, ['beside', 'beside', 'edit', 'drop', 'unmark']) }],
    [1.5, { deed: 'dns-mode', service, mode: pick(random, ['observe', 'propose', 'enforce', 'enforce']) }],
    [1, { deed: 'dns-pause', isPaused: happens(random, 0.5) }],
  ] as const);
};

const eventOf = (random: Random, pair: Pair, span: number): readonly Step[] => {
  const at = random.between(READY, Math.round(span * 0.9));
  const kind = weighted(random, [
    [pair.routing === 'failover' ? 5 : 0, 'illness'],
    [pair.routing === 'failover' ? 2 : 0, 'planned'],
    [pair.sides === 'addresses' ? 0 : 2.5, 'side'],
    [2.5, 'hand'],
  ] as const);
  switch (kind) {
    case 'illness':
      return illness(random, pair, span);
    case 'planned':
      return planned(random, pair, span);
    case 'side':
      return [{ ...sideDeed(random, pair), when: { at } }];
    case 'hand':
      return [{ ...byHand(random, pair), when: { at } }];
  }
};

const FUNCTIONS = ['PlanFailover', 'ConvergeRecord', 'ConvergeRecord', 'AssertLatches', 'WatchFailover', 'LookUpNames'];
const SERVICES = ['route53', 'dynamodb', 'monitoring', 'lambda', 'states', 'events'] as const;
const LACKING = [
  'route53:ChangeResourceRecordSets',
  'route53:CreateHealthCheck',
  'monitoring:PutMetricAlarm',
  'monitoring:PutMetricData',
  'monitoring:DescribeAlarms',
] as const;
const CHANCES = [0.1, 0.3, 0.6, 1] as const;

type Met = Pick<Spell, 'kind' | 'chance'> & Partial<Spell>;
const one = (random: Random, kinds: readonly SpellKind[], on: readonly string[], chances: readonly number[]): Met => ({
  kind: pick(random, kinds),
  on: pick(random, on),
  chance: pick(random, chances),
});

/** What a family does to what keeps names; the others meet it anyhow, or not at all. */
const OF_FAMILIES: Readonly<Partial<Record<FaultFamily, (random: Random) => Met>>> = {
  throttles: (random) => one(random, ['throttle'], SERVICES, CHANCES),
  errors: (random) => one(random, ['error-before', 'error-after'], SERVICES, CHANCES),
  timeouts: (random) => one(random, ['hang-before', 'hang-after'], FUNCTIONS, [0.1, 0.3]),
  kills: (random) => one(random, ['kill-before', 'kill-after'], FUNCTIONS, CHANCES),
  memory: (random) => one(random, ['out-of-memory'], FUNCTIONS, [1]),
  stops: (random) => one(random, ['stop'], ['update-failover'], [0.02, 0.1, 0.3]),
  denied: (random) => one(random, ['denied'], LACKING, [1]),
  down: (random) => ({ kind: 'down', chance: 1, lasts: random.between(2 * MINUTE, 20 * MINUTE) }),
  route53: (random) =>
    happens(random, 0.6)
      ? { kind: 'route53-down', chance: 1, lasts: random.between(MINUTE, 20 * MINUTE) }
      : { kind: 'route53-busy', chance: pick(random, CHANCES) },
  regions: (random) => ({
    kind: 'region-cut',
    chance: 1,
    on: pick(random, ['us-west-2', 'us-west-2', 'us-east-2']),
    lasts: random.between(MINUTE, 20 * MINUTE),
  }),
};

const wrongWith = (random: Random, { span, families }: Ground, moments: readonly number[]): readonly Step[] => {
  const known = families.filter((family) => OF_FAMILIES[family] !== undefined);
  if (known.length === 0) return [];
  return Array.from({ length: pick(random, [0, 1, 1, 2]) }, () => {
    const met = OF_FAMILIES[pick(random, known)]?.(random);
    if (met === undefined) throw new Error('A family that is known does nothing.');
    const lasts = met.lasts ?? random.between(30_000, 10 * MINUTE);
    const near = pick(random, moments) + random.between(-2 * MINUTE, 2 * MINUTE);
    const at = Math.max(0, Math.min(near, span - lasts - 10));
    return { deed: 'spell' as const, ...met, at, lasts };
  });
};

/** People mean well at last: what stands still goes on. */
const goodEndOf = (random: Random, pairs: readonly Pair[], span: number): readonly Step[] =>
  happens(random, 0.2)
    ? []
    : [
        { deed: 'dns-pause', isPaused: false, when: { at: span - 9 } },
        ...[...new Set(pairs.map(({ service }) => service))].map(
          (service): Step => ({ deed: 'dns-mode', service, mode: 'enforce', when: { at: span - 8 } }),
        ),
      ];

/** One to three names of a world over two regions, how their primaries are, what people do by hand, and what goes wrong. */
export const generatePairs = (random: Random, ground: Ground): GeneratedPairs => {
  const { span, services } = ground;
  const pairs = Array.from({ length: pick(random, [1, 2, 2, 3]) }, (_, index) => pairFrom(random, index, services));
  const steps: Step[] = [];
  for (let left = random.between(2, 6); left > 0; left -= 1) steps.push(...eventOf(random, pick(random, pairs), span));
  const moments = steps.flatMap((step) => ('when' in step && 'at' in step.when ? [step.when.at] : []));
  const wrong = wrongWith(random, ground, moments);
  return { pairs: { pairs }, steps: [...steps, ...wrong, ...goodEndOf(random, pairs, span)] };
};
