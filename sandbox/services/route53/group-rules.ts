import type { Settings } from './options.ts';
import type { RecordSet, Records } from './record-set.ts';

const identified = ({ name, type, setIdentifier }: RecordSet): string =>
  setIdentifier === undefined
    ? `RRSet with DNS name ${name}, type ${type}`
    : `RRSet with DNS name ${name}, type ${type}, SetIdentifier ${setIdentifier}`;

/** Beside others of its name and type: https://github.com/chef-boneyard/route53/issues/100, https://github.com/kubernetes-sigs/external-dns/issues/4345 */
const policyComplaint = (record: RecordSet, group: readonly RecordSet[]): string | undefined => {
  if (group.length === 0) return undefined;
  const told = identified(record);
  if (record.policy === 'simple') return `${told} cannot be created as other RRSets exist with the same name and type.`;
  if (group.every(({ policy }) => policy === record.policy)) return undefined;
  return record.policy === 'multivalue'
    ? // https://github.com/cert-manager/cert-manager/issues/5388
      `${told} cannot be created because a non multivalue answer rrset exists with the same name and type.`
    : `${told} cannot be created as a non-${record.policy} set exists with the same name and type.`;
};

/** In the form of what is said of latency records, https://github.com/kubernetes-sigs/external-dns/issues/3945; nobody reports this one. */
const secondOfKind = (record: RecordSet, group: readonly RecordSet[]): string | undefined =>
  record.failover !== undefined && group.some(({ failover }) => failover === record.failover)
    ? `${identified(record)}, and Failover Type=${record.failover} cannot be created because a failover RRSet with the same name, type and failover type already exists.`
    : undefined;

/** https://github.com/aws/aws-sdk-go-v2/issues/518 */
const ttlComplaint = (record: RecordSet, group: readonly RecordSet[]): string | undefined =>
  record.policy === 'weighted' &&
  record.ttl !== undefined &&
  group.some(({ policy, ttl }) => policy === 'weighted' && ttl !== undefined && ttl !== record.ttl)
    ? `RRSet with DNS name ${record.name} and type ${record.type}, SetIdentifier ${record.setIdentifier} cannot be created as weighted sets must contain the same TTL.`
    : undefined;

const healthComplaint = (record: RecordSet, { uncertain }: Settings): string | undefined => {
  if (record.failover === undefined) return undefined;
  if (record.alias === undefined) {
    return record.failover === 'PRIMARY' && record.healthCheckId === undefined && uncertain.primaryNeedsHealthCheck
      ? 'A non-alias primary ResourceRecordSet must have an associated health check. No changes made.'
      : undefined;
  }
  return uncertain.failoverAliasNeedsTargetHealth && !record.alias.evaluatesHealth
    ? `${identified(record)} cannot be created as a failover alias must evaluate the health of its target.`
    : undefined;
};

/** A CNAME stands alone at its name: https://github.com/aws/aws-sdk-java/issues/1996, https://github.com/boto/boto3/issues/1475 */
const nameComplaints = (record: RecordSet, sameName: readonly RecordSet[], zoneName: string): readonly string[] => {
  const result: string[] = [];
  if (record.type === 'CNAME' && record.name === zoneName) {
    result.push(`RRSet of type CNAME with DNS name ${record.name} is not permitted at apex in zone ${zoneName}`);
  }
  const others = sameName.filter(({ type }) => type !== record.type);
  if (record.type === 'CNAME' && others.length > 0 && record.name !== zoneName) {
    result.push(
      `RRSet of type CNAME with DNS name ${record.name} is not permitted as it conflicts with other records with the same DNS name in zone ${zoneName}`,
    );
  } else if (others.some(({ type }) => type === 'CNAME')) {
    result.push(
      `RRSet of type ${record.type} with DNS name ${record.name} is not permitted because a conflicting RRSet of type  CNAME with the same DNS name already exists in zone ${zoneName}`,
    );
  }
  if (record.type === 'SOA' && record.name !== zoneName) {
    result.push(`RRSet of type SOA with DNS name ${record.name} is not permitted in zone ${zoneName}`);
  }
  return result;
};

/**
 * What is wrong with a record set among the others of its name, as all of them would be after the batch.
 *
 * @param zoneName - normal.
 */
export const groupComplaints = (
  record: RecordSet,
  records: Records,
  zoneName: string,
  settings: Settings,
): readonly string[] => {
  const sameName = [...records.values()].filter((other) => other !== record && other.name === record.name);
  const group = sameName.filter(({ type }) => type === record.type);
  return [
    ...nameComplaints(record, sameName, zoneName),
    ...[
      policyComplaint(record, group),
      secondOfKind(record, group),
      ttlComplaint(record, group),
      healthComplaint(record, settings),
    ].filter((each) => each !== undefined),
  ];
};

/** A zone keeps its own two records. */
export const zoneComplaints = (records: Records, zoneName: string): readonly string[] => {
  const has = (type: string): boolean =>
    [...records.values()].some((record) => record.name === zoneName && record.type === type);
  return [
    ...(has('SOA') ? [] : ['A HostedZone must contain exactly one SOA record.']),
    ...(has('NS') ? [] : ['A HostedZone must contain at least one NS record for the zone itself.']),
  ];
};
