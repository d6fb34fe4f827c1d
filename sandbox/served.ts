import { resolve } from 'node:path';
import { ScaledClock } from './clock/scaled-clock.ts';
import { withControl } from './control.ts';
import { dnsControl } from './dns/control.ts';
import { type DnsServer, serveDns } from './dns/server.ts';
import { workerHost } from './run/worker-host.ts';
import { subnetControl } from './services/ec2/subnet-control.ts';
import { metricControl } from './services/cloudwatch/control.ts';
import { proxyControl } from './services/rds/control.ts';
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
        createHost: () => workerHost(scaled, dns.address),
      });
      world = deployed;
      handler = withControl(deployed.handler, (directory) => deployed.deployOver(resolve(directory)), [
        proxyControl(deployed.proxies),
        metricControl(deployed.metrics),
        dnsControl(deployed.dns),
        subnetControl(deployed.subnets),
      ]);
      return deployed;
    },
    close: async () => {
      clock?.stop();
      await server.close();
      await dns.close();
      await world?.host.close();
    },
  };
};
