import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { malformed } from '../domain/errors.ts';
import { NO_PRINCIPALS, type PrincipalsRecord } from '../domain/ownership.ts';
import { CURRENT, CURRENT_INDEX, ledgerKey } from './keys.ts';
import { PrincipalsSchema, parseWith, problemOf } from './schemas.ts';

/**
 * Reads what the ledger knows of a service's allowed principals out of their item.
 *
 * @throws `Malformed` for an item that we did not write: what is ours is not known then, so nothing is touched.
 */
export const principalsFrom = (
  serviceId: string,
  item: Readonly<Record<string, unknown>> | undefined,
): PrincipalsRecord => {
  if (item === undefined) return NO_PRINCIPALS;
  const parsed = parseWith(PrincipalsSchema, item);
  if (parsed.success) return parsed.output;
  throw malformed(`The principals of ${serviceId} can't be read: ${problemOf(parsed.issues)}`, { serviceId });
};

/**
 * Writes the item, on condition that it still has the version that was read. The maps are written whole: DynamoDB counts an update by the
 * size of the item anyway, and an expression, of 4 KB at the most, has no room for a key each of some hundred customers.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 *
 * @param version - that was read; 0 = there was no item.
 */
export const principalsUpdate = (
  table: string,
  serviceId: string,
  version: number,
  record: PrincipalsRecord,
): UpdateItemCommandInput => {
  const { applied } = record;
  const { ours, reverted, contested } = record;
  const values = {
    ...{ [CURRENT_INDEX.attribute]: CURRENT, ours, reverted, contested, version: record.version },
    ...(applied === undefined ? {} : { applied }),
  };
  const names = Object.keys(values);
  const sets = names.map((name) => `#${name} = :${name}`).join(', ');
  return {
    TableName: table,
    Key: marshall(ledgerKey.principals(serviceId)),
    UpdateExpression: `SET ${sets}${applied === undefined ? ' REMOVE #applied' : ''}`,
    ConditionExpression: version === 0 ? 'attribute_not_exists(pk)' : '#version = :read',
    ExpressionAttributeNames: Object.fromEntries([...new Set([...names, 'applied'])].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: marshall({
      ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
      ...(version === 0 ? {} : { ':read': version }),
    }),
  };
};

/** Says that what was applied may not hold, whoever wrote it: somebody has to look again. A run that is at it is overtaken. */
export const principalsReopening = (table: string, serviceId: string): UpdateItemCommandInput => ({
  TableName: table,
  Key: marshall(ledgerKey.principals(serviceId)),
  UpdateExpression: 'REMOVE #applied ADD #version :one',
  ExpressionAttributeNames: { '#applied': 'applied', '#version': 'version' },
  ExpressionAttributeValues: marshall({ ':one': 1 }),
});
