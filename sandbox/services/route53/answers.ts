import type { NameRecord, ZoneAnswer } from '../../dns/authority.ts';
import { choose, type Draw } from './choose.ts';
import { isHealthy } from './health.ts';
import type { Route53, Zone } from './model.ts';
import { parentOf, WILDCARD } from './names.ts';
import type { RecordSet } from './record-set.ts';

/** The TTL of an alias to a load balancer or an endpoint, in seconds: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html */
const ALIAS_TTL = 60;

const bare = (name: string): string => name.replace(/\.$/, '');

const served = ({ served: records }: Zone, name: string): readonly RecordSet[] =>
  [...records.values()].filter((record) => record.name === name);

/** Whether something is below the name, so that it exists without having records. */
const isAbove = ({ served: records }: Zone, name: string): boolean =>
  [...records.values()].some((record) => record.name.endsWith(`.${name}`));

/**
 * The records that answer for a name: its own, or those of the wildcard next above it; `undefined` = there is no such name.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html#domain-name-format-asterisk
 */
const recordsOf = (zone: Zone, name: string): readonly RecordSet[] | undefined => {
  const own = served(zone, name);
  if (own.length > 0 || isAbove(zone, name)) return own;
  for (let at = parentOf(name); at !== undefined && at.length >= zone.name.length; at = parentOf(at)) {
    const wild = served(zone, `${WILDCARD}${at}`);
    if (wild.length > 0) return wild;
    if (served(zone, at).length > 0 || isAbove(zone, at)) return undefined;
  }
  return undefined;
};

/** Answers queries from one zone. */
class Answering {
  readonly #world: Route53;
  readonly #zone: Zone;

  constructor(world: Route53, zone: Zone) {
    this.#world = world;
    this.#zone = zone;
  }

  answer(name: string, type: string): ZoneAnswer {
    const all = recordsOf(this.#zone, name);
    if (all === undefined) return { code: 'NXDOMAIN', records: [] };
    const ofType = all.filter((record) => record.type === type);
    const group = ofType.length > 0 ? ofType : all.filter((record) => record.type === 'CNAME');
    return { code: 'NOERROR', records: this.#recordsOf(group, []) };
  }

  /** @param above - the aliases that led here, so that a circle ends. */
  #recordsOf(group: readonly RecordSet[], above: readonly RecordSet[]): readonly NameRecord[] {
    const draw: Draw = (below) => this.#world.random.between(0, below - 1);
    return choose(group, (record) => this.#isHealthy(record, above), draw).flatMap((record) =>
      above.includes(record) ? [] : this.#contentOf(record, above),
    );
  }

  #contentOf(record: RecordSet, above: readonly RecordSet[]): readonly NameRecord[] {
    const { type, alias, ttl = ALIAS_TTL } = record;
    if (alias === undefined) {
      return record.values.map((value) => ({ type, ttl, data: type === 'CNAME' ? bare(value) : value }));
    }
    if (alias.zoneId === this.#zone.id) return this.#recordsOf(this.#targetsOf(record), [...above, record]);
    const target = this.#world.targets.find(bare(alias.dnsName));
    const addresses = type === 'AAAA' ? target?.ipv6 : target?.ipv4;
    return (addresses ?? []).map((data) => ({ type, ttl: ALIAS_TTL, data }));
  }

  #targetsOf({ alias, type }: RecordSet): readonly RecordSet[] {
    return served(this.#zone, alias?.dnsName ?? '').filter((record) => record.type === type);
  }

  /** By its health check, and, for an alias that asks for it, by the health of what it leads to: a group is, if one of it is. */
  #isHealthy(record: RecordSet, above: readonly RecordSet[]): boolean {
    const { alias, healthCheckId } = record;
    if (healthCheckId !== undefined && !isHealthy(this.#world, healthCheckId)) return false;
    if (alias?.evaluatesHealth !== true || above.includes(record)) return true;
    if (alias.zoneId !== this.#zone.id) return this.#isServing(alias.dnsName);
    return this.#targetsOf(record).some((target) => this.#isHealthy(target, [...above, record]));
  }

  #isServing(dnsName: string): boolean {
    const target = this.#world.targets.find(bare(dnsName));
    if (target?.kind === 'endpoint' && this.#world.settings.uncertain.endpointHealth === 'always') return true;
    return target?.isHealthy ?? false;
  }
}

/** What a zone answers now, by the records that have reached DNS. @param name - normal. */
export const answerOf = (world: Route53, zone: Zone, name: string, type: string): ZoneAnswer =>
  new Answering(world, zone).answer(name, type);
