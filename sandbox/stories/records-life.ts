import { HOME_REGION } from '../cloud.ts';
import type { Ended } from './region-pair.ts';
import type { Case } from './story.ts';

const MINUTE = 60_000;

const told = ({ outcome, because }: Ended): string => `${outcome}: ${because}`;

/** Records that are tried first, edited by hand and taken away. */
export const recordsLife: readonly Case[] = [
  {
    name: 'tried first',
    who: 'provider',
    expected: 'SUCCEEDED, with two sets to create, and the zone is as it was',
    play: async (stage) => {
      const pair = await stage.regionPair('tried-first');
      const value = { kind: 'targets', targetGroupArn: pair.targetGroupOf(HOME_REGION), port: 5432 };
      await pair.put({ ...pair.failoverEntry(), routing: { kind: 'simple', value }, ttl: 10 });
      const before = (await pair.sets()).length;
      const run = await pair.run('converge', { dryRun: true });
      const isSame = (await pair.sets()).length === before;
      return {
        actual: `${run.status}, with ${run.planned === 2 ? 'two sets' : run.planned} to create, and the zone is ${isSame ? 'as it was' : 'changed'}`,
        reasons: [told(run)],
      };
    },
  },
  {
    name: 'a person edits a set by hand',
    who: 'provider',
    expected: 'told and put right within a quarter of an hour, without its mark left alone',
    play: async (stage) => {
      const pair = await stage.regionPair('a-person-edits-a-set-by-hand');
      const simple = { kind: 'simple', value: { kind: 'addresses', addresses: ['10.0.7.1'] } };
      await pair.put({ ...pair.failoverEntry(), routing: simple });
      const run = await pair.run('converge');
      const edited = { Name: pair.name, Type: 'A', TTL: 30, ResourceRecords: [{ Value: '10.6.6.6' }] };
      await pair.writeByHand(edited);
      const right = await stage.until('the set put right', async () => {
        const value = await pair.valueOf('A');
        return value === '10.0.7.1' ? true : undefined;
      });
      await stage.clock.sleep(2 * MINUTE);
      await pair.takeMarkAway();
      await stage.clock.sleep(2 * MINUTE);
      await pair.writeByHand(edited);
      await stage.clock.sleep(20 * MINUTE);
      const left = (await pair.valueOf('A')) === '10.6.6.6';
      return {
        actual: `${right ? 'told and put right within a quarter of an hour' : 'not put right'}, without its mark ${left ? 'left alone' : 'overwritten'}`,
        reasons: [told(run)],
      };
    },
  },
  {
    name: 'a record is taken away',
    who: 'provider',
    expected: 'its sets leave, then its health checks; a neighbour stays, and nothing is known of it',
    play: async (stage) => {
      const pair = await stage.regionPair('a-record-is-taken-away');
      await stage.clock.sleep(3 * MINUTE);
      await pair.put(pair.failoverEntry());
      await pair.run('converge');
      const neighbour = { Name: `x.${pair.name}`, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '10.9.9.9' }] };
      await pair.writeByHand(neighbour);
      const before = await pair.healthChecks();
      await pair.deleteEntry(pair.recordId);
      const removed = told(await pair.run('remove'));
      const sets = (await pair.sets()).filter(({ Type }) => Type === 'A' || Type === 'TXT').map(({ Name }) => Name);
      const after = await pair.healthChecks();
      const isTidy = sets.length === 1 && sets[0]?.startsWith('x.') === true && before === 3 && after === 0;
      const isForgotten = Object.keys(await pair.state()).length === 0;
      return {
        actual: `its sets leave, then its health checks; ${isTidy ? 'a neighbour stays' : `${sets.join(' ')} and ${after} checks stay`}, and ${isForgotten ? 'nothing is known of it' : 'something is known of it'}`,
        reasons: [removed],
      };
    },
  },
  {
    name: 'an entry is deleted by hand',
    who: 'provider',
    expected: 'its sets leave within a quarter of an hour, those of the other record stay',
    play: async (stage) => {
      const pair = await stage.regionPair('an-entry-is-deleted-by-hand');
      const both = ['gone', 'kept'].map((each) => ({ recordId: `entry-${each}`, name: `${each}.${pair.name}` }));
      for (const { recordId, name } of both) {
        const routing = { kind: 'simple', value: { kind: 'addresses', addresses: ['10.0.7.1'] } };
        await pair.putOther(recordId, { ...pair.failoverEntry(), recordId, name, routing });
        await pair.run('converge', { recordId });
      }
      await pair.deleteEntry('entry-gone');
      await stage.clock.sleep(17 * MINUTE);
      const left = (await pair.sets()).filter(({ Type }) => Type === 'A').map(({ Name }) => Name);
      const isRight = left.length === 1 && left[0]?.startsWith('kept.') === true;
      return {
        actual: isRight ? 'its sets leave within a quarter of an hour, those of the other record stay' : left.join(' '),
        reasons: [],
      };
    },
  },
];
