import type { SpellKind } from '../faults/spell.ts';
import { happens, pick } from '../properties/choices.ts';
import { endingsFrom } from '../properties/generate-steps.ts';
import type { Bound, Deed, Ec2Switches, HistoryCustomer, Step, Terms } from '../properties/history.ts';
import type { Random } from '../random.ts';
import type { EstateLeaning } from './generate-estate-leanings.ts';

/** What a world may lean to, so that what is rare among all of them happens in most. */
export type Leaning =
  /** Contracts of every kind, people who say yes and no. */
  | 'terms'
  /** Endpoints that are claimed as they are created, accounts of several customers. */
  | 'claims'
  /** More requests at once than there are places. */
  | 'rush'
  /** Runs that are stopped and redriven, functions that die, replies that are lost. */
  | 'stops'
  /** Calls that fail now and then: each passes by itself. */
  | 'hiccups'
  /** EC2's lists are late. */
  | 'late'
  /** EC2's lists come in many pages. */
  | 'pages'
  /** Pauses and modes, set where something is just being decided. */
  | 'pauses'
  /** Requests that wait for the end of a pause. */
  | 'waiting'
  /** What ends connections. */
  | 'endings'
  /** Contracts that end, and nothing in the way of it. */
  | 'ends'
  /** The same, where it is only to be proposed. */
  | 'proposals'
  /** The same, and runs that disconnect are stopped. */
  | 'halts'
  /** The same, and EC2 refuses to disconnect anybody for a quarter of an hour. */
  | 'refusals'
  /** A registry that was lost, is back, and was confirmed by nobody, and then something ends. */
  | 'frozen'
  /** What ends connections, and the registry's entries are lost. */
  | 'losses'
  /** People who answer in EC2's console. */
  | 'hands'
  /** Customers who leave, and nobody says so. */
  | 'leaving'
  /** No notice comes. */
  | 'unheard'
  /** Target groups that follow proxies and hosts, and what goes wrong there. */
  | 'targets'
  /** The same, where little keeps a target but one witness, the floor or the share: DNS names somebody else alone, or sources move. */
  | 'doubts'
  /** The same, where all nodes are replaced by such as never serve. */
  | 'barren'
  /** The same, where runs are stopped in the middle. */
  | 'orphans'
  /** The same, where target groups are full. */
  | 'full'
  /** The same, where all of it is only observed. */
  | 'observed'
  /** Names over two regions, of every kind. */
  | 'names';

/** What a leaning goes by. */
export interface Scenery {
  readonly span: number;
  /** When each endpoint is created. */
  readonly born: ReadonlyMap<string, number>;
  readonly customers: readonly HistoryCustomer[];
}

/** How requests come. */
export interface Requesting {
  /** Every account asks as often as the others. */
  readonly isEven?: true;
  /** They come in the first seconds. */
  readonly isAtOnce?: true;
  /** Which share of the endpoints is deleted. @default 0.3 */
  readonly leaves?: number;
}

/** What makes a world lean. */
export interface Lean {
  readonly mood: 'any' | 'calm' | 'rush' | 'ending';
  /** Whether other things go wrong too. @default false */
  readonly hasFaults?: true;
  /** Whether contracts begin, end and ask for a yes anywhere in the world. */
  readonly hasTerms?: true;
  readonly requesting?: Requesting;
  /** Whether there is the stack's own service only. */
  readonly isAlone?: true;
  /** How many may be cut off on a day, one of these; `{}` = what the product sets. */
  readonly bounds?: readonly Bound[];
  readonly ec2?: Partial<Ec2Switches>;
  /** What target groups follow, in each of them: of every kind, or what one leans to. */
  readonly bound?: 'any' | EstateLeaning;
  /** Names fail over between two regions, in each of them. */
  readonly paired?: true;
  readonly more?: (random: Random, scenery: Scenery) => readonly Step[];
}

const throughout = (kind: SpellKind, span: number, chance: number, on?: string): Step => ({
  deed: 'spell',
  kind,
  at: 0,
  lasts: span - 10,
  chance,
  ...(on === undefined ? {} : { on }),
});

