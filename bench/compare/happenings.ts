import { type Figures, KEEPERS, type Keeper } from './meter.ts';
import { NODES, type Rig, waitFor } from './rig.ts';

/** Of nobody in the VPC: somebody else's address, at which something answers. */
const FOREIGN = '10.99.0.7';

const MINUTE = 60_000;

/** Something that happens to the proxy, or to its name. */
export interface Happening {
  readonly name: string;
  readonly begin: (rig: Rig) => void;
  /** Minutes until it ends. */
  readonly lasts: number;
  /** Ends it. @default it ends by itself */
  readonly end?: (rig: Rig) => void;
}

type Ailment = Parameters<Rig['world']['dns']['ail']>[1];

const ailing = (name: string, ailment: (rig: Rig) => Ailment): Happening => ({
  name,
  begin: (rig) => rig.world.dns.ail(rig.hostName, ailment(rig)),
  lasts: 5,
  end: ({ world, hostName }) => world.dns.heal(hostName),
});

const namedFirst = ({ world, proxyName }: Rig): string =>
  world.proxies.nodes(proxyName).flatMap(({ isListed, addresses }) => (isListed ? addresses : []))[0] ?? '';

/** All that happens, in this order. */
export const HAPPENINGS: readonly Happening[] = [
  {
    name: 'one node after the other',
    begin: ({ world, proxyName }) => {
      world.proxies.rotate(proxyName, { nodes: 'all', pace: 'one-by-one', gap: MINUTE });
    },
    lasts: 8,
  },
  {
    name: 'all nodes at once',
    begin: ({ world, proxyName }) => {
      world.proxies.rotate(proxyName, { nodes: 'all', pace: 'at-once' });
    },
    lasts: 5,
  },
  {
    name: 'a zone fails',
    begin: ({ world, proxyName }) => {
      world.proxies.failZone(proxyName, 'us-west-2b');
    },
    lasts: 8,
    end: ({ world, proxyName }) => world.proxies.restoreZone(proxyName, 'us-west-2b'),
  },
  {
    name: 'twice as many nodes, and back',
    begin: ({ world, proxyName }) => {
      world.proxies.scale(proxyName, { nodes: 2 * NODES });
    },
    lasts: 8,
    end: ({ world, proxyName }) => {
      world.proxies.scale(proxyName, { nodes: NODES });
    },
  },
  ailing('an answer with one address of three', (rig) => ({
    kind: 'poison',
    addresses: [namedFirst(rig)],
    isAlone: true,
  })),
  ailing('an empty answer', () => ({ kind: 'empty' })),
  ailing('SERVFAIL', () => ({ kind: 'servfail' })),
  ailing('a foreign address beside the true ones', () => ({ kind: 'poison', addresses: [FOREIGN] })),
  ailing('a foreign address alone', () => ({ kind: 'poison', addresses: [FOREIGN], isAlone: true })),
  {
    name: 'a node that never serves',
    begin: ({ world, proxyName }) => {
      for (const address of world.proxies.scale(proxyName, { nodes: NODES + 1 })) world.proxies.serve(address, false);
    },
    lasts: 15,
    end: ({ world, proxyName }) => {
      world.proxies.scale(proxyName, { nodes: NODES });
    },
  },
];

/** What came of a happening for each target group. */
export interface Outcome extends Readonly<Record<Keeper, Figures>> {
  readonly name: string;
}

/** Minutes after which what is not in line does not come in line. */
const PATIENCE = 30;

/** Every node is in DNS and serves, and of none that went anything is left. */
const isAtRest = ({ world, proxyName }: Rig): boolean =>
  world.proxies.nodes(proxyName).every(({ isListed, isServing, isEnding }) => isListed && isServing && !isEnding);

const areInLine = (rig: Rig): boolean => isAtRest(rig) && KEEPERS.every((keeper) => rig.meters[keeper].isInLine());

/** Waits until proxy and target groups are as they should be, before the first. @throws Error where that does not come. */
export const begin = async (rig: Rig): Promise<void> => {
  const isReady = (): boolean => rig.world.proxies.nodes(rig.proxyName).length === NODES && areInLine(rig);
  if (await waitFor(rig, PATIENCE, isReady)) return;
  throw new Error(`The target groups did not come in line with the proxy. The refresher: ${rig.failures().last}`);
};

/**
 * Lets one thing happen, and measures both target groups until they are in line again.
 *
 * @throws Error where the refresher's process has ended: there is nothing to compare with.
 */
export const playHappening = async (rig: Rig, { name, begin: happen, lasts, end }: Happening): Promise<Outcome> => {
  const { clock } = rig.world;
  for (const keeper of KEEPERS) rig.meters[keeper].reset();
  happen(rig);
  await clock.sleep(lasts * MINUTE);
  end?.(rig);
  const ended = clock.now();
  const since: Partial<Record<Keeper, number>> = {};
  await waitFor(rig, PATIENCE, () => {
    for (const keeper of KEEPERS) {
      if (rig.meters[keeper].isInLine()) since[keeper] ??= clock.now();
      else delete since[keeper];
    }
    return areInLine(rig);
  });
  for (const keeper of KEEPERS) {
    const at = since[keeper];
    if (at !== undefined) rig.meters[keeper].came(Math.round((at - ended) / 1000));
  }
  const { isOver, last } = rig.failures();
  if (isOver) throw new Error(last);
  return { name, concierge: rig.meters.concierge.read(), refresher: rig.meters.refresher.read() };
};
