import type { Database, Refreshed } from './database.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

const MINUTE = 60_000;
/** Outside of every VPC. */
const FOREIGN = '203.0.113.66';
/** Of the VPC, and of nobody's that the proxy is. */
const OTHERS = '10.99.0.7';

/** What was measured, in the order in which it came about. */
const measured = ({
  detected,
  registered,
  healthy,
  clean,
  lowest,
  lowestByUs,
  calls,
}: Refreshed): readonly string[] => {
  const times = { detected, registered, healthy, clean };
  return [
    ...Object.entries(times).flatMap(([name, seconds]) =>
      seconds === undefined ? [] : [`${name} after ${seconds} s`],
    ),
    `healthy at least ${lowest}, ${lowestByUs === undefined ? 'none of them taken by us' : `${lowestByUs} when we took one`}`,
    `${calls} calls`,
  ];
};

const floorOf = ({ lowestByUs }: Refreshed): string =>
  lowestByUs === undefined || lowestByUs >= 1 ? 'never below the floor by us' : `${lowestByUs} healthy by us`;

const followed = (refreshed: Refreshed, more: readonly string[] = []): CaseResult => ({
  actual: ['follows', floorOf(refreshed), ...more].join(', '),
  reasons: measured(refreshed),
});

const stays = async (stage: Stage, database: Database, happen: () => void, heal: () => void): Promise<CaseResult> => {
  const before = String(database.registered());
  const refreshed = await database.watch(happen, async () => {
    await stage.clock.sleep(10 * MINUTE);
    return undefined;
  });
  const isSame = String(database.registered()) === before;
  heal();
  return {
    actual: isSame ? 'stays as it is' : `became ${String(database.registered())}`,
    reasons: measured(refreshed),
  };
};

/** `one node after the other` -> `one-node-after-the-other`: as load balancers and proxies take it. */
const nameFrom = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .slice(0, 30)
    .replace(/-$/, '');

/** A case with a proxy of its own, so that none stands in another's way. */
const about = (
  name: string,
  expected: string,
  act: (stage: Stage, database: Database) => Promise<CaseResult>,
): Case => ({
  name,
  who: 'provider',
  expected,
  play: async (stage) => act(stage, await stage.database(nameFrom(name))),
});

const FOLLOWS = 'follows, never below the floor by us';

/** The proxy's addresses change as they do on AWS: the load balancer's targets follow. */
export const targets: Story = {
  name: 'targets',
  title: "The load balancer's targets follow RDS Proxy's addresses, which change without any event.",
  prepare: async () => undefined,
  cases: [
    about('one node after the other', FOLLOWS, async (_, database) =>
      followed(
        await database.watch(() => {
          database.life.rotate(database.name, { nodes: 'all', pace: 'one-by-one', gap: MINUTE });
        }),
      ),
    ),
    about('all nodes at once', FOLLOWS, async (_, database) =>
      followed(
        await database.watch(() => {
          database.life.rotate(database.name, { nodes: 'all', pace: 'at-once' });
        }),
      ),
    ),
    about('twice as many nodes', FOLLOWS, async (_, database) =>
      followed(
        await database.watch(() => {
          database.life.scale(database.name, { nodes: 4 });
        }),
      ),
    ),
    about('a zone fails', FOLLOWS, async (_, database) =>
      followed(
        await database.watch(() => {
          database.life.failZone(database.name, 'us-west-2b');
        }),
      ),
    ),
    about('an answer with half of the addresses', 'stays as it is', (stage, database) =>
      stays(
        stage,
        database,
        () =>
          database.dns.ail(database.hostName, {
            kind: 'poison',
            addresses: database.named().slice(0, 1),
            isAlone: true,
          }),
        () => database.dns.heal(database.hostName),
      ),
    ),
    about('an empty answer', 'stays as it is', (stage, database) =>
      stays(
        stage,
        database,
        () => database.dns.ail(database.hostName, { kind: 'empty' }),
        () => database.dns.heal(database.hostName),
      ),
    ),
    about('DNS fails', 'stays as it is', (stage, database) =>
      stays(
        stage,
        database,
        () => database.dns.ail(database.hostName, { kind: 'servfail' }),
        () => database.dns.heal(database.hostName),
      ),
    ),
    about('a foreign address among the answers', 'stays as it is', (stage, database) =>
      stays(
        stage,
        database,
        () => database.dns.ail(database.hostName, { kind: 'poison', addresses: [FOREIGN] }),
        () => database.dns.heal(database.hostName),
      ),
    ),
    about('a new address that never gets healthy', 'withdrawn, the old stay', async (stage, database) => {
      const before = String(database.registered());
      const refreshed = await database.watch(
        () => {
          database.life.scale(database.name, { nodes: 3 });
          for (const { addresses } of database.life.nodes(database.name)) {
            for (const address of addresses) {
              if (!before.includes(address)) database.life.serve(address, false);
            }
          }
        },
        async () => {
          await stage.until('the end of the run that withdraws it', async () =>
            (await stage.executions('RefreshTargetsArn')).find(({ status }) => status === 'FAILED'),
          );
          return undefined;
        },
      );
      const [failed] = (await stage.executions('RefreshTargetsArn')).filter(({ status }) => status === 'FAILED');
      const why = failed === undefined ? [] : [await stage.endOf(failed)];
      const isKept = String(database.registered()) === before;
      return {
        actual: isKept ? 'withdrawn, the old stay' : `became ${String(database.registered())}`,
        reasons: [...measured(refreshed), ...why.map((each) => each.replace(/^execution \S+ /, ''))],
      };
    }),
    about('an event and the watch at the same moment', FOLLOWS, async (_, database) =>
      followed(
        await database.watch(async () => {
          database.life.rotate(database.name, { nodes: 'all', pace: 'at-once' });
          await Promise.all([database.refresh({ settle: true }), database.refresh({ settle: true })]);
        }),
      ),
    ),
    about('a run is stopped half-way', FOLLOWS, async (stage, database) =>
      followed(
        await database.watch(async () => {
          database.life.rotate(database.name, { nodes: 'all', pace: 'at-once' });
          await stage.until('a run that registered', async () => (database.registered().length > 2 ? true : undefined));
          await stage.stopRuns('RefreshTargetsArn');
        }),
      ),
    ),
    about('a target of somebody else', `${FOLLOWS}, theirs is kept`, async (_, database) => {
      await database.byHand('RegisterTargets', OTHERS);
      const refreshed = await database.watch(
        () => {
          database.life.rotate(database.name, { nodes: 'all', pace: 'at-once' });
        },
        () => database.untilClean([OTHERS]),
      );
      const isKept = database.registered().includes(OTHERS);
      return followed(refreshed, [isKept ? 'theirs is kept' : 'theirs is gone']);
    }),
  ],
};
