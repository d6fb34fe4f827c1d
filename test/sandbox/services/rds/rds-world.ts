import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateDBProxyCommand, type CreateDBProxyCommandInput, RDSClient } from '@aws-sdk/client-rds';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import type { DnsOptions } from '../../../../sandbox/dns/options.ts';
import type { AddressType } from '../../../../sandbox/dns/world-dns.ts';
import type { Ec2Options } from '../../../../sandbox/services/ec2/options.ts';
import type { RdsOptions } from '../../../../sandbox/services/rds/options.ts';
import { inProcessHandler } from '../../../../sandbox/wire/in-process.ts';
import { createEmptyWorld } from '../../../../sandbox/world.ts';

const START = Date.UTC(2026, 10, 23, 1, 0, 0);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
/** In three zones, in this order, wherever they are named first. */
export const SUBNETS = ['subnet-0000000000000000a', 'subnet-0000000000000000b', 'subnet-0000000000000000c'];
export const ROLE = 'arn:aws:iam::123456789012:role/proxy';

/** An event of RDS as it came to the bus. */
interface Told {
  readonly at: number;
  readonly type: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Every step takes as long as its name says, so that a test can stand between two of them. */
export const STEADY: Partial<RdsOptions> = {
  timings: {
    proxyCreating: [100 * SECOND, 100 * SECOND],
    endpointCreating: [60 * SECOND, 60 * SECOND],
    modifying: [20 * SECOND, 20 * SECOND],
    deleting: [60 * SECOND, 60 * SECOND],
    serving: [10 * SECOND, 10 * SECOND],
    listed: [30 * SECOND, 30 * SECOND],
    unlisted: [5 * SECOND, 5 * SECOND],
    stopping: [60 * SECOND, 60 * SECOND],
    lingering: [120 * SECOND, 120 * SECOND],
    failureUnlisted: [40 * SECOND, 40 * SECOND],
    replacing: [50 * SECOND, 50 * SECOND],
    databaseCreating: [100 * SECOND, 100 * SECOND],
    registering: [10 * SECOND, 10 * SECOND],
    failover: [30 * SECOND, 30 * SECOND],
    failoverListed: [5 * SECOND, 5 * SECOND],
  },
  delivery: { delay: [1 * SECOND, 1 * SECOND] },
};

/** All services of a world, without a stack, with real clients. Subnets are in zones a, b and c. */
export const createRdsWorld = (
  options: {
    readonly rds?: Partial<RdsOptions>;
    readonly dns?: Partial<DnsOptions>;
    readonly ec2?: Ec2Options;
    readonly seed?: number;
  } = {},
) => {
  const clock = new VirtualClock(START);
  const world = createEmptyWorld(
    {
      clock,
      seed: options.seed ?? 5,
      endpoint: 'http://127.0.0.1:4599',
      createHost: () => ({
        instancesPerFunction: 0,
        close: async () => undefined,
        start: () => {
          throw new Error('There are no functions here.');
        },
      }),
      rds: options.rds ?? STEADY,
      ec2: options.ec2 ?? {},
      dns: options.dns ?? { isCaching: false },
    },
    () => '',
  );
  for (const id of SUBNETS) world.subnets.find(id);
  const told: Told[] = [];
  world.cloud.intercept(async (call, next) => {
    if (call.service === 'events' && call.action === 'PutEvents') {
      const [entry] = (call.input as { Entries: { DetailType: string; Resources: string[]; Detail: string }[] })
        .Entries;
      told.push({
        at: clock.now() - START,
        type: entry?.DetailType ?? '',
        resources: entry?.Resources ?? [],
        detail: JSON.parse(entry?.Detail ?? '{}'),
      });
    }
    return next();
  });
  const config = (accessKeyId: string) => ({
    region: 'us-west-2',
    endpoint: 'http://127.0.0.1:4599',
    credentials: { accessKeyId, secretAccessKey: 'any' },
    maxAttempts: 1,
    requestHandler: inProcessHandler(world.handler),
  });
  const rds = new RDSClient(config('operator'));
  const ec2 = new EC2Client(config('operator'));

  const passes = async (milliseconds: number): Promise<void> => {
    await clock.run(undefined, clock.now() + milliseconds);
  };
  /** Makes a proxy and waits until it is available. */
  const proxy = async (name: string, input: Partial<CreateDBProxyCommandInput> = {}): Promise<string> => {
    const made = await rds.send(
      new CreateDBProxyCommand({
        DBProxyName: name,
        EngineFamily: 'POSTGRESQL',
        RoleArn: ROLE,
        Auth: [{ AuthScheme: 'SECRETS', IAMAuth: 'REQUIRED' }],
        VpcSubnetIds: SUBNETS,
        ...input,
      }),
    );
    await passes(10 * MINUTE);
    return made.DBProxy?.Endpoint ?? '';
  };
  /** What the VPC's resolver says: addresses in order, or the code alone. */
  const names = (host: string, type: AddressType = 'A'): readonly string[] => {
    const answer = world.dns.resolve(host, type);
    return answer.code === 'NOERROR' ? answer.records.map(({ address }) => address).sort() : [answer.code];
  };
  /** The addresses of the interfaces that say they are the proxy's. */
  const interfaces = async (description: string): Promise<readonly string[]> => {
    const found = await ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: [description] }] }),
    );
    return (found.NetworkInterfaces ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress ?? '').sort();
  };
  const numbersTold = (): readonly unknown[] => told.map(({ detail }) => detail.EventID);
  return { ...world, clock, rds, ec2, config, told, numbersTold, passes, proxy, names, interfaces };
};
