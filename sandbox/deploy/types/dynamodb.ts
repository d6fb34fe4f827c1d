import { DeploymentError } from '../deployment-error.ts';
import type { ResourceValues } from '../intrinsics.ts';
import { each, type PropertyRules } from '../property-rules.ts';
import { type Creation, defined, type ResourceTypes, resourceType, textOf } from '../resource-type.ts';

interface Index {
  readonly IndexName: string;
  readonly KeySchema: unknown;
  readonly Projection: unknown;
  readonly ProvisionedThroughput?: unknown;
}

interface TableProperties {
  readonly TableName?: string;
  readonly AttributeDefinitions?: unknown;
  readonly KeySchema: unknown;
  readonly BillingMode?: string;
  readonly ProvisionedThroughput?: unknown;
  readonly LocalSecondaryIndexes?: readonly Index[];
  readonly GlobalSecondaryIndexes?: readonly Index[];
  readonly DeletionProtectionEnabled?: boolean;
  readonly StreamSpecification?: { readonly StreamViewType: string };
}

interface GlobalTableProperties extends TableProperties {
  readonly Replicas: readonly { readonly Region: string; readonly DeletionProtectionEnabled?: boolean }[];
}

const INDEX: PropertyRules = {
  ...each('used', 'IndexName', 'KeySchema', 'Projection', 'ProvisionedThroughput'),
  ...each('accepted', 'OnDemandThroughput', 'WarmThroughput', 'ContributorInsightsSpecification'),
  ...each('accepted', 'WriteProvisionedThroughputSettings', 'WriteOnDemandThroughputSettings'),
};

const COMMON: PropertyRules = {
  ...each('used', 'TableName', 'AttributeDefinitions', 'KeySchema', 'BillingMode'),
  LocalSecondaryIndexes: [INDEX],
  GlobalSecondaryIndexes: [INDEX],
  ...each('accepted', 'TimeToLiveSpecification', 'SSESpecification', 'WarmThroughput'),
  StreamSpecification: { StreamViewType: 'used' },
};

const plainIndexes = (indexes: readonly Index[] | undefined): readonly Index[] | undefined =>
  indexes?.map(({ IndexName, KeySchema, Projection, ProvisionedThroughput }) => ({
    IndexName,
    KeySchema,
    Projection,
    ...defined({ ProvisionedThroughput }),
  }));

const createTable = async (properties: TableProperties, { call, generatedName }: Creation): Promise<ResourceValues> => {
  const name = properties.TableName ?? generatedName(255);
  const created = await call(
    'dynamodb',
    'CreateTable',
    defined({
      TableName: name,
      AttributeDefinitions: properties.AttributeDefinitions,
      KeySchema: properties.KeySchema,
      // CloudFormation's default, which it writes out itself.
      BillingMode: properties.BillingMode ?? 'PROVISIONED',
      ProvisionedThroughput: properties.ProvisionedThroughput,
      LocalSecondaryIndexes: plainIndexes(properties.LocalSecondaryIndexes),
      GlobalSecondaryIndexes: plainIndexes(properties.GlobalSecondaryIndexes),
      DeletionProtectionEnabled: properties.DeletionProtectionEnabled,
      StreamSpecification: properties.StreamSpecification && { StreamEnabled: true, ...properties.StreamSpecification },
    }),
  );
  return {
    ref: name,
    attributes: {
      Arn: textOf(created, 'TableDescription', 'TableArn'),
      TableId: textOf(created, 'TableDescription', 'TableId'),
      ...(properties.StreamSpecification !== undefined && {
        StreamArn: textOf(created, 'TableDescription', 'LatestStreamArn'),
      }),
    },
  };
};

const deleteTable = async ({ ref }: ResourceValues, { call }: Creation): Promise<void> => {
  await call('dynamodb', 'DeleteTable', { TableName: ref });
};

/**
 * Tables. A global table is the replica of the stack's region; others are accepted without behaviour.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_DynamoDB.html
 */
export const dynamodbTypes: ResourceTypes = {
  'AWS::DynamoDB::Table': resourceType<TableProperties>({
    properties: {
      ...COMMON,
      ...each('used', 'ProvisionedThroughput', 'DeletionProtectionEnabled'),
      ...each('accepted', 'PointInTimeRecoverySpecification', 'Tags', 'TableClass', 'OnDemandThroughput'),
      ContributorInsightsSpecification: 'accepted',
    },
    create: createTable,
    remove: deleteTable,
  }),

  'AWS::DynamoDB::GlobalTable': resourceType<GlobalTableProperties>({
    properties: {
      ...COMMON,
      Replicas: [
        {
          ...each('used', 'Region', 'DeletionProtectionEnabled'),
          ...each('accepted', 'PointInTimeRecoverySpecification', 'ContributorInsightsSpecification', 'TableClass'),
          ...each('accepted', 'Tags', 'SSESpecification', 'GlobalSecondaryIndexes', 'ReadOnDemandThroughputSettings'),
        },
      ],
      ...each('accepted', 'WriteOnDemandThroughputSettings', 'GlobalTableWitnesses', 'MultiRegionConsistency'),
    },
    create({ Replicas, ...properties }, creation) {
      const replica = Replicas.find(({ Region }) => Region === creation.region);
      if (replica === undefined)
        throw new DeploymentError(`it needs a replica in ${creation.region}, where the stack is`);
      const { DeletionProtectionEnabled } = replica;
      const guard = DeletionProtectionEnabled === undefined ? {} : { DeletionProtectionEnabled };
      return createTable({ ...properties, ...guard }, creation);
    },
    remove: deleteTable,
  }),
};
