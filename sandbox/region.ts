import type { Cloud, ServiceDefinition } from './cloud.ts';
import type { WorldDns } from './dns/world-dns.ts';
import type { Principal } from './iam/principal.ts';
import type { Sessions } from './iam/sessions.ts';
import type { FunctionHost } from './run/function-host.ts';
import { type CloudWatchService, cloudWatchService } from './services/cloudwatch/actions.ts';
import type { CloudWatchOptions } from './services/cloudwatch/options.ts';
import type { WorldMetrics } from './services/cloudwatch/world-metrics.ts';
import { dynamodbService } from './services/dynamodb/actions.ts';
import { Streams } from './services/dynamodb/streams.ts';
import { ec2Service } from './services/ec2/actions.ts';
import { NetworkInterfaces } from './services/ec2/interfaces.ts';
import type { Partition } from './services/ec2/model.ts';
import type { Ec2Options } from './services/ec2/options.ts';
import { Subnets } from './services/ec2/subnets.ts';
import { elbv2Service } from './services/elbv2/actions.ts';
import { zoneByAddress } from './services/elbv2/addresses.ts';
import type { BalancedTargets } from './services/elbv2/balanced-targets.ts';
import type { Elbv2Options } from './services/elbv2/options.ts';
import { eventsService } from './services/events/actions.ts';
import { EventsModel } from './services/events/model.ts';
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
import type { AliasTargets } from './services/route53/interfaces.ts';
import { schedulerService } from './services/scheduler/actions.ts';
import { snsService } from './services/sns/actions.ts';
import { SnsModel } from './services/sns/model.ts';
import { sqsService } from './services/sqs/actions.ts';
import { SqsModel } from './services/sqs/model.ts';
import { statesService } from './services/states/actions.ts';

/** A region of a world: services and resources of its own. */
export interface Region {
  /** e.g. `us-east-2`. */
  readonly name: string;
  readonly cloud: Cloud;
  /** The truth about the targets of its load balancers. */
  readonly targets: BalancedTargets;
  /** What happens to its RDS proxies without anybody's call. */
  readonly proxies: ProxyLife;
  /** Where its subnets are. */
  readonly subnets: Subnets;
  /** What was measured, and the states of alarms. */
  readonly metrics: WorldMetrics;
  /** Its alarms, as health checks follow them. */
  readonly alarms: CloudWatchService['alarms'];
  /** Its load balancers and endpoints, by their names: what alias records lead to. */
  readonly names: readonly AliasTargets[];
  /** Ends the function's environment that made a call, in the middle of it. @returns false where no function of the region made it. */
  endCaller(caller: Principal): boolean;
  /** Ends every function's environments that do nothing. */
  endIdle(): void;
  /** Ends every function's environments, whatever they are doing. */
  endAll(): void;
}

/** How services behave where that may be chosen, in every region alike. */
export interface Behaviour {
  readonly ec2?: Ec2Options;
  readonly elbv2?: Elbv2Options;
  readonly rds?: Partial<RdsOptions>;
  readonly cloudwatch?: CloudWatchOptions;
}

/** What the regions of a world share. */
export interface RegionParts extends Behaviour {
  readonly sessions: Sessions;
  readonly dns: WorldDns;
  readonly host: FunctionHost;
  readonly endpoint: string;
  /** Where the asset with an S3 key lies. */
  readonly assets: (s3Key: string) => string;
  /** Services that are one and the same in all regions: IAM, STS, Route 53. */
  readonly globalServices: readonly ServiceDefinition[];
  /** By it the EC2s of all regions find each other. */
  readonly partition: Partition;
}

/** Puts all services into a region's empty cloud. It draws nothing from the world's chance and sets no timer. */
export const settleRegion = (cloud: Cloud, parts: RegionParts): Region => {
  const { sessions, dns, host, assets } = parts;
  const endpoint = () => parts.endpoint;
  // First: the other services count into it.
  const cloudwatch = cloudWatchService(cloud, cloud.region, parts.cloudwatch);
  const keys = new Keys(cloud.region);
  const keyPolicy = (key: string) => keys.find(key);
  const subnets = new Subnets(cloud.region);
  const interfaces = new NetworkInterfaces();
  const databases = rdsModel(cloud, settingsFrom(parts.rds), { interfaces, subnets });
  const proxies = new ProxyLife(databases);

  const queues = new SqsModel(cloud);
  const streams = new Streams(cloud.clock, cloud.random);
  const vpcOf = (subnetId: string) => subnets.vpcOf(subnetId);
  const lambda = lambdaService(cloud, { host, assets, sessions, endpoint, vpcOf }, queues);
  const elbv2 = elbv2Service(cloud, {
    throttling: 'documented',
    // What is in a subnet of the region, RDS put there: somebody else's addresses are elsewhere, and serve.
    isServing: (address, port) => proxies.zoneOf(address) === undefined || proxies.isServing(address, port),
    zoneOf: (address) => proxies.zoneOf(address) ?? zoneByAddress(cloud.region, address),
    ...parts.elbv2,
  });
  const ec2 = ec2Service(
    cloud,
    { throttling: 'documented', ...parts.ec2 },
    { interfaces, partition: parts.partition, publicTxt: (name) => dns.publicTxt(name) },
  );
  dns.add(ec2.privateNames((vantage) => dns.vantages.vpcOf(vantage)));
  for (const authority of [rdsNames(databases), elbv2.names, ec2.names]) dns.add(authority);
  const regionalServices = [
    cloudwatch,
    kmsService(keys),
    logsService(),
    elbv2,
    dynamodbService(cloud, streams),
    sqsService(cloud, queues, { endpoint, keyPolicy }),
    snsService(cloud, new SnsModel(), { keyPolicy }),
    eventsService(cloud, new EventsModel(cloud.region)),
    pipesService(cloud, queues, streams),
    schedulerService(cloud),
    lambda,
    statesService(cloud),
    ec2,
    rdsService(databases),
  ];
  for (const service of [...parts.globalServices, ...regionalServices]) cloud.register(service);
  return {
    name: cloud.region,
    cloud,
    targets: elbv2.targets,
    proxies,
    subnets,
    names: [elbv2.names, ec2.names],
    metrics: cloudwatch.metrics,
    alarms: cloudwatch.alarms,
    endCaller: (caller) => lambda.endCaller(caller),
    endIdle: () => lambda.endIdle(),
    endAll: () => void lambda.endEnvironments(),
  };
};
