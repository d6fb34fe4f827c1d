import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { withPauseOfAll } from '../domain/mode.ts';
import { ALL_SERVICES, type Key, ledgerKey } from '../registry/keys.ts';
import { byKey, keyText } from '../registry/view.ts';
import { chunksOf } from './chunks.ts';
import { modesFrom, readItems } from './ledger.ts';

/** One endpoint that is about to be answered. */
export interface StandingQuery {
  readonly serviceId: string;
  readonly endpointId: string;
  /** Whose place it must have; absent where none is in question. */
  readonly placeOf?: string;
}

/** What must still hold at the moment at which an answer is given. */
export interface Standing {
  /** The version of modes and pauses, of the service and of all: the answer was decided under one of them. */
  readonly modesVersion: number;
  /** Whether the endpoint has the place under the entitlement for which it was asked; false where it was not asked. */
  readonly hasPlace: boolean;
  /** The run that has the request in hand, by its ARN; absent where none ever had. */
  readonly holder?: string;
  /** How often somebody said that there is something to look at, while a run has the request in hand. */
  readonly wakes: number;
}

/** BatchGetItem takes so many keys. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MAX_BATCH = 100;

/**
 * Reads modes, pauses, places and calls to look again of endpoints, consistently, just before the one call that depends on them.
 *
 * @returns what must still hold for each, in their order.
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readStandings = async (
  dynamo: DynamoDBClient,
  ledger: string,
  queries: readonly StandingQuery[],
): Promise<readonly Standing[]> => {
  const all = ledgerKey.modes(ALL_SERVICES);
  const keys = new Map<string, Key>([[keyText(all), all]]);
  for (const { serviceId, endpointId, placeOf } of queries) {
    const needed = [
      ledgerKey.modes(serviceId),
      ledgerKey.admission(serviceId, endpointId),
      ...(placeOf === undefined ? [] : [ledgerKey.places(serviceId, placeOf)]),
    ];
    for (const key of needed) keys.set(keyText(key), key);
  }
  const found: Record<string, unknown>[] = [];
  for (const chunk of chunksOf([...keys.values()], MAX_BATCH)) found.push(...(await readItems(dynamo, ledger, chunk)));
  const items = byKey(found);
  const modesOf = (id: string) => modesFrom(id, items.get(keyText(ledgerKey.modes(id))));
  return queries.map(({ serviceId, endpointId, placeOf }): Standing => {
    const places = placeOf === undefined ? undefined : items.get(keyText(ledgerKey.places(serviceId, placeOf)))?.places;
    const admission = items.get(keyText(ledgerKey.admission(serviceId, endpointId)));
    return {
      wakes: typeof admission?.wakes === 'number' ? admission.wakes : 0,
      ...(typeof admission?.execution === 'string' ? { holder: admission.execution } : {}),
      modesVersion: withPauseOfAll(modesOf(serviceId), modesOf(ALL_SERVICES)).version,
      hasPlace: typeof places === 'object' && places !== null && Object.hasOwn(places, endpointId),
    };
  });
};
