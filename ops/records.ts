import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { plainText } from '../functions/domain/text.ts';
import { itemOf } from '../functions/registry/items.ts';
import { LEDGER_INDEXES } from '../functions/registry/keys.ts';
import type { Services } from './services.ts';

/** A decision as people read it. All of it is plain text, whoever wrote it; what a record lacks is empty or absent. */
export interface DecisionRecord {
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  readonly serviceId: string;
  readonly endpointId: string;
  readonly customerId?: string;
  /** Counts from 1 for each request; 0 where the record does not say. */
  readonly generation: number;
  readonly outcome: string;
  readonly code: string;
  readonly sentence: string;
  /** What an approval would release. */
  readonly proposed?: string;
  /** Until when it is held. */
  readonly until?: string;
}

/** An index of the ledger over its decisions. */
export type LedgerIndex = keyof typeof LEDGER_INDEXES;

/**
 * Reads decisions by one of the ledger's indexes, newest first, page after page. An index lags behind by a moment.
 *
 * @param most - how many at the most.
 * @returns the records, and whether there are more of them.
 */
export const readRecords = async (
  { index, value, most }: { index: LedgerIndex; value: string; most: number },
  { dynamo, tables }: Services,
): Promise<{ records: readonly DecisionRecord[]; isCut: boolean }> => {
  const records: DecisionRecord[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await dynamo.send(
      new QueryCommand({
        TableName: tables.ledger,
        IndexName: index,
        KeyConditionExpression: '#key = :value',
        ExpressionAttributeNames: { '#key': LEDGER_INDEXES[index] },
        ExpressionAttributeValues: marshall({ ':value': value }),
        ScanIndexForward: false,
        ...(Number.isFinite(most) ? { Limit: most - records.length } : {}),
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    records.push(...Items.map((item) => recordOf(itemOf(item))));
    from = LastEvaluatedKey;
  } while (from !== undefined && records.length < most);
  return { records, isCut: from !== undefined };
};

/** One record that somebody spoiled must not hide the others: nothing is thrown for what it lacks. */
const recordOf = (item: Record<string, unknown>): DecisionRecord => {
  const text = (name: string, maximum = 80): string => {
    const value = item[name];
    return typeof value === 'string' ? plainText(value, maximum) : '';
  };
  const given = <Name extends string>(name: Name): Partial<Record<Name, string>> =>
    (text(name) === '' ? {} : { [name]: text(name) }) as Partial<Record<Name, string>>;
  return {
    recordedAt: text('recordedAt'),
    serviceId: text('serviceId'),
    endpointId: text('vpcEndpointId'),
    ...given('customerId'),
    generation: typeof item.generation === 'number' ? item.generation : 0,
    outcome: text('outcome'),
    code: text('code'),
    sentence: text('sentence', 1000),
    ...given('proposed'),
    ...given('until'),
  };
};
