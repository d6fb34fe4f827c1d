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
  /**
   * Where DNS records are kept right and failed over.
   *
   * @default none: DNS is somebody else's
   */
  readonly standby?: StandbyConfig;
}

/** The region from which names fail over. */
export interface StandbyConfig {
  /** Another one than the home region: where that is ill, this is not. */
  readonly region: string;
  /**
   * From where private zones are looked at, to see what clients get. It needs no way out of the VPC.
   *
   * @default none: only what everybody may look up is seen
   */
  readonly network?: EnvironmentConfig['network'] & { readonly securityGroupId: string };
  /** As the home region's, in this one. @default none */
  readonly alarmTopicArn?: string;
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

/** One laptop. The ids are made up: the sandbox checks them by shape only. */
const SANDBOX: EnvironmentConfig = {
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
};

/** The environments by name. */
export const ENVIRONMENTS: Readonly<Record<string, EnvironmentConfig>> = {
  sandbox: SANDBOX,
  'sandbox-with-standby': {
    ...SANDBOX,
    standby: {
      region: 'us-east-2',
      network: {
        vpcId: 'vpc-0b22df0b22df0b22d',
        availabilityZones: ['us-east-2a', 'us-east-2b'],
        subnetIds: ['subnet-0c33c0c33c0c33c0c', 'subnet-0d44d0d44d0d44d0d'],
        securityGroupId: 'sg-0e55e0e55e0e55e0e',
      },
    },
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
