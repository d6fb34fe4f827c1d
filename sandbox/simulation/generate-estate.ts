import type { FaultFamily } from '../faults/spell.ts';
import { happens, pick, weighted } from '../properties/choices.ts';
import type { Deed, Step } from '../properties/history.ts';
import type {
  Estate,
  EstateBinding,
  EstateGroup,
  EstateHost,
  EstateProxy,
  ProxyEvent,
} from '../properties/targets/estate.ts';
import type { Random } from '../random.ts';
import { estateSpells } from './generate-estate-spells.ts';

/** What an estate goes by. */
interface Ground {
  /** The world's length, in milliseconds. */
  readonly span: number;
  /** Endpoint services, whose modes and pauses bindings go by. */
  readonly services: readonly string[];
  /** What may go wrong in this world. */
  readonly families: readonly FaultFamily[];
}

/** What a world has behind its load balancers, and what happens to it. */
export interface GeneratedEstate {
  readonly estate: Estate;
  readonly steps: readonly Step[];
}

/** The port that is checked, and two others. */
const PORTS = [5432, 6432, 7432] as const;
/** Nobody's that a source is: what people register by hand. */
const STRANGERS = ['10.99.0.21', '10.99.1.22', '10.99.2.23'] as const;

const hostAddress = (random: Random): string => `10.200.${random.between(0, 2)}.${random.between(10, 60)}`;

const hostAddresses = (random: Random): readonly string[] => [
  ...new Set(Array.from({ length: pick(random, [1, 2, 2, 3]) }, () => hostAddress(random))),
];

const proxiesFrom = (random: Random, count: number): readonly EstateProxy[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `p${index + 1}`,
    zones: pick(random, [2, 2, 3]),
    endpoints: happens(random, 0.3) ? ['ro'] : [],
  }));

const groupsFrom = (random: Random, count: number): readonly EstateGroup[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `g${index + 1}`,
    isCrossZone: happens(random, 0.5),
    saidBy: pick(random, ['group', 'balancer']),
    drains: pick(random, [0, 30, 60, 300]),
  }));

const boundsFrom = (random: Random): Partial<EstateBinding> => ({
  ...(happens(random, 0.4) ? { minHealthy: pick(random, [1, 2, 2]) } : {}),
  ...(happens(random, 0.4) ? { maxRemovalRatio: pick(random, [0.2, 0.3, 1, 1]) } : {}),
  ...(happens(random, 0.5) ? { missesBeforeRemoval: pick(random, [1, 2, 2, 4]) } : {}),
  ...(happens(random, 0.5) ? { healthyWithinSeconds: pick(random, [240, 300]) } : {}),
});

const bindingsFrom = (
  random: Random,
  {
    sources,
    groups,
    services,
  }: { readonly sources: readonly string[]; readonly groups: readonly string[]; readonly services: readonly string[] },
): readonly EstateBinding[] => {
  const taken = new Set<string>();
  return Array.from({ length: random.between(1, 3) }).flatMap((_, index): readonly EstateBinding[] => {
    const [group, port] = [pick(random, groups), pick(random, PORTS)];
    const key = `${group} ${port}`;
    if (taken.has(key)) return [];
    taken.add(key);
    const service = happens(random, 0.7) ? (services[0] ?? '') : pick(random, services);
    // Each source is somebody's, as far as there are enough who follow.
    const source = sources[index] ?? pick(random, sources);
    return [{ name: `b${index + 1}`, service, group, port, source, ...boundsFrom(random) }];
  });
};

const dnsFrom = (random: Random): Estate['dns'] =>
  weighted(random, [
    [5, {}],
    // Three queries see three answers, and so all of as many addresses as these worlds mostly have.
    [2, { answerSize: 2, isCaching: false }],
    [1, { answerSize: 3, isCaching: false }],
    [1, { latency: [1, 400] as const }],
  ]);

const estateFrom = (random: Random, services: readonly string[]): Estate => {
  const proxies = proxiesFrom(random, pick(random, [0, 1, 1, 1, 2]));
  const hostCount = proxies.length === 0 ? 1 : pick(random, [0, 0, 1]);
  const hosts: readonly EstateHost[] = Array.from({ length: hostCount }, (_, index) => ({
    name: `h${index + 1}`,
    addresses: hostAddresses(random),
  }));
  const groups = groupsFrom(random, pick(random, [1, 1, 2]));
  const sources = [
    ...proxies.flatMap(({ name, endpoints }) => [name, ...endpoints.map((each) => `${name}/${each}`)]),
    ...hosts.map(({ name }) => name),
  ];
  const isNarrow = happens(random, 0.1);
  return {
    proxies,
    hosts,
    groups,
    bindings: bindingsFrom(random, { sources, groups: groups.map(({ name }) => name), services }),
    elbv2: {
      registering: pick(random, [
        [10_000, 30_000],
        [30_000, 120_000],
      ] as const),
      ...(happens(random, 0.3) ? { readDelay: [0, pick(random, [2_000, 10_000])] as const } : {}),
      uncertain: {
        unknownTarget: pick(random, [null, 'InvalidTarget'] as const),
        drainingCounts: happens(random, 0.5),
        throttled: pick(random, ['Throttling', 'ThrottlingException'] as const),
      },
      ...(isNarrow ? { limits: { targetsPerGroup: random.between(2, 4) } } : {}),
    },
    rds: {
      nodes: pick(random, [1, 2, 2, 3]),
      proxyTtl: pick(random, [5, 30, 30, 60]),
      timings: { proxyCreating: [10_000, 40_000], endpointCreating: [10_000, 40_000] },
      uncertain: { interfaceServesAtOnce: happens(random, 0.3) },
      delivery: weighted(random, [
        [4, {}],
        [1, { lost: 0.5 }],
        [1, { doubled: 0.5, delay: [0, 60_000] as const }],
      ]),
    },
    dns: dnsFrom(random),
  };
};

