import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import type { FailoverState } from '../../functions/domain/failover-state.ts';
import { plainText } from '../../functions/domain/text.ts';
import { RecordId } from '../../functions/registry/dns-records.ts';
import { ledgerKey, registryKey } from '../../functions/registry/keys.ts';
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
import type { Standby } from '../services.ts';
import { standbyOf } from '../standby.ts';
import { isWritten } from '../table.ts';
import { type RemovalRun, runRemoval } from '../update-failover.ts';

/** Nobody keeps the name right any more, and this is what became of what was written. */
export interface Unrecorded {
  readonly outcome: 'unrecorded';
  readonly recordId: string;
  readonly by: string;
  /** It was failed over. */
  readonly engaged?: FailoverState['engaged'];
  /** Absent where nothing was ever written. */
  readonly run?: RemovalRun;
}

/** Seconds that a person waits: a zone may be in the hands of others for ten minutes. */
const PATIENCE = 900;

/** A run takes the version after the one that it read for its own write: see `adopt-record`. */
const STEP = 2;

/**
 * Takes a record out of the standby region's registry, and has its record sets leave the zone, and its health checks and latch go. Who did it and
 * why is written down first, among the decisions and on what is known of the record: if we die before the entry is gone, the same command again
 * mends it; if we die after that, the watch has the rest done. Given again for one whose entry is gone already, it has it done now.
 *
 * @throws BadInput; NoStandby; `Malformed` where the ledger's item can't be read; NotFollowed; what AWS throws.
 */
export const unrecord = createAction(
  v.strictObject({ recordId: RecordId, reason: Reason, force: v.exactOptional(v.literal(true)) }),
  async ({ recordId, reason, force }, services): Promise<Unrecorded | Refused> => {
    const standby = standbyOf(services);
    const [{ item }, state, last] = await Promise.all([
      readEntry(recordId, standby),
      readState(recordId, standby),
      readLastDecision(recordId, standby),
    ]);
    if (item === undefined && state.written === undefined) return refused(gone(recordId, last));
    const { engaged } = state;
    if (engaged !== undefined && force !== true) {
      return refused(
        `${recordId} is failed over by ${plainText(engaged.by, 300)} since ${plainText(engaged.at, 40)} ("${plainText(engaged.reason, 500)}"). Its name would lead nowhere. It was not taken away: fail it back first, or give --force.`,
      );
    }
    const by = await standby.caller();
    const at = standby.now().toISOString();
    await writeDecision(recordId, { at, action: 'unrecord', outcome: 'unrecorded', because: reason, by }, standby);
    if (state.written !== undefined && !(await haveLeave(recordId, state, { by, reason, at }, standby))) {
      return refused(
        `What is known of ${recordId} changed while you were at it. It was not taken away: see "records", and give the command again if you still want it.`,
      );
    }
    const command = new DeleteItemCommand({
      TableName: standby.tables.registry,
      Key: marshall(registryKey.record(recordId)),
      ...stillTheRecord(item),
    });
    if (item !== undefined && !(await isWritten(() => standby.dynamo.send(command)))) {
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
      ...(engaged === undefined ? {} : { engaged }),
      ...(state.written === undefined ? {} : { run: await runRemoval(recordId, PATIENCE, standby) }),
    };
  },
);

/** Puts the word onto what is known. An entry that is there all the same outweighs it: the next run takes it off again. */
const haveLeave = async (
  recordId: string,
  { version }: FailoverState,
  leaving: NonNullable<FailoverState['leaving']>,
  { dynamo, tables }: Standby,
): Promise<boolean> => {
  const command = new UpdateItemCommand({
    TableName: tables.ledger,
    Key: marshall(ledgerKey.record(recordId)),
    UpdateExpression: 'SET leaving = :leaving, #version = :next',
    ConditionExpression: '#version = :read OR leaving = :leaving',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: marshall({ ':leaving': leaving, ':next': version + STEP, ':read': version }),
  });
  return isWritten(() => dynamo.send(command));
};

const gone = (recordId: string, last: RecordDecision | undefined): string =>
  last?.action === 'unrecord'
    ? `There is no record ${recordId} any more: ${last.by} took it away at ${last.at} ("${last.because}").`
    : noRecord(recordId, { kind: 'absent' });
