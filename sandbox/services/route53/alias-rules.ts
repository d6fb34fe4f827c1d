import type { Route53, Zone } from './model.ts';
import { InvalidName, isInZone, normalName } from './names.ts';
import type { Alias, RecordSet, Records } from './record-set.ts';

/** The zone of every CloudFront distribution, see https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html */
const CLOUDFRONT = 'Z2FDTNDATAQYW2';
const CLOUDFRONT_NAME = 'cloudfront.net.';

const cloudFront = (zone: Zone, alias: Alias, told: string): readonly string[] => {
  if (!isInZone(alias.dnsName, CLOUDFRONT_NAME))
    return [`${told}, but the alias target name does not lie within the target zone`];
  if (zone.isPrivate) return [`${told}, but an alias in a private hosted zone cannot target a CloudFront distribution`];
  return alias.evaluatesHealth
    ? [`${told}, but EvaluateTargetHealth cannot be true for a CloudFront distribution`]
    : [];
};

const nameComplaint = (dnsName: string): string | undefined => {
  try {
    normalName(dnsName);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidName) return error.message;
    throw error;
  }
};

/** A target of the zone's own: a record set of the same type, whatever its routing. */
const inZone = (zone: Zone, record: RecordSet, alias: Alias, records: Records, told: string): readonly string[] => {
  const result: string[] = [];
  if (!isInZone(alias.dnsName, zone.name))
    result.push(`${told}, but the alias target name does not lie within the target zone`);
  const isThere = [...records.values()].some(
    (other) => other !== record && other.name === alias.dnsName && other.type === record.type,
  );
  if (!isThere) result.push(`${told}, but that target was not found`);
  return result;
};

/**
 * What is wrong with where an alias leads, in the words of https://github.com/harmony-one/harmony-ops/issues/491; those
 * about CloudFront are the sandbox's own.
 *
 * @param records - the zone's, as they would be.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
 */
export const aliasComplaints = (world: Route53, zone: Zone, record: RecordSet, records: Records): readonly string[] => {
  const { alias } = record;
  if (alias === undefined) return [];
  const invalid = nameComplaint(alias.dnsName);
  if (invalid !== undefined) return [invalid];
  const told = `Tried to create an alias that targets ${alias.dnsName}, type ${record.type} in zone ${alias.zoneId}`;
  if (alias.zoneId === zone.id) return inZone(zone, record, alias, records, told);
  if (alias.zoneId === CLOUDFRONT) return cloudFront(zone, alias, told);
  const target = world.targets.find(alias.dnsName.replace(/\.$/, ''));
  const isThere = target?.hostedZoneId === alias.zoneId && (record.type === 'A' || record.type === 'AAAA');
  return [
    ...(target === undefined || target.hostedZoneId === alias.zoneId
      ? []
      : [`${told}, but the alias target name does not lie within the target zone`]),
    ...(isThere ? [] : [`${told}, but that target was not found`]),
  ];
};
