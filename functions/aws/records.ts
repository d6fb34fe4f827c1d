import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DnsRecord } from '../domain/dns-record.ts';
import { malformed } from '../domain/errors.ts';
import type { FailoverState } from '../domain/failover.ts';
import { type ModesSet, withPauseOfAll } from '../domain/mode.ts';
import type { Reading } from '../domain/registry.ts';
import { recordFrom, stateFrom } from '../registry/dns-records.ts';
import { ALL_SERVICES, type Key, ledgerKey, RECORDS, registryKey } from '../registry/keys.ts';
import { type Item, keyText } from '../registry/view.ts';
import { readPartition } from './bindings.ts';
import { modesFrom, readItems } from './ledger.ts';
import type { Tables } from './registry.ts';

/** Every record as it could be read, by the text of its key. @throws `Throttled`, `Denied`. */
export const readRecords = async (
  dynamo: DynamoDBClient,
  registry: string,
): Promise<ReadonlyMap<string, Reading<DnsRecord>>> => {
  const items = await readPartition(dynamo, { table: registry, pk: RECORDS, isConsistent: true });
  return new Map([...items].map(([key, item]) => [key, recordFrom(item)]));
};

/** A record, what is known of it, and what may be done about it. */
export interface RecordView {
  readonly record: DnsRecord;
  readonly state: FailoverState;
  /** Of its service, with the pause of everything, as the standby region has them. */
  readonly modesSet: ModesSet;
}

/**
 * Reads everything in the standby region's tables that a step depends on, consistently.
 *
 * @throws `Throttled`, `Denied`; `Malformed` for a record that is not there or can't be read.
 */
export const readRecordView = async (dynamo: DynamoDBClient, tables: Tables, recordId: string): Promise<RecordView> => {
  const [entry] = await readItems(dynamo, tables.registry, [registryKey.record(recordId)]);
  const reading = recordFrom(entry);
  if (reading.kind === 'absent') throw malformed(`There is no record ${recordId}.`, { recordId });
  if (reading.kind === 'unreadable') throw malformed(`A record can't be read: ${reading.problem}`, { recordId });
  const record = reading.entry;
  const keys = [ledgerKey.record(recordId), ledgerKey.modes(record.serviceId), ledgerKey.modes(ALL_SERVICES)];
  const items = await readItems(dynamo, tables.ledger, keys);
  const [state, ofService, ofAll] = keys.map((key) => itemAt(items, key));
  return {
    record,
    state: stateFrom(recordId, state),
    modesSet: withPauseOfAll(modesFrom(record.serviceId, ofService), modesFrom(ALL_SERVICES, ofAll)),
  };
};

const itemAt = (items: readonly Item[], key: Key): Item | undefined =>
  items.find((item) => keyText(item as unknown as Key) === keyText(key));
