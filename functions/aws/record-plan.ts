import type { Route53Client } from '@aws-sdk/client-route-53';
import { type DnsRecord, type RecordValue, valuesOf, wantedSets } from '../domain/dns-record.ts';
import type { FailoverState } from '../domain/failover-state.ts';
import { type ModesSet, modesInForce } from '../domain/mode.ts';
import { planZone, type ZonePlan } from '../domain/zone.ts';
import { readSets } from './hosted-zone.ts';
import { type Regions, readHealthyAddresses } from './regional.ts';

/** The addresses of sides, by their names. */
export type SideAddresses = Readonly<Record<string, readonly string[]>>;

/** What the sides of a record are to be written with. */
export interface Sides {
  readonly applied: SideAddresses;
  /** The sides whose targets could not be read: they stay as they were written last. */
  readonly silent: readonly string[];
}

/**
 * Reads the targets of every side that has some. A side that can't be read, or of which nobody is healthy, is written as it was: nil is not
 * empty, and an answer that points at nothing is worse than one that is old.
 *
 * @throws `Denied`, and ELBv2's own errors, `TargetGroupNotFoundException` among them.
 */
export const readSides = async (
  record: DnsRecord,
  { applied: before = {} }: Pick<FailoverState, 'applied'>,
  regions: Pick<Regions, 'elb'>,
): Promise<Sides> => {
  const applied: Record<string, readonly string[]> = {};
  const silent: string[] = [];
  for (const [side, value] of valuesOf(record)) {
    if (value.kind !== 'targets') continue;
    const addresses = await readHealthyAddresses(regions, value);
    if (addresses === undefined) silent.push(side);
    const written = addresses === undefined || addresses.length === 0 ? (before[side] ?? addresses) : addresses;
    if (written !== undefined) applied[side] = written;
  }
  return { applied, silent };
};

/** Why nothing may be written of a record; undefined where nothing bars it. */
export const barOf = (modesSet: ModesSet): string | undefined => {
  const { paused } = modesSet;
  if (paused !== undefined) return `everything is paused by ${paused.by}`;
  const { dns: mode } = modesInForce(modesSet, undefined);
  return mode === 'enforce' ? undefined : `the mode of dns is ${mode}`;
};

/** A record beside its zone; a doubt says why nothing is known of what it ought to be. */
export type RecordPlan = ZonePlan | { readonly kind: 'doubt'; readonly because: string };

/** Stands for a health check that a run would make first. */
export const NOT_MADE_YET = 'not made yet';

/** What a record is planned from. */
export interface RecordPlanProps {
  readonly state: FailoverState;
  readonly applied: SideAddresses;
  /** What stands for a primary's health check that was not made, where nobody makes it now. @default a doubt */
  readonly unmade?: string;
}

/**
 * Plans a record from what its sides are now and what its zone has.
 *
 * @param zone - Route 53 as whoever may read the record's zone.
 * @throws `Throttled`, `Denied`, and Route 53's own errors, `NoSuchHostedZone` among them.
 */
export const planRecord = async (
  zone: Route53Client,
  record: DnsRecord,
  { state, applied, unmade }: RecordPlanProps,
): Promise<RecordPlan> => {
  const sides = new Map<RecordValue, string>(valuesOf(record).map(([side, value]) => [value, side]));
  const healthCheckId = state.checks?.primary ?? unmade;
  const wanted = wantedSets(record, {
    addressesOf: (value) => applied[sides.get(value) ?? ''],
    ...(healthCheckId === undefined ? {} : { healthCheckId }),
    ...(state.weights === undefined ? {} : { weights: state.weights }),
  });
  if (wanted.kind === 'doubt') return wanted;
  const present = await readSets(zone, record);
  return planZone(record, { wanted: wanted.sets, present, isAdopted: state.adopted !== undefined });
};
