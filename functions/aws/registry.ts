import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type * as v from 'valibot';
import type { Connection } from '../domain/connection.ts';
import { ConciergeError } from '../domain/errors.ts';
import type { ModesSet } from '../domain/mode.ts';
import type { Reading, ServiceEntry } from '../domain/registry.ts';
import type { Candidate } from '../domain/situation.ts';
import { plainText } from '../domain/text.ts';
import { type Key, ledgerKey, type MatchKind, matchPrefix, registryKey } from '../registry/keys.ts';
import {
  CustomerSchema,
  EntitlementSchema,
  MatchSchema,
  parseWith,
  problemOf,
  ServiceEntrySchema,
} from '../registry/schemas.ts';
import { calling } from './errors.ts';
import { modesFrom } from './ledger.ts';

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
  /** What people set for the service. */
  readonly modesSet: ModesSet;
}

type Item = Record<string, unknown>;

/** More than one match is ambiguous whatever the entries say; a batch takes 100 keys, three for each customer and two more. */
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
  const candidates = matches.map(({ customerId, matchedBy, problem }): Candidate => {
    if (problem !== undefined) {
      const unreadable = { kind: 'unreadable', problem } as const;
      return {
        customerId,
        matchedBy,
        customer: unreadable,
        entitlement: unreadable,
        places: { taken: 0, mine: false },
      };
    }
    const places = entries.ledger.get(keyText(ledgerKey.places(serviceId, customerId)))?.places;
    const taken = typeof places === 'object' && places !== null ? Object.keys(places) : [];
    return {
      customerId,
      matchedBy,
      customer: reading(CustomerSchema, entries.registry, registryKey.customer(customerId), { customerId }),
      entitlement: reading(EntitlementSchema, entries.registry, registryKey.entitlement(serviceId, customerId), {
        customerId,
        serviceId,
      }),
      places: { taken: taken.length, mine: taken.includes(endpointId) },
    };
  });
  return {
    service: reading(ServiceEntrySchema, entries.registry, registryKey.service(serviceId), { serviceId }),
    candidates,
    placesOpen: customerIds.filter((id) => entries.ledger.has(keyText(ledgerKey.places(serviceId, id)))),
    modesSet: modesFrom(serviceId, entries.ledger.get(keyText(ledgerKey.modes(serviceId)))),
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

interface Match {
  readonly customerId: string;
  readonly matchedBy: MatchKind;
  /** Why it can't be relied on: the request is then held for the unreadable entry, not rejected for want of a match. */
  readonly problem?: string;
}

const readMatches = async (
  dynamo: DynamoDBClient,
  tables: Tables,
  serviceId: string,
  matchedBy: MatchKind,
  value: string,
): Promise<readonly Match[]> => {
  const prefix = matchPrefix(matchedBy, value);
  const { Items = [] } = await calling('query the registry', () =>
    dynamo.send(
      new QueryCommand({
        TableName: tables.registry,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': { S: registryKey.service(serviceId).pk }, ':prefix': { S: prefix } },
      }),
    ),
  );
  return Items.map((item) => {
    const customerId = (item.sk?.S ?? '').slice(prefix.length);
    const parsed = parseWith(MatchSchema, unmarshall(item));
    if (parsed.success && parsed.output.customerId === customerId) return { customerId, matchedBy };
    const said = parsed.success ? 'its customerId is another one than its key says' : problemOf(parsed.issues);
    return {
      customerId: plainText(customerId, 63),
      matchedBy,
      problem: `a match of ${value} can't be relied on: ${said}`,
    };
  });
};

const readEntries = async (
  dynamo: DynamoDBClient,
  tables: Tables,
  serviceId: string,
  customerIds: readonly string[],
): Promise<{ registry: ReadonlyMap<string, Item>; ledger: ReadonlyMap<string, Item> }> => {
  const registryKeys = [
    registryKey.service(serviceId),
    ...customerIds.flatMap((id) => [registryKey.customer(id), registryKey.entitlement(serviceId, id)]),
  ];
  const ledgerKeys = [ledgerKey.modes(serviceId), ...customerIds.map((id) => ledgerKey.places(serviceId, id))];
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
  return { registry: byKey(Responses[tables.registry]), ledger: byKey(Responses[tables.ledger]) };
};

const byKey = (items: readonly Record<string, AttributeValue>[] = []): ReadonlyMap<string, Item> =>
  new Map(items.map((item) => [`${item.pk?.S}|${item.sk?.S}`, unmarshall(item)]));

/** A key as one text. */
export const keyText = ({ pk, sk }: Key): string => `${pk}|${sk}`;

/** A key in DynamoDB's form. */
export const toAttributes = ({ pk, sk }: Key): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } });

/** An entry counts only where its own ids are those of its key: one that was copied to another key belongs to nobody. */
export const reading = <T extends object>(
  schema: v.GenericSchema<unknown, T>,
  items: ReadonlyMap<string, Item>,
  key: Key,
  ids: Readonly<Partial<Record<keyof T, string>>>,
): Reading<T> => {
  const item = items.get(keyText(key));
  if (item === undefined) return { kind: 'absent' };
  const parsed = parseWith(schema, item);
  if (!parsed.success) return { kind: 'unreadable', problem: `${key.sk}: ${problemOf(parsed.issues)}` };
  const strange = (Object.keys(ids) as (keyof T & string)[]).find((name) => parsed.output[name] !== ids[name]);
  return strange === undefined
    ? { kind: 'found', entry: parsed.output }
    : { kind: 'unreadable', problem: `${key.sk}: its ${strange} is another one than its key's` };
};
