import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { itemOf } from '../functions/registry/items.ts';
import type { Key } from '../functions/registry/keys.ts';
import type { Regional } from './services.ts';

/** An item as it is at this moment. */
export const readItem = async (
  table: string,
  key: Key,
  { dynamo }: Pick<Regional, 'dynamo'>,
): Promise<Record<string, unknown> | undefined> => {
  const command = new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: true });
  const { Item } = await dynamo.send(command);
  return Item === undefined ? undefined : itemOf(Item);
};

/**
 * Makes a conditional write.
 *
 * @returns false where the condition did not hold: somebody was first, or our own write was, whose reply got lost. Read again to see.
 * @throws whatever else the SDK throws.
 */
export const isWritten = async (write: () => Promise<unknown>): Promise<boolean> => {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
};