/** For most endpoints something, so many milliseconds after their creation. */
const afterBirth = (
  random: Random,
  { born, span }: Scenery,
  [low, high]: readonly [number, number],
  deedOf: (endpoint: string) => Deed,
): readonly Step[] =>
  [...born].flatMap(([endpoint, at]): readonly Step[] =>
    happens(random, 0.6)
      ? [{ ...deedOf(endpoint), when: { at: Math.min(span - 5, at + random.between(low, high)) } }]
      : [],
  );

const words = (random: Random, scenery: Scenery): readonly Step[] =>
  afterBirth(random, scenery, [10_000, 400_000], (endpoint) => ({
    deed: 'word',
    endpoint,
    answer: pick(random, ['approve', 'approve', 'deny']),
  }));

/** Operators start runs by hand as well, now and then with an input that is none. */
const wordsAndStarts = (random: Random, scenery: Scenery): readonly Step[] => [
  ...words(random, scenery),
  ...afterBirth(random, scenery, [0, 300_000], (endpoint) => ({
    deed: 'start',
    endpoint,
    input: pick(random, ['right', 'dry', 'wrong']),
  })),
];

/** What ends the first customer's connections, what would only hold them at the door, and how far all of that may go by itself. */
const endings = (random: Random, { born, customers }: Scenery): readonly Step[] => {
  const later = (low: number, high: number) => ({ when: { at: random.between(low, high) } });
  const [first] = customers;
  const terms = first?.terms;
  const atTheDoor: readonly Step[] =
    first === undefined || terms === undefined || happens(random, 0.4)
      ? []
      : [
          {
            deed: 'entitle',
            customerId: first.customerId,
            terms: {
              ...terms,
              ...pick(random, [
                { regions: ['eu-central-1'] },
                { from: 100_000 },
                { approval: 'manual' as const },
                { maxEndpoints: 1 },
                { until: 120, whenEnded: 'keep' as const },
                { until: 120 },
                { until: 120, whenEnded: 'revoke' as const },
              ]),
            },
            ...later(90_000, 400_000),
          },
        ];
  const mode: Step = {
    deed: 'mode',
    effect: pick(random, ['revoke', 'reject']),
    mode: pick(random, ['observe', 'propose', 'enforce']),
    ...later(60_000, 300_000),
  };
  const forced: readonly Step[] = happens(random, 0.3)
    ? [...born.keys()].slice(0, 4).map((endpoint): Step => ({ deed: 'force', endpoint, ...later(120_000, 600_000) }))
    : [];
  return [
    ...endingsFrom(random, [...born.keys()], customers),
    ...atTheDoor,
    ...(happens(random, 0.4) ? [mode] : []),
    ...forced,
  ];
};

/** The first customer's connections end: its contract does, of one kind or another, or it is suspended. */
const ends = (random: Random, [first]: readonly HistoryCustomer[], at: readonly [number, number]): readonly Step[] => {
  if (first?.terms === undefined) return [];
  const { customerId, terms } = first;
  const when = { at: random.between(...at) };
  const until = Math.round(when.at / 1000) + random.between(1, 60);
  return [
    pick(random, [
      { deed: 'entitle', customerId, terms: { ...terms, until }, when },
      { deed: 'entitle', customerId, terms: { ...terms, until, whenEnded: 'revoke' }, when },
      { deed: 'status', customerId, status: 'suspended', when },
    ] as const),
  ];
};

/** Of worlds in which connections end: they come at once, at the stack's own service. */
const ENDING = {
  mood: 'ending',
  isAlone: true,
  bounds: [{}, { maxRevokedShare: 1 }],
  requesting: { isAtOnce: true, leaves: 0 },
} as const satisfies Lean;

/** When connections live, in milliseconds. */
const LIVING = [120_000, 400_000] as const;

/** EC2 turns most answers away for a while, so that something can happen between a decision and its answer. */
const slowAnswers = (random: Random, span: number): readonly Step[] =>
  happens(random, 0.6)
    ? ['Accept', 'Reject'].map((verb) => throughout('throttle', span, 0.8, `ec2:${verb}VpcEndpointConnections`))
    : [];

const isLoss = ({ deed }: { readonly deed: string }): boolean => ['lose', 'restore', 'silence'].includes(deed);

