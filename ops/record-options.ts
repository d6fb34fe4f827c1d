import * as v from 'valibot';
import type { AlarmName, DnsRecord, RecordValue, Routing, WeightedSide } from '../functions/domain/dns-record.ts';
import { RecordId, ZoneId } from '../functions/registry/dns-records.ts';
import { CustomerId, HostName, IpAddress, Region, ServiceId } from '../functions/registry/schemas.ts';

/** A text that stands for something; what is wrong with it is told as a sentence's end. */
const readAs = <T>(read: (text: string) => T | string) =>
  v.pipe(
    v.string(),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const found = read(dataset.value);
      if (typeof found !== 'string') return found;
      addIssue({ message: found });
      return NEVER;
    }),
  );

const FORMS = 'alias:DNSNAME:ZONEID, addresses:10.0.0.1,10.0.0.2 or targets:ARN:PORT';

/** The first part of a text before a mark, and the rest: `['us-west-2', 'well']` of `us-west-2/well`. */
const cut = (text: string, mark: string): readonly [string, string] => {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
};

/** Whether a text fits; it stays a text where it does not. */
const fits = (schema: v.GenericSchema<unknown, string>, text: string): boolean => v.is(schema, text);

const readValueOf = (text: string): RecordValue | string => {
  const [kind, rest] = cut(text.trim(), ':');
  const last = rest.lastIndexOf(':');
  const [front, back] = [rest.slice(0, Math.max(last, 0)), rest.slice(last + 1)];
  switch (kind) {
    case 'alias': {
      const dnsName = front.toLowerCase().replace(/\.$/, '');
      if (!fits(HostName, dnsName)) return `an alias is alias:DNSNAME:ZONEID, and "${front}" is not a host name`;
      return fits(ZoneId, back)
        ? { kind, dnsName, zoneId: back }
        : `an alias is alias:DNSNAME:ZONEID, and "${back}" is not the id of a hosted zone: that of what it leads to, such as the endpoint's or the load balancer's own`;
    }
    case 'addresses': {
      const addresses = rest.split(',').map((each) => each.trim());
      const bad = addresses.find((each) => !fits(IpAddress, each));
      return bad === undefined ? { kind, addresses } : `"${bad}" is not an address`;
    }
    case 'targets':
      return /^\d{1,5}$/.test(back)
        ? { kind, targetGroupArn: front, port: Number(back) }
        : `targets are targets:ARN:PORT, and "${back}" is not a port`;
    default:
      return `not one of ${FORMS}`;
  }
};

const Value = readAs(readValueOf);

const sideOf = (text: string): (WeightedSide & { readonly side: string }) | string => {
  const [side, rest] = cut(text, '=');
  const [weight, value] = cut(rest, '=');
  if (value === '') return 'not SIDE=WEIGHT=VALUE, such as blue=80=addresses:10.0.0.1';
  const read = readValueOf(value);
  if (typeof read === 'string') return `${side}: ${read}`;
  return { side, weight: weight.trim() === '' ? Number.NaN : Number(weight), value: read };
};

const alarmOf = (text: string): AlarmName | string => {
  const [region, name] = cut(text, '/');
  return name !== '' && v.is(Region, region) ? { region, name } : 'not REGION/ALARM, such as us-west-2/orders-well';
};

const clientOf = (text: string): DnsRecord['client'] | string => {
  if (text === 'provider') return { side: 'provider' };
  const [side, customerId] = cut(text, ':');
  return side === 'consumer' && v.is(CustomerId, customerId)
    ? { side, customerId }
    : 'not provider, and not consumer:CUSTOMER';
};

const weightsOf = (text: string): Readonly<Record<string, number>> | string => {
  const pairs = text.split(',').map((each) => cut(each.trim(), '='));
  const names = pairs.map(([side]) => side);
  if (pairs.some(([side, weight]) => side === '' || !/^\d+$/.test(weight)))
    return 'not a list such as blue=80,green=20';
  const twice = names.find((side, at) => names.indexOf(side) !== at);
  if (twice !== undefined) return `${twice} is there twice`;
  const heavy = pairs.find(([, weight]) => Number(weight) > 255);
  return heavy === undefined
    ? Object.fromEntries(pairs.map(([side, weight]) => [side, Number(weight)]))
    : `the weight of ${heavy[0]} is not a whole number from 0 to 255`;
};

/** `blue=80,green=20`. */
export const Weights = readAs(weightsOf);

const Alarm = readAs(alarmOf);
const flag = v.exactOptional(v.literal(true));

