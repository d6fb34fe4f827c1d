import { BatchGetItemCommand, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import type { TakenPlace } from '../domain/difference.ts';
import { ConciergeError, malformed } from '../domain/errors.ts';
import { OUTCOMES } from '../domain/history.ts';
import type { PlaceStanding } from '../domain/place.ts';
import { itemOf } from '../registry/items.ts';
import { ledgerKey } from '../registry/keys.ts';
import { parseWith, problemOf } from '../registry/schemas.ts';
import { calling } from './errors.ts';

const PlacesSchema = v.object({ places: v.record(v.string(), v.object({ takenAt: v.string() })) });

const AdmissionSchema = v.object({
  status: v.picklist(['running', 'done']),
  last: v.exactOptional(
    v.object({ outcome: v.exactOptional(v.picklist(OUTCOMES)), customerId: v.exactOptional(v.string()) }),
  ),
});

/**
 * Reads a place and the admission of its endpoint, consistently.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readPlaceAndAdmission = async (
  dynamo: DynamoDBClient,
  ledger: string,
  { serviceId, customerId, endpointId }: TakenPlace,
): Promise<PlaceStanding> => {
  const admissionKey = ledgerKey.admission(serviceId, endpointId);
  const placesKey = ledgerKey.places(serviceId, customerId);
  const Keys = [admissionKey, placesKey].map((key) => marshall(key));
  const { Responses = {}, UnprocessedKeys = {} } = await calling('read a place', () =>
    dynamo.send(new BatchGetItemCommand({ RequestItems: { [ledger]: { Keys, ConsistentRead: true } } })),
  );
  if (Object.keys(UnprocessedKeys).length > 0) {
    throw new ConciergeError('Throttled', 'read a place: DynamoDB left keys unprocessed', { customerId, endpointId });
  }
  const items = (Responses[ledger] ?? []).map((item) => itemOf(item));
  const read = <T>(schema: v.GenericSchema<unknown, T>, { pk, sk }: { pk: string; sk: string }): T | undefined => {
    const item = items.find((each) => each.pk === pk && each.sk === sk);
    if (item === undefined) return undefined;
    const parsed = parseWith(schema, item);
    if (parsed.success) return parsed.output;
    throw malformed(`The ledger's ${pk} ${sk} can't be read: ${problemOf(parsed.issues)}`, { customerId, endpointId });
  };
  const admission = read(AdmissionSchema, admissionKey);
  const takenAt = read(PlacesSchema, placesKey)?.places[endpointId]?.takenAt;
  const { outcome, ...more } = admission?.last ?? {};
  return {
    isRunning: admission?.status === 'running',
    ...(takenAt === undefined ? {} : { takenAt }),
    ...(outcome === undefined ? {} : { last: { ...more, outcome } }),
  };
};

/**
 * Releases a place, on condition that it is still the one that was taken at `takenAt`.
 *
 * @returns false where it was released or taken anew meanwhile.
 * @throws `Throttled`, `Denied`.
 */
export const isPlaceReleased = async (
  dynamo: DynamoDBClient,
  ledger: string,
  { serviceId, customerId, endpointId, takenAt }: TakenPlace,
): Promise<boolean> => {
  const command = new UpdateItemCommand({
    TableName: ledger,
    Key: marshall(ledgerKey.places(serviceId, customerId)),
    UpdateExpression: 'REMOVE places.#me',
    ConditionExpression: 'places.#me.takenAt = :takenAt',
    ExpressionAttributeNames: { '#me': endpointId },
    ExpressionAttributeValues: marshall({ ':takenAt': takenAt }),
  });
  try {
    await calling('release a place', () => dynamo.send(command));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
};
