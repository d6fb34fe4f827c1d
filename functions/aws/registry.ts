import {
  type AttributeValue,
  BatchGetItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  paginateScan,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { Connection } from '../domain/connection.ts';
import { ConciergeError } from '../domain/errors.ts';
import { type ModesSet, withPauseOfAll } from '../domain/mode.ts';
import type { Reading, ServiceEntry } from '../domain/registry.ts';
import type { Candidate } from '../domain/situation.ts';
import type { RegistrySeen, RegistrySize } from '../domain/trust.ts';
import { itemOf } from '../registry/items.ts';
import {
  ALL_SERVICES,
  BINDINGS,
  type Key,
  ledgerKey,
  type MatchKind,
  matchPrefix,
  registryKey,
} from '../registry/keys.ts';
import { ServiceEntrySchema } from '../registry/schemas.ts';
import { byKey, candidatesFrom, type Entries, keyText, type Match, matchFrom, reading } from '../registry/view.ts';
import { calling } from './errors.ts';
import { modesFrom, registrySeenFrom } from './ledger.ts';
import { queryAll } from './query.ts';

/** The two tables, by name. */
export interface Tables {
  readonly registry: string;
  readonly ledger: string;
}

/** What the registry and the ledger say of a request. */
export interface RegistryView {
  readonly service: Reading<ServiceEntry>;
  readonly candidates: readonly Candidate[];
  /** The customers whose item of places exists; others' must be opened before a place can be taken. */
  readonly placesOpen: readonly string[];
  /** What people set for the service, and for all of them. */
  readonly modesSet: ModesSet;
  /** The registry as it was when it was last believed; absent before the first sweep. */
  readonly seen?: RegistrySeen;
}

/** More than one match is ambiguous whatever the entries say; a batch takes 100 keys, three for each customer and four more. */
const MAX_READ = 30;

/**
 * Reads everything that a decision on this connection depends on: two queries for the matches, then one batch for the entries
 * and places that they point to, and the service's modes. Every read is consistent.
 *
 * @throws `Throttled`, `Denied`; `Malformed` for modes that can't be read.
 */
export const readRegistry = async (
  dynamo: DynamoDBClient,
  tables: Tables,
  { serviceId, endpointId, owner }: Connection,
): Promise<RegistryView> => {
  const [byEndpoint, byAccount] = await Promise.all([
    readMatches(dynamo, tables, serviceId, 'endpoint', endpointId),
    readMatches(dynamo, tables, serviceId, 'account', owner),
  ]);
  // Claims first: they decide, and there is a limit to what is read.
  const claimed = new Set(byEndpoint.map(({ customerId }) => customerId));
  const matches = [...byEndpoint, ...byAccount.filter(({ customerId }) => !claimed.has(customerId))];
  const customerIds = matches.flatMap(({ customerId, problem }) => (problem === undefined ? customerId : []));
  const entries = await readEntries(dynamo, tables, serviceId, customerIds.slice(0, MAX_READ));
  const candidates = candidatesFrom(matches, { serviceId, endpointId }, entries);
  const modesOf = (id: string) => modesFrom(id, entries.ledger.get(keyText(ledgerKey.modes(id))));
  const seen = registrySeenFrom(entries.ledger.get(keyText(ledgerKey.registrySeen())));
  return {
    service: reading(ServiceEntrySchema, entries.registry, registryKey.service(serviceId), { serviceId }),
    candidates,
    placesOpen: customerIds.filter((id) => entries.ledger.has(keyText(ledgerKey.places(serviceId, id)))),
    modesSet: withPauseOfAll(modesOf(serviceId), modesOf(ALL_SERVICES)),
    ...(seen === undefined ? {} : { seen }),
  };
};

/**
 * Reads whether an endpoint holds a place under a customer's entitlement.
 *
 * @throws `Throttled`, `Denied`.
 */
export const readPlace = async (
  dynamo: DynamoDBClient,
  ledger: string,
  { serviceId, customerId, endpointId }: { serviceId: string; customerId: string; endpointId: string },
): Promise<boolean> => {
  const { pk, sk } = ledgerKey.places(serviceId, customerId);
  const { Items = [] } = await calling('read the places', () =>
    dynamo.send(
      new QueryCommand({
        TableName: ledger,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk = :sk',
        ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: sk } },
      }),
    ),
  );
  return Items.some((item) => Object.hasOwn(item.places?.M ?? {}, endpointId));
};

/**
 * Reads which table the registry is and how many entries it has. It reads them all: for who is about to turn somebody away because there is
 * no entry, and for the sweep.
 *
 * @throws `Throttled`, `Denied`.
 */
export const readRegistrySize = async (dynamo: DynamoDBClient, registry: string): Promise<RegistrySize> =>
  calling('count the registry', async () => {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: registry }));
    let count = 0;
    const counting = {
      TableName: registry,
      Select: 'COUNT',
      FilterExpression: 'pk <> :bindings',
      ExpressionAttributeValues: { ':bindings': { S: BINDINGS } },
    } as const;
    for await (const page of paginateScan({ client: dynamo }, counting)) {
      count += page.Count ?? 0;
    }
    return { tableId: Table?.TableId ?? '', count };
  });

const readMatches = async (
  dynamo: DynamoDBClient,
  tables: Tables,
  serviceId: string,
  matchedBy: MatchKind,
  value: string,
): Promise<readonly Match[]> => {
  const prefix = matchPrefix(matchedBy, value);
  const found = await calling('query the registry', () =>
    queryAll(dynamo, {
      TableName: tables.registry,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': { S: registryKey.service(serviceId).pk }, ':prefix': { S: prefix } },
    }),
  );
  return found.map((item) => matchFrom(itemOf(item), matchedBy, value));
};

const readEntries = async (
  dynamo: DynamoDBClient,
  tables: Tables,
  serviceId: string,
  customerIds: readonly string[],
): Promise<Entries> => {
  const registryKeys = [
    registryKey.service(serviceId),
    ...customerIds.flatMap((id) => [registryKey.customer(id), registryKey.entitlement(serviceId, id)]),
  ];
  const ledgerKeys = [
    ledgerKey.modes(serviceId),
    ledgerKey.modes(ALL_SERVICES),
    ledgerKey.registrySeen(),
    ...customerIds.map((id) => ledgerKey.places(serviceId, id)),
  ];
  const request = {
    [tables.registry]: { Keys: registryKeys.map(toAttributes), ConsistentRead: true },
    [tables.ledger]: { Keys: ledgerKeys.map(toAttributes), ConsistentRead: true },
  };
  const { Responses = {}, UnprocessedKeys = {} } = await calling('read the registry', () =>
    dynamo.send(new BatchGetItemCommand({ RequestItems: request })),
  );
  // An entry that DynamoDB left out for want of capacity is not an absent entry.
  if (Object.keys(UnprocessedKeys).length > 0) {
    throw new ConciergeError('Throttled', 'read the registry: DynamoDB left keys unprocessed', { customerIds });
  }
  const itemsOf = (table: string) => byKey((Responses[table] ?? []).map((item) => itemOf(item)));
  return { registry: itemsOf(tables.registry), ledger: itemsOf(tables.ledger) };
};

/** A key in DynamoDB's form. */
export const toAttributes = ({ pk, sk }: Key): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } });
