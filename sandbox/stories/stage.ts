import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import {
  AcceptVpcEndpointConnectionsCommand,
  DeleteVpcEndpointsCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  RejectVpcEndpointConnectionsCommand,
} from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { DescribeExecutionCommand, type ExecutionListItem, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Key } from '../../functions/registry/keys.ts';
import { type Action, isRefused } from '../../ops/action.ts';
import type { Services } from '../../ops/services.ts';
import { holding } from '../clock/clock.ts';
import { PROVIDER_ACCOUNT } from '../cloud.ts';
import type { World } from '../world.ts';
import { type ConsumerRole, ConsumerZone } from './consumer-zone.ts';
import { Crowd } from './crowd.ts';
import { Database } from './database.ts';
import { createEndpointOf } from './endpoint-input.ts';
import { Interference } from './interference.ts';
import { Portal } from './portal.ts';
import { RegionPair } from './region-pair.ts';
import { type RecordedDecision, Requests, type RequestView } from './request-view.ts';

const POLL_MILLISECONDS = 1000;
/** Longer than any answer takes: what has not come by then does not come. */
const PATIENCE_MILLISECONDS = 15 * 60_000;

/** What a story may do: act as customers and operators through real SDK clients, wait, and stand in the way of calls. */
export class Stage extends Interference {
  readonly #world: World;
  readonly #dynamo: DynamoDBClient;
  readonly #sfn: SFNClient;
  readonly #elb: ElasticLoadBalancingV2Client;
  readonly #rds: RDSClient;
  readonly #route53: Route53Client;
  readonly #sns: SNSClient;
  readonly #sqs: SQSClient;
  readonly #requests: Requests;
  readonly #ec2 = new Map<string, EC2Client>();
  readonly #portal: Portal;
  readonly #patience: number;
  #calls = 0;

  /** @param patience - how long {@link until} looks, in milliseconds of the world's clock. */
  constructor(world: World, patience = PATIENCE_MILLISECONDS) {
    super(world);
    this.#world = world;
    this.#patience = patience;
    this.#dynamo = new DynamoDBClient(world.clientConfig('operator'));
    this.#sfn = new SFNClient(world.clientConfig('operator'));
    this.#elb = new ElasticLoadBalancingV2Client(world.clientConfig('operator'));
    this.#rds = new RDSClient(world.clientConfig('operator'));
    this.#route53 = new Route53Client(world.clientConfig('operator'));
    this.#sns = new SNSClient(world.clientConfig('operator'));
    this.#sqs = new SQSClient(world.clientConfig('operator'));
    this.#requests = new Requests(this.#dynamo, this.#sfn, (name) => this.output(name));
    this.#portal = new Portal(world.clientConfig('operator'));
    world.journal.listen(({ kind, who }) => {
      if (kind === 'call' && who.includes(':assumed-role/')) this.#calls += 1;
    });
  }

  /** An output of the stack: `output('RegistryTable')`. @throws Error where the stack has no such output. */
  output(name: string): string {
    const value = this.#world.deployment.outputs[name];
    if (value === undefined) throw new Error(`The stack has no output ${name}.`);
    return value;
  }

  /** How many AWS calls roles of the stack made so far: functions, workflow tasks, the pipe, rules. */
  conciergeCalls(): number {
    return this.#calls;
  }

