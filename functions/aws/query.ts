import {
  type AttributeValue,
  type DynamoDBClient,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';

/**
 * All items that a query finds, page after page. DynamoDB ends a page after 1 MB, or earlier:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
 *
 * @throws what DynamoDB says: call it within `calling`.
 */
export const queryAll = async (
  client: DynamoDBClient,
  query: QueryCommandInput,
): Promise<readonly Record<string, AttributeValue>[]> => {
  const items: Record<string, AttributeValue>[] = [];
  for await (const { Items = [] } of paginateQuery({ client }, query)) items.push(...Items);
  return items;
};
