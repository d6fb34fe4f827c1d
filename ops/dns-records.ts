import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DnsRecord } from '../functions/domain/dns-record.ts';
import type { FailoverState } from '../functions/domain/failover-state.ts';
import type { Reading } from '../functions/domain/registry.ts';
import { plainText } from '../functions/domain/text.ts';
import { recordFrom, stateFrom } from '../functions/registry/dns-records.ts';
import { itemOf } from '../functions/registry/items.ts';
import { ALL_SERVICES, DECISION_PREFIX, ledgerKey, RECORDS, registryKey } from '../functions/registry/keys.ts';
import { type Item, readPartition } from './bindings.ts';
import type { Standby } from './services.ts';
import { readItem } from './table.ts';
import { NotWoken, start } from './wake.ts';

/** Every entry of the standby region's registry that is a record's, as it is at this moment, by its sort key. */
export const readEntries = (standby: Standby): Promise<ReadonlyMap<string, Item>> =>
  readPartition(standby.tables.registry, RECORDS, standby);

/** The records that can be read, in the order of their ids. */
export const readableRecords = (items: ReadonlyMap<string, Item>): readonly DnsRecord[] =>
  [...items.values()].flatMap((item) => {
    const read = recordFrom(item);
    return read.kind === 'found' ? [read.entry] : [];
  });

/** One record's entry as it is at this moment, read and as it stands there. */
export const readEntry = async (
  recordId: string,
  standby: Standby,
): Promise<{ readonly item: Item | undefined; readonly read: Reading<DnsRecord> }> => {
  const item = await readItem(standby.tables.registry, registryKey.record(recordId), standby);
  return { item, read: recordFrom(item) };
};

/** What the standby region's ledger knows of a record. @throws `Malformed` for an item that we did not write. */
export const readState = async (recordId: string, standby: Standby): Promise<FailoverState> =>
  stateFrom(recordId, await readItem(standby.tables.ledger, ledgerKey.record(recordId), standby));

/** Why nothing is done with an id, and what to do. */
export const noRecord = (recordId: string, read: Exclude<Reading<DnsRecord>, { kind: 'found' }>): string =>
  read.kind === 'absent'
    ? `There is no record ${recordId}. "records" lists those that there are.`
    : `The record ${recordId} can't be read: ${plainText(read.problem, 400)}. Put it right with "record --record ${recordId} --replace" and all of its options.`;

/** The condition that an entry is the one that was read. One that no command wrote has no time by which to know it. */
export const stillTheRecord = (read: Item | undefined) => {
  if (read === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return read.recordedAt === undefined
    ? { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(recordedAt)' }
    : { ConditionExpression: 'recordedAt = :read', ExpressionAttributeValues: marshall({ ':read': read.recordedAt }) };
};

/** Who put an entry there, as a sentence has it; empty where no command did. */
export const recordedBy = ({ recordedBy: by, recordedAt: at }: Item): string =>
  typeof by === 'string' ? ` (by ${plainText(by, 300)} at ${plainText(String(at), 40)})` : '';

/** What a run or a person did to a record, plain for people. */
export interface RecordDecision {
  /** ISO 8601. */
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
  readonly because: string;
  readonly by: string;
}

/** The last of a record's decisions; undefined where there was none. */
export const readLastDecision = async (
  recordId: string,
  { dynamo, tables }: Standby,
): Promise<RecordDecision | undefined> => {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: tables.ledger,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: marshall({
        ':pk': ledgerKey.recordDecision(recordId, '', '').pk,
        ':prefix': DECISION_PREFIX,
      }),
      ScanIndexForward: false,
      Limit: 1,
    }),
  );
  const [last] = Items.map((each) => itemOf(each));
  if (last === undefined) return undefined;
  const text = (name: string, maximum: number): string => {
    const value = last[name];
    return typeof value === 'string' ? plainText(value, maximum) : '';
  };
  return {
    at: text('at', 40),
    action: text('action', 20),
    outcome: text('outcome', 20),
    because: text('because', 500),
    by: text('by', 300),
  };
};

/** Writes down what a person did to a record by command: it stands among the decisions of runs. */
export const writeDecision = async (
  recordId: string,
  { at, action, outcome, because, by }: RecordDecision,
  { dynamo, tables }: Standby,
): Promise<void> => {
  await dynamo.send(
    new PutItemCommand({
      TableName: tables.ledger,
      Item: marshall({ ...ledgerKey.recordDecision(recordId, at, action), recordId, at, action, outcome, because, by }),
    }),
  );
};

/**
 * Has the records of a service looked at, or all of them, after a pause: brought in line, and whether their primaries are well. One that was
 * left meanwhile is latched then.
 *
 * @returns their ids, sorted.
 * @throws NotWoken, whatever went wrong: it is resumed.
 */
export const lookAtRecords = async (serviceId: string, standby: Standby): Promise<readonly string[]> => {
  try {
    const records = readableRecords(await readEntries(standby)).filter(
      (record) => serviceId === ALL_SERVICES || record.serviceId === serviceId,
    );
    const workflow = records.length === 0 ? '' : await standby.updateFailover();
    for (const { recordId, routing } of records) {
      if (routing.kind === 'failover') await start(workflow, { recordId, action: 'follow' }, standby);
      await start(workflow, { recordId, action: 'converge' }, standby);
    }
    return records.map(({ recordId }) => recordId);
  } catch (error) {
    throw new NotWoken(
      'It is resumed, but nobody looks yet at its records. Give the same command again once this is mended',
      { cause: error },
    );
  }
};
