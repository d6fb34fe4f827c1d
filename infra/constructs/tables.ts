import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

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
    this.registry = new TableV2(this, 'Registry', common);
    this.ledger = new TableV2(this, 'Ledger', common);
  }
}
