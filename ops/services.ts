import { Resolver } from 'node:dns/promises';
import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import { SFNClient } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Lookup, lookUpBy, PATIENCE } from '../functions/aws/lookups.ts';
import { plainText } from '../functions/domain/text.ts';

/** What actions work with. Nothing is asked of AWS before an action needs it: a slip of the hand is told without credentials. */
export interface Services {
  readonly dynamo: DynamoDBClient;
  readonly sfn: SFNClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly ec2: EC2Client;
  readonly rds: RDSClient;
  /** How names are looked up: by a resolver, `10.0.0.2` or `127.0.0.1:5353`. @default this machine's own */
  readonly lookup: (resolver?: string) => Lookup;
  /** The two tables, by name. */
  readonly tables: { readonly registry: string; readonly ledger: string };
  /** Who acts: the ARN under which the person calls, as AWS says it; never what somebody typed. */
  readonly caller: () => Promise<string>;
  /** The ARN of the workflow `admit-connection`. */
  readonly admitConnection: () => Promise<string>;
  /** The ARN of the workflow `reconcile`. */
  readonly reconcile: () => Promise<string>;
  /** The ARN of the workflow `revoke-connection`. */
  readonly revokeConnection: () => Promise<string>;
  /** The ARN of the workflow `refresh-targets`. */
  readonly refreshTargets: () => Promise<string>;
  /** Lets so many milliseconds pass, between two looks at something that takes its time. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Tells what is being done, a line each, while it is done. */
  readonly say: (line: string) => void;
  readonly now: () => Date;
}

/** Which Concierge is meant. */
export interface Place {
  /** The stack's name: tables and workflows begin with it. */
  readonly stack: string;
  /** @default where the SDK finds it: AWS_REGION, then the profile. */
  readonly region?: string;
}

/** The longest ARN there is: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html */
const LONGEST_ARN = 2048;

/** Services on AWS, or wherever AWS_ENDPOINT_URL points. Credentials are found by the SDK's own chain. */
export const connect = ({ stack, region }: Place): Services => {
  const config = region === undefined ? {} : { region };
  const dynamo = new DynamoDBClient(config);
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
  const workflow = (name: string) => async (): Promise<string> =>
    workflowArn(await caller(), await sfn.config.region(), `${stack}-${name}`);
  return {
    dynamo,
    sfn,
    elb: new ElasticLoadBalancingV2Client(config),
    ec2: new EC2Client(config),
    rds: new RDSClient(config),
    lookup: (resolver) => lookUpBy(resolverAt(resolver)),
    tables: { registry: `${stack}-registry`, ledger: `${stack}-ledger` },
    caller,
    admitConnection: workflow('admit-connection'),
    reconcile: workflow('reconcile'),
    revokeConnection: workflow('revoke-connection'),
    refreshTargets: workflow('refresh-targets'),
    wait: (milliseconds) => setTimeout(milliseconds),
    say: () => undefined,
    now: () => new Date(),
  };
};

const resolverAt = (server: string | undefined): Resolver => {
  const resolver = new Resolver(PATIENCE);
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
