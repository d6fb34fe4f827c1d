import { isDeepStrictEqual } from 'node:util';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { byCode, normalOrSame, sortKey } from './names.ts';

/** How Route 53 chooses among record sets of one name and type. */
export type Policy = 'simple' | 'weighted' | 'failover' | 'multivalue';

/** Where an alias leads. */
export interface Alias {
  /** A zone of Route 53's own services, or the zone of the record itself. */
  readonly zoneId: string;
  /** Normal. */
  readonly dnsName: string;
  readonly evaluatesHealth: boolean;
}

/** A resource record set, its name normal; it never changes, another one takes its place. */
export interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly setIdentifier: string | undefined;
  readonly policy: Policy;
  readonly weight: number | undefined;
  readonly failover: 'PRIMARY' | 'SECONDARY' | undefined;
  /** Seconds; an alias has none. */
  readonly ttl: number | undefined;
  readonly values: readonly string[];
  readonly alias: Alias | undefined;
  readonly healthCheckId: string | undefined;
}

/** The record sets of a zone by {@link recordKey}. */
export type Records = ReadonlyMap<string, RecordSet>;

/** What makes a record set one of its kind: Name, Type, SetIdentifier. */
export const recordKey = ({ name, type, setIdentifier }: Pick<RecordSet, 'name' | 'type' | 'setIdentifier'>): string =>
  `${name} ${type} ${setIdentifier ?? ''}`;

const policyOf = (input: ResourceRecordSet): Policy => {
  if (input.Weight !== undefined) return 'weighted';
  if (input.Failover !== undefined) return 'failover';
  return input.MultiValueAnswer === true ? 'multivalue' : 'simple';
};

/** A record set as a request has it; the request was checked before. */
export const readRecordSet = (input: ResourceRecordSet): RecordSet => ({
  name: normalOrSame(input.Name ?? ''),
  type: input.Type ?? '',
  setIdentifier: input.SetIdentifier,
  policy: policyOf(input),
  weight: input.Weight,
  failover: input.Failover,
  ttl: input.TTL,
  values: (input.ResourceRecords ?? []).map(({ Value = '' }) => Value),
  alias:
    input.AliasTarget === undefined
      ? undefined
      : {
          zoneId: input.AliasTarget.HostedZoneId ?? '',
          dnsName: normalOrSame(input.AliasTarget.DNSName ?? ''),
          evaluatesHealth: input.AliasTarget.EvaluateTargetHealth === true,
        },
  healthCheckId: input.HealthCheckId,
});

/** A record set as Route 53 returns it. */
export const recordSetView = (record: RecordSet): ResourceRecordSet => ({
  Name: record.name,
  Type: record.type as ResourceRecordSet['Type'],
  ...(record.setIdentifier === undefined ? {} : { SetIdentifier: record.setIdentifier }),
  ...(record.weight === undefined ? {} : { Weight: record.weight }),
  ...(record.failover === undefined ? {} : { Failover: record.failover }),
  ...(record.policy === 'multivalue' ? { MultiValueAnswer: true } : {}),
  ...(record.ttl === undefined ? {} : { TTL: record.ttl }),
  ...(record.alias === undefined ? { ResourceRecords: record.values.map((Value) => ({ Value })) } : {}),
  ...(record.alias === undefined
    ? {}
    : {
        AliasTarget: {
          HostedZoneId: record.alias.zoneId,
          DNSName: record.alias.dnsName,
          EvaluateTargetHealth: record.alias.evaluatesHealth,
        },
      }),
  ...(record.healthCheckId === undefined ? {} : { HealthCheckId: record.healthCheckId }),
});

/** Whether two record sets say the same; the order of values does not matter. */
export const isSame = (a: RecordSet, b: RecordSet): boolean =>
  isDeepStrictEqual({ ...a, values: [...a.values].sort(byCode) }, { ...b, values: [...b.values].sort(byCode) });

/** Where a listing begins, or goes on. */
export interface Place {
  readonly name: string;
  readonly type?: string | undefined;
  readonly setIdentifier?: string | undefined;
}

/**
 * The order of a listing: by name with its labels reversed, then by type, then by set identifier; a place that says less
 * comes before those that say more.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 */
export const inListingOrder = (a: Place, b: Place): number =>
  byCode(sortKey(a.name), sortKey(b.name)) ||
  byCode(a.type ?? '', b.type ?? '') ||
  byCode(a.setIdentifier ?? '', b.setIdentifier ?? '');
