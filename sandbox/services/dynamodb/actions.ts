import { holding } from '../../clock/clock.ts';
import {
  type ActionDefinition,
  type CallContext,
  type Cloud,
  type Permission,
  PROVIDER_ACCOUNT,
  type ServiceDefinition,
} from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { batchGetItem } from './batch-get.ts';
import { Dynalite, type Wire } from './dynalite.ts';
import { streamActions } from './stream-actions.ts';
import { readStreamSpecification, readTableChange } from './stream-specification.ts';
import { Streams } from './streams.ts';
import { Tables, tableArn } from './tables.ts';

/** An action whose input and output are the wire's own JSON: AttributeValues plain, binary in base64, times in seconds. */
type WireAction = ActionDefinition<Wire, Wire>;

/** Members of inputs that are accepted and change nothing, for each action. */
const WITHOUT_BEHAVIOUR: Readonly<Record<string, readonly string[]>> = {
  CreateTable: ['Tags', 'TableClass', 'SSESpecification'],
};

const CONDITION = ['ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];
const LEGACY_CONDITION = ['Expected', 'ConditionalOperator'];
const METRICS = ['ReturnConsumedCapacity', 'ReturnItemCollectionMetrics'];
const READ = ['TableName', 'ReturnConsumedCapacity', 'ConsistentRead', 'AttributesToGet', 'ProjectionExpression'];
const LISTING = [
  ...READ,
  ...['IndexName', 'Select', 'Limit', 'ExclusiveStartKey', 'FilterExpression', 'ConditionalOperator'],
  ...['ExpressionAttributeNames', 'ExpressionAttributeValues'],
];
const WRITE = ['TableName', 'ReturnValues', ...CONDITION, ...LEGACY_CONDITION, ...METRICS];

/** Members of inputs that do what AWS says, for each action. dynalite silently drops what it does not know: here it is refused. */
const MODELLED: Readonly<Record<string, readonly string[]>> = {
  CreateTable: [
    ...['TableName', 'AttributeDefinitions', 'KeySchema', 'BillingMode', 'ProvisionedThroughput'],
    ...['LocalSecondaryIndexes', 'GlobalSecondaryIndexes', 'DeletionProtectionEnabled'],
    'StreamSpecification',
  ],
  UpdateTable: ['TableName', 'DeletionProtectionEnabled', 'StreamSpecification'],
  DescribeTable: ['TableName'],
  DeleteTable: ['TableName'],
  ListTables: ['ExclusiveStartTableName', 'Limit'],
  GetItem: [...READ, 'Key', 'ExpressionAttributeNames'],
  PutItem: [...WRITE, 'Item'],
  UpdateItem: [...WRITE, 'Key', 'UpdateExpression', 'AttributeUpdates'],
  DeleteItem: [...WRITE, 'Key'],
  Query: [...LISTING, 'KeyConditionExpression', 'KeyConditions', 'QueryFilter', 'ScanIndexForward'],
  Scan: [...LISTING, 'ScanFilter', 'Segment', 'TotalSegments'],
  BatchGetItem: ['RequestItems', 'ReturnConsumedCapacity'],
  BatchWriteItem: ['RequestItems', ...METRICS],
};

const refuseUnknown = (action: string, input: Wire): void => {
  const known = [...(MODELLED[action] ?? []), ...(WITHOUT_BEHAVIOUR[action] ?? [])];
  const unknown = Object.keys(input).find((member) => input[member] !== undefined && !known.includes(member));
  if (unknown === undefined) return;
  throw new AwsError('NotImplemented', `The sandbox does not model ${unknown} of dynamodb:${action}.`, 501);
};

/** A table may be named by its ARN: `{ account, name }` of either form. */
const tableOf = (given: unknown, context: CallContext): { readonly account: string; readonly name: string } => {
  if (given !== undefined && typeof given !== 'string') throw serialization('TableName', 'a String');
  const text = given ?? '';
  const [, account, name] = /^arn:aws:dynamodb:[^:]+:(\d{12}):table\/([^/]+)$/.exec(text) ?? [];
  return { account: account ?? context.principal.accountId, name: name ?? text };
};

/** Tables live in the provider's account; in a customer's there are none, and across accounts they are not shared. */
const localName = (given: unknown, context: CallContext): string => {
  const { account, name } = tableOf(given, context);
  if (account === PROVIDER_ACCOUNT) return name;
  throw new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
};

const permit = (action: string, table: unknown, index: unknown, context: CallContext): Permission => {
  const { account, name } = tableOf(table, context);
  const arn = tableArn(context.cloud.region, name, account);
  return { action: `dynamodb:${action}`, resource: typeof index === 'string' ? `${arn}/index/${index}` : arn };
};

const requested = (input: Wire): readonly (readonly [string, Wire])[] => {
  const { RequestItems: items = {} } = input;
  if (typeof items === 'object' && items !== null && !Array.isArray(items)) return Object.entries(items);
  throw serialization('RequestItems', 'a map');
};

const serialization = (member: string, wanted: string): AwsError =>
  new AwsError('SerializationException', `${member} can not be converted to ${wanted}`);

/** Inputs name tables by name or ARN; dynalite knows names only. */
const withLocalTables = (input: Wire, context: CallContext): Wire => ({
  ...input,
  ...(input.TableName !== undefined && { TableName: localName(input.TableName, context) }),
  ...(input.RequestItems !== undefined && {
    RequestItems: Object.fromEntries(requested(input).map(([table, items]) => [localName(table, context), items])),
  }),
});

/**
 * DynamoDB, by dynalite in memory. Every answer is computed while time stands still, and no answer depends on the machine's
 * clock or chance. Errors keep DynamoDB's codes: `ConditionalCheckFailedException`, `ValidationException`,
 * `ResourceNotFoundException`, `ResourceInUseException`.
 *
 * Inputs and outputs are raw JSON of the wire in both directions.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
 */
export const dynamodbService = (
  cloud: Cloud,
  streams: Streams = new Streams(cloud.clock, cloud.random),
): ServiceDefinition => {
  const engine = new Dynalite();
  const tables = new Tables(engine, streams, cloud);

  const define = (
    name: string,
    run: (input: Wire, context: CallContext) => Promise<Wire> | Wire,
    permissions: WireAction['permissions'] = (input, context) => [
      permit(name, input.TableName, input.IndexName, context),
    ],
  ): Readonly<Record<string, WireAction>> => ({
    [name]: {
      permissions,
      run: (input, context) => {
        refuseUnknown(name, input);
        return holding(cloud.clock, async () => run(withLocalTables(input, context), context));
      },
    },
  });
  const forEachTable =
    (name: string): WireAction['permissions'] =>
    (input, context) =>
      requested(input).map(([table]) => permit(name, table, undefined, context));

  return {
    name: 'dynamodb',
    notModelled: [
      'Transactions, PartiQL, time to live, backups, replicas in other regions (a global table is one table in the region of the stack), tags, resource policies',
      'UpdateTable of anything but DeletionProtectionEnabled and StreamSpecification; a table and a stream are active at once',
      'Streams of more than one shard, resource policies of streams, ShardFilter, throttling of GetRecords',
      'ReturnValuesOnConditionCheckFailure; throttling; the 16 MB limit of BatchGetItem; eventual reads (every read sees every write)',
    ],
    actions: {
      ...define('CreateTable', async (input) => ({
        TableDescription: await tables.create(
          engine.check('createTable', input),
          input.DeletionProtectionEnabled === true,
          readStreamSpecification(input),
        ),
      })),
      ...define('UpdateTable', async (input) => ({
        TableDescription: await tables.update(
          String(engine.check('describeTable', { TableName: input.TableName }).TableName),
          readTableChange(input),
        ),
      })),
      ...define('DescribeTable', async (input) => ({
        Table: await tables.describe(String(engine.check('describeTable', input).TableName)),
      })),
      ...define('DeleteTable', async (input) => ({
        TableDescription: await tables.delete(String(engine.check('deleteTable', input).TableName)),
      })),
      ...define(
        'ListTables',
        (input, { principal }) => {
          if (principal.accountId !== PROVIDER_ACCOUNT) return { TableNames: [] };
          const { ExclusiveStartTableName, Limit } = engine.check('listTables', input);
          return tables.list(ExclusiveStartTableName as string | undefined, Limit as number | undefined);
        },
        () => [{ action: 'dynamodb:ListTables', resource: '*' }],
      ),
      ...define('PutItem', (input) => engine.call('putItem', input)),
      ...define('GetItem', (input) => engine.call('getItem', input)),
      ...define('UpdateItem', (input) => engine.call('updateItem', input)),
      ...define('DeleteItem', (input) => engine.call('deleteItem', input)),
      ...define('Query', (input) => engine.call('query', input)),
      ...define('Scan', (input) => engine.call('scan', input)),
      ...define('BatchGetItem', (input) => batchGetItem(engine, input), forEachTable('BatchGetItem')),
      ...define('BatchWriteItem', (input) => engine.call('batchWriteItem', input), forEachTable('BatchWriteItem')),
      ...streamActions(cloud, streams),
    },
  };
};
