import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { distrustOf } from '../domain/trust.ts';
import { type RegistryView, readRegistrySize } from './registry.ts';

/**
 * Why what the registry lacks is not believed, in words; `undefined` where it is. What is missing is only believed where the rest is as it
 * was: the registry's size is looked at in the moment that it matters, just before somebody is turned away or cut off.
 *
 * @throws `Throttled`, `Denied`.
 */
export const readDistrust = async (
  dynamo: DynamoDBClient,
  registry: string,
  { seen }: Pick<RegistryView, 'seen'>,
): Promise<string | undefined> => {
  if (seen === undefined) return undefined;
  return seen.frozen?.because ?? distrustOf(seen, await readRegistrySize(dynamo, registry));
};
