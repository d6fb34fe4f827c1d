import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Route53Client } from '@aws-sdk/client-route-53';
import type { AlarmName, DnsRecord, RecordHome, RecordSet } from '../domain/dns-record.ts';
import { planZone, type RecordChange } from '../domain/zone.ts';
import { deleteChecks } from './health-checks.ts';
import { changeSets, readSets } from './hosted-zone.ts';
import { barOf } from './record-plan.ts';
import { readLeaving } from './records.ts';
import type { Tables } from './registry.ts';

/** What a removal is made with. */
export interface RemovalProps {
  readonly dynamo: DynamoDBClient;
  readonly tables: Tables;
  readonly route53: (role: DnsRecord['role']) => Route53Client;
  readonly cloudwatch: CloudWatchClient;
  readonly latch: AlarmName;
}

/** What one call of a removal did. */
export type Removed =
  | { readonly did: 'nothing'; readonly because: string; readonly withheld?: string }
  | {
      readonly did: 'changed';
      readonly because: string;
      readonly changeId: string;
      readonly changes: readonly RecordChange[];
    }
  /** Nothing of it is left but what the ledger knows, of this version. */
  | { readonly did: 'gone'; readonly because: string; readonly version: number };

/**
 * Does what is left of a record's removal. Its sets go first, all in one batch with the TXT record that marks them, and its health checks when
 * every server has that: no set is ever there whose check is not. What the zone has and we did not make stays, with the checks it may use.
 *
 * If we die after the sets: the next call finds none, and goes on with the checks. If we die after the checks: it finds neither.
 *
 * @throws as `changeSets` and `deleteChecks`.
 */
export const removeRecord = async (recordId: string, props: RemovalProps): Promise<Removed> => {
  const { dynamo, tables, route53, cloudwatch, latch } = props;
  const read = await readLeaving(dynamo, tables, recordId);
  if (read.kind === 'kept') return { did: 'nothing', because: read.because };
  const { home, state, modesSet } = read;
  const bar = barOf(modesSet);
  if (bar !== undefined) return { did: 'nothing', because: bar, withheld: bar };
  const zone = route53(home.role);
  const present = await setsOf(zone, home);
  const plan = planZone(home, { wanted: [], present, isAdopted: state.adopted !== undefined });
  if (plan.kind === 'change') {
    const changeId = await changeSets(zone, home, plan.changes);
    return { did: 'changed', changeId, changes: plan.changes, because: `${plan.changes.length} changes` };
  }
  const { version, checks } = state;
  const isOurs = (id: string | undefined): boolean => id !== undefined && Object.values(checks ?? {}).includes(id);
  if (present.some(({ healthCheckId }) => isOurs(healthCheckId))) {
    return {
      did: 'gone',
      version,
      because: 'what the zone has is not ours: it stays, and so do the health checks that it uses',
    };
  }
  await deleteChecks(route53(undefined), cloudwatch, { recordId, latch, checks });
  const because = plan.kind === 'foreign' ? 'what the zone has is not ours: it stays' : 'nothing of it is left';
  return { did: 'gone', version, because };
};

/** A zone that is not there any more has nothing of it. */
const setsOf = async (zone: Route53Client, home: RecordHome): Promise<readonly RecordSet[]> => {
  try {
    return await readSets(zone, home);
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchHostedZone') return [];
    throw error;
  }
};
