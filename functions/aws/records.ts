import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DnsRecord, homeOf, type RecordHome } from '../domain/dns-record.ts';
import { malformed } from '../domain/errors.ts';
import type { FailoverState } from '../domain/failover-state.ts';
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

/** A record whose entry is gone, and what is to leave with it; or why nothing is. */
export type RecordLeaving =
  | {
      readonly kind: 'leaving';
      readonly home: RecordHome;
      readonly state: FailoverState;
      readonly modesSet: ModesSet;
    }
  | { readonly kind: 'kept'; readonly because: string; readonly home?: RecordHome };

/**
 * Reads consistently whether a record is to leave. One whose entry is there, readable or not, stays.
 *
 * @throws `Throttled`, `Denied`; `Malformed` for an item of the ledger that we did not write.
 */
export const readLeaving = async (dynamo: DynamoDBClient, tables: Tables, recordId: string): Promise<RecordLeaving> => {
  const [entry] = await readItems(dynamo, tables.registry, [registryKey.record(recordId)]);
  if (entry !== undefined) {
    const read = recordFrom(entry);
    return {
      ...{ kind: 'kept', because: 'its entry is there' },
      ...(read.kind === 'found' ? { home: homeOf(read.entry) } : {}),
    };
  }
  const [item] = await readItems(dynamo, tables.ledger, [ledgerKey.record(recordId)]);
  const state = stateFrom(recordId, item);
  if (state.written === undefined) return { kind: 'kept', because: 'it is not known to be written anywhere' };
  const { at: _at, ...written } = state.written;
  const modes = await readModesOf(dynamo, tables, written.serviceId);
  return { kind: 'leaving', home: { recordId, ...written }, state, modesSet: modes };
};

const readModesOf = async (dynamo: DynamoDBClient, tables: Tables, serviceId: string): Promise<ModesSet> => {
  const keys = [ledgerKey.modes(serviceId), ledgerKey.modes(ALL_SERVICES)];
  const items = await readItems(dynamo, tables.ledger, keys);
  const [ofService, ofAll] = keys.map((key) => itemAt(items, key));
  return withPauseOfAll(modesFrom(serviceId, ofService), modesFrom(ALL_SERVICES, ofAll));
};

const itemAt = (items: readonly Item[], key: Key): Item | undefined =>
  items.find((item) => keyText(item as unknown as Key) === keyText(key));
