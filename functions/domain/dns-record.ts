/** What a record, or one side of it, leads to. */
export type RecordValue =
  /** A load balancer, an interface endpoint or another record of the zone; its own health counts, unless only a person leaves it. */
  | { readonly kind: 'alias'; readonly dnsName: string; readonly zoneId: string }
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  /** The addresses of a target group's healthy targets of one port, in the region that its ARN names. */
  | { readonly kind: 'targets'; readonly targetGroupArn: string; readonly port: number };

/** An alarm of CloudWatch, in the region that it is in. */
export interface AlarmName {
  readonly name: string;
  readonly region: string;
}

/** What is weighed, by the name of its side: 0 to 255. */
export interface WeightedSide {
  readonly weight: number;
  readonly value: RecordValue;
}

/** A PRIMARY and a SECONDARY, both there from the beginning: a flip writes nothing. */
export interface FailoverRouting {
  readonly kind: 'failover';
  readonly primary: RecordValue;
  readonly secondary: RecordValue;
  /** Says whether the primary is well; standard resolution, no metric maths, no M of N: Route 53 follows no others. */
  readonly health: AlarmName;
  /** Whether a sick primary is left without a person's word. Where data could be lost, it is not. @default 'automatic' */
  readonly engages?: 'automatic' | 'manual-armed';
  /** Says whether the secondary may take over: lag, writable. */
  readonly readiness?: AlarmName;
  /** Whether somebody promotes the secondary and fences the primary before the flip, and says so: with `manual-armed` only. @default false */
  readonly promotes?: boolean;
  /** Seconds for which the primary is well before a failback without force. @default 600 */
  readonly healthyForSeconds?: number;
}

/** How a record answers. */
export type Routing =
  | { readonly kind: 'simple'; readonly value: RecordValue }
  | { readonly kind: 'weighted'; readonly sides: Readonly<Record<string, WeightedSide>> }
  | FailoverRouting;

/** One name that is kept right: an entry of the registry. */
export interface DnsRecord {
  /** Lower-case letters, digits, hyphens: `orders-db`. */
  readonly recordId: string;
  /** The endpoint service whose modes and pauses it goes by. */
  readonly serviceId: string;
  /** The hosted zone: `Z0123456789ABCDEFGHIJ`. */
  readonly zoneId: string;
  /** In lower case, without the dot at the end: `db.orders.example.internal`. */
  readonly name: string;
  readonly type: 'A' | 'AAAA';
  readonly routing: Routing;
  /** Seconds for which resolvers keep addresses, 1 to 60; aliases have their target's. @default 30 */
  readonly ttl?: number;
  /** Who asks for the name: somebody in the provider's VPC, or a customer, whose aliases lead to endpoints of its own. */
  readonly client: { readonly side: 'provider' } | { readonly side: 'consumer'; readonly customerId: string };
  /** Who may write the zone, where it is another account's. */
  readonly role?: { readonly roleArn: string; readonly externalId: string };
  /** From where we can see what the client sees: anywhere, the standby region's VPC, or nowhere. @default 'nowhere' */
  readonly seenFrom?: 'anywhere' | 'vpc' | 'nowhere';
}

/** Where a record is written, and by whose leave. */
export type RecordHome = Pick<DnsRecord, 'recordId' | 'serviceId' | 'zoneId' | 'name' | 'type' | 'role'>;

/** {@link RecordHome} of a record. */
export const homeOf = ({ recordId, serviceId, zoneId, name, type, role }: RecordHome): RecordHome => ({
  ...{ recordId, serviceId, zoneId, name, type },
  ...(role === undefined ? {} : { role }),
});

/** What holds where a record does not say. */
export const RECORD_DEFAULTS = { ttl: 30, healthyForSeconds: 600 } as const;

