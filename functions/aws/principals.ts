import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { ConciergeError } from '../domain/errors.ts';
import { type ModesSet, withPauseOfAll } from '../domain/mode.ts';
import type { PrincipalsRecord } from '../domain/ownership.ts';
import type { AccountMatch } from '../domain/principals.ts';
import type { Reading, ServiceEntry } from '../domain/registry.ts';
import { itemOf } from '../registry/items.ts';
import { ALL_SERVICES, type Key, ledgerKey, registryKey } from '../registry/keys.ts';
import { principalsFrom, principalsReopening, principalsUpdate } from '../registry/principals.ts';
import { ServiceEntrySchema } from '../registry/schemas.ts';
import { accountMatchFrom, accountMatchOf, keyText, reading } from '../registry/view.ts';
import { calling } from './errors.ts';
import { modesFrom, readItems } from './ledger.ts';
import { toAttributes } from './registry.ts';

type Items = ReadonlyMap<string, Record<string, unknown>>;

/** A service's entry, and every account that the registry names for it. */
export interface ServiceAccounts {
  readonly service: Reading<ServiceEntry>;
  readonly matches: readonly AccountMatch[];
}

/** BatchGetItem takes so many keys. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MAX_BATCH = 100;

/**
 * Reads a service's part of the registry, all pages, and its customers. Every read is consistent.
 *
 * @throws `Throttled`, `Denied`.
 */
export const readServiceAccounts = async (
  dynamo: DynamoDBClient,
  registry: string,
  serviceId: string,
): Promise<ServiceAccounts> => {
  const entries = await readPartition(dynamo, registry, registryKey.service(serviceId).pk);
  const customerIds = [...entries.values()].flatMap(({ sk }) => accountMatchOf(String(sk))?.customerId ?? []);
  const customers = await readCustomers(dynamo, registry, [...new Set(customerIds)]);
  const matches = [...entries.values()].flatMap((item) => accountMatchFrom(item, entries, customers) ?? []);
  return { service: reading(ServiceEntrySchema, entries, registryKey.service(serviceId), { serviceId }), matches };
};

const readPartition = async (dynamo: DynamoDBClient, table: string, pk: string): Promise<Items> => {
  const items = new Map<string, Record<string, unknown>>();
  await calling('query the registry', async () => {
    const query = {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
    };
    for await (const { Items = [] } of paginateQuery({ client: dynamo }, query)) put(items, Items);
  });
  return items;
};

const readCustomers = async (dynamo: DynamoDBClient, table: string, ids: readonly string[]): Promise<Items> => {
  const items = new Map<string, Record<string, unknown>>();
  for (let start = 0; start < ids.length; start += MAX_BATCH) {
    const Keys = ids.slice(start, start + MAX_BATCH).map((id) => toAttributes(registryKey.customer(id)));
    const { Responses = {}, UnprocessedKeys = {} } = await calling('read the registry', () =>
      dynamo.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } })),
    );
    // A customer that DynamoDB left out for want of capacity is not an absent customer.
    if (Object.keys(UnprocessedKeys).length > 0) {
      throw new ConciergeError('Throttled', 'read the registry: DynamoDB left customers unprocessed', { ids });
    }
    put(items, Responses[table] ?? []);
  }
  return items;
};

const put = (into: Map<string, Record<string, unknown>>, items: readonly Record<string, AttributeValue>[]): void => {
  for (const item of items.map((each) => itemOf(each))) into.set(keyText(item as unknown as Key), item);
};

/**
 * Reads which allowed principals of a service are ours.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readPrincipals = async (
  dynamo: DynamoDBClient,
  ledger: string,
  serviceId: string,
): Promise<PrincipalsRecord> => {
  const [item] = await readItems(dynamo, ledger, [ledgerKey.principals(serviceId)]);
  return principalsFrom(serviceId, item);
};

/** What people, and the last look at the registry, say of what may be done. */
export interface PrincipalsWord {
  /** Of the service, with the pause of everything. */
  readonly modesSet: ModesSet;
  readonly frozen: boolean;
}

/**
 * Reads modes, pauses and whether the registry is believed, in one consistent read.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readPrincipalsWord = async (
  dynamo: DynamoDBClient,
  ledger: string,
  serviceId: string,
): Promise<PrincipalsWord> => {
  const keys = [ledgerKey.modes(serviceId), ledgerKey.modes(ALL_SERVICES), ledgerKey.registrySeen()];
  const items = await readItems(dynamo, ledger, keys);
  const [ofService, ofAll, seen] = keys.map((key) => items.find(({ pk, sk }) => pk === key.pk && sk === key.sk));
  return {
    modesSet: withPauseOfAll(modesFrom(serviceId, ofService), modesFrom(ALL_SERVICES, ofAll)),
    frozen: seen !== undefined && Object.hasOwn(seen, 'frozen'),
  };
};

/**
 * Writes which allowed principals are ours.
 *
 * @param version - of the item that was read.
 * @returns false where it has another by now: somebody else is at it, or the reply to our own write was lost and it was made again.
 * @throws `Throttled`, `Denied`.
 */
export const writePrincipals = async (
  dynamo: DynamoDBClient,
  ledger: string,
  { serviceId, version, record }: { serviceId: string; version: number; record: PrincipalsRecord },
): Promise<boolean> => {
  const command = new UpdateItemCommand(principalsUpdate(ledger, serviceId, version, record));
  try {
    await calling('write the principals', () => dynamo.send(command));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
};

/**
 * Has somebody look at a service's principals again.
 *
 * @throws `Throttled`, `Denied`.
 */
export const reopenPrincipals = async (dynamo: DynamoDBClient, ledger: string, serviceId: string): Promise<void> => {
  await calling('write the principals', () =>
    dynamo.send(new UpdateItemCommand(principalsReopening(ledger, serviceId))),
  );
};
