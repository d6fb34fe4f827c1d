import type { Clock } from './clock/clock.ts';
import { Cloud, REGION } from './cloud.ts';
import { Assets } from './deploy/assembly.ts';
import { deploy } from './deploy/deploy.ts';
import type { Deployment } from './deploy/deployment.ts';
import { Stack } from './deploy/stack.ts';
import { type DnsOptions, dnsSettings } from './dns/options.ts';
import { WorldDns } from './dns/world-dns.ts';
import { Identities } from './iam/identities.ts';
import type { Principal } from './iam/principal.ts';
import { Sessions } from './iam/sessions.ts';
import { Journal } from './journal.ts';
import { type Random, seededRandom } from './random.ts';
import type { FunctionHost } from './run/function-host.ts';
import { cloudWatchService } from './services/cloudwatch/actions.ts';
import type { CloudWatchOptions } from './services/cloudwatch/options.ts';
import type { WorldMetrics } from './services/cloudwatch/world-metrics.ts';
import { dynamodbService } from './services/dynamodb/actions.ts';
import { Streams } from './services/dynamodb/streams.ts';
import { ec2Service } from './services/ec2/actions.ts';
import { NetworkInterfaces } from './services/ec2/interfaces.ts';
import type { Ec2Options } from './services/ec2/options.ts';
import { Subnets } from './services/ec2/subnets.ts';
import { elbv2Service } from './services/elbv2/actions.ts';
import { zoneByAddress } from './services/elbv2/addresses.ts';
import type { BalancedTargets } from './services/elbv2/balanced-targets.ts';
import type { Elbv2Options } from './services/elbv2/options.ts';
import { eventsService } from './services/events/actions.ts';
import { EventsModel } from './services/events/model.ts';
import { iamService } from './services/iam/actions.ts';
import { kmsService } from './services/kms/actions.ts';
import { Keys } from './services/kms/keys.ts';
import { lambdaService } from './services/lambda/actions.ts';
import { logsService } from './services/logs/actions.ts';
import { pipesService } from './services/pipes/actions.ts';
import { rdsService } from './services/rds/actions.ts';
import { rdsModel } from './services/rds/model.ts';
import { rdsNames } from './services/rds/names.ts';
import { type RdsOptions, settingsFrom } from './services/rds/options.ts';
import { ProxyLife } from './services/rds/proxy-life.ts';
import { schedulerService } from './services/scheduler/actions.ts';
import { snsService } from './services/sns/actions.ts';
import { SnsModel } from './services/sns/model.ts';
import { sqsService } from './services/sqs/actions.ts';
import { SqsModel } from './services/sqs/model.ts';
import { statesService } from './services/states/actions.ts';
import { stsService } from './services/sts/actions.ts';
import { type InProcessHandler, inProcessHandler } from './wire/in-process.ts';
import { createRouter } from './wire/router.ts';
import type { WireHandler } from './wire/wire.ts';

/** What a host of functions needs of the world that it runs in. */
export interface HostParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Where the functions' calls go. */
  readonly handler: WireHandler;
  /** Where the functions' names lead. */
  readonly dns: WorldDns;
}

/** What a world is made of. */
export interface WorldOptions {
  readonly clock: Clock;
  /** One seed, one world: on a virtual clock its journal is the same byte for byte. */
  readonly seed: number;
  /** The cloud assembly, e.g. `cdk.out`. */
  readonly assembly: string;
  /** The address under which functions and queues know the sandbox: `http://127.0.0.1:4599`. */
  readonly endpoint: string;
  readonly createHost: (parts: HostParts) => FunctionHost;
  /** How this process's own clients reach the sandbox: over its socket like everybody, or by a function call. */
  readonly transport: 'socket' | 'in-process';
  /** How EC2 behaves where that may be chosen. @default AWS's behaviour as we believe it to be */
  readonly ec2?: Ec2Options;
  /** How Elastic Load Balancing behaves where that may be chosen. @default AWS's behaviour as we believe it to be */
  readonly elbv2?: Elbv2Options;
  /** How RDS behaves where that may be chosen. @default AWS's behaviour as we believe it to be */
  readonly rds?: Partial<RdsOptions>;
  /** How names are resolved. @default AWS's behaviour as we believe it to be */
  readonly dns?: Partial<DnsOptions>;
  /** How CloudWatch evaluates alarms. @default AWS's behaviour as we believe it to be */
  readonly cloudwatch?: CloudWatchOptions;
}

/** How a client of this world is configured. */
export interface ClientConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
  readonly requestHandler?: InProcessHandler;
}

