/** What goes wrong together: what `--faults` names. */
export const FAULT_FAMILIES = {
  notices: 'EC2’s notices get lost, come twice, late or mangled',
  events: 'rules’ and schedules’ calls get lost, come twice or late',
  redelivery: 'what was handled stays in its queue and is delivered again',
  throttles: 'a service says "slow down"',
  errors: 'a service fails, before or after it did what it was asked',
  timeouts: 'no reply comes, before or after the effect',
  unsuccessful: 'EC2 does not answer some requests and says so in Unsuccessful',
  stale: 'lists lag behind the truth',
  partial: 'batches and pages come in pieces',
  kills: 'functions die before or after a call',
  memory: 'a function dies at its first call, each time',
  cold: 'every invocation starts cold',
  stops: 'runs are stopped, and redriven',
  skew: 'the functions’ clocks are off by seconds',
  denied: 'a role lacks a permission',
  down: 'no function runs and no run starts',
  registry: 'entries are lost, or the registry is brought back to what it was',
  dns: 'the names of sources are not answered, or wrongly',
  regions: 'a region is cut off whole',
  route53: 'Route 53 takes no calls, or says that it is busy',
  deployment: 'another version is deployed over the one that runs',
} as const;

/** One of {@link FAULT_FAMILIES}. */
export type FaultFamily = keyof typeof FAULT_FAMILIES;

/** What a spell does to each call that it meets. */
export const SPELL_KINDS = [
  'notice-lost',
  'notice-twice',
  'notice-late',
  'notice-mangled',
  'event-lost',
  'event-twice',
  'event-late',
  'delete-lost',
  'throttle',
  'error-before',
  'error-after',
  'hang-before',
  'hang-after',
  'unsuccessful',
  'index-lags',
  'in-pieces',
  'kill-before',
  'kill-after',
  'out-of-memory',
  'cold',
  'stop',
  'skew',
  'denied',
  'down',
  'dns-nxdomain',
  'dns-servfail',
  'dns-empty',
  'dns-timeout',
  'dns-foreign',
  'dns-foreign-alone',
  'dns-near',
  'dns-near-alone',
  'region-cut',
  'route53-down',
  'route53-busy',
] as const;

/** One of {@link SPELL_KINDS}. */
export type SpellKind = (typeof SPELL_KINDS)[number];

/** Something that goes wrong for a while: data, so that it can be generated, told and shrunk. */
export interface Spell {
  readonly deed: 'spell';
  readonly kind: SpellKind;
  /** When it begins, in milliseconds after the history's beginning. */
  readonly at: number;
  /** For how many milliseconds. */
  readonly lasts: number;
  /** Of how many calls that it may meet it meets one: 1 = all of them, 0.2 = every fifth or so. */
  readonly chance: number;
  /**
   * What it is limited to: a service (`dynamodb`), a service's action (`ec2:RejectVpcEndpointConnections`), or a part of the caller's ARN
   * (`DecideConnection`), whichever the kind is about; of what is wrong with a name, the source that it is of (`p1`);
   * of a region, its name.
   *
   * @default whatever the kind can meet
   */
  readonly on?: string;
  /** Of `skew`: how far the functions' clocks are before (or, below 0, behind) the services', in milliseconds. */
  readonly by?: number;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** A spell in a few words: `from 12.0 s for 60.0 s: throttle on ec2, 1 of 5`. */
export const spellWords = ({ kind, at, lasts, chance, on, by }: Spell): string => {
  const often = chance >= 1 ? '' : `, ${Math.round(chance * 100)} of 100`;
  const much = by === undefined ? '' : ` by ${seconds(by)}`;
  return `from ${seconds(at)} for ${seconds(lasts)}: ${kind}${on === undefined ? '' : ` at ${on}`}${much}${often}`;
};
