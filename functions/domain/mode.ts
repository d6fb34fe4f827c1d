import type { ServiceEntry } from './registry.ts';

/** How far the Concierge goes by itself: it decides and records; it asks a person first; it acts. */
export const MODES = ['observe', 'propose', 'enforce'] as const;

/** One of {@link MODES}. */
export type Mode = (typeof MODES)[number];

/** What a mode is set for: each kind of AWS write has its own. */
export const EFFECTS = [
  'accept',
  'reject',
  'revoke',
  'principals-add',
  'principals-remove',
  'targets-add',
  'targets-remove',
  'dns',
] as const;

/** One of {@link EFFECTS}. */
export type Effect = (typeof EFFECTS)[number];

/** The effects that answer a request. */
export type Answer = Extract<Effect, 'accept' | 'reject'>;

/** The modes of one endpoint service. */
export type Modes = Readonly<Record<Effect, Mode>>;

/** A person's word that nothing is to be written on AWS until the same or another person says so. */
export interface Pause {
  /** Who: the ARN under which the person called. */
  readonly by: string;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** What was set by command, as the ledger has it: for one service, or for all of them. */
export interface ModesSet {
  readonly modes: Readonly<Partial<Modes>>;
  /** Counts the commands; 0 = there was none. Whoever acts later looks whether it is still the same. */
  readonly version: number;
  readonly paused?: Pause;
}

/** A service that nobody ever set a mode for. */
export const NO_MODES_SET: ModesSet = { modes: {}, version: 0 };

/**
 * The modes in force: what was set by command, else by where the service comes from. Trust is earned by stages, so only a service that
 * was made for the Concierge begins with it acting; what was there before is observed until somebody says otherwise. Of a service whose
 * entry is missing or can't be read nobody knows that: requests for it are held, and it takes a person to end that.
 */
export const modesInForce = ({ modes }: ModesSet, service: Pick<ServiceEntry, 'origin'> | undefined): Modes => {
  const initial = initialMode(service);
  const inForce = (effect: Effect): Mode => modes[effect] ?? initial;
  return {
    accept: inForce('accept'),
    reject: inForce('reject'),
    revoke: inForce('revoke'),
    'principals-add': inForce('principals-add'),
    'principals-remove': inForce('principals-remove'),
    'targets-add': inForce('targets-add'),
    'targets-remove': inForce('targets-remove'),
    dns: inForce('dns'),
  };
};

/**
 * What was set for a service, with the pause of everything. The version is the sum of both: each only grows, so a sum that is the same
 * says that neither changed.
 */
export const withPauseOfAll = (service: ModesSet, all: ModesSet): ModesSet => {
  const paused = all.paused ?? service.paused;
  return {
    modes: service.modes,
    version: service.version + all.version,
    ...(paused === undefined ? {} : { paused }),
  };
};

const initialMode = (service: Pick<ServiceEntry, 'origin'> | undefined): Mode => {
  if (service === undefined) return 'propose';
  return service.origin === 'created' ? 'enforce' : 'observe';
};
