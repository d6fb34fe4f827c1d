import { describe, expect, it } from 'vitest';
import type { Interceptor } from '../../sandbox/cloud.ts';
import { campaign } from '../../sandbox/properties/campaign.ts';
import { generate } from '../../sandbox/properties/generate.ts';
import type { History } from '../../sandbox/properties/history.ts';
import { playHistory } from '../../sandbox/properties/play.ts';
import { PROMISES } from '../../sandbox/properties/promises.ts';
import { inThreads } from '../../sandbox/properties/threads.ts';
import { assembly } from '../support/assembly.ts';

const SEED = 6;
const HISTORIES = 30;
/** Of a machine that does other things as well. */
const PATIENCE_MILLISECONDS = 120_000;

describe('generated histories of one endpoint service', () => {
  it(
    'keep every promise, and each promise is asked',
    async () => {
      const { violations, tally, histories } = await inThreads({
        worker: new URL('../../sandbox/properties/worker.ts', import.meta.url),
        what: { assembly: assembly(), seed: SEED },
        histories: HISTORIES,
        workers: 2,
      });

      expect(histories).toBe(HISTORIES);
      expect(violations).toEqual([]);
      expect(Object.entries(tally).filter(([, { judged }]) => judged === 0)).toEqual([]);
    },
    PATIENCE_MILLISECONDS,
  );

  it('are the same for the same number under the same seed, and others for another', () => {
    expect(generate(SEED, 5)).toEqual(generate(SEED, 5));
    expect(generate(SEED, 5)).not.toEqual(generate(SEED, 6));
    expect(generate(SEED, 5)).not.toEqual(generate(SEED + 1, 5));
  });

  it('go the same way when they are played again', async () => {
    const history = generate(SEED, 3);
    const first = await playHistory(history, { assembly: assembly() });
    const second = await playHistory(history, { assembly: assembly() });

    expect(first.watch.happenings.length).toBeGreaterThan(5);
    expect(second.watch.happenings).toEqual(first.watch.happenings);
  });
});

/** One customer with one place asks for two connections at once. */
const TWO_AT_ONCE: History = {
  seed: 1,
  policy: 'plain',
  begins: 'enforce',
  // Both notices come in one batch, and calls take long enough: both are decided before either has its place.
  ec2: { timings: { notice: [1_000, 1_000] } },
  latency: 500,
  customers: [
    {
      customerId: 'acme',
      account: '222222222222',
      status: 'active',
      isMatched: true,
      terms: { maxEndpoints: 1, approval: 'automatic' },
    },
  ],
  steps: [
    { deed: 'status', customerId: 'acme', status: 'active', when: { at: 0 } },
    { deed: 'create', endpoint: 'e1', account: '222222222222', when: { at: 500 } },
    { deed: 'create', endpoint: 'e2', account: '222222222222', when: { at: 500 } },
    { deed: 'again', call: 'states:StartExecution', nth: 1, waits: [100_000] },
  ],
};

/** Which promises a history breaks in a world where calls go as the interceptor wants. */
const brokenBy = async (history: History, interceptor: Interceptor): Promise<readonly string[]> => {
  const played = await playHistory(history, {
    assembly: assembly(),
    disturb: ({ cloud }) => void cloud.intercept(interceptor),
  });
  return PROMISES.flatMap(({ name, judge }) => (judge(played).broken.length > 0 ? [name] : []));
};

/** Gives everybody a place, however many are taken. */
const boundless: Interceptor = (call, next) => {
  const input = call.input as { UpdateExpression?: string; ConditionExpression?: string };
  if (call.action === 'UpdateItem' && input.UpdateExpression?.startsWith('SET places.#me') === true) {
    Object.assign(input, { ConditionExpression: `${input.ConditionExpression} OR size(places) >= :max` });
  }
  return next();
};

describe('a promise is missed', () => {
  it('by nobody where nothing is broken', async () => {
    expect(await brokenBy(TWO_AT_ONCE, (_, next) => next())).toEqual([]);
  });

  it('where a place is taken without its condition', async () => {
    expect(await brokenBy(TWO_AT_ONCE, boundless)).toContain('keeps to maxEndpoints');
  });

  it('where a place is not given back', async () => {
    const deleted: History = {
      ...TWO_AT_ONCE,
      steps: [
        { deed: 'create', endpoint: 'e1', account: '222222222222', when: { at: 0 } },
        { deed: 'delete', endpoint: 'e1', when: { at: 120_000 } },
      ],
    };
    const forgetful: Interceptor = (call, next) => {
      const { UpdateExpression } = call.input as { UpdateExpression?: string };
      return UpdateExpression === 'REMOVE places.#me' ? Promise.resolve({}) : next();
    };

    expect(await brokenBy(deleted, forgetful)).toEqual(['places are the live connections that we accepted or adopted']);
  });

  it('where the customer is suspended before the decision, and the registry is read as it was before', async () => {
    const suspended: History = {
      ...TWO_AT_ONCE,
      steps: [
        { deed: 'status', customerId: 'acme', status: 'suspended', when: { at: 100 } },
        { deed: 'create', endpoint: 'e1', account: '222222222222', when: { at: 500 } },
      ],
    };
    const stale: Interceptor = async (call, next) => {
      const output = await next();
      return call.action === 'BatchGetItem'
        ? JSON.parse(JSON.stringify(output).replaceAll('suspended', 'active'))
        : output;
    };

    expect(await brokenBy(suspended, stale)).toEqual(['accepts only the entitled', 'disconnects who is to go']);
  });

  it('where a record is not published', async () => {
    const silent: Interceptor = (call, next) => {
      const { Entries } = call.input as { Entries?: readonly { DetailType?: string }[] };
      return Entries?.[0]?.DetailType === 'Connection Accepted'
        ? Promise.resolve({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'AccessDenied' }] })
        : next();
    };

    const missed = await brokenBy(TWO_AT_ONCE, silent);
    expect(missed).toContain('publishes what it records, and nothing else');
    expect(missed).toContain('executions succeed');
  });
});

describe('a history that breaks a promise', () => {
  it(
    'is told in its shortest form',
    async () => {
      const { violations } = await campaign({
        assembly: assembly(),
        seed: 1,
        numbers: [0],
        historyOf: () => ({ ...TWO_AT_ONCE, seed: 2 }),
        disturb: ({ cloud }) => void cloud.intercept(boundless),
      });

      const [violation] = violations.filter(({ promise }) => promise === 'keeps to maxEndpoints');
      expect(violation?.steps).toEqual({ before: 4, after: 2 });
      expect(violation?.lines).toHaveLength(4);
      expect(violation?.broken).toEqual(['acme has e1, e2 of 1 at most']);
    },
    PATIENCE_MILLISECONDS,
  );
});
