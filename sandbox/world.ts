import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { Clock } from './clock/clock.ts';
import { HeldClock } from './clock/held-clock.ts';
import { Cloud, HOME_REGION, STANDBY_REGION } from './cloud.ts';
import { Assets } from './deploy/assembly.ts';
import type { Deployment } from './deploy/deployment.ts';
import { Stacks } from './deploy/stacks.ts';
import { type DnsOptions, dnsSettings } from './dns/options.ts';
import { WorldDns } from './dns/world-dns.ts';
import { Identities } from './iam/identities.ts';
import type { Principal } from './iam/principal.ts';
import { Sessions } from './iam/sessions.ts';
import { Journal } from './journal.ts';
import { Outage } from './outage.ts';
import { type Random, seededRandom } from './random.ts';
import { type Region, settleRegion } from './region.ts';
import { Regions } from './regions.ts';
import type { FunctionHost } from './run/function-host.ts';
import type { CloudWatchOptions } from './services/cloudwatch/options.ts';
import type { WorldMetrics } from './services/cloudwatch/world-metrics.ts';
import { partition } from './services/ec2/model.ts';
import type { Ec2Options } from './services/ec2/options.ts';
import type { Subnets } from './services/ec2/subnets.ts';
import type { BalancedTargets } from './services/elbv2/balanced-targets.ts';
import type { Elbv2Options } from './services/elbv2/options.ts';
import { iamService } from './services/iam/actions.ts';
import type { RdsOptions } from './services/rds/options.ts';
import type { ProxyLife } from './services/rds/proxy-life.ts';
import { route53Service } from './services/route53/actions.ts';
import { privateZones, publicZones } from './services/route53/dns-zones.ts';
import { type Route53Control, route53Control } from './services/route53/facade.ts';
import { type AlarmSource, type AliasTargets, anyOf } from './services/route53/interfaces.ts';
import { route53Model } from './services/route53/model.ts';
import { type Route53Options, settingsFrom as route53Settings } from './services/route53/options.ts';
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
  /** How Route 53 behaves where that may be chosen. @default AWS's behaviour as we believe it to be */
  readonly route53?: Route53Options;
  /** Where health checks find alarms. @default the world's own */
  readonly alarms?: AlarmSource;
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

/** One AWS on one machine, with the stacks deployed in it. */
export interface World {
  readonly clock: Clock;
  readonly journal: Journal;
  /** The home region's cloud. */
  readonly cloud: Cloud;
  /** All regions, each with services and resources of its own. `cloud`, `targets`, `proxies` and `subnets` are the home region's. */
  readonly regions: Regions;
  /** The stack of the home region, as it is after the newest deployment. */
  readonly deployment: Deployment;
  /** Every stack, by its name. */
  readonly deployments: ReadonlyMap<string, Deployment>;
  readonly host: FunctionHost;
  /** The truth about the targets of load balancers. */
  readonly targets: BalancedTargets;
  /** The door for clients. */
  readonly handler: WireHandler;
  readonly dns: WorldDns;
  /** What may be done to Route 53 beside its API. */
  readonly route53: Route53Control;
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
  /** Cuts a region off from everybody; see {@link Regions.cutOff}. @returns how to heal it. */
  cutOff(region: string): () => void;
  /**
   * Deploys another assembly over the stacks that run. Whatever is under way goes on meanwhile, and takes the world's time:
   * on a virtual clock somebody must let it pass.
   *
   * @returns the home region's stack.
   * @throws DeploymentError in words: nothing was changed, or there was a failure in the middle, after which `deployments`
   * are what is left.
   */
  deployOver(directory: string): Promise<Deployment>;
  /**
   * Configures an SDK client that acts as an account (12 digits) or as the operator (anything else).
   *
   * @param region - @default {@link HOME_REGION}
   */
  clientConfig(accessKeyId: string, region?: string): ClientConfig;
}

/** All services of a world, before anything is deployed. */
export interface EmptyWorld
  extends Pick<
    World,
    | 'clock'
    | 'journal'
    | 'cloud'
    | 'regions'
    | 'host'
    | 'targets'
    | 'handler'
    | 'dns'
    | 'route53'
    | 'proxies'
    | 'subnets'
    | 'metrics'
    | 'endCaller'
    | 'endIdle'
    | 'cutOff'
  > {}

/** What aliases lead to in a region; while that is cut off, nobody there is healthy. */
const aliasTargetsOf = ({ names, cloud }: Region): readonly AliasTargets[] =>
  names.map((each) => ({
    find: (dnsName) => {
      const found = each.find(dnsName);
      return found === undefined || !cloud.outage.isCut ? found : { ...found, isHealthy: false };
    },
  }));

