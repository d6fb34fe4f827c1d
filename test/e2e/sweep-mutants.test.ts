import { describe, expect, it } from 'vitest';
import { registryKey } from '../../functions/registry/keys.ts';
import type { Interceptor } from '../../sandbox/cloud.ts';
import { createSimulatedWorld, type SimulatedStory, simulate } from '../../sandbox/simulated.ts';
import { registerCustomer, registerCustomers } from '../../sandbox/stories/customers.ts';
import { ask, askAndWait, atRest, decided, resultOf, SERVICE } from '../../sandbox/stories/requests.ts';
import { Stage } from '../../sandbox/stories/stage.ts';
import { isAsExpected, type Story } from '../../sandbox/stories/story.ts';
import { assembly } from '../support/assembly.ts';
import { logicalIdOf } from '../support/changed-assembly.ts';
import { brokenAssembly } from './broken-assembly.ts';

const HOOLI = '222222222222';
/** EC2's smallest MaxResults. */
const PAGE = 5;
const MINUTE = 60_000;

/** More connections than a page has, then a request that only a sweep can find, and then nothing. */
const crowd: Story = {
  name: 'crowd',
  title: 'There are more connections than a page has',
  async prepare(stage) {
    const { serviceId } = await stage.endpointService(SERVICE);
    await registerCustomers(stage, serviceId);
    await registerCustomer(stage, serviceId, {
      customer: { customerId: 'acme', name: 'Acme Corporation', status: 'active' },
      accounts: [HOOLI],
      entitlement: { maxEndpoints: 3 * PAGE },
    });
    await stage.openPortal();
    for (let endpoint = 0; endpoint < PAGE + 1; endpoint += 1) await askAndWait(stage, HOOLI);
  },
  cases: [
    {
      name: 'a request beyond the first page, of which no notice comes',
      who: 'acme',
      expected: 'accepted, available',
      async play(stage) {
        stage.loseNotices();
        const id = await ask(stage, HOOLI);
        await stage.clock.sleep(8 * MINUTE);
        const { reasons, actual } = resultOf(await atRest(stage, id, decided(1)));
        return { actual, reasons };
      },
    },
    {
      name: 'nothing happens after that',
      who: 'nobody',
      expected: '0 runs in an hour',
      async play(stage) {
        await stage.clock.sleep(10 * MINUTE);
        const count = stage.countCalls();
        await stage.clock.sleep(60 * MINUTE);
        return { actual: `${count()['states:StartExecution'] ?? 0} runs in an hour`, reasons: [] };
      },
    },
  ],
};

const playCrowd = (interceptor: Interceptor): Promise<SimulatedStory> =>
  simulate(crowd, {
    assembly: assembly(),
    seed: 1,
    patience: 5 * MINUTE,
    ec2: { largestPage: PAGE, throttling: 'none' },
    interceptor,
  });

describe('a sweep that acts on the first page of connections only', () => {
  const firstPage: Interceptor = async ({ action, principal }, next) => {
    const output = (await next()) as { readonly NextToken?: string };
    if (action !== 'DescribeVpcEndpointConnections' || !principal.arn.includes('ListDifferences')) return output;
    const { NextToken: _more, ...rest } = output;
    return rest;
  };

  it('is seen: it misses a request, and is never quiet', async () => {
    const whole = await playCrowd((_, next) => next());
    const partial = await playCrowd(firstPage);

    expect(whole.played.map(({ actual }) => actual)).toEqual(crowd.cases.map(({ expected }) => expected));
    expect(partial.played.map(isAsExpected)).toEqual([false, false]);
  });

  it('disconnects nobody all the same: whoever it takes for gone is looked at', async () => {
    const { log } = await playCrowd(firstPage);

    expect(log).toContain('pending');
    expect(log).not.toMatch(/"what":"vpce-[0-9a-f]+ rejected"/);
  });
});

/** How many sweeps a change of the registry brings, with the schedule far away. */
const sweepsAfter = async (directory: string, change: (stage: Stage) => Promise<void>): Promise<number> => {
  const world = await createSimulatedWorld({ assembly: directory, seed: 1 });
  const stage = new Stage(world);
  const play = async (): Promise<number> => {
    await stage.sweepEvery('rate(1 day)');
    await registerCustomers(stage, (await stage.endpointService(SERVICE)).serviceId);
    await stage.clock.sleep(5 * MINUTE);
    const count = stage.countCalls();
    await change(stage);
    await stage.clock.sleep(MINUTE);
    return count()['dynamodb:Scan'] ?? 0;
  };
  let sweeps: number | undefined;
  const playing = play().then((counted) => {
    sweeps = counted;
  });
  await world.clock.run(() => sweeps !== undefined);
  await playing;
  await world.host.close();
  return sweeps ?? -1;
};

/** The stack whose pipe lets every change of the registry through. */
const withoutFilter = (): string =>
  brokenAssembly((template) => {
    const pipe = template.Resources[logicalIdOf(template, 'SweepChanges')];
    const { SourceParameters } = (pipe?.Properties ?? {}) as { SourceParameters?: Record<string, unknown> };
    if (SourceParameters?.FilterCriteria === undefined) throw new Error('The pipe has no filter.');
    delete SourceParameters.FilterCriteria;
  });

describe('a change of the registry that no connection depends on', () => {
  const others: readonly [what: string, pk: string, sk: string][] = [
    ['a binding', 'SERVICE#vpce-svc-0a1b2c3d', 'BINDING#primary'],
    ['a record', 'RECORD#orders.example.com', 'RECORD'],
    ['a key that begins like another', 'CUSTOMER#acme', 'CUSTOMERS'],
  ];

  it.each(others)('%s - no sweep', async (_what, pk, sk) => {
    expect(await sweepsAfter(assembly(), (stage) => stage.register({ pk, sk }, { target: 'nlb' }))).toBe(0);
  });

  it('a customer - a sweep: somebody listens', async () => {
    const entry = { customerId: 'acme', name: 'Acme', status: 'suspended' };

    expect(await sweepsAfter(assembly(), (stage) => stage.register(registryKey.customer('acme'), entry))).toBe(1);
  });

  it('is seen where the pipe has no filter', async () => {
    for (const [, pk, sk] of others) {
      const count = await sweepsAfter(withoutFilter(), (stage) => stage.register({ pk, sk }, { target: 'nlb' }));
      expect(count).toBe(1);
    }
  });
});
