import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Misses } from '../domain/addresses.ts';
import { type Binding, overlapsAmong } from '../domain/binding.ts';
import { malformed } from '../domain/errors.ts';
import { type ModesSet, withPauseOfAll } from '../domain/mode.ts';
import type { Reading, ServiceEntry } from '../domain/registry.ts';
import type { TargetsRecord } from '../domain/targets-record.ts';
import { bindingFrom, targetsRecordFrom, watchedFrom } from '../registry/bindings.ts';
import { itemOf } from '../registry/items.ts';
import { ALL_SERVICES, BINDINGS, type Key, ledgerKey, registryKey } from '../registry/keys.ts';
import { ServiceEntrySchema } from '../registry/schemas.ts';
import { byKey, type Item, keyText, reading } from '../registry/view.ts';
import { calling } from './errors.ts';
import { modesFrom, readItems } from './ledger.ts';
import { queryAll } from './query.ts';
import type { Tables } from './registry.ts';

/** A partition of a table, all pages, by the text of each item's key. */
export const readPartition = async (
  dynamo: DynamoDBClient,
  { table, pk, isConsistent }: { readonly table: string; readonly pk: string; readonly isConsistent: boolean },
): Promise<ReadonlyMap<string, Item>> => {
  const items = await calling(`read the partition ${pk}`, () =>
    queryAll(dynamo, {
      TableName: table,
      ConsistentRead: isConsistent,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
    }),
  );
  return byKey(items.map((item) => itemOf(item)));
};

/** Every binding as it could be read, by the text of its key. @throws `Throttled`, `Denied`. */
export const readBindings = async (
  dynamo: DynamoDBClient,
  registry: string,
): Promise<ReadonlyMap<string, Reading<Binding>>> => {
  const items = await readPartition(dynamo, { table: registry, pk: BINDINGS, isConsistent: true });
  return new Map([...items].map(([key, item]) => [key, bindingFrom(item)]));
};

/**
 * Reads a binding, and whether it is alone with its port in its target group: an overlap shows only among all of them.
 *
 * @throws `Throttled`, `Denied`; `Malformed` for one that is not there, can't be read, or overlaps with another.
 */
export const readBinding = async (dynamo: DynamoDBClient, registry: string, bindingId: string): Promise<Binding> => {
  const all = await readBindings(dynamo, registry);
  const own = all.get(keyText(registryKey.binding(bindingId)));
  if (own === undefined || own.kind === 'absent') throw malformed(`There is no binding ${bindingId}.`, { bindingId });
  if (own.kind === 'unreadable') throw malformed(`A binding can't be read: ${own.problem}`, { bindingId });
  const others = [...all.values()].flatMap((each) => (each.kind === 'found' ? [each.entry] : []));
  const overlap = overlapsAmong(others).find(({ bindingIds }) => bindingIds.includes(bindingId));
  if (overlap === undefined) return own.entry;
  const { bindingIds, port, targetGroupArn } = overlap;
  throw malformed(
    `Bindings ${bindingIds.join(' and ')} all want port ${port} of ${targetGroupArn}: remove all but one. Nothing is done until then.`,
    { bindingId },
  );
};

/** What the registry says of a binding's service, and the ledger of the binding. */
export interface BindingView {
  readonly service: Reading<ServiceEntry>;
  /** Of the service, with the pause of everything. */
  readonly modesSet: ModesSet;
  readonly record: TargetsRecord;
  readonly misses: Misses;
}

/**
 * Reads everything in the tables that a binding's plan depends on, consistently.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readBindingView = async (
  dynamo: DynamoDBClient,
  tables: Tables,
  { bindingId, serviceId }: Binding,
): Promise<BindingView> => {
  const keys = [
    ledgerKey.modes(serviceId),
    ledgerKey.modes(ALL_SERVICES),
    ledgerKey.targets(bindingId),
    ledgerKey.watched(bindingId),
  ];
  const serviceKey = registryKey.service(serviceId);
  const [services, items] = await Promise.all([
    readItems(dynamo, tables.registry, [serviceKey]),
    readItems(dynamo, tables.ledger, keys),
  ]);
  const [ofService, ofAll, targets, watched] = keys.map((key) => itemAt(items, key));
  return {
    service: reading(ServiceEntrySchema, byKey(services), serviceKey, { serviceId }),
    modesSet: withPauseOfAll(modesFrom(serviceId, ofService), modesFrom(ALL_SERVICES, ofAll)),
    record: targetsRecordFrom(bindingId, targets),
    misses: watchedFrom(watched).misses,
  };
};

const itemAt = (items: readonly Item[], key: Key): Item | undefined =>
  items.find((item) => keyText(item as unknown as Key) === keyText(key));
