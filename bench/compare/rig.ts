import { registryKey } from '../../functions/registry/keys.ts';
import { holding } from '../../sandbox/clock/clock.ts';
import { OPERATOR } from '../../sandbox/cloud.ts';
import { type DnsServer, serveDns } from '../../sandbox/dns/server.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../sandbox/simulated.ts';
import { Stage } from '../../sandbox/stories/stage.ts';
import { type Served, serve } from '../../sandbox/wire/server.ts';
import { type Keeper, Meter } from './meter.ts';
import { Refresher } from './refresher.ts';

/** So many nodes the proxy has when it is at rest, one in each zone; and so many of them should serve at any time. */
export const NODES = 3;
export const FLOOR = 2;

const NAME = 'orders';
const VPC = 'vpc-0a11ce0a11ce0a11c';
/** The VPC's own block: the binding believes no address outside of it. */
const BLOCK = '10.0.0.0/16';
const PORT = 5432;
const ZONES = ['us-west-2a', 'us-west-2b', 'us-west-2c'] as const;
/** Seconds: how soon connections go no more to a node that died. AWS's default is 30. */
const CHECKS_EVERY = 10;
const SECOND = 1_000;
/** From a registration to the first health check: the same for both target groups, in the middle of what is seen on AWS. */
const REGISTERING = 75 * SECOND;
const MINUTE = 60 * SECOND;

/** One proxy with two target groups in one world: one is kept by the Concierge, one by the refresher. */
export interface Rig {
  readonly world: SimulatedWorld;
  readonly proxyName: string;
  readonly hostName: string;
  readonly meters: Readonly<Record<Keeper, Meter>>;
  /** How often a refresh failed, and what it said last; `isOver` = its process is there no more. */
  readonly failures: () => { readonly count: number; readonly last: string; readonly isOver: boolean };
  /** Ends the refresher's process and frees the ports. */
  readonly close: () => Promise<void>;
}

interface Ports {
  readonly door: Served;
  readonly names: DnsServer;
}

type Caller = <T>(service: string, action: string, input: unknown) => Promise<T>;

