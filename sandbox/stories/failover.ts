import { HOME_REGION, STANDBY_REGION } from '../cloud.ts';
import { consumerZones } from './consumer-zones.ts';
import { recordsLife } from './records-life.ts';
import type { Ended, Flipped, RegionPair } from './region-pair.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

const MINUTE = 60_000;

const seconds = ({ answered }: Flipped): string => `${answered} s until a client's answer changed`;
const told = ({ outcome, because }: Ended): string => `${outcome}: ${because}`;

/** A case with a name of its own, in two regions, whose record is there and armed. */
const about = (
  name: string,
  expected: string,
  act: (pair: RegionPair, stage: Stage) => Promise<CaseResult>,
  more: object = {},
): Case => ({
  name,
  who: 'provider',
  expected,
  play: async (stage) => {
    const pair = await stage.regionPair(nameFrom(name));
    // Until its alarm has something to go by.
    await stage.clock.sleep(3 * MINUTE);
    await pair.put(pair.failoverEntry(more));
    const { outcome, because } = await pair.arm();
    if (outcome !== 'armed') return { actual: `${outcome}: ${because}`, reasons: [] };
    await stage.clock.sleep(2 * MINUTE);
    // A client that has the old answer in its cache.
    pair.answered();
    return act(pair, stage);
  },
});

/** `the primary is ill` -> `the-primary-is-ill`: as load balancers take it. */
const nameFrom = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .slice(0, 30)
    .replace(/-$/, '');

