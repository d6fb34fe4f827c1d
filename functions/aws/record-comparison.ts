import type { Route53Client } from '@aws-sdk/client-route-53';
import { type DnsRecord, valuesOf, wantedSets } from '../domain/dns-record.ts';
import type { FailoverState } from '../domain/failover.ts';
import { type ModesSet, modesInForce } from '../domain/mode.ts';
import { planZone, type ZonePlan } from '../domain/zone.ts';
import { readSets } from './hosted-zone.ts';
import { type Regions, readHealthyAddresses } from './regional.ts';

/** The addresses that sides are written with, by the name of the side. */
export type Addresses = NonNullable<FailoverState['applied']>;

/** What a side is to be written with, and which sides' regions did not answer. */
export interface Sides {
  readonly applied: Addresses;
  readonly silent: readonly string[];
}

/**
 * What the targets of every side are now, else what the side was written with last: a region that does not answer, or a group with nobody
 * healthy in it, is no reason to change an answer.
 *
 * @throws `Denied`, and ELBv2's own errors, `TargetGroupNotFoundException` among them.
 */
export const readSides = async (
  record: DnsRecord,
  before: Addresses | undefined,
  regions: Pick<Regions, 'elb'>,
): Promise<Sides> => {
  const applied = new Map(Object.entries(before ?? {}));
  const silent: string[] = [];
  for (const [side, value] of valuesOf(record)) {
    if (value.kind !== 'targets') continue;
    const addresses = await readHealthyAddresses(regions, value);
    if (addresses === undefined) silent.push(side);
    else if (addresses.length > 0) applied.set(side, addresses);
  }
  return { applied: Object.fromEntries(applied), silent };
};

/** Why nothing may be written of a record; undefined where nothing bars it. */
export const barOf = (modesSet: ModesSet): string | undefined => {
  const { paused } = modesSet;
  if (paused !== undefined) return `everything is paused by ${paused.by}`;
  const { dns: mode } = modesInForce(modesSet, undefined);
  return mode === 'enforce' ? undefined : `the mode of dns is ${mode}`;
};

/** What a record's sets are to be made of. */
export interface ComparisonProps {
  readonly applied: Addresses;
  /** The primary's health check; absent until it is made. */
  readonly healthCheckId?: string;
  /** What a person set in place of the entry's weights. */
  readonly weights?: Readonly<Record<string, number>>;
  /** A person said that what the zone has is ours. */
  readonly isAdopted: boolean;
}

/** What is to be done about a record in its zone, or why nothing can be said of it. */
export type Comparison = ZonePlan | { readonly kind: 'doubt'; readonly because: string };

/** Compares what is wanted of a record with what its zone has. @throws `Throttled`, `Denied`, and Route 53's own errors. */
export const compareRecord = async (
  zone: Route53Client,
  record: DnsRecord,
  { applied, isAdopted, ...facts }: ComparisonProps,
): Promise<Comparison> => {
  const values = valuesOf(record);
  const wanted = wantedSets(record, {
    ...facts,
    addressesOf: (value) => {
      const side = values.find(([, each]) => each === value)?.[0] ?? '';
      return Object.hasOwn(applied, side) ? applied[side] : undefined;
    },
  });
  if (wanted.kind === 'doubt') return wanted;
  return planZone(record, { wanted: wanted.sets, present: await readSets(zone, record), isAdopted });
};