/** A record set as Route 53 has it. Lists are sorted; names are in lower case with a dot at the end. */
export interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly setIdentifier?: string;
  readonly failover?: 'PRIMARY' | 'SECONDARY';
  readonly weight?: number;
  readonly ttl?: number;
  readonly values?: readonly string[];
  readonly alias?: { readonly zoneId: string; readonly dnsName: string; readonly evaluateTargetHealth: boolean };
  readonly healthCheckId?: string;
  /** Something that no record of ours has, such as `Region` or `GeoLocation`. */
  readonly other?: string;
}

/** What a side's value is at this moment; undefined where it could not be read. */
export type Resolved = (value: RecordValue) => readonly string[] | undefined;

/** What {@link wantedSets} needs beside the record. */
export interface RecordFacts {
  /** The addresses of `targets`. */
  readonly addressesOf: Resolved;
  /** The primary's health check; absent until it is made. */
  readonly healthCheckId?: string;
  /** What a `shift` set, in place of the entry's weights. */
  readonly weights?: Readonly<Record<string, number>>;
}

/** The sets that are wanted, or why nothing can be said of them: then the record stays as it is. */
export type Wanted =
  | { readonly kind: 'sets'; readonly sets: readonly RecordSet[] }
  | { readonly kind: 'doubt'; readonly because: string };

/** As Route 53 writes names. */
export const withDot = (name: string): string => `${name.toLowerCase().replace(/\.$/, '')}.`;

/** The name of the TXT record that says whose a record is, beside it: a record without one is somebody else's. */
export const markName = ({ name, type }: Pick<DnsRecord, 'name' | 'type'>): string =>
  withDot(`_privatelink-concierge-${type.toLowerCase()}.${name}`);

/** That TXT record's value, as Route 53 writes it. */
export const markValue = ({ recordId }: Pick<DnsRecord, 'recordId'>): string =>
  `"heritage=privatelink-concierge,record=${recordId}"`;

/** The record set that marks a record as ours. */
export const markSet = (record: Pick<DnsRecord, 'name' | 'type' | 'recordId'>): RecordSet => ({
  name: markName(record),
  type: 'TXT',
  ttl: 300,
  values: [markValue(record)],
});

/** The sides of a failover. */
export type FailoverSide = 'primary' | 'secondary';

/**
 * The name of what stands between an alias and where it leads, where only a person may leave the primary. Route 53 asks of a failover's alias that
 * it go by its target's health: with nothing between, a primary that has nobody healthy would be left at nobody's word.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
 */
const sideName = ({ name }: Pick<DnsRecord, 'name'>, side: FailoverSide): string => withDot(`_${side}.${name}`);

/** Both {@link sideName}s, whether anything of ours is there or not. */
export const sideNames = (record: Pick<DnsRecord, 'name'>): readonly string[] => [
  sideName(record, 'primary'),
  sideName(record, 'secondary'),
];

/**
 * The record sets that are wanted of a record. An answer that points at nothing is worse than one that is old: a side whose targets can't be
 * read, or have nobody healthy, leaves the record as it is.
 */
export const wantedSets = (record: DnsRecord, facts: RecordFacts): Wanted => {
  const { routing } = record;
  const of = (value: RecordValue, more: Partial<RecordSet>): RecordSet | string => setOf(record, value, facts, more);
  switch (routing.kind) {
    case 'simple':
      return together([of(routing.value, {})]);
    case 'weighted': {
      const sides = Object.entries(routing.sides).sort(([one], [other]) => (one < other ? -1 : 1));
      const weighed = sides.map(([side, { value }]) => ({
        side,
        value,
        weight: weightOf(routing, side, facts.weights),
      }));
      if (weighed.every(({ weight }) => weight === 0)) {
        return { kind: 'doubt', because: 'every weight would be 0: Route 53 then answers with all sides alike' };
      }
      return together(weighed.map(({ side, value, weight }) => of(value, { setIdentifier: side, weight })));
    }
    case 'failover':
      if (facts.healthCheckId === undefined) return { kind: 'doubt', because: 'the primary has no health check yet' };
      return together(failoverSets(record, routing, facts.healthCheckId, of));
  }
};