  /** Many customers of many services; `number` tells crowds apart. */
  crowd(number: number): Crowd {
    return new Crowd(this.#world, number);
  }

  /** Makes an RDS proxy behind a load balancer, bound to it, and waits until all of that is at rest. */
  async database(name: string): Promise<Database> {
    await this.watchEvery('rate(1 minute)');
    return Database.make(this.#world, this, name);
  }

  /** Makes a service in two regions under one name. */
  async regionPair(name: string): Promise<RegionPair> {
    return RegionPair.make(this.#world, this, name);
  }

  /** Makes a customer's endpoints of that service, and a zone of its own for which the pair's record is. */
  async consumerZone(pair: RegionPair, role: ConsumerRole): Promise<ConsumerZone> {
    return ConsumerZone.make(this.#world, this, pair, role);
  }

  /** Writes a line into the world's journal. */
  tell(what: string): void {
    this.#world.journal.write({ kind: 'story', who: 'story', what });
  }

  /** The endpoint service's id and name, by the name it has in `infra/config.ts`. */
  async endpointService(name: string): Promise<{ serviceId: string; serviceName: string }> {
    const serviceId = this.output(`ServiceId${name}`);
    const command = new DescribeVpcEndpointServiceConfigurationsCommand({ ServiceIds: [serviceId] });
    const { ServiceConfigurations = [] } = await this.#send(() => this.#ec2Of('operator').send(command));
    const serviceName = ServiceConfigurations[0]?.ServiceName;
    if (serviceName === undefined) throw new Error(`EC2 describes no endpoint service ${serviceId}.`);
    return { serviceId, serviceName };
  }

  /** Somebody does something on EC2, as often as it takes: EC2 lets nobody do much at once. `operator` is the provider. */
  async onEc2<T>(account: string, call: (ec2: EC2Client) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.#send(() => call(this.#ec2Of(account)));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'RequestLimitExceeded') throw error;
        await this.clock.sleep(POLL_MILLISECONDS);
      }
    }
  }

  /** Somebody does something on DynamoDB that needs more than one entry. */
  async onDynamo<T>(call: (dynamo: DynamoDBClient) => Promise<T>): Promise<T> {
    return this.#send(() => call(this.#dynamo));
  }

  /** Puts one entry into the registry, as the people who onboard customers do. */
  async register(key: Key, entry: Record<string, unknown>): Promise<void> {
    const Item = marshall({ ...key, ...entry });
    const command = new PutItemCommand({ TableName: this.output('RegistryTable'), Item });
    await this.#send(() => this.#dynamo.send(command));
  }

  /** Takes one entry out of the registry. */
  async unregister({ pk, sk }: Key): Promise<void> {
    const command = new DeleteItemCommand({ TableName: this.output('RegistryTable'), Key: marshall({ pk, sk }) });
    await this.#send(() => this.#dynamo.send(command));
  }

  /** An operator does something, as `npm run ops` does it. @throws Error in words where it is refused. */
  async operate<Out extends object>(action: Action<Out>, input: object): Promise<Out> {
    const services: Services = {
      place: { stack: this.output('RegistryTable').replace(/-registry$/, '') },
      dynamo: this.#dynamo,
      sfn: this.#sfn,
      ec2: this.#ec2Of('operator'),
      elb: this.#elb,
      rds: this.#rds,
      route53: this.#route53,
      lookup: () => () => Promise.reject(new Error('A story looks no name up by itself: see `database.named`.')),
      say: (line) => this.tell(line),
      lookUpTxt: () => Promise.resolve([]),
      tables: { registry: this.output('RegistryTable'), ledger: this.output('LedgerTable') },
      caller: () => Promise.resolve(`arn:aws:iam::${PROVIDER_ACCOUNT}:user/operator`),
      admitConnection: async () => this.output('AdmitConnectionArn'),
      reconcile: async () => this.output('ReconcileArn'),
      revokeConnection: async () => this.output('RevokeConnectionArn'),
      refreshTargets: async () => this.output('RefreshTargetsArn'),
      // The clock is held while somebody acts: who waits for it here waits for ever.
      wait: () => Promise.reject(new Error('A story has no operator wait: use `until`.')),
      now: () => new Date(this.clock.now()),
    };
    const result = await this.#send(() => action(input, services));
    if (isRefused(result)) throw new Error(result.because);
    return result;
  }

  /** A customer creates an endpoint. @returns its id. @throws what EC2 throws. */
  async createEndpoint(account: string, serviceName: string): Promise<string> {
    const command = createEndpointOf(account, serviceName);
    const { VpcEndpoint } = await this.#send(() => this.#ec2Of(account).send(command));
    if (VpcEndpoint?.VpcEndpointId === undefined) throw new Error('EC2 created an endpoint without an id.');
    return VpcEndpoint.VpcEndpointId;
  }

  /** A customer deletes an endpoint. */
  async deleteEndpoint(account: string, endpointId: string): Promise<void> {
    const command = new DeleteVpcEndpointsCommand({ VpcEndpointIds: [endpointId] });
    await this.#send(() => this.#ec2Of(account).send(command));
  }

  /** What the customer sees of its endpoint; undefined where EC2 knows none of that id. */
  async endpointState(account: string, endpointId: string): Promise<string | undefined> {
    const command = new DescribeVpcEndpointsCommand({ Filters: [{ Name: 'vpc-endpoint-id', Values: [endpointId] }] });
    const { VpcEndpoints = [] } = await this.#send(() => this.#ec2Of(account).send(command));
    return VpcEndpoints[0]?.State;
  }

  /** A person answers a request in the EC2 console. */
  async answerByHand(verdict: 'accept' | 'reject', ServiceId: string, endpointId: string): Promise<void> {
    const input = { ServiceId, VpcEndpointIds: [endpointId] };
    const ec2 = this.#ec2Of('operator');
    if (verdict === 'accept') await this.#send(() => ec2.send(new AcceptVpcEndpointConnectionsCommand(input)));
    else await this.#send(() => ec2.send(new RejectVpcEndpointConnectionsCommand(input)));
  }

  /** Something is said to the intake as if PrivateLink said it. */
  async notify(Message: string): Promise<void> {
    await this.#send(() => this.#sns.send(new PublishCommand({ TopicArn: this.output('IntakeTopicArn'), Message })));
  }

  /** Up to ten dead letters, as they lie there; each is seen once in a while. */
  async deadLetters(): Promise<readonly string[]> {
    const QueueUrl = this.output('DeadLetterQueueUrl');
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await this.#send(() => this.#sqs.send(command));
    return Messages.map(({ Body = '' }) => Body);
  }

  /** The decisions recorded for a request, oldest first. */
  async decisions(serviceId: string, endpointId: string): Promise<readonly RecordedDecision[]> {
    return (await this.#send(() => this.#requests.recorded(serviceId, endpointId))).decisions;
  }

  /** One item of the ledger, as it is now. */
  async recorded({ pk, sk }: Key): Promise<Readonly<Record<string, unknown>> | undefined> {
    const command = new GetItemCommand({ TableName: this.output('LedgerTable'), Key: marshall({ pk, sk }) });
    const { Item } = await this.#send(() => this.#dynamo.send(command));
    return Item === undefined ? undefined : unmarshall(Item);
  }

  /** Everything about a request, as it is now. The portal must be open: what was published is a part of it. */
  async request(serviceId: string, endpointId: string): Promise<RequestView> {
    return this.#send(() => this.#requests.view(serviceId, endpointId, this.#portal));
  }

  /** Has the portal listen to what the Concierge publishes. */
  async openPortal(): Promise<void> {
    await this.#send(() => this.#portal.subscribe(this.output('EventBusName')));
  }

  /** The detail-types that the portal heard for an endpoint. */
  async published(endpointId: string): Promise<readonly string[]> {
    return this.#send(() => this.#portal.heardOf(endpointId));
  }

  /** All executions of a workflow, by its output's name, newest first. */
  async executions(workflowOutput: string): Promise<readonly ExecutionListItem[]> {
    return this.#send(() => this.#requests.executions(workflowOutput));
  }

  /** How an execution ended, in words: `execution NAME ended as FAILED: Denied: describe connections: …`. */
  async endOf({ executionArn, name }: ExecutionListItem): Promise<string> {
    const command = new DescribeExecutionCommand({ executionArn });
    const { status, error, cause } = await this.#send(() => this.#sfn.send(command));
    const message = cause === undefined ? undefined : messageOf(cause);
    return [`execution ${name} ended as ${status}`, error, message].filter((part) => part !== undefined).join(': ');
  }

  /**
   * Looks once a second until `look` finds something.
   *
   * @throws Error naming `what`, when the stage's patience is at its end.
   */
  async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = this.clock.now() + this.#patience;
    for (;;) {
      const seen = await look();
      if (seen !== undefined) return seen;
      if (this.clock.now() >= deadline) throw new Error(`nothing came of: ${what}`);
      await this.clock.sleep(POLL_MILLISECONDS);
    }
  }

  /** Everything in the registry. */
  async registry(): Promise<readonly Record<string, unknown>[]> {
    const { Items = [] } = await this.#send(() =>
      this.#dynamo.send(new ScanCommand({ TableName: this.output('RegistryTable') })),
    );
    return Items.map((item) => unmarshall(item));
  }

  /** Details of everything that the portal heard under a detail-type, in the order in which it came. */
  async heard(detailType: string): Promise<readonly Record<string, unknown>[]> {
    return this.#send(() => this.#portal.heard(detailType));
  }

  /** An operator stops every run of a workflow that is under way. */
  async stopRuns(workflowOutput: string): Promise<void> {
    for (const { executionArn, status } of await this.executions(workflowOutput)) {
      if (status !== 'RUNNING') continue;
      await this.#send(() => this.#sfn.send(new StopExecutionCommand({ executionArn, cause: 'the story stops it' })));
    }
  }

  #ec2Of(account: string): EC2Client {
    const known = this.#ec2.get(account);
    if (known !== undefined) return known;
    const client = new EC2Client(this.#world.clientConfig(account));
    this.#ec2.set(account, client);
    return client;
  }

  /** The SDK reads files and loads modules: real work, during which virtual time stands still. */
  #send<T>(call: () => Promise<T>): Promise<T> {
    return holding(this.clock, call);
  }
}

/** A function's failure is a JSON text with its message and stack trace; any other cause is words already. */
const messageOf = (cause: string): string => {
  try {
    const { errorMessage } = JSON.parse(cause) as { readonly errorMessage?: string };
    return errorMessage ?? cause;
  } catch {
    return cause;
  }
};
