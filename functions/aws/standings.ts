import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ConciergeError } from '../domain/errors.ts';
import { withPauseOfAll } from '../domain/mode.ts';
import { ALL_SERVICES, type Key, ledgerKey } from '../registry/keys.ts';
import { byKey, keyText } from '../registry/view.ts';
import { calling } from './errors.ts';
import { modesFrom, type Standing } from './ledger.ts';

/** One endpoint that is about to be answered. */
export interface StandingQuery {
  readonly serviceId: string;
  readonly endpointId: string;
  /** Whose place it must have; absent where none is in question. */
  readonly placeOf?: string;
}

/** BatchGetItem takes so many keys. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MAX_BATCH = 100;

/**
 * Reads modes, pauses and places of many endpoints, consistently, just before the one call that depends on them.
 *
 * @returns what must still hold for each, in their order.
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readStandings = async (
  dynamo: DynamoDBClient,
  ledger: string,
  queries: readonly StandingQuery[],
): Promise<readonly Standing[]> => {
  const keys = new Map<string, Key>();
  const need = (key: Key): void => void keys.set(keyText(key), key);
  need(ledgerKey.modes(ALL_SERVICES));
  for (const { serviceId, placeOf } of queries) {
    need(ledgerKey.modes(serviceId));
    if (placeOf !== undefined) need(ledgerKey.places(serviceId, placeOf));
  }
  const items = byKey(await readAll(dynamo, ledger, [...keys.values()]));
  const modesOf = (serviceId: string) => modesFrom(serviceId, items.get(keyText(ledgerKey.modes(serviceId))));
  const all = modesOf(ALL_SERVICES);
  return queries.map(({ serviceId, endpointId, placeOf }): Standing => {
    const places =
      placeOf === undefined ? undefined : items.get(keyText(ledgerKey.places(serviceId, placeOf)))?.places;
    return {
      modesVersion: withPauseOfAll(modesOf(serviceId), all).version,
      hasPlace: typeof places === 'object' && places !== null && Object.hasOwn(places, endpointId),
    };
  });
};

const readAll = async (dynamo: DynamoDBClient, ledger: string, keys: readonly Key[]) => {
  const items: Record<string, unknown>[] = [];
  for (let start = 0; start < keys.length; start += MAX_BATCH) {
    const Keys = keys.slice(start, start + MAX_BATCH).map((key) => marshall(key));
    const { Responses = {}, UnprocessedKeys = {} } = await calling('read the ledger', () =>
      dynamo.send(new BatchGetItemCommand({ RequestItems: { [ledger]: { Keys, ConsistentRead: true } } })),
    );
    // What DynamoDB left out for want of capacity is not absent.
    if (Object.keys(UnprocessedKeys).length > 0) {
      throw new ConciergeError('Throttled', 'read the ledger: DynamoDB left keys unprocessed', { keys: keys.length });
    }
    items.push(...(Responses[ledger] ?? []).map((item) => unmarshall(item)));
  }
  return items;
};