/** Both sides' sets, and what stands between one and where it leads. */
const failoverSets = (
  record: DnsRecord,
  routing: FailoverRouting,
  healthCheckId: string,
  of: (value: RecordValue, more: Partial<RecordSet>) => RecordSet | string,
): readonly (RecordSet | string)[] => {
  const roles = { primary: { failover: 'PRIMARY', healthCheckId }, secondary: { failover: 'SECONDARY' } } as const;
  const sides = (['primary', 'secondary'] as const).map((side) => {
    const step = stepOf(record, routing, side);
    const value: RecordValue =
      step === undefined ? routing[side] : { kind: 'alias', dnsName: step.name, zoneId: record.zoneId };
    return { step, set: of(value, { setIdentifier: side, ...roles[side] }) };
  });
  return [...sides.map(({ set }) => set), ...sides.flatMap(({ step }) => (step === undefined ? [] : [step]))];
};

/**
 * What stands between, for an alias that only a person may leave. A set without a health check that does not go by its target's health is well
 * whatever happens, and what leads to it inherits that.
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 */
const stepOf = (record: DnsRecord, routing: FailoverRouting, side: FailoverSide): RecordSet | undefined => {
  const value = routing[side];
  if (routing.engages !== 'manual-armed' || value.kind !== 'alias') return undefined;
  const alias = { zoneId: value.zoneId, dnsName: withDot(value.dnsName), evaluateTargetHealth: false };
  return { name: sideName(record, side), type: record.type, alias };
};

/** The weight of a side: what a person set, else the entry's. Names are looked up as own ones: a side may be called `constructor`. */
export const weightOf = (
  { sides }: Extract<Routing, { kind: 'weighted' }>,
  side: string,
  ...set: readonly (Readonly<Record<string, number>> | undefined)[]
): number => ownOf([...set, { [side]: sides[side]?.weight ?? 0 }], side) ?? 0;

/** What the first of some records has under a name of its own. */
const ownOf = <T>(records: readonly (Readonly<Record<string, T>> | undefined)[], name: string): T | undefined =>
  records.find((record) => record !== undefined && Object.hasOwn(record, name))?.[name];

const together = (sets: readonly (RecordSet | string)[]): Wanted => {
  const doubts = sets.filter((each) => typeof each === 'string');
  if (doubts.length > 0) return { kind: 'doubt', because: doubts.join('; ') };
  return { kind: 'sets', sets: sets.filter((each) => typeof each !== 'string') };
};

const setOf = (
  { name, type, ttl = RECORD_DEFAULTS.ttl }: DnsRecord,
  value: RecordValue,
  { addressesOf }: RecordFacts,
  more: Partial<RecordSet>,
): RecordSet | string => {
  const set = { name: withDot(name), type, ...more };
  if (value.kind === 'alias') {
    const { dnsName, zoneId } = value;
    return { ...set, alias: { zoneId, dnsName: withDot(dnsName), evaluateTargetHealth: true } };
  }
  const addresses = value.kind === 'addresses' ? value.addresses : addressesOf(value);
  if (addresses === undefined) return `${describe(value)} could not be read`;
  const values = [...new Set(addresses)].sort();
  return values.length === 0 ? `${describe(value)} has nobody healthy` : { ...set, ttl, values };
};

/** `the targets of port 5432 in orders-tg`: for whoever reads why. */
const describe = (value: RecordValue): string =>
  value.kind === 'targets'
    ? `port ${value.port} of ${value.targetGroupArn.split('/')[1] ?? value.targetGroupArn}`
    : value.kind;

/** Every value that a record has, with the name of its side. */
export const valuesOf = ({
  routing,
}: Pick<DnsRecord, 'routing'>): readonly (readonly [side: string, value: RecordValue])[] => {
  switch (routing.kind) {
    case 'simple':
      return [['simple', routing.value]];
    case 'weighted':
      return Object.entries(routing.sides).map(([side, { value }]) => [side, value]);
    case 'failover':
      return [
        ['primary', routing.primary],
        ['secondary', routing.secondary],
      ];
  }
};
