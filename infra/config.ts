/** One place where the Concierge is deployed. Add a record, then deploy with `npx cdk deploy -c environment=NAME`. */
export interface EnvironmentConfig {
  readonly account: string;
  readonly region: string;
  /** The provider's VPC, as it is: the stack makes no network. */
  readonly network: {
    readonly vpcId: string;
    /** One private subnet for each availability zone, in the same order. */
    readonly availabilityZones: readonly string[];
    readonly subnetIds: readonly string[];
  };
  /**
   * Endpoint services that this stack creates. Services that exist already, and the customers of all of them, are entries of the
   * registry: they change without a deployment.
   */
  readonly endpointServices: readonly EndpointServiceConfig[];
  /**
   * The SNS topic that wakes people, in the same region; its policy, and its key's, must let `cloudwatch.amazonaws.com` publish.
   *
   * @default none: alarms show in CloudWatch only
   */
  readonly alarmTopicArn?: string;
  /**
   * How many endpoints one Accept or Reject names at the most. AWS documents no limit; where EC2 refuses so many, answers fail and say so.
   *
   * @default 100
   */
  readonly endpointsPerAnswer?: number;
}

/** One endpoint service of the stack's own. */
export interface EndpointServiceConfig {
  /** Lower-case letters, digits, hyphens: `orders`. */
  readonly name: string;
  /** The TCP port on which customers connect and on which the targets listen. */
  readonly port: number;
  /** Accounts that may create an endpoint at all: 12 digits each. What they may do then is for the registry to say. */
  readonly allowedAccounts: readonly string[];
}

/** The environments by name. */
export const ENVIRONMENTS: Readonly<Record<string, EnvironmentConfig>> = {
  /** One laptop. The ids are made up: the sandbox checks them by shape only. */
  sandbox: {
    account: '123456789012',
    region: 'us-west-2',
    network: {
      vpcId: 'vpc-0a11ce0a11ce0a11c',
      availabilityZones: ['us-west-2a', 'us-west-2b'],
      subnetIds: ['subnet-0a11ce0a11ce0a11c', 'subnet-0b0b0b0b0b0b0b0b0'],
    },
    endpointServices: [
      {
        name: 'orders',
        port: 5432,
        allowedAccounts: ['222222222222', '333333333333', '444444444444', '555555555555', '666666666666'],
      },
    ],
  },
};

/** @throws Error that lists the environments there are. */
export const environmentNamed = (name: string): EnvironmentConfig => {
  const environment = ENVIRONMENTS[name];
  if (environment === undefined) {
    throw new Error(`infra/config.ts has no environment "${name}"; it has: ${Object.keys(ENVIRONMENTS).join(', ')}.`);
  }
  return environment;
};