const makeGroup = async (call: Caller, name: string, subnets: readonly string[]): Promise<string> => {
  const { LoadBalancers } = await call<{ LoadBalancers: readonly [{ LoadBalancerArn: string }] }>(
    'elasticloadbalancing',
    'CreateLoadBalancer',
    { Name: name, Type: 'network', Scheme: 'internal', Subnets: subnets },
  );
  const { TargetGroups } = await call<{ TargetGroups: readonly [{ TargetGroupArn: string }] }>(
    'elasticloadbalancing',
    'CreateTargetGroup',
    {
      ...{ Name: name, Protocol: 'TCP', Port: PORT, VpcId: VPC, TargetType: 'ip' },
      HealthCheckIntervalSeconds: CHECKS_EVERY,
      Tags: [{ Key: 'privatelink-concierge', Value: 'managed' }],
    },
  );
  const [{ TargetGroupArn }] = TargetGroups;
  await call('elasticloadbalancing', 'CreateListener', {
    ...{ LoadBalancerArn: LoadBalancers[0].LoadBalancerArn, Port: PORT, Protocol: 'TCP' },
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  return TargetGroupArn;
};

/**
 * Deploys the stack, makes proxy, load balancers and binding, starts the refresher's process, and has it called every minute. While a call of it is
 * under way the world's time stands still: it loses nothing to this machine being slow.
 *
 * @throws Error in words where a port, the stack or the process can't be had. Nothing is left behind then.
 */
export const makeRig = async (assembly: string, seed: number): Promise<Rig> => {
  const world = await createSimulatedWorld({
    ...{ assembly, seed, rds: { nodes: NODES } },
    elbv2: { registering: [REGISTERING, REGISTERING] },
  });
  const heard: { meter?: Meter } = {};
  const door = await serve({
    port: 0,
    handler: (request) => {
      // Nobody else comes by the socket.
      heard.meter?.count('elasticloadbalancing:');
      return world.handler(request);
    },
  });
  const names = await serveDns(() => world.dns, 0).catch(async (error: unknown) => {
    await door.close();
    throw error;
  });
  try {
    return await furnish(world, { door, names }, heard);
  } catch (error) {
    await closePorts(world, { door, names });
    throw error;
  }
};

const closePorts = async (world: SimulatedWorld, { door, names }: Ports): Promise<void> => {
  await door.close();
  await names.close();
  await world.host.close();
};

const furnish = async (world: SimulatedWorld, ports: Ports, heard: { meter?: Meter }): Promise<Rig> => {
  const stage = new Stage(world);
  const call: Caller = (service, action, input) =>
    world.cloud.invoke({ service, action, input, principal: OPERATOR }) as Promise<never>;
  const subnets = ZONES.map((zone, index) => {
    const id = `subnet-0c0ffee0c0ffee${String(index).padStart(3, '0')}`;
    return world.subnets.define({ id, vpcId: VPC, zone }).id;
  });
  const groups = {
    concierge: await makeGroup(call, NAME, subnets),
    refresher: await makeGroup(call, `${NAME}-cron`, subnets),
  };
  const { DBProxy } = await call<{ DBProxy: { Endpoint: string } }>('rds', 'CreateDBProxy', {
    ...{ DBProxyName: NAME, EngineFamily: 'POSTGRESQL', RoleArn: 'arn:aws:iam::123456789012:role/proxy' },
    VpcSubnetIds: subnets,
    Auth: [{ AuthScheme: 'SECRETS', SecretArn: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:proxy' }],
  });
  const { serviceId } = await stage.endpointService('orders');
  await stage.register(registryKey.service(serviceId), { serviceId, origin: 'created' });
  await stage.register(registryKey.binding(NAME), {
    ...{ bindingId: NAME, serviceId, targetGroupArn: groups.concierge, port: PORT, minHealthy: FLOOR },
    ...{ within: [BLOCK], source: { kind: 'proxy', proxyName: NAME } },
  });
  const meterOf = (targetGroupArn: string): Meter =>
    new Meter(world, { targetGroupArn, proxyName: NAME, floor: FLOOR });
  const meters = { concierge: meterOf(groups.concierge), refresher: meterOf(groups.refresher) };
  heard.meter = meters.refresher;
  world.journal.listen(({ kind, who, what }) => {
    if (kind === 'call' && /:assumed-role\/[^/]*Targets/.test(who)) meters.concierge.count(what);
  });

  const started = { endpoint: ports.door.url, dnsPort: ports.names.port, hostName: DBProxy.Endpoint };
  const refresher = await holding(world.clock, () => Refresher.start({ ...started, targetGroupArn: groups.refresher }));
  const failed = { count: 0, last: '', isOver: false };
  let isOver = false;
  const everyMinute = async (): Promise<void> => {
    while (!isOver) {
      const said = await holding(world.clock, () => refresher.refresh());
      if (said !== 'ok') Object.assign(failed, { count: failed.count + 1, last: said });
      await world.clock.sleep(MINUTE);
    }
  };
  everyMinute().catch((error: unknown) => {
    if (!isOver) Object.assign(failed, { last: error instanceof Error ? error.message : String(error), isOver: true });
  });
  return {
    world,
    proxyName: NAME,
    hostName: DBProxy.Endpoint,
    meters,
    failures: () => failed,
    close: async () => {
      isOver = true;
      for (const meter of Object.values(meters)) meter.stop();
      await refresher.stop();
      await closePorts(world, ports);
    },
  };
};

/** Waits, on the world's clock. @returns whether it came, within so many minutes. */
export const waitFor = async (
  { world }: Pick<Rig, 'world'>,
  minutes: number,
  look: () => boolean,
): Promise<boolean> => {
  const deadline = world.clock.now() + minutes * MINUTE;
  while (world.clock.now() <= deadline) {
    if (look()) return true;
    await world.clock.sleep(SECOND);
  }
  return false;
};
