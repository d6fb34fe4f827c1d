import type { Dynalite, Wire } from './dynalite.ts';

interface TableKeys extends Wire {
  readonly Keys: readonly Wire[];
}

/**
 * BatchGetItem as so many GetItems, answered in the order of the keys. AWS promises no order; dynalite's own shuffles by
 * the machine's chance. AWS's limit of 16 MB for an answer is not modelled, so `UnprocessedKeys` is always empty.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export const batchGetItem = async (engine: Dynalite, input: Wire): Promise<Wire> => {
  const { RequestItems, ReturnConsumedCapacity } = engine.check('batchGetItem', input);
  const responses: Record<string, unknown[]> = {};
  const capacity: Wire[] = [];
  for (const [table, request] of Object.entries(RequestItems as Readonly<Record<string, TableKeys>>)) {
    const { Keys, ...how } = request;
    const answers = await Promise.all(
      Keys.map((Key) => engine.run('getItem', { ...how, TableName: table, Key, ReturnConsumedCapacity })),
    );
    responses[table] = answers.flatMap(({ Item }) => (Item === undefined ? [] : [Item]));
    const units = answers.reduce((sum, { ConsumedCapacity }) => sum + unitsOf(ConsumedCapacity), 0);
    if (ReturnConsumedCapacity === 'TOTAL' || ReturnConsumedCapacity === 'INDEXES') {
      const whole = ReturnConsumedCapacity === 'INDEXES' && { Table: { CapacityUnits: units } };
      capacity.push({ TableName: table, CapacityUnits: units, ...whole });
    }
  }
  return {
    Responses: responses,
    UnprocessedKeys: {},
    ...(capacity.length > 0 && { ConsumedCapacity: capacity }),
  };
};

const unitsOf = (consumed: unknown): number =>
  typeof consumed === 'object' && consumed !== null && 'CapacityUnits' in consumed ? Number(consumed.CapacityUnits) : 0;
