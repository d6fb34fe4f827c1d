/** `npm run sandbox`: synthesises, deploys, serves until it is told to stop. */
import { Command } from 'commander';
import { askedToStop, failWith, speedFactor, wholeNumber } from './command.ts';
import { openDoor } from './served.ts';
import { registerCustomers } from './stories/customers.ts';
import { Stage } from './stories/stage.ts';
import { synthesise } from './synth.ts';
import type { World } from './world.ts';

interface Options {
  readonly port: number;
  readonly dnsPort: number;
  readonly speed: number;
  readonly seed: number;
  readonly assembly?: string;
}

const command = new Command('npm run sandbox --')
  .description('Deploys the Concierge into a sandbox on this machine and serves AWS APIs on 127.0.0.1.')
  .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 4599)
  .option('--dns-port <number>', 'port to answer DNS on, UDP and TCP; 0 takes a free one', wholeNumber(0, 65_535), 0)
  .option('--speed <factor>', "how many times as fast as the machine's own time", speedFactor, 1)
  .option('--seed <number>', 'seed of every random choice', wholeNumber(0, 2 ** 32 - 1), 1)
  .option('--assembly <directory>', 'deploy this cloud assembly, instead of synthesising one')
  .allowExcessArguments(false);

/** `us-west-2 (PrivateLinkConcierge)`: a region with the stacks that are deployed there. */
const regionText = ({ deployments }: World, name: string): string => {
  const stacks = [...deployments.values()].filter(({ region }) => region === name).map(({ stackName }) => stackName);
  return `${name} (${stacks.join(', ') || 'empty'})`;
};

const main = async ({ port, dnsPort, speed, seed, ...given }: Options): Promise<void> => {
  const stop = askedToStop();
  const door = await openDoor(port, dnsPort);
  const assembly = given.assembly ?? (await synthesise('.sandbox/assembly', 'sandbox-with-standby'));
  const world = await door.deploy({ assembly, speed, seed });
  const stage = new Stage(world);
  const { serviceId, serviceName } = await stage.endpointService('orders');
  await registerCustomers(stage, serviceId);
  console.log(`ready ${door.url}`);
  console.log(`  endpoint service  ${serviceName}`);
  console.log(`  regions           ${world.regions.names.map((name) => regionText(world, name)).join(', ')}`);
  console.log(`  names             dig @127.0.0.1 -p ${door.dns.port} NAME`);
  console.log('  customers         222222222222 entitled, 333333333333 unknown, 444444444444 suspended');
  console.log('  access keys       a 12-digit account id acts as that account, any other as the operator');
  await stop;
  await door.close();
};

main(command.parse().opts<Options>()).then(() => process.exit(0), failWith);