/** Every leaning. */
export const LEANINGS: Readonly<Record<Leaning, Lean>> = {
  terms: { mood: 'any', hasTerms: true, requesting: { isEven: true, leaves: 0.1 }, more: wordsAndStarts },
  claims: {
    mood: 'any',
    requesting: { isEven: true, leaves: 0.1 },
    more: (random, scenery) =>
      afterBirth(random, scenery, [0, 2_500], (endpoint) => ({
        deed: 'claim',
        endpoint,
        customerId: pick(random, scenery.customers).customerId,
      })),
  },
  rush: { mood: 'rush', requesting: { isAtOnce: true, leaves: 0.1 } },
  stops: {
    mood: 'calm',
    more: (random, { span }) => [
      throughout('stop', span, pick(random, [0.03, 0.08]), 'admit-connection'),
      throughout(pick(random, ['kill-after', 'hang-after', 'error-after']), span, 0.1),
      ...[0.2, 0.4, 0.6, 0.8].map((share): Step => ({ deed: 'redrive', when: { at: Math.round(span * share) } })),
      ...Array.from({ length: 6 }, (): Step => ({ deed: 'redrive', when: { at: random.between(5_000, 240_000) } })),
      ...Array.from({ length: 6 }, (): Step => ({ deed: 'abort', when: { at: random.between(5_000, 240_000) } })),
      ...slowAnswers(random, span),
    ],
  },
  hiccups: {
    mood: 'ending',
    isAlone: true,
    bounds: [{ maxRevokedShare: 1 }],
    requesting: { isAtOnce: true, leaves: 0.1 },
    more: (random, scenery) => [
      ...['dynamodb', 'ec2', 'sqs', 'states', 'events', 'lambda'].map((on) =>
        throughout(pick(random, ['throttle', 'error-before']), scenery.span, 0.1, on),
      ),
      ...endings(random, scenery).filter((step) => !isLoss(step)),
      ...words(random, scenery),
    ],
  },
  late: { mood: 'calm', ec2: { readDelay: [3_000, 15_000] }, requesting: { leaves: 0.2 } },
  pages: { mood: 'calm', ec2: { defaultPage: 1, largestPage: 1 }, requesting: { isAtOnce: true, leaves: 0 } },
  pauses: {
    mood: 'any',
    requesting: { isEven: true, leaves: 0.1 },
    more: (random, scenery) => [
      ...afterBirth(random, scenery, [-2_000, 8_000], () => {
        const isPause = happens(random, 0.5);
        const of = pick(random, ['service', 'all'] as const);
        if (isPause) return { deed: 'pause', of, isPaused: happens(random, 0.6) };
        const mode = pick(random, ['observe', 'propose', 'enforce'] as const);
        return { deed: 'mode', effect: pick(random, ['accept', 'reject']), mode };
      }),
      ...afterBirth(random, scenery, [60_000, 240_000], () => ({ deed: 'pause', of: 'all', isPaused: false })),
      ...slowAnswers(random, scenery.span),
      ...words(random, scenery),
    ],
  },
  waiting: {
    mood: 'calm',
    isAlone: true,
    requesting: { isAtOnce: true, leaves: 0 },
    more: (random) => [
      { deed: 'pause', of: 'all', isPaused: true, when: { at: 1 } },
      { deed: 'pause', of: 'all', isPaused: false, when: { at: random.between(60_000, 400_000) } },
    ],
  },
  endings: {
    mood: 'ending',
    isAlone: true,
    bounds: [{}, { maxRevokedShare: 1 }, { maxRevokedShare: 1 }, { maxRevocations: 1, maxRevokedShare: 1 }],
    requesting: { isAtOnce: true, leaves: 0.05 },
    more: (random, scenery) => [
      ...slowAnswers(random, scenery.span),
      ...endings(random, scenery).filter((step) => !isLoss(step)),
      ...(happens(random, 0.4) ? [throughout('stop', scenery.span, 0.08, 'revoke-connection')] : []),
      ...(happens(random, 0.2) ? [throughout('throttle', scenery.span, 1, 'ec2:RejectVpcEndpointConnections')] : []),
    ],
  },
  ends: { ...ENDING, more: (random, { customers }) => ends(random, customers, LIVING) },
  proposals: {
    ...ENDING,
    more: (random, { customers }) => [
      { deed: 'mode', effect: 'revoke', mode: pick(random, ['propose', 'observe']), when: { at: 1_000 } },
      ...ends(random, customers, LIVING),
    ],
  },
  halts: {
    ...ENDING,
    more: (random, { customers, span }) => [
      throughout('stop', span, 0.15, 'revoke-connection'),
      ...ends(random, customers, LIVING),
    ],
  },
  refusals: {
    ...ENDING,
    more: (random, { customers }) => [
      { deed: 'spell', kind: 'throttle', at: 0, lasts: 900_000, chance: 1, on: 'ec2:RejectVpcEndpointConnections' },
      ...ends(random, customers, LIVING),
    ],
  },
  frozen: {
    ...ENDING,
    more: (random, { customers }) => [
      // A few entries may go unasked: it takes more than that.
      { deed: 'import', customers: 10, when: { at: 1_000 } },
      { deed: 'lose', when: { at: 240_000 } },
      { deed: 'restore', when: { at: 640_000 } },
      ...ends(random, customers, [760_000, 900_000]),
    ],
  },
  losses: {
    mood: 'ending',
    isAlone: true,
    bounds: [{ maxRevokedShare: 1 }],
    requesting: { isAtOnce: true, leaves: 0.05 },
    more: (random, scenery) => {
      const at = random.between(240_000, Math.max(300_000, Math.round(scenery.span * 0.6)));
      return [
        ...endings(random, scenery),
        { deed: 'lose', when: { at } },
        { deed: 'restore', when: { at: at + random.between(30_000, 600_000) } },
      ];
    },
  },
  hands: {
    mood: 'ending',
    isAlone: true,
    bounds: [{ maxRevokedShare: 1 }],
    requesting: { isAtOnce: true, leaves: 0.05 },
    more: (random, scenery) => [
      ...afterBirth(random, scenery, [100, 90_000], (endpoint) => ({
        deed: 'answer',
        endpoint,
        verdict: pick(random, ['accept', 'accept', 'reject']),
      })),
      ...endings(random, scenery).filter((step) => !isLoss(step)),
    ],
  },
  leaving: {
    mood: 'calm',
    requesting: { leaves: 0.4 },
    more: (random, scenery) => [
      ...(happens(random, 0.5) ? [throughout('notice-lost', scenery.span, 1)] : []),
      ...afterBirth(random, scenery, [90_000, 400_000], (endpoint) => ({
        deed: 'answer',
        endpoint,
        verdict: 'reject',
      })),
    ],
  },
  unheard: {
    mood: 'calm',
    requesting: { isEven: true, leaves: 0.2 },
    more: (random, scenery) => [throughout('notice-lost', scenery.span, 1), ...words(random, scenery)],
  },
  targets: { mood: 'calm', isAlone: true, bound: 'any', requesting: { isAtOnce: true, leaves: 0 } },
  doubts: { mood: 'calm', isAlone: true, bound: 'doubts', requesting: { isAtOnce: true, leaves: 0 } },
  barren: { mood: 'calm', isAlone: true, bound: 'barren', requesting: { isAtOnce: true, leaves: 0 } },
  orphans: { mood: 'calm', isAlone: true, bound: 'orphans', requesting: { isAtOnce: true, leaves: 0 } },
  full: { mood: 'calm', isAlone: true, bound: 'full', requesting: { isAtOnce: true, leaves: 0 } },
  observed: { mood: 'calm', isAlone: true, bound: 'observed', requesting: { isAtOnce: true, leaves: 0 } },
  names: { mood: 'calm', isAlone: true, paired: true, requesting: { isAtOnce: true, leaves: 0 } },
};

/** A contract whose dates lie anywhere in a world, and which asks for a yes as often as not. */
export const spreadTerms = (random: Random, terms: Terms, span: number): Terms => {
  const { from: _from, until: _until, regions: _regions, ...rest } = terms;
  const second = random.between(0, Math.round(span / 1000));
  return {
    ...rest,
    ...(happens(random, 0.3) ? { from: second } : {}),
    ...(happens(random, 0.3) ? { until: second + random.between(1, 600) } : {}),
    ...(happens(random, 0.2) ? { regions: ['eu-central-1'] } : {}),
    approval: pick(random, ['automatic', 'automatic', 'manual', 'first-manual']),
  };
};
