import { happens, pick } from '../properties/choices.ts';
import type { Step } from '../properties/history.ts';
import type { Estate, EstateBinding } from '../properties/targets/estate.ts';
import type { Random } from '../random.ts';
import type { GeneratedEstate } from './generate-estate.ts';

/** What an estate may lean to. */
export type EstateLeaning =
  /** Little that keeps a target. */
  | 'doubts'
  /** Nodes that never serve. */
  | 'barren'
  /** Runs that are stopped in the middle. */
  | 'orphans'
  /** Target groups that take no more. */
  | 'full'
  /** Nothing but looks. */
  | 'observed';

/** When everything has been registered and is healthy, in milliseconds. */
const SETTLED = 420_000;

const hostsFrom = (random: Random, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `10.200.${index % 3}.${10 * index + random.between(10, 19)}`);

const estateOf = (random: Random, more: Pick<Estate, 'proxies' | 'hosts' | 'bindings'> & Partial<Estate>): Estate => ({
  groups: [
    { name: 'g1', isCrossZone: true, saidBy: 'group', drains: pick(random, [0, 60]) },
    { name: 'g2', isCrossZone: true, saidBy: 'balancer', drains: pick(random, [0, 60]) },
  ],
  elbv2: { registering: [10_000, 30_000] },
  dns: {},
  rds: {
    nodes: pick(random, [2, 3]),
    proxyTtl: 5,
    timings: { proxyCreating: [10_000, 40_000], endpointCreating: [10_000, 40_000] },
  },
  ...more,
});

const PROXY = { name: 'p1', zones: 2, endpoints: [] } as const;

/** DNS names somebody else alone for some minutes; hosts move to fewer addresses; nothing else goes wrong. */
const doubts = (random: Random): GeneratedEstate => {
  const bounds: Partial<EstateBinding> = { maxRemovalRatio: pick(random, [0.25, 1]), minHealthy: 2 };
  const at = random.between(SETTLED, SETTLED + 300_000);
  const moved: readonly Step[] = [
    { deed: 'host', host: 'h1', addresses: [`10.200.0.${random.between(100, 120)}`], when: { at } },
  ];
  const kind = pick(random, ['dns-near-alone', 'dns-near-alone', 'dns-foreign', 'dns-empty'] as const);
  return {
    estate: estateOf(random, {
      proxies: [PROXY],
      hosts: [{ name: 'h1', addresses: hostsFrom(random, 4) }],
      bindings: [
        {
          name: 'b1',
          service: 'orders',
          group: 'g1',
          port: 5432,
          source: 'p1',
          ...(happens(random, 0.5) ? { missesBeforeRemoval: 2 } : {}),
        },
        { name: 'b2', service: 'orders', group: 'g2', port: 5432, source: 'h1', missesBeforeRemoval: 2, ...bounds },
      ],
    }),
    steps: [
      { deed: 'target', action: 'register', binding: 'b1', address: '10.99.0.21', when: { at: 200_000 } },
      ...moved,
      {
        deed: 'proxy',
        proxy: 'p1',
        event: 'rotate-at-once',
        number: 0,
        when: { at: at + random.between(1_000_000, 1_400_000) },
      },
      {
        deed: 'spell',
        kind,
        at: at + random.between(-60_000, 60_000),
        lasts: 600_000,
        chance: 1,
        on: kind === 'dns-empty' ? 'h1' : 'p1',
      },
    ],
  };
};

/** All nodes are replaced by such as never serve, and nobody replaces those. */
const barren = (random: Random): GeneratedEstate => ({
  estate: estateOf(random, {
    proxies: [PROXY],
    hosts: [],
    bindings: [
      {
        name: 'b1',
        service: 'orders',
        group: 'g1',
        port: 5432,
        source: 'p1',
        healthyWithinSeconds: pick(random, [240, 300]),
      },
    ],
  }),
  steps: [
    {
      deed: 'proxy',
      proxy: 'p1',
      event: 'rotate-barren',
      number: 0,
      when: { at: random.between(SETTLED, 2 * SETTLED) },
    },
  ],
});

/** Nodes are replaced, and who follows is stopped again and again. */
const orphans = (random: Random): GeneratedEstate => ({
  estate: estateOf(random, {
    proxies: [PROXY],
    hosts: [],
    bindings: [{ name: 'b1', service: 'orders', group: 'g1', port: 5432, source: 'p1' }],
  }),
  steps: [
    {
      deed: 'proxy',
      proxy: 'p1',
      event: 'rotate-at-once',
      number: 0,
      when: { at: random.between(SETTLED, 2 * SETTLED) },
    },
    happens(random, 0.5)
      ? {
          deed: 'spell',
          kind: 'stop',
          at: SETTLED,
          lasts: 2 * SETTLED,
          chance: pick(random, [0.05, 0.1]),
          on: 'refresh-targets',
        }
      : {
          deed: 'fault',
          fault: { kind: 'stop-at-state', on: 'Record the end', nth: pick(random, [2, 2, 3]), by: 'refresh-' },
        },
  ],
});

/** A source moves, and its target group takes no more than it has. */
const full = (random: Random): GeneratedEstate => {
  const when = { at: random.between(SETTLED, 2 * SETTLED) };
  return {
    estate: estateOf(random, {
      proxies: [],
      hosts: [{ name: 'h1', addresses: hostsFrom(random, 3) }],
      bindings: [{ name: 'b1', service: 'orders', group: 'g1', port: 5432, source: 'h1' }],
      elbv2: {
        registering: [10_000, 30_000],
        limits: { targetsPerGroup: pick(random, [3, 4]) },
        uncertain: { drainingCounts: happens(random, 0.5) },
      },
    }),
    steps: [{ deed: 'host', host: 'h1', addresses: ['10.200.0.101', '10.200.1.102', '10.200.2.103'], when }],
  };
};

/** Nodes are replaced, and somebody only looks on. */
const observed = (random: Random): GeneratedEstate => {
  const { estate } = orphans(random);
  return {
    estate,
    steps: [
      {
        deed: 'proxy',
        proxy: 'p1',
        event: 'rotate-at-once',
        number: 0,
        when: { at: random.between(SETTLED, 2 * SETTLED) },
      },
    ],
  };
};

const KINDS: Readonly<Record<EstateLeaning, (random: Random) => GeneratedEstate>> = {
  doubts,
  barren,
  orphans,
  full,
  observed,
};

/** A world's estate that leans to something. */
export const leaningEstate = (random: Random, leaning: EstateLeaning, span: number): GeneratedEstate => {
  const { estate, steps } = KINDS[leaning](random);
  const mode = leaning === 'observed' ? 'observe' : 'enforce';
  const end = { when: { at: span - 8 } };
  const modes = (['targets-add', 'targets-remove'] as const).map(
    (effect): Step => ({ deed: 'mode', effect, mode, when: { at: 1_000 } }),
  );
  return { estate, steps: [...modes, ...steps, ...modes.map((step) => ({ ...step, ...end }))] };
};