/** A record as a person gives it, each field by an option of the same name. */
export const RecordOptions = v.strictObject({
  recordId: RecordId,
  serviceId: ServiceId,
  zoneId: ZoneId,
  /** In any case of letters, with a dot at the end or without. */
  name: v.pipe(
    v.string(),
    v.transform((name) => name.toLowerCase().replace(/\.$/, '')),
    HostName,
  ),
  type: v.picklist(['A', 'AAAA'], 'not one of A, AAAA'),
  client: readAs(clientOf),
  ttl: v.exactOptional(v.number('not a whole number from 1 to 60')),
  seenFrom: v.exactOptional(v.picklist(['anywhere', 'vpc', 'nowhere'], 'not one of anywhere, vpc, nowhere')),
  roleArn: v.exactOptional(v.string()),
  externalId: v.exactOptional(v.string()),
  simple: v.exactOptional(Value),
  weighted: v.exactOptional(v.array(readAs(sideOf))),
  primary: v.exactOptional(Value),
  secondary: v.exactOptional(Value),
  health: v.exactOptional(Alarm),
  manual: flag,
  readiness: v.exactOptional(Alarm),
  promotes: flag,
  healthyForSeconds: v.exactOptional(v.number('not a whole number from 0 to 86400')),
  replace: flag,
});

/** What {@link RecordOptions} come to. */
export type GivenRecord = v.InferOutput<typeof RecordOptions>;

const OF_FAILOVER = ['health', 'manual', 'readiness', 'promotes', 'healthyForSeconds'] as const;

/** What is wrong with options that fit each by itself; undefined where nothing is. */
export const clashOf = (given: GivenRecord): string | undefined => {
  const { simple, weighted, primary, secondary, health } = given;
  const isFailover = primary !== undefined || secondary !== undefined;
  if ([simple !== undefined, weighted !== undefined, isFailover].filter(Boolean).length !== 1) {
    return 'one of simple, weighted, and primary with secondary is needed';
  }
  if (isFailover && (primary === undefined || secondary === undefined || health === undefined)) {
    return 'primary, secondary and health go together';
  }
  const lone = OF_FAILOVER.find((option) => given[option] !== undefined);
  if (!isFailover && lone !== undefined) return 'health and what goes with it are for a primary and a secondary';
  const sides = (weighted ?? []).map(({ side }) => side);
  const twice = sides.find((side, at) => sides.indexOf(side) !== at);
  if (twice !== undefined) return `the side ${twice} is there twice`;
  return (given.roleArn === undefined) === (given.externalId === undefined)
    ? undefined
    : 'a role and its external id go together';
};

const routingOf = (given: GivenRecord): Routing => {
  const { simple, weighted, primary, secondary, health, manual, readiness, promotes, healthyForSeconds } = given;
  if (simple !== undefined) return { kind: 'simple', value: simple };
  if (primary === undefined || secondary === undefined || health === undefined) {
    const sides = (weighted ?? []).map(({ side, weight, value }) => [side, { weight, value }] as const);
    return { kind: 'weighted', sides: Object.fromEntries(sides) };
  }
  return {
    kind: 'failover',
    primary,
    secondary,
    health,
    ...(manual === undefined ? {} : { engages: 'manual-armed' as const }),
    ...(readiness === undefined ? {} : { readiness }),
    ...(promotes === undefined ? {} : { promotes }),
    ...(healthyForSeconds === undefined ? {} : { healthyForSeconds }),
  };
};

/** The entry that options describe; its own schema has still to find it right. */
export const recordOf = (given: GivenRecord): DnsRecord => {
  const { recordId, serviceId, zoneId, name, type, client, ttl, seenFrom, roleArn, externalId } = given;
  return {
    ...{ recordId, serviceId, zoneId, name, type, client },
    routing: routingOf(given),
    ...(ttl === undefined ? {} : { ttl }),
    ...(seenFrom === undefined ? {} : { seenFrom }),
    ...(roleArn === undefined || externalId === undefined ? {} : { role: { roleArn, externalId } }),
  };
};

/** The option by which a field of an entry was given, for a sentence about it: `routing.sides.blue.weight` -> `weighted`. */
export const optionOf = (path: string): string => {
  const [first = '', second = '', third = ''] = path.split('.');
  if (first === 'role') return second === 'externalId' ? 'externalId' : 'roleArn';
  if (first !== 'routing') return first;
  if (second === 'sides') return 'weighted';
  if (second === 'value') return 'simple';
  return second === '' || third === 'kind' ? 'input' : second;
};
