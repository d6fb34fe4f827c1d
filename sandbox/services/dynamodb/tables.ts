import type { Clock } from '../../clock/clock.ts';
import { PROVIDER_ACCOUNT, REGION } from '../../cloud.ts';
import type { Random } from '../../random.ts';
import { AwsError } from '../errors.ts';
import type { Dynalite, Wire } from './dynalite.ts';

interface IndexDescription extends Wire {
  readonly IndexName: string;
}

/** What DescribeTable answers, as far as the sandbox reads it; times in seconds since the epoch. */
export interface TableDescription extends Wire {
  readonly TableName: string;
  readonly TableArn: string;
  readonly TableStatus: 'ACTIVE';
  readonly DeletionProtectionEnabled: boolean;
  readonly LocalSecondaryIndexes?: readonly IndexDescription[];
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
}

/** e.g. `arn:aws:dynamodb:us-west-2:123456789012:table/Ledger`. */
export const tableArn = (name: string, account = PROVIDER_ACCOUNT): string =>
  `arn:aws:dynamodb:${REGION}:${account}:table/${name}`;

const NO_THROUGHPUT = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

const describeThroughput = (given: unknown): Wire => ({
  ...(typeof given === 'object' ? given : NO_THROUGHPUT),
  NumberOfDecreasesToday: 0,
});

const describeIndexes = (
  table: string,
  indexes: unknown,
  more: (index: IndexDescription) => Wire,
): readonly IndexDescription[] =>
  (indexes as readonly IndexDescription[]).map((index) => ({
    ...index,
    IndexArn: `${tableArn(table)}/index/${index.IndexName}`,
    IndexSizeBytes: 0,
    ItemCount: 0,
    ...more(index),
  }));

/**
 * The tables of the provider's account: their descriptions, which are kept here and not by dynalite, since it takes their
 * times from the machine and their ids from chance. A table is active at once.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
 */
export class Tables {
  readonly #engine: Dynalite;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #names = new Set<string>();

  constructor(engine: Dynalite, clock: Clock, random: Random) {
    this.#engine = engine;
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * @param input a checked CreateTable.
   * @param isProtected whether DeleteTable is to refuse it.
   * @throws AwsError `ResourceInUseException` where the name is taken.
   */
  async create(input: Wire, isProtected: boolean): Promise<TableDescription> {
    const name = String(input.TableName);
    if (this.#names.has(name)) throw new AwsError('ResourceInUseException', `Table already exists: ${name}`);
    this.#names.add(name);
    const { BillingMode, ProvisionedThroughput, GlobalSecondaryIndexes, LocalSecondaryIndexes, ...given } = input;
    const created = this.#clock.now() / 1000;
    const description = {
      ...given,
      TableName: name,
      TableArn: tableArn(name),
      TableId: this.#random.uuid(),
      TableStatus: 'ACTIVE' as const,
      CreationDateTime: created,
      ItemCount: 0,
      TableSizeBytes: 0,
      DeletionProtectionEnabled: isProtected,
      ProvisionedThroughput: describeThroughput(ProvisionedThroughput),
      ...(BillingMode === 'PAY_PER_REQUEST' && {
        BillingModeSummary: { BillingMode, LastUpdateToPayPerRequestDateTime: created },
      }),
      ...(LocalSecondaryIndexes !== undefined && {
        LocalSecondaryIndexes: describeIndexes(name, LocalSecondaryIndexes, () => ({})),
      }),
      ...(GlobalSecondaryIndexes !== undefined && {
        GlobalSecondaryIndexes: describeIndexes(name, GlobalSecondaryIndexes, (index) => ({
          IndexStatus: 'ACTIVE',
          ProvisionedThroughput: describeThroughput(index.ProvisionedThroughput),
        })),
      }),
    };
    await this.#engine.putTable(name, description);
    return description;
  }

  /** @throws AwsError `ResourceNotFoundException`. */
  describe(name: string): Promise<TableDescription> {
    return this.#engine.table<TableDescription>(name);
  }

  /** @throws AwsError `ResourceNotFoundException`; `ValidationException` where the table is protected. */
  async delete(name: string): Promise<Wire> {
    const table = await this.describe(name);
    if (table.DeletionProtectionEnabled) {
      throw new AwsError(
        'ValidationException',
        'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
      );
    }
    this.#names.delete(name);
    await this.#engine.deleteTable(name, [
      ...(table.LocalSecondaryIndexes ?? []).map(({ IndexName }) => ['Local', IndexName] as const),
      ...(table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => ['Global', IndexName] as const),
    ]);
    return { ...table, TableStatus: 'DELETING' };
  }

  /** In the order of their names, `limit` (100 at most, as on AWS) after `start`. */
  list(start: string | undefined, limit = 100): Wire {
    const names = [...this.#names].sort().filter((name) => start === undefined || name > start);
    const page = names.slice(0, limit);
    const last = page.at(-1);
    return { TableNames: page, ...(names.length > limit && last !== undefined && { LastEvaluatedTableName: last }) };
  }
}
