/** A hosted zone, by its name in a world: `z1`. */
export type PairZone = string;

/** One name over two regions, and what its record is entered with. */
export interface Pair {
  /** `n1`: its record's id as well. */
  readonly name: string;
  /** The endpoint service whose mode of `dns` it goes by, by its name. */
  readonly service: string;
  readonly zone: PairZone;
  /** A primary at home and a secondary in the standby region; both sides weighed; or home's alone. */
  readonly routing: 'failover' | 'weighted' | 'simple';
  /** What its sides lead to: load balancers; addresses that stay; or whatever is registered with a target group. */
  readonly sides: 'alias' | 'addresses' | 'targets';
  /** Only a person leaves the primary. @default its alarm does */
  readonly engages?: 'manual-armed';
  readonly healthyForSeconds?: number;
  /** How its primary is in the beginning, as its alarm's metric has it. */
  readonly begins: Wellness;
}

/** How a primary is, as its alarm's metric has it: every minute, or no more. */
export type Wellness = 'well' | 'ill' | 'silent';

/** The side of a pair: the primary is at home. */
export type Side = 'primary' | 'secondary';

/** Names of a world that are kept in two regions. */
export interface Pairs {
  readonly pairs: readonly Pair[];
}

/** Something that happens to a pair's sides, or that people do about its name. */
export type PairsDeed =
  | { readonly deed: 'wellness'; readonly pair: string; readonly is: Wellness }
  /** The only target of a side's load balancer goes, or comes; or another one takes its place, of which the bus may be told. */
  | {
      readonly deed: 'side';
      readonly pair: string;
      readonly side: Side;
      readonly event: 'dies' | 'revives' | 'moves' | 'moves-untold';
    }
  /** An operator has something done. */
  | {
      readonly deed: 'order';
      readonly pair: string;
      readonly action: 'failover' | 'failback' | 'shift' | 'converge' | 'follow' | 'status';
      readonly isForced?: true;
      /** Of `shift`: the primary's weight; the secondary's is what is left of a hundred. */
      readonly weight?: number;
    }
  /** A person writes into the zone: another name beside; another TTL, or another value; takes our secondary away; or our mark. */
  | { readonly deed: 'zone'; readonly pair: string; readonly what: 'beside' | 'edit' | 'drop' | 'unmark' }
  /** The mode of `dns` of a service, in the standby region. */
  | { readonly deed: 'dns-mode'; readonly service: string; readonly mode: 'observe' | 'propose' | 'enforce' }
  /** Everything of the standby region stands still, or goes on. */
  | { readonly deed: 'dns-pause'; readonly isPaused: boolean };

const DEEDS: readonly string[] = [
  'wellness',
  'side',
  'order',
  'zone',
  'dns-mode',
  'dns-pause',
] satisfies readonly PairsDeed['deed'][];

/** Whether a deed is about names over two regions. */
export const isPairsDeed = <Other extends { readonly deed: string }>(deed: Other | PairsDeed): deed is PairsDeed =>
  DEEDS.includes(deed.deed);

const ZONE_WORDS = {
  beside: 'another name beside',
  edit: 'into a set of ours',
  drop: 'a set of ours away',
  unmark: 'our mark away',
} as const;

/** A deed in a few words: `n1’s primary is ill`. */
export const pairsDeedWords = (deed: PairsDeed): string => {
  switch (deed.deed) {
    case 'wellness':
      return `${deed.pair}’s primary is ${deed.is}`;
    case 'side':
      return `${deed.pair}’s ${deed.side} ${deed.event}`;
    case 'order': {
      const weight = deed.weight === undefined ? '' : ` to ${deed.weight}`;
      return `an operator has ${deed.pair} ${deed.action}${weight}${deed.isForced === true ? ', forced' : ''}`;
    }
    case 'zone':
      return `a person writes ${ZONE_WORDS[deed.what]}, of ${deed.pair}`;
    case 'dns-mode':
      return `an operator sets dns to ${deed.mode} at ${deed.service}`;
    case 'dns-pause':
      return `an operator ${deed.isPaused ? 'pauses' : 'resumes'} the standby region`;
  }
};

/** What is set up, a line each. */
export const pairsLines = ({ pairs }: Pairs): readonly string[] =>
  pairs.map(({ name, service, zone, routing, sides, engages, healthyForSeconds, begins }) => {
    const more = [
      ...(engages === undefined ? [] : [engages]),
      ...(healthyForSeconds === undefined ? [] : [`well for ${healthyForSeconds} s before it comes back`]),
    ];
    return `${name}: a ${routing} record of ${sides} in ${zone}, of ${service}, ${begins} at first${more.map((text) => `, ${text}`).join('')}`;
  });