const proxyEvent = (random: Random): ProxyEvent =>
  weighted(random, [
    [2, 'rotate-one'],
    [2, 'rotate-all'],
    [3, 'rotate-at-once'],
    [1, 'rotate-barren'],
    [2.5, 'scale'],
    [1, 'die'],
  ] as const);

/** One thing that happens, and what puts it right again. */
const eventFrom = (random: Random, { proxies, hosts }: Estate, at: number, span: number): readonly Step[] => {
  const later = { at: Math.min(span - 20, at + random.between(60_000, 900_000)) };
  const when = { at };
  if (hosts.length > 0 && (proxies.length === 0 || happens(random, 0.35))) {
    return [{ deed: 'host', host: pick(random, hosts).name, addresses: hostAddresses(random), when }];
  }
  const proxy = pick(random, proxies).name;
  if (happens(random, 0.15)) {
    const number = random.between(0, 2);
    return [
      { deed: 'proxy', proxy, event: 'fail-zone', number, when },
      { deed: 'proxy', proxy, event: 'restore-zone', number, when: later },
    ];
  }
  const event = proxyEvent(random);
  const happened: Step = { deed: 'proxy', proxy, event, number: random.between(1, 4), when };
  if (event === 'die' && happens(random, 0.6)) {
    return [happened, { deed: 'proxy', proxy, event: 'revive', number: 0, when: later }];
  }
  // Who never serves is mostly replaced in its turn.
  return event === 'rotate-barren' && happens(random, 0.6)
    ? [happened, { deed: 'proxy', proxy, event: 'rotate-at-once', number: 0, when: later }]
    : [happened];
};

const byHand = (random: Random, { bindings, hosts }: Estate): Deed => {
  const binding = pick(random, bindings);
  const { name } = binding;
  const other = happens(random, 0.25) ? { port: pick(random, PORTS) } : {};
  return weighted<Deed>(random, [
    [3, { deed: 'target', action: 'register', binding: name, address: pick(random, STRANGERS), ...other }],
    // What DNS may name one day.
    [hosts.length, { deed: 'target', action: 'register', binding: name, address: hostAddress(random) }],
    [2, { deed: 'target', action: 'deregister', binding: name, address: random.between(0, 4) }],
    [
      1.5,
      { deed: 'target', action: 'adopt', binding: name, address: pick<string | number>(random, [...STRANGERS, 0, 1]) },
    ],
    [1.5, { deed: 'bind', binding: name, isBound: happens(random, 0.6) }],
    [1.5, { deed: 'refresh', binding: name, input: pick(random, ['right', 'settle', 'dry', 'wrong']) }],
    [
      2,
      {
        deed: 'mode',
        effect: pick(random, ['targets-add', 'targets-remove']),
        mode: pick(random, ['observe', 'propose', 'enforce', 'enforce']),
        service: binding.service,
      },
    ],
    [1, { deed: 'pause', of: 'service', isPaused: happens(random, 0.5), service: binding.service }],
  ]);
};

/** One to three bindings of a world, the lives of what they follow, what people do by hand, and what goes wrong. */
export const generateEstate = (random: Random, ground: Ground): GeneratedEstate => {
  const { span, services } = ground;
  const estate = estateFrom(random, services);
  const steps: Step[] = [];
  for (let left = random.between(2, 5); left > 0; left -= 1) {
    const early = happens(random, 0.7) ? 0.6 : 0.95;
    const at = random.between(Math.min(90_000, span >> 2), Math.round(span * early));
    steps.push(...eventFrom(random, estate, at, span));
  }
  const moments = steps.flatMap((step) => ('when' in step && 'at' in step.when ? [step.when.at] : []));
  for (let left = pick(random, [0, 0, 1, 2, 3, 4]); left > 0; left -= 1) {
    const at = happens(random, 0.6)
      ? pick(random, moments) + random.between(-60_000, 300_000)
      : random.between(0, span);
    steps.push({ ...byHand(random, estate), when: { at: Math.max(0, Math.min(span - 10, at)) } });
  }
  const sources = [...new Set(estate.bindings.map(({ source }) => source))];
  steps.push(...estateSpells(random, { ...ground, sources, moments }));
  return { estate, steps: [...steps, ...goodEndOf(random, estate, span)] };
};

/** Mostly everybody follows at last. */
const goodEndOf = (random: Random, { bindings }: Estate, span: number): readonly Step[] =>
  happens(random, 0.25)
    ? []
    : bindings.flatMap(({ name, service }): readonly Step[] => [
        { deed: 'mode', effect: 'targets-add', mode: 'enforce', service, when: { at: span - 8 } },
        { deed: 'mode', effect: 'targets-remove', mode: 'enforce', service, when: { at: span - 7 } },
        { deed: 'bind', binding: name, isBound: true, when: { at: span - 6 } },
      ]);
