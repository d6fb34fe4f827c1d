import { resolve } from 'node:path';
import { ScaledClock } from './clock/scaled-clock.ts';
import { withControl } from './control.ts';
import type { Changes, Deployment } from './deploy/deployment.ts';
import { dnsControl } from './dns/control.ts';
import { type DnsServer, serveDns } from './dns/server.ts';
import { openVpcResolvers } from './dns/vpc-resolvers.ts';
import { inRegions, regionControl } from './regions-control.ts';
import { workerHost } from './run/worker-host.ts';
import { metricControl } from './services/cloudwatch/control.ts';
import { subnetControl } from './services/ec2/subnet-control.ts';
import { proxyControl } from './services/rds/control.ts';
import { route53Subject } from './services/route53/control.ts';
import { serve } from './wire/server.ts';
import type { WireHandler } from './wire/wire.ts';
import { createWorld, type World } from './world.ts';

/** What is deployed behind a door, and how time goes there. */
export interface ServedOptions {
  /** Where the cloud assembly is. */
  readonly assembly: string;
  /** How many times as fast as the machine's own time. */
  readonly speed: number;
  readonly seed: number;
}

/** A port that is ours, and the sandbox behind it once there is one. */
export interface Door {
  readonly url: string;
  /** Where the world's names can be asked for, e.g. `127.0.0.1:5353`: `dig @127.0.0.1 -p 5353 NAME`. */
  readonly dns: Pick<DnsServer, 'address' | 'port'>;
  /**
   * Deploys a stack behind the door. The deployment hands the address to functions and queues, hence the door first.
   *
   * @throws Error in words where the template can't be deployed.
   */
  deploy(options: ServedOptions): Promise<World>;
  /** Ends every worker and connection, and cancels what was still to come. */
  close(): Promise<void>;
}

const KINDS = ['created', 'updated', 'deleted', 'kept'] as const;

/** The home stack with the changes of all stacks: a resource of another has its stack's name before it, `ConciergeStandby/Ledger`. */
const allChanges = ({ deployment, deployments }: World): Deployment => {
  const shown = (kind: keyof Changes) =>
    [...deployments.values()].flatMap(({ stackName, changes }) =>
      changes[kind].map((id) => (stackName === deployment.stackName ? id : `${stackName}/${id}`)),
    );
  const changes = Object.fromEntries(KINDS.map((kind) => [kind, shown(kind)])) as Record<keyof Changes, string[]>;
  return { ...deployment, changes };
};

/**
 * Opens a port on 127.0.0.1; clients are told to wait until something is deployed.
 *
 * @param port - 0 = any free port.
 * @param dnsPort - of UDP and TCP. @default any free port
 * @throws Error in a sentence where a port can't be had: at once, before anybody waits for a synthesis.
 */
export const openDoor = async (port: number, dnsPort = 0): Promise<Door> => {
  let clock: ScaledClock | undefined;
  let world: World | undefined;
  let handler: WireHandler | undefined;
  const server = await serve({
    port,
    host: '127.0.0.1',
    handler: (request) =>
      handler === undefined
        ? Promise.resolve({ status: 503, headers: {}, body: Buffer.from('The sandbox is being deployed.') })
        : handler(request),
  });
  const { url } = server;
  const dns = await serveDns(() => world?.dns, dnsPort).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  const resolvers = await openVpcResolvers(() => world?.dns).catch(async (error: unknown) => {
    await Promise.all([server.close(), dns.close()]);
    throw error;
  });
  return {
    url,
    dns,
    deploy: async ({ assembly, speed, seed }) => {
      const scaled = new ScaledClock(speed);
      clock = scaled;
      const deployed = await createWorld({
        clock: scaled,
        seed,
        assembly,
        endpoint: url,
        transport: 'socket',
        createHost: () =>
          workerHost(scaled, (vpcId) => (vpcId === undefined ? dns.address : resolvers.addressOf(vpcId))),
      });
      world = deployed;
      const { regions } = deployed;
      const deployOver = async (directory: string) => {
        await deployed.deployOver(resolve(directory));
        return allChanges(deployed);
      };
      handler = withControl(deployed.handler, deployOver, [
        inRegions(regions, ({ proxies }) => proxyControl(proxies)),
        inRegions(regions, ({ metrics }) => metricControl(metrics)),
        dnsControl(deployed.dns),
        inRegions(regions, ({ subnets }) => subnetControl(subnets)),
        regionControl(regions),
        route53Subject(deployed.route53),
      ]);
      return deployed;
    },
    close: async () => {
      clock?.stop();
      await server.close();
      await dns.close();
      await resolvers.close();
      await world?.host.close();
    },
  };
};
