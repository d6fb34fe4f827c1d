import { ScaledClock } from './clock/scaled-clock.ts';
import { workerHost } from './run/worker-host.ts';
import { serve } from './wire/server.ts';
import { createWorld, type World } from './world.ts';

/** How a served sandbox is to be. */
export interface ServedOptions {
  /** Where the cloud assembly is. */
  readonly assembly: string;
  /** 0 = any free port. */
  readonly port: number;
  /** How many times as fast as the machine's own time. */
  readonly speed: number;
  readonly seed: number;
}

/** A sandbox that real clients reach. */
export interface Served {
  readonly world: World;
  readonly url: string;
  /** Ends every worker and connection, and cancels what was still to come. */
  close(): Promise<void>;
}

/**
 * Opens the port first, since the deployment hands its address to functions and queues, then deploys.
 *
 * @throws Error in words where the port can't be had or the template can't be deployed.
 */
export const startServed = async ({ assembly, port, speed, seed }: ServedOptions): Promise<Served> => {
  const clock = new ScaledClock(speed);
  let world: World | undefined;
  let url = '';
  const server = await serve({
    port,
    host: '127.0.0.1',
    handler: (request) =>
      world === undefined
        ? Promise.resolve({ status: 503, headers: {}, body: Buffer.from('The sandbox is being deployed.') })
        : world.handler(request),
  });
  url = server.url;
  try {
    world = await createWorld({
      clock,
      seed,
      assembly,
      endpoint: url,
      transport: 'socket',
      createHost: () => workerHost(clock),
    });
  } catch (error) {
    clock.stop();
    await server.close();
    throw error;
  }
  const { host } = world;
  return {
    world,
    url,
    close: async () => {
      clock.stop();
      await server.close();
      await host.close();
    },
  };
};