/** One AWS on one machine, with the stack deployed in it. */
export interface World {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly cloud: Cloud;
  /** The stack as it is after the newest deployment. */
  readonly deployment: Deployment;
  readonly host: FunctionHost;
  /** The truth about the targets of load balancers. */
  readonly targets: BalancedTargets;
  /** The door for clients. */
  readonly handler: WireHandler;
  readonly dns: WorldDns;
  /** What happens to RDS proxies without anybody's call. */
  readonly proxies: ProxyLife;
  /** Where subnets are. */
  readonly subnets: Subnets;
  /** What was measured, and the states of alarms. */
  readonly metrics: WorldMetrics;
  /** Ends the function's environment that made a call, in the middle of it. @returns false where no function made it. */
  endCaller(caller: Principal): boolean;
  /** Ends every function's environments that do nothing: whoever is called next starts cold. */
  endIdle(): void;
  /**
   * Deploys another assembly over the stack that runs. Whatever is under way goes on meanwhile, and takes the world's time:
   * on a virtual clock somebody must let it pass.
   *
   * @throws DeploymentError in words: nothing was changed, or there was a failure in the middle, after which `deployment`
   * is what is left.
   */
  deployOver(directory: string): Promise<Deployment>;
  /** Configures an SDK client that acts as an account (12 digits) or as the operator (anything else). */
  clientConfig(accessKeyId: string): ClientConfig;
}

/** All services of a world, before anything is deployed. */
export interface EmptyWorld
  extends Pick<
    World,
    | 'clock'
    | 'journal'
    | 'cloud'
    | 'host'
    | 'targets'
    | 'handler'
    | 'dns'
    | 'proxies'
    | 'subnets'
    | 'metrics'
    | 'endCaller'
    | 'endIdle'
  > {}

/** Builds every service that the sandbox models. */
export const createEmptyWorld = (
  options: Pick<
    WorldOptions,
    'clock' | 'seed' | 'endpoint' | 'createHost' | 'ec2' | 'elbv2' | 'rds' | 'dns' | 'cloudwatch'
  >,
  assets: (s3Key: string) => string,
): EmptyWorld => {
  const { clock, seed, endpoint } = options;
  const random = seededRandom(seed);
  const journal = new Journal(clock);
  const identities = new Identities(clock);
  const sessions = new Sessions(random);
  const keys = new Keys();
  const cloud = new Cloud({ clock, random, journal, authorizer: identities });
  const handler = createRouter({ cloud, principalOf: (accessKeyId) => sessions.principalOf(accessKeyId) });
  const dns = new WorldDns({ clock, random, journal }, dnsSettings(options.dns));
  const host = options.createHost({ clock, random, handler, dns });
  const subnets = new Subnets();
  const interfaces = new NetworkInterfaces();
  const databases = rdsModel(cloud, settingsFrom(options.rds), { interfaces, subnets });
  const proxies = new ProxyLife(databases);
  dns.add(rdsNames(databases));

  const keyPolicy = (key: string) => keys.find(key);
  const queues = new SqsModel(cloud);
  const streams = new Streams(clock, random);
  const lambda = lambdaService(cloud, { host, assets, sessions, endpoint: () => endpoint }, queues);
  const elbv2 = elbv2Service(cloud, {
    throttling: 'documented',
    // What is in a subnet of the world, RDS put there: somebody else's addresses are elsewhere, and serve.
    isServing: (address, port) => proxies.zoneOf(address) === undefined || proxies.isServing(address, port),
    zoneOf: (address) => proxies.zoneOf(address) ?? zoneByAddress(address),
    ...options.elbv2,
  });
  const cloudwatch = cloudWatchService(cloud, REGION, options.cloudwatch);
  const services = [
    cloudwatch,
    iamService(identities),
    kmsService(keys),
    logsService(),
    elbv2,
    stsService,
    dynamodbService(cloud, streams),
    sqsService(cloud, queues, { endpoint: () => endpoint, keyPolicy }),
    snsService(cloud, new SnsModel(), { keyPolicy }),
    eventsService(cloud, new EventsModel()),
    pipesService(cloud, queues, streams),
    schedulerService(cloud),
    lambda,
    statesService(cloud),
    ec2Service(cloud, { throttling: 'documented', ...options.ec2 }, interfaces),
    rdsService(databases),
  ];
  for (const service of services) cloud.register(service);
  const endCaller = (caller: Principal) => lambda.endCaller(caller);
  return {
    clock,
    journal,
    cloud,
    host,
    targets: elbv2.targets,
    handler,
    dns,
    proxies,
    subnets,
    metrics: cloudwatch.metrics,
    endCaller,
    endIdle: () => lambda.endIdle(),
  };
};

/**
 * Builds the services, then deploys the template through the same actions that clients call.
 *
 * @throws DeploymentError naming what in the template is not understood.
 */
export const createWorld = async (options: WorldOptions): Promise<World> => {
  const { assembly, endpoint } = options;
  const assets = new Assets();
  assets.add(assembly);
  const empty = createEmptyWorld(options, (s3Key) => assets.find(s3Key));
  const stack = new Stack(empty.cloud, assets, await deploy(empty.cloud, { directory: assembly }));
  return {
    ...empty,
    get deployment() {
      return stack.deployment;
    },
    deployOver: (directory) => stack.deployOver(directory),
    clientConfig: (accessKeyId) => ({
      region: REGION,
      endpoint,
      credentials: { accessKeyId, secretAccessKey: 'not verified' },
      maxAttempts: 1,
      ...(options.transport === 'socket' ? {} : { requestHandler: inProcessHandler(empty.handler) }),
    }),
  };
};
