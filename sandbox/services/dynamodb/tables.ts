import type { Clock } from '../../clock/clock.ts';
import { type Cloud, PROVIDER_ACCOUNT } from '../../cloud.ts';
import type { Random } from '../../random.ts';
import { AwsError } from '../errors.ts';
import type { Dynalite, Wire } from './dynalite.ts';
import type { StreamedTable, StreamViewType } from './stream.ts';
import type { Streams } from './streams.ts';

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
  readonly KeySchema: StreamedTable['keySchema'];
  /** Only while a stream is enabled. */
  readonly StreamSpecification?: { readonly StreamEnabled: true; readonly StreamViewType: StreamViewType };
  /** Stays when the stream is disabled. */
  readonly LatestStreamArn?: string;
  readonly LatestStreamLabel?: string;
}

/** What UpdateTable changes. */
export interface TableChange {
  readonly isProtected?: boolean;
  /** `off` disables the stream. */
  readonly stream?: StreamViewType | 'off';
}

/** e.g. `arn:aws:dynamodb:us-west-2:123456789012:table/Ledger`. */
export const tableArn = (region: string, name: string, account = PROVIDER_ACCOUNT): string =>
  `arn:aws:dynamodb:${region}:${account}:table/${name}`;

const NO_THROUGHPUT = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

const describeThroughput = (given: unknown): Wire => ({
  ...(typeof given === 'object' ? given : NO_THROUGHPUT),
  NumberOfDecreasesToday: 0,
});

const describeIndexes = (
  tableArn: string,
  indexes: unknown,
  more: (index: IndexDescription) => Wire,
): readonly IndexDescription[] =>
  (indexes as readonly IndexDescription[]).map((index) => ({
    ...index,
    IndexArn: `${tableArn}/index/${index.IndexName}`,
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
  readonly #region: string;
  readonly #engine: Dynalite;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #streams: Streams;
  readonly #names = new Set<string>();

  constructor(engine: Dynalite, streams: Streams, cloud: Pick<Cloud, 'region' | 'clock' | 'random'>) {
    this.#region = cloud.region;
    this.#engine = engine;
    this.#streams = streams;
    this.#clock = cloud.clock;
    this.#random = cloud.random;
  }

  /**
   * @param input a checked CreateTable.
   * @param isProtected whether DeleteTable is to refuse it.
   * @param stream what its stream shows; without one its changes are not written down.
   * @throws AwsError `ResourceInUseException` where the name is taken.
   */
  async create(input: Wire, isProtected: boolean, stream?: StreamViewType): Promise<TableDescription> {
    const name = String(input.TableName);
    if (this.#names.has(name)) throw new AwsError('ResourceInUseException', `Table already exists: ${name}`);
    this.#names.add(name);
    const { BillingMode, ProvisionedThroughput, GlobalSecondaryIndexes, LocalSecondaryIndexes, ...given } = input;
    const arn = tableArn(this.#region, name);
    const created = this.#clock.now() / 1000;
    const description = {
      ...given,
      KeySchema: input.KeySchema as StreamedTable['keySchema'],
      TableName: name,
      TableArn: arn,
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
        LocalSecondaryIndexes: describeIndexes(arn, LocalSecondaryIndexes, () => ({})),
      }),
      ...(GlobalSecondaryIndexes !== undefined && {
        GlobalSecondaryIndexes: describeIndexes(arn, GlobalSecondaryIndexes, (index) => ({
          IndexStatus: 'ACTIVE',
          ProvisionedThroughput: describeThroughput(index.ProvisionedThroughput),
        })),
      }),
    };
    const described = stream === undefined ? description : this.#withStream(description, stream);
    await this.#engine.putTable(name, described);
    return described;
  }

  /**
   * @throws AwsError `ResourceNotFoundException`; `ValidationException` where a stream is to be enabled that is, or disabled
   * that is not (API_UpdateTable.html, `StreamSpecification`).
   */
  async update(name: string, { isProtected, stream }: TableChange): Promise<TableDescription> {
    const table = await this.describe(name);
    const { StreamSpecification: before } = table;
    if (stream === 'off' && before === undefined) {
      throw new AwsError('ValidationException', `Table has no enabled stream: TableName: ${name}`);
    }
    if (stream !== undefined && stream !== 'off' && before !== undefined) {
      throw new AwsError('ValidationException', `Table already has an enabled stream: TableName: ${name}`);
    }
    const guarded = { ...table, DeletionProtectionEnabled: isProtected ?? table.DeletionProtectionEnabled };
    const changed =
      stream === undefined
        ? guarded
        : stream === 'off'
          ? this.#withoutStream(guarded)
          : this.#withStream(guarded, stream);
    await this.#engine.putTable(name, changed);
    return changed;
  }

  #withStream(table: TableDescription, viewType: StreamViewType): TableDescription {
    const { TableName: name, TableArn: arn, KeySchema: keySchema } = table;
    const stream = this.#streams.create({ name, arn, keySchema }, viewType);
    this.#engine.tap(name, (before, after) => stream.append(before, after));
    return {
      ...table,
      StreamSpecification: { StreamEnabled: true, StreamViewType: viewType },
      LatestStreamArn: stream.arn,
      LatestStreamLabel: stream.label,
    };
  }

  #withoutStream({ StreamSpecification: _, ...table }: TableDescription): TableDescription {
    this.#engine.tap(table.TableName, undefined);
    if (table.LatestStreamArn !== undefined) this.#streams.disable(table.LatestStreamArn);
    return table;
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
    // Its stream can be read for another 24 hours (API_DeleteTable.html).
    if (table.StreamSpecification !== undefined) this.#withoutStream(table);
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
