import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, StreamViewType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { CURRENT_INDEX, LEDGER_INDEXES, RECORDED_AT } from '../../functions/registry/keys.ts';

/**
 * The registry holds what people own; the ledger holds what the Concierge knows and did. Apart, so that no role of the
 * Concierge needs to write the registry, and so that restoring one leaves the other alone.
 */
export class Tables extends Construct {
  readonly registry: TableV2;
  readonly ledger: TableV2;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const common = {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    // Names of their own: people and their tools find them by the stack's.
    const { stackName } = Stack.of(this);
    this.registry = new TableV2(this, 'Registry', {
      ...common,
      tableName: `${stackName}-registry`,
      // That something changed is all that anybody asks: the entries are read anew.
      dynamoStream: StreamViewType.KEYS_ONLY,
    });
    this.ledger = new TableV2(this, 'Ledger', {
      ...common,
      tableName: `${stackName}-ledger`,
      globalSecondaryIndexes: [
        ...Object.entries(LEDGER_INDEXES).map(([indexName, attribute]) => ({
          indexName,
          partitionKey: { name: attribute, type: AttributeType.STRING },
          sortKey: { name: RECORDED_AT, type: AttributeType.STRING },
        })),
        {
          indexName: CURRENT_INDEX.name,
          partitionKey: { name: CURRENT_INDEX.attribute, type: AttributeType.STRING },
          sortKey: { name: CURRENT_INDEX.sortedBy, type: AttributeType.STRING },
        },
      ],
    });
  }
}
