import { resolve } from 'node:path';
import { ScaledClock } from './clock/scaled-clock.ts';
import { withControl } from './control.ts';
import { workerHost } from './run/worker-host.ts';
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
 * @throws Error in a sentence where the port can't be had: at once, before anybody waits for a synthesis.
 */
export const openDoor = async (port: number): Promise<Door> => {
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
  return {
    url,
    deploy: async ({ assembly, speed, seed }) => {
      const scaled = new ScaledClock(speed);
      clock = scaled;
      const deployed = await createWorld({
        clock: scaled,
        seed,
        assembly,
        endpoint: url,
        transport: 'socket',
        createHost: () => workerHost(scaled),
      });
      world = deployed;
      handler = withControl(deployed.handler, (directory) => deployed.deployOver(resolve(directory)));
      return deployed;
    },
    close: async () => {
      clock?.stop();
      await server.close();
      await world?.host.close();
    },
  };
};
