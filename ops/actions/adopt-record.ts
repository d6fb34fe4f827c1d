import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import type { FailoverState } from '../../functions/domain/failover-state.ts';
import { plainText } from '../../functions/domain/text.ts';
import { isAdoptable } from '../../functions/domain/zone.ts';
import { RecordId } from '../../functions/registry/dns-records.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import { noRecord, readEntry, readState } from '../dns-records.ts';
import { standbyOf } from '../standby.ts';
import { isWritten } from '../table.ts';
import { type FailoverRun, runFailover } from '../update-failover.ts';
import { PATIENCE } from './fail-over.ts';

/** What the zone had under the name is ours now, and this is what became of bringing it in line. */
export interface RecordAdopted {
  readonly outcome: 'adopted';
  readonly recordId: string;
  readonly adopted: NonNullable<FailoverState['adopted']>;
  readonly run: FailoverRun;
}

/**
 * A run writes the version after the one that it read, and takes that one for its own write whose reply was lost. With two at once no run can
 * mistake our write for its own: it looks again.
 */
const STEP = 2;

/**
 * Says that what a zone has under a record's name, and that somebody else made, is ours: it is replaced by what the entry says. Only where that
 * is what stands in the way.
 *
 * @throws BadInput; NoStandby; `Malformed` where the ledger's item can't be read; NotFollowed; what AWS throws.
 */
export const adoptRecord = createAction(
  v.strictObject({ recordId: RecordId, reason: Reason }),
  async ({ recordId, reason }, services): Promise<RecordAdopted | Refused> => {
    const standby = standbyOf(services);
    const [{ read }, state] = await Promise.all([readEntry(recordId, standby), readState(recordId, standby)]);
    if (read.kind !== 'found') return refused(noRecord(recordId, read));
    if (state.adopted !== undefined) return refused(adoptedAlready(recordId, state.adopted));
    const look = await runFailover({ recordId, action: 'converge', dryRun: true }, { patience: 120 }, standby);
    if (look.kind === 'failed') return refused(look.because);
    if (look.kind !== 'planned')
      return refused(`What the zone has could not be seen in time (${look.executionArn}). Nothing was adopted.`);
    const foreign = look.planned.zone?.foreign;
    if (foreign === undefined) {
      const doubt = look.planned.zone?.doubt;
      return refused(
        `Nothing of somebody else's stands in the way of ${recordId}, so there is nothing to adopt.${doubt === undefined ? '' : ` It stays as it is: ${doubt}.`}`,
      );
    }
    if (!isAdoptable(foreign))
      return refused(`${foreign}. That is not adopted: see docs/runbook.md#a-record-that-is-foreign.`);

    const adopted = { by: await standby.caller(), reason, at: standby.now().toISOString() };
    const command = new UpdateItemCommand({
      TableName: standby.tables.ledger,
      Key: marshall(ledgerKey.record(recordId)),
      UpdateExpression: 'SET adopted = :adopted, #version = :next',
      ConditionExpression: state.version === 0 ? 'attribute_not_exists(#version)' : '#version = :read',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: marshall({
        ':adopted': adopted,
        ':next': state.version + STEP,
        ...(state.version === 0 ? {} : { ':read': state.version }),
      }),
    });
    if (!(await isWritten(() => standby.dynamo.send(command)))) {
      const now = await readState(recordId, standby);
      // The reply to our own write was lost, and it was made again.
      if (now.adopted?.by !== adopted.by || now.adopted.at !== adopted.at) {
        return refused(
          now.adopted === undefined
            ? `What is known of ${recordId} changed while you were at it. Nothing was adopted: give the command again if you still want it.`
            : adoptedAlready(recordId, now.adopted),
        );
      }
    }
    const run = await runFailover({ recordId, action: 'converge' }, { patience: PATIENCE }, standby);
    return { outcome: 'adopted', recordId, adopted, run };
  },
);

const adoptedAlready = (recordId: string, { by, at, reason }: NonNullable<FailoverState['adopted']>): string =>
  `${plainText(by, 300)} adopted what the zone has of ${recordId} already at ${plainText(at, 40)}: "${plainText(reason, 500)}". If it is not in line: "converge --record ${recordId}".`;
