import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { malformed } from '../domain/errors.ts';
import { isOutcome, type PastDecision } from '../domain/history.ts';
import { DECISION_PREFIX, requestKey } from '../registry/keys.ts';
import { problemOf } from '../registry/schemas.ts';
import { calling } from './errors.ts';

const PastDecisionSchema = v.object({
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  outcome: v.pipe(v.string(), v.check(isOutcome, 'not an outcome')),
  code: v.string(),
});

/**
 * Reads the decisions recorded for a request, oldest first. A request has a handful; a page holds them all.
 *
 * @throws `Throttled`, `Denied`; `Malformed` for a record that we did not write.
 */
export const readHistory = async (
  dynamo: DynamoDBClient,
  ledger: string,
  serviceId: string,
  endpointId: string,
): Promise<readonly PastDecision[]> => {
  const { Items = [] } = await calling('read the decisions', () =>
    dynamo.send(
      new QueryCommand({
        TableName: ledger,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: {
          ':pk': { S: requestKey(serviceId, endpointId) },
          ':prefix': { S: DECISION_PREFIX },
        },
      }),
    ),
  );
  return Items.map((item) => {
    const parsed = v.safeParse(PastDecisionSchema, unmarshall(item));
    if (!parsed.success) {
      throw malformed(`The record ${item.sk?.S} of ${endpointId} can't be read: ${problemOf(parsed.issues)}`, {
        endpointId,
      });
    }
    return parsed.output as PastDecision;
  });
};