/** Names fail over to the other region, stay there, and come back when a person says so. */
export const failover: Story = {
  name: 'failover',
  title: 'DNS fails over to the standby region by itself, stays there, and comes back when a person says so.',
  inTwoRegions: true,
  prepare: async () => undefined,
  cases: [
    about(
      'the primary is ill',
      'flips to the secondary, and stays when the primary is well again',
      async (pair, stage) => {
        pair.makePrimary('ill');
        const flipped = await pair.untilAnswered('secondary');
        pair.makePrimary('well');
        await stage.clock.sleep(10 * MINUTE);
        const stays = pair.answered() === 'secondary' && flipped.isSteady;
        return {
          actual: `flips to the secondary, ${stays ? 'and stays when the primary is well again' : `then ${pair.answered()}`}`,
          reasons: [seconds(flipped)],
        };
      },
    ),
    about('nothing is measured any more', 'flips to the secondary, engaged by health', async (pair) => {
      pair.makePrimary('silent');
      const flipped = await pair.untilAnswered('secondary');
      const { engaged } = (await pair.state()) as { engaged?: { by: string } };
      return { actual: `flips to the secondary, engaged by ${engaged?.by}`, reasons: [seconds(flipped)] };
    }),
    about(
      'a person fails back',
      'refused while it is ill, failed-back when it is well for long enough',
      async (pair, stage) => {
        pair.makePrimary('ill');
        await pair.untilAnswered('secondary');
        const early = await pair.run('failback');
        pair.makePrimary('well');
        await stage.clock.sleep(15 * MINUTE);
        const late = await pair.run('failback');
        const isBack = pair.answered() === 'primary';
        return {
          actual: `${early.outcome} while it is ill, ${isBack ? late.outcome : pair.answered()} when it is well for long enough`,
          reasons: [told(early), told(late)],
        };
      },
    ),
    about('a planned failover', 'failed-over, and a second operator is refused', async (pair, stage) => {
      const begun = stage.clock.now();
      const running = await pair.start('failover');
      await stage.clock.sleep(5_000);
      const second = await pair.run('failover');
      const first = await pair.endOf(running);
      const took = Math.round((stage.clock.now() - begun) / 1_000);
      return {
        actual: `${pair.answered() === 'secondary' ? first.outcome : pair.answered()}, and a second operator is ${second.outcome}`,
        reasons: [`${took} s until it was confirmed`, told(second)],
      };
    }),
    about(
      'a database waits for a word',
      'stays while the primary is ill, failed-over when a person says so',
      async (pair, stage) => {
        pair.makePrimary('ill');
        await stage.clock.sleep(10 * MINUTE);
        const before = pair.answered();
        const run = await pair.run('failover');
        return {
          actual: `${before === 'primary' ? 'stays' : before} while the primary is ill, ${pair.answered() === 'secondary' ? run.outcome : pair.answered()} when a person says so`,
          reasons: [told(run)],
        };
      },
      { engages: 'manual-armed' },
    ),
    about(
      'a database loses its targets',
      'stays while the primary has none, failed-over when a person says so, stays while the secondary has none',
      async (pair, stage) => {
        await pair.targets(HOME_REGION, 'DeregisterTargets');
        await stage.clock.sleep(10 * MINUTE);
        const before = pair.answered();
        await pair.targets(HOME_REGION, 'RegisterTargets');
        await stage.clock.sleep(5 * MINUTE);
        const run = await pair.run('failover');
        const during = pair.answered();
        await pair.targets(STANDBY_REGION, 'DeregisterTargets');
        await stage.clock.sleep(10 * MINUTE);
        const after = pair.answered();
        return {
          actual: [
            `${before === 'primary' ? 'stays' : before} while the primary has none`,
            `${during === 'secondary' ? run.outcome : during} when a person says so`,
            `${after === 'secondary' ? 'stays' : after} while the secondary has none`,
          ].join(', '),
          reasons: [told(run), (await pair.sets()).map(({ Name, Type }) => `${Name} ${Type}`).join(', ')],
        };
      },
      { engages: 'manual-armed' },
    ),
    about(
      'Route 53 takes no calls',
      'flips to the secondary all the same, without a call of ours',
      async (pair, stage) => {
        const heal = stage.loseRoute53();
        pair.makePrimary('ill');
        const flipped = await pair.untilAnswered('secondary');
        const asked = heal();
        const by = await pair.run('status');
        return {
          actual: `flips to the secondary all the same, ${asked.changes === 0 ? 'without a call of ours' : `with ${asked.changes} changes`}`,
          reasons: [seconds(flipped), `${asked.all} calls refused`, told(by)],
        };
      },
    ),
    about('the primary’s region is gone', 'flips to the secondary, and is latched there', async (pair, stage) => {
      const heal = stage.cutOff(HOME_REGION);
      const flipped = await pair.untilAnswered('secondary');
      const { engaged } = (await pair.state()) as { engaged?: { reason: string } };
      heal();
      pair.makePrimary('well');
      await stage.clock.sleep(10 * MINUTE);
      const stays = pair.answered() === 'secondary';
      return {
        actual: `flips to the secondary, ${engaged !== undefined && stays ? 'and is latched there' : 'and nothing holds it'}`,
        reasons: [seconds(flipped), engaged?.reason ?? 'no latch'],
      };
    }),
    {
      name: 'ill from the beginning',
      who: 'provider',
      expected: 'stays with the primary, and is armed when it is well for the first time',
      play: async (stage) => {
        const pair = await stage.regionPair('ill-from-the-beginning');
        pair.makePrimary('ill');
        await stage.clock.sleep(5 * MINUTE);
        await pair.put(pair.failoverEntry());
        const converged = await pair.run('converge');
        await stage.clock.sleep(10 * MINUTE);
        const first = pair.answered();
        pair.makePrimary('well');
        await stage.clock.sleep(5 * MINUTE);
        const { armedAt } = (await pair.state()) as { armedAt?: string };
        return {
          actual: `${first === 'primary' ? 'stays with the primary' : first}, and is ${armedAt === undefined ? 'not armed' : 'armed when it is well for the first time'}`,
          reasons: [told(converged)],
        };
      },
    },
    {
      name: 'a fifth of the answers',
      who: 'provider',
      expected: 'shifted, about 200 of 1,000 answers',
      play: async (stage) => {
        const pair = await stage.regionPair('a-fifth-of-the-answers');
        const side = (region: string, weight: number) => ({ weight, value: pair.alias(region) });
        await pair.put({
          ...pair.failoverEntry(),
          routing: { kind: 'weighted', sides: { blue: side(HOME_REGION, 100), green: side(STANDBY_REGION, 0) } },
        });
        await pair.run('converge');
        const shifted = await pair.run('shift', { weights: { blue: 80, green: 20 } });
        await stage.clock.sleep(2 * MINUTE);
        const green = pair.askedByMany(1_000).filter((side) => side === 'secondary').length;
        return {
          actual: `${shifted.outcome}, ${Math.abs(green - 200) <= 45 ? 'about 200' : green} of 1,000 answers`,
          reasons: [`${green} of 1,000`],
        };
      },
    },
    {
      name: 'two records of one zone',
      who: 'provider',
      expected: 'converged and converged, one after the other',
      play: async (stage) => {
        const pair = await stage.regionPair('two-records-of-one-zone');
        const simple = (recordId: string, name: string) => ({
          ...pair.failoverEntry(),
          recordId,
          name,
          routing: { kind: 'simple', value: { kind: 'addresses', addresses: ['10.0.7.1'] } },
        });
        const both = ['one', 'other'].map((each) => ({ recordId: `zone-${each}`, name: `${each}.${pair.name}` }));
        for (const { recordId, name } of both) await pair.putOther(recordId, simple(recordId, name));
        const runs: string[] = [];
        for (const { recordId } of both) runs.push(await pair.start('converge', { recordId }));
        const results: Ended[] = [];
        for (const run of runs) results.push(await pair.endOf(run));
        const names = (await pair.sets()).filter(({ Type }) => Type === 'A').length;
        return {
          actual: `${results.map(({ outcome }) => outcome).join(' and ')}, ${names === 2 ? 'one after the other' : `${names} records`}`,
          reasons: results.map(told),
        };
      },
    },
    {
      name: 'a record of somebody else',
      who: 'provider',
      expected: 'UnsafePlan, and theirs is untouched',
      play: async (stage) => {
        const pair = await stage.regionPair('a-record-of-somebody-else');
        const theirs = { Name: pair.name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '10.9.9.9' }] };
        await pair.writeByHand(theirs);
        await stage.clock.sleep(2 * MINUTE);
        await pair.put(pair.failoverEntry());
        const run = await pair.run('converge');
        const isTheirs = String(pair.addresses()) === '10.9.9.9';
        return {
          actual: `${run.outcome}, and theirs is ${isTheirs ? 'untouched' : 'changed'}`,
          reasons: [told(run)],
        };
      },
    },
    {
      name: 'a refresh changes addresses',
      who: 'provider',
      expected: 'the record follows the targets',
      play: async (stage) => {
        const pair = await stage.regionPair('a-refresh-changes-addresses');
        const port = 5432;
        await pair.put({
          ...pair.failoverEntry(),
          routing: {
            kind: 'simple',
            value: { kind: 'targets', targetGroupArn: pair.targetGroupOf(HOME_REGION), port },
          },
          ttl: 10,
        });
        await stage.clock.sleep(5 * MINUTE);
        const run = await pair.run('converge');
        const before = String(pair.addresses());
        await pair.target(HOME_REGION, 'RegisterTargets', '10.150.222.22');
        await stage.clock.sleep(5 * MINUTE);
        await pair.tellRefreshed(HOME_REGION);
        await stage.clock.sleep(2 * MINUTE);
        const after = pair.addresses();
        const follows = before !== '' && after.includes('10.150.222.22') && after.length === 2;
        return {
          actual: follows ? 'the record follows the targets' : `${before} became ${String(after)}`,
          reasons: [told(run)],
        };
      },
    },
    ...consumerZones,
    ...recordsLife,
  ],
};
