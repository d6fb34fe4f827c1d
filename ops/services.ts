import { Resolver } from 'node:dns/promises';
import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SFNClient } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { PATIENCE as LOOKUP_PATIENCE, type Lookup, lookUpBy } from '../functions/aws/lookups.ts';
import { plainText } from '../functions/domain/text.ts';

/** What actions work with in one region. Nothing is asked of AWS before an action needs it: a slip of the hand is told without credentials. */
export interface Regional {
  readonly place: Place;
  readonly dynamo: DynamoDBClient;
  readonly sfn: SFNClient;
  /** The two tables, by name. */
  readonly tables: { readonly registry: string; readonly ledger: string };
  /** Who acts: the ARN under which the person calls, as this region's AWS says it; never what somebody typed. */
  readonly caller: () => Promise<string>;
  /** Lets so many milliseconds pass, between two looks at something that takes its time. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly now: () => Date;
}

/** What actions work with: the region of the endpoint services. */
export interface Services extends Regional {
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly rds: RDSClient;
  /** Hosted zones, as whoever calls: Route 53 is one for all regions. */
  readonly route53: Route53Client;
  /** How names are looked up: by a resolver, `10.0.0.2` or `127.0.0.1:5353`. @default this machine's own */
  readonly lookup: (resolver?: string) => Lookup;
  /** Tells what is being done, a line each, while it is done. */
  readonly say: (line: string) => void;
  /** What public DNS has of TXT under a name, as seen from here; nothing where it has none, or does not answer. */
  readonly lookUpTxt: (name: string) => Promise<readonly string[]>;
  /** The ARN of the workflow `admit-connection`. */
  readonly admitConnection: () => Promise<string>;
  /** The ARN of the workflow `reconcile`. */
  readonly reconcile: () => Promise<string>;
  /** The ARN of the workflow `revoke-connection`. */
  readonly revokeConnection: () => Promise<string>;
  /** The ARN of the workflow `refresh-targets`. */
  readonly refreshTargets: () => Promise<string>;
  /** Where records and their failover are; absent where nobody said which region that is. */
  readonly standby?: Standby;
}

/** The standby region: a stack with tables and callers of its own, so that it works while the other region does not. */
export interface Standby extends Regional {
  readonly route53: Route53Client;
  /** The ARN of the workflow `update-failover`. */
  readonly updateFailover: () => Promise<string>;
}

/** Which stack is meant, and where it is. */
export interface Place {
  /** The stack's name: tables and workflows begin with it. */
  readonly stack: string;
  /** @default where the SDK finds it: AWS_REGION, then the profile. */
  readonly region?: string;
  /** Whether it is the standby region's: then other options name it. */
  readonly isStandby?: boolean;
}

/** Which Concierge is meant: its stack, and the one in its standby region where that is named. */
export interface Places extends Place {
  readonly standby?: { readonly stack: string; readonly region: string };
}

/** The longest ARN there is: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html */
const LONGEST_ARN = 2048;

/**
 * How long a call may take, in milliseconds, before it is tried again: a region that is gone does not refuse, it is silent, and people wait.
 *
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-maxsockets.html
 */
const PATIENCE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
} as const;

/** Services on AWS, or wherever AWS_ENDPOINT_URL points. Credentials are found by the SDK's own chain. */
export const connect = ({ standby, ...home }: Places): Services => {
  const { region: regional, workflow, config } = connectTo(home);
  return {
    ...regional,
    ec2: new EC2Client(config),
    elb: new ElasticLoadBalancingV2Client(config),
    rds: new RDSClient(config),
    route53: new Route53Client(config),
    lookup: (resolver) => lookUpBy(resolverAt(resolver)),
    say: () => undefined,
    lookUpTxt,
    admitConnection: workflow('admit-connection'),
    reconcile: workflow('reconcile'),
    revokeConnection: workflow('revoke-connection'),
    refreshTargets: workflow('refresh-targets'),
    ...(standby === undefined ? {} : { standby: connectStandby(standby) }),
  };
};

const lookUpTxt = async (name: string): Promise<readonly string[]> => {
  try {
    return (await new Resolver({ timeout: 3_000, tries: 2 }).resolveTxt(name)).map((parts) => parts.join(''));
  } catch {
    return [];
  }
};

const connectStandby = (place: NonNullable<Places['standby']>): Standby => {
  const { region, workflow, config } = connectTo({ ...place, isStandby: true });
  return { ...region, route53: new Route53Client(config), updateFailover: workflow('update-failover') };
};

const connectTo = (place: Place) => {
  const { stack, region } = place;
  const config = { ...PATIENCE, ...(region === undefined ? {} : { region }) };
  const sfn = new SFNClient(config);
  const sts = new STSClient(config);
  let asked: Promise<string> | undefined;
  const caller = (): Promise<string> => {
    asked ??= sts.send(new GetCallerIdentityCommand({})).then(({ Arn }) => {
      if (Arn === undefined) throw new Error('STS does not say who calls.');
      return plainText(Arn, LONGEST_ARN);
    });
    return asked;
  };
  const regional: Regional = {
    place,
    dynamo: new DynamoDBClient(config),
    sfn,
    tables: { registry: `${stack}-registry`, ledger: `${stack}-ledger` },
    caller,
    wait: (milliseconds) => setTimeout(milliseconds),
    now: () => new Date(),
  };
  const workflow = (name: string) => async (): Promise<string> =>
    workflowArn(await caller(), await sfn.config.region(), `${stack}-${name}`);
  return { region: regional, workflow, config };
};

const resolverAt = (server: string | undefined): Resolver => {
  const resolver = new Resolver(LOOKUP_PATIENCE);
  if (server !== undefined) resolver.setServers([server]);
  return resolver;
};

/**
 * A workflow of the account and partition to which a caller belongs.
 *
 * @param callerArn - `arn:aws:iam::123456789012:user/ada`, `arn:aws-cn:sts::123456789012:assumed-role/operator/ada`.
 */
export const workflowArn = (callerArn: string, region: string, name: string): string => {
  const [, partition, , , account] = callerArn.split(':');
  return `arn:${partition}:states:${region}:${account}:stateMachine:${name}`;
};
