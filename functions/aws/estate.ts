import { DescribeTableCommand, type DynamoDBClient, paginateQuery, paginateScan } from '@aws-sdk/client-dynamodb';
import type { RegistrySize } from '../domain/trust.ts';
import { itemOf } from '../registry/items.ts';
import { BINDINGS, CURRENT, CURRENT_INDEX } from '../registry/keys.ts';
import type { Item } from '../registry/view.ts';
import { calling } from './errors.ts';

/**
 * Reads the whole registry, all pages. A customer has three entries of some hundred bytes: a page of a megabyte holds a thousand customers.
 *
 * @throws `Throttled`, `Denied`; what was read of it by then is nothing.
 */
export const readWholeRegistry = async (
  dynamo: DynamoDBClient,
  registry: string,
): Promise<{ readonly items: readonly Item[]; readonly size: RegistrySize }> =>
  calling('read the registry', async () => {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: registry }));
    const items: Item[] = [];
    for await (const page of paginateScan({ client: dynamo }, { TableName: registry })) {
      for (const item of page.Items ?? []) items.push(itemOf(item));
    }
    return { items, size: { tableId: Table?.TableId ?? '', count: items.filter(({ pk }) => pk !== BINDINGS).length } };
  });

/**
 * Reads what is in force in the ledger, all pages of one index: as much as there are live requests, whatever the history has grown to.
 *
 * @throws `Throttled`, `Denied`.
 */
export const readCurrent = async (dynamo: DynamoDBClient, ledger: string): Promise<readonly Item[]> =>
  calling('read what is in force', async () => {
    const items: Item[] = [];
    const query = {
      TableName: ledger,
      IndexName: CURRENT_INDEX.name,
      KeyConditionExpression: '#current = :yes',
      ExpressionAttributeNames: { '#current': CURRENT_INDEX.attribute },
      ExpressionAttributeValues: { ':yes': { S: CURRENT } },
    };
    for await (const page of paginateQuery({ client: dynamo }, query)) {
      for (const item of page.Items ?? []) items.push(itemOf(item));
    }
    return items;
  });
