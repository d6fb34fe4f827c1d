import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { type DnsRecord, markName, valuesOf, withDot } from '../../functions/domain/dns-record.ts';
import type { FailoverState } from '../../functions/domain/failover.ts';
import { plainText } from '../../functions/domain/text.ts';
import { RecordId } from '../../functions/registry/dns-records.ts';
import { registryKey } from '../../functions/registry/keys.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import {
  noRecord,
  type RecordDecision,
  readEntry,
  readLastDecision,
  readState,
  stillTheRecord,
  writeDecision,
} from '../dns-records.ts';
import { standbyOf } from '../standby.ts';
import { isWritten } from '../table.ts';

/** A record set that stays in the zone, and is nobody's to keep right. */
export interface LeftBehind {
  readonly name: string;
  readonly type: string;
  /** The names of its sides, where it has several. */
  readonly sides?: readonly string[];
}

/** Nobody keeps the name right any more. What is in the zone stays as it is. */
export interface Unrecorded {
  readonly outcome: 'unrecorded';
  readonly recordId: string;
  readonly by: string;
  /** Absent, as what follows, where the entry did not say. */
  readonly zoneId?: string;
  readonly left: readonly LeftBehind[];
  /** The ids of health checks that stay, and go on to cost. */
  readonly checks: readonly string[];
  /** It was failed over: the latch holds on. */
  readonly engaged?: FailoverState['engaged'];
}

/**
 * Takes a record out of the standby region's registry. Its record sets, health checks and the state in the ledger stay: recorded again by the same
 * id, it goes on. Who did it and why is written down first: if we die before the entry is gone, the same command again mends it.
 *
 * @throws BadInput; NoStandby; `Malformed` where the ledger's item can't be read; what AWS throws.
 */
export const unrecord = createAction(
  v.strictObject({ recordId: RecordId, reason: Reason, force: v.exactOptional(v.literal(true)) }),
  async ({ recordId, reason, force }, services): Promise<Unrecorded | Refused> => {
    const standby = standbyOf(services);
    const [{ item, read }, state, last] = await Promise.all([
      readEntry(recordId, standby),
      readState(recordId, standby),
      readLastDecision(recordId, standby),
    ]);
    if (item === undefined) return refused(gone(recordId, last));
    const { engaged, checks } = state;
    if (engaged !== undefined && force !== true) {
      return refused(
        `${recordId} is failed over by ${plainText(engaged.by, 300)} since ${plainText(engaged.at, 40)} ("${plainText(engaged.reason, 500)}"). Without its entry nobody fails it back. It was not taken away: fail it back first, or give --force.`,
      );
    }
    const by = await standby.caller();
    const at = standby.now().toISOString();
    await writeDecision(recordId, { at, action: 'unrecord', outcome: 'unrecorded', because: reason, by }, standby);
    const key = registryKey.record(recordId);
    const command = new DeleteItemCommand({
      TableName: standby.tables.registry,
      Key: marshall(key),
      ...stillTheRecord(item),
    });
    if (!(await isWritten(() => standby.dynamo.send(command)))) {
      // Gone: the reply to our own write was lost, or somebody else took it away too.
      if ((await readEntry(recordId, standby)).item !== undefined) {
        return refused(
          `Somebody wrote ${recordId} while you were at it. It was not taken away: see "records", and give the command again if you still want it.`,
        );
      }
    }
    return {
      outcome: 'unrecorded',
      recordId,
      by,
      ...(read.kind === 'found' ? { zoneId: read.entry.zoneId, left: leftBy(read.entry) } : { left: [] }),
      checks: checks === undefined ? [] : [checks.primary, checks.health, checks.latch],
      ...(engaged === undefined ? {} : { engaged }),
    };
  },
);

const leftBy = (record: DnsRecord): readonly LeftBehind[] => {
  const sides = record.routing.kind === 'simple' ? [] : valuesOf(record).map(([side]) => side);
  return [
    { name: withDot(record.name), type: record.type, ...(sides.length === 0 ? {} : { sides }) },
    { name: markName(record), type: 'TXT' },
  ];
};

const gone = (recordId: string, last: RecordDecision | undefined): string =>
  last?.action === 'unrecord'
    ? `There is no record ${recordId} any more: ${last.by} took it away at ${last.at} ("${last.because}").`
    : noRecord(recordId, { kind: 'absent' });