/** The alarms of all regions; of one that is cut off no data comes. */
const alarmsOf = (regions: Regions): AlarmSource => ({
  find: (region, name, account) => {
    const found = regions.find(region)?.alarms.find(account, name);
    return found === undefined ? undefined : { ...found, AlarmName: name };
  },
  evaluate: (name, configuration, account) => {
    const region = regions.find(name);
    if (region === undefined || region.cloud.outage.isCut) return 'INSUFFICIENT_DATA';
    return region.alarms.evaluate(account, configuration as PutMetricAlarmInput);
  },
});

/** Builds every service that the sandbox models. */
export const createEmptyWorld = (
  options: Pick<
    WorldOptions,
    'clock' | 'seed' | 'endpoint' | 'createHost' | 'ec2' | 'elbv2' | 'rds' | 'route53' | 'alarms' | 'dns' | 'cloudwatch'
  >,
  assets: (s3Key: string) => string,
): EmptyWorld => {
  const { clock, seed } = options;
  const random = seededRandom(seed);
  const journal = new Journal(clock);
  const identities = new Identities(clock);
  const sessions = new Sessions(random);
  const elsewhere = (name: string): Cloud | undefined => regions.find(name)?.cloud;
  const emptyCloud = (region: string): Cloud => {
    const outage = new Outage();
    const held = new HeldClock(clock, outage);
    return new Cloud({ region, clock: held, outage, random, journal, authorizer: identities, elsewhere });
  };
  const cloud = emptyCloud(HOME_REGION);
  const handler = createRouter({
    cloud,
    cloudOf: elsewhere,
    principalOf: (accessKeyId) => sessions.principalOf(accessKeyId),
  });
  const dns = new WorldDns({ clock, random, journal }, dnsSettings(options.dns));
  const host = options.createHost({ clock, random, handler, dns });
  const route53 = route53Model(
    {
      clock,
      random,
      journal,
      alarms: options.alarms ?? {
        find: (...about) => alarmsOf(regions).find(...about),
        evaluate: (...about) => alarmsOf(regions).evaluate(...about),
      },
      targets: anyOf(() => regions.used().flatMap(aliasTargetsOf)),
    },
    route53Settings({ throttling: 'documented', busy: [50, 300], ...options.route53 }),
  );
  dns.add(privateZones(route53, dns.vantages));
  dns.addLast(publicZones(route53));
  // What is one and the same in all regions, and lives by the world's own clock; what each has of its own is in region.ts.
  const globalServices = [iamService(identities), stsService(identities, sessions), route53Service(route53)];
  const parts = { ...options, sessions, dns, host, assets, globalServices, partition: partition() };
  const regions: Regions = new Regions([HOME_REGION, STANDBY_REGION], (name) =>
    settleRegion(name === HOME_REGION ? cloud : emptyCloud(name), parts),
  );
  const { targets, proxies, subnets, metrics } = regions.get(HOME_REGION);
  return {
    clock,
    journal,
    cloud,
    regions,
    host,
    targets,
    handler,
    dns,
    route53: route53Control(route53),
    proxies,
    subnets,
    metrics,
    endCaller: (caller) => regions.used().some((region) => region.endCaller(caller)),
    endIdle: () => {
      for (const region of regions.used()) region.endIdle();
    },
    cutOff: (region) => {
      regions.cutOff(region);
      return () => regions.heal(region);
    },
  };
};

/**
 * Builds the services, then deploys every stack of the assembly, each in its region, through the same actions that clients call.
 *
 * @throws DeploymentError naming what in the template is not understood.
 */
export const createWorld = async (options: WorldOptions): Promise<World> => {
  const { assembly, endpoint } = options;
  const assets = new Assets();
  const empty = createEmptyWorld(options, (s3Key) => assets.find(s3Key));
  const stacks = new Stacks({ assets, cloudOf: (region) => empty.regions.find(region)?.cloud });
  await stacks.deploy(assembly);
  return {
    ...empty,
    get deployment() {
      return stacks.home;
    },
    get deployments() {
      return stacks.deployments;
    },
    deployOver: async (directory) => {
      await stacks.deploy(directory);
      return stacks.home;
    },
    clientConfig: (accessKeyId, region = HOME_REGION) => ({
      region,
      endpoint,
      credentials: { accessKeyId, secretAccessKey: 'not verified' },
      maxAttempts: 1,
      ...(options.transport === 'socket' ? {} : { requestHandler: inProcessHandler(empty.handler) }),
    }),
  };
};
