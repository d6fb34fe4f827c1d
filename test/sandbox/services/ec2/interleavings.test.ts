import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ec2World, SECOND, START, STRANGER } from './support.ts';

type World = ReturnType<typeof ec2World>;
interface Real {
  readonly world: World;
  readonly service: { readonly id: string; readonly name: string };
}
/** The endpoints made so far, for later commands to pick from. */
interface Known {
  readonly ids: string[];
}

/** Where each state may lead; what is not here would be a step backwards. */
const FORWARD: Readonly<Record<string, readonly string[]>> = {
  pendingAcceptance: ['pending', 'rejected', 'deleting'],
  pending: ['available', 'rejected', 'deleting'],
  available: ['rejected', 'deleting'],
  rejected: ['deleting'],
  deleting: ['deleted'],
  deleted: [],
};
const AGAIN: typeof FORWARD = { ...FORWARD, rejected: ['deleting', 'pending'] };

/** The ids whose state changed since the journal had `from` entries, and the steps they took. */
const stepsSince = (world: World, from: number): { id: string; step: [string | undefined, string] }[] =>
  world.journal.entries.slice(from).flatMap(({ kind, what, detail }) => {
    const [id = '', state = ''] = what.split(' ');
    if (kind !== 'state' || !/^vpce-0/.test(id)) return [];
    return [{ id, step: [(detail as { from?: string }).from, state] }];
  });

/** Fails the command that finds a difference. */
const mustEqual = (actual: unknown, wanted: unknown, what: string): void => {
  const [found, right] = [JSON.stringify(actual), JSON.stringify(wanted)];
  if (found !== right) throw new Error(`${what}: found ${found}, wanted ${right}`);
};

const viewsAgree = async ({ world }: Real): Promise<void> => {
  const { VpcEndpointConnections } = await world.provider('DescribeVpcEndpointConnections');
  const { VpcEndpoints } = await world.consumer('DescribeVpcEndpoints');
  const provider = VpcEndpointConnections.map((one: { VpcEndpointId: string; VpcEndpointState: string }) => [
    one.VpcEndpointId,
    one.VpcEndpointState,
  ]);
  const consumer = VpcEndpoints.map((one: { VpcEndpointId: string; State: string }) => [one.VpcEndpointId, one.State]);
  mustEqual(provider, consumer, 'the two views');
};

const create = (): fc.AsyncCommand<Known, Real> => ({
  check: () => true,
  run: async (known, real) => {
    known.ids.push(await real.world.endpoint(real.service.name));
    await viewsAgree(real);
  },
  toString: () => 'create',
});

/** Accepts, rejects or deletes some endpoints in one call. */
const batch = (action: 'Accept' | 'Reject' | 'Delete', picks: readonly number[]): fc.AsyncCommand<Known, Real> => ({
  check: (known) => known.ids.length > 0,
  run: async (known, real) => {
    const { world, service } = real;
    const VpcEndpointIds = [...new Set(picks.map((pick) => known.ids[pick % known.ids.length] ?? ''))];
    const before = world.journal.entries.length;
    const { Unsuccessful } =
      action === 'Delete'
        ? await world.consumer('DeleteVpcEndpoints', { VpcEndpointIds })
        : await world.provider(`${action}VpcEndpointConnections`, { ServiceId: service.id, VpcEndpointIds });
    const acted = new Set(stepsSince(world, before).map(({ id }) => id));
    const named = Unsuccessful.map((item: { ResourceId: string }) => item.ResourceId);
    mustEqual(
      named,
      VpcEndpointIds.filter((id) => !acted.has(id)),
      'Unsuccessful',
    );
    await viewsAgree(real);
  },
  toString: () => `${action}(${picks.join(',')})`,
});

const wait = (seconds: number): fc.AsyncCommand<Known, Real> => ({
  check: () => true,
  run: async (_known, real) => {
    await real.world.passes(seconds * SECOND);
    await viewsAgree(real);
  },
  toString: () => `wait(${seconds})`,
});

const picks = fc.array(fc.nat(5), { minLength: 1, maxLength: 4 });
const commands = fc.commands(
  [
    fc.constant(create()),
    picks.map((some) => batch('Accept', some)),
    picks.map((some) => batch('Reject', some)),
    picks.map((some) => batch('Delete', some)),
    fc.integer({ min: 0, max: 90 }).map(wait),
  ],
  { maxCommands: 25 },
);
const RUNS = { seed: 20261123, numRuns: 100 } as const;

describe('from any interleaving of create, accept, reject, delete and time', () => {
  it('both views agree, no state goes backwards, and Unsuccessful names exactly what was not acted on', async () => {
    const taken = new Set<string>();
    await fc.assert(
      fc.asyncProperty(commands, fc.boolean(), fc.boolean(), fc.nat(), async (some, again, acceptance, seed) => {
        const world = ec2World({ uncertain: { acceptAfterReject: again, deleteDeleting: 'InvalidState' } }, { seed });
        const service = await world.service({ AcceptanceRequired: acceptance });
        await fc.asyncModelRun(() => ({ model: { ids: [] }, real: { world, service } }), some);
        const unconcerned = await world.as(STRANGER, 'DescribeVpcEndpointConnections');
        expect(unconcerned.VpcEndpointConnections).toEqual([]);
        await world.clock.run();
        const allowed = again ? AGAIN : FORWARD;
        for (const { step } of stepsSince(world, 0)) {
          const [from, to] = step;
          taken.add(`${from ?? 'nothing'} -> ${to}`);
          expect(from === undefined ? ['pendingAcceptance', 'pending'] : allowed[from]).toContain(to);
        }
      }),
      RUNS,
    );
    // The commands went everywhere: a property that never leaves the start proves nothing.
    expect([...taken].sort()).toEqual(
      [
        'nothing -> pending',
        'nothing -> pendingAcceptance',
        ...Object.entries(AGAIN).flatMap(([from, to]) => to.map((one) => `${from} -> ${one}`)),
      ].sort(),
    );
  });

  it('a read that lags shows nothing but what was true within its lag', async () => {
    const lag = 5 * SECOND;
    let older = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 20 }), fc.nat(), async (waits, seed) => {
        const world = ec2World({ readDelay: [0, lag], timings: { provisioning: [8_000, 8_000] } }, { seed });
        const service = await world.service({ AcceptanceRequired: false });
        const id = await world.endpoint(service.name);
        for (const [index, seconds] of waits.entries()) {
          if (index === 10) await world.consumer('DeleteVpcEndpoints', { VpcEndpointIds: [id] });
          await world.passes(seconds * SECOND);
          const moments = world.journal.entries.filter(({ kind, what }) => kind === 'state' && what.startsWith(id));
          const now = world.clock.now();
          const last = moments.at(-1);
          const possible: (string | undefined)[] = moments
            .filter(({ at }, n) => at <= now && (moments[n + 1]?.at ?? Number.POSITIVE_INFINITY) > now - lag)
            .map(({ what }) => what.split(' ')[1]);
          // Not listed: not yet, or no more.
          const missing = now - START < lag || last?.what.endsWith(' deleted') ? [undefined] : [];
          const seen = await world.providerSees(id);
          expect([...possible, ...missing]).toContain(seen);
          if (seen !== possible.at(-1)) older += 1;
        }
      }),
      RUNS,
    );
    expect(older).toBeGreaterThan(0);
  });
});
