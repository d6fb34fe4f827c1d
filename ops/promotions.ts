import { DeleteItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { plainText } from '../functions/domain/text.ts';
import { itemOf } from '../functions/registry/items.ts';
import { ledgerKey, PROMOTION_PREFIX } from '../functions/registry/keys.ts';
import { parseWith } from '../functions/registry/schemas.ts';
import type { Standby } from './services.ts';

const plain = (maximum: number) =>
  v.pipe(
    v.string(),
    v.transform((text) => plainText(text, maximum)),
  );

const PromotionSchema = v.object({
  execution: plain(300),
  action: plain(20),
  askedBy: plain(300),
  reason: plain(500),
  askedAt: plain(40),
});

const HeldSchema = v.object({ ...PromotionSchema.entries, sk: v.string(), token: v.string() });

/** A run that waits, or waited, for somebody to promote a side of its record. */
export type Promotion = v.InferOutput<typeof PromotionSchema>;

/** The same with its task token, which is a secret: whoever shows it to anybody gives the failover out of hand. */
export type HeldPromotion = v.InferOutput<typeof HeldSchema>;

const read = async <T>(
  recordId: string,
  schema: v.GenericSchema<unknown, T>,
  shown: object,
  { dynamo, tables }: Standby,
): Promise<readonly T[]> => {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: tables.ledger,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: marshall({ ':pk': ledgerKey.promotion(recordId, '').pk, ':prefix': PROMOTION_PREFIX }),
      ...shown,
    }),
  );
  return Items.flatMap((each) => {
    const parsed = parseWith(schema, itemOf(each));
    return parsed.success ? [parsed.output] : [];
  });
};

/** The runs that wait for a promotion of a record, for people: their tokens are not even read. */
export const readPromotions = (recordId: string, standby: Standby): Promise<readonly Promotion[]> =>
  read(
    recordId,
    PromotionSchema,
    {
      ProjectionExpression: 'execution, #action, askedBy, reason, askedAt',
      ExpressionAttributeNames: { '#action': 'action' },
    },
    standby,
  );

/** {@link readPromotions}, with their tokens. */
export const readHeldPromotions = (recordId: string, standby: Standby): Promise<readonly HeldPromotion[]> =>
  read(recordId, HeldSchema, {}, standby);

/** Takes away what was answered, or is over: its token is of no use any more. */
export const forgetPromotion = async (
  recordId: string,
  { sk }: HeldPromotion,
  { dynamo, tables }: Standby,
): Promise<void> => {
  await dynamo.send(
    new DeleteItemCommand({
      TableName: tables.ledger,
      Key: marshall({ pk: ledgerKey.promotion(recordId, '').pk, sk }),
    }),
  );
};
