import type { ServiceEntry } from './registry.ts';

/** How far the Concierge goes by itself: it decides and records; it asks a person first; it acts. */
export const MODES = ['observe', 'propose', 'enforce'] as const;

/** One of {@link MODES}. */
export type Mode = (typeof MODES)[number];

/** What a mode is set for: each kind of answer has its own. */
export const EFFECTS = ['accept', 'reject'] as const;

/** One of {@link EFFECTS}. */
export type Effect = (typeof EFFECTS)[number];

/** The modes of one endpoint service. */
export type Modes = Readonly<Record<Effect, Mode>>;

/** What was set by command, as the ledger has it. */
export interface ModesSet {
  readonly modes: Readonly<Partial<Modes>>;
  /** Counts the commands; 0 = there was none. Whoever acts later looks whether it is still the same. */
  readonly version: number;
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
  return { accept: modes.accept ?? initial, reject: modes.reject ?? initial };
};

const initialMode = (service: Pick<ServiceEntry, 'origin'> | undefined): Mode => {
  if (service === undefined) return 'propose';
  return service.origin === 'created' ? 'enforce' : 'observe';
};
