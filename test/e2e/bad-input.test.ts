import { describe, expect, it } from 'vitest';
import { registryKey, requestKey } from '../../functions/registry/keys.ts';
import { approve } from '../../ops/actions/answer-held.ts';
import { claimEndpoint } from '../../ops/actions/claim-endpoint.ts';
import { createSimulatedWorld } from '../../sandbox/simulated.ts';
import { type CustomerEntry, registerCustomer } from '../../sandbox/stories/customers.ts';
import { askAndWait, atRest, decided, SERVICE } from '../../sandbox/stories/requests.ts';
import { Stage } from '../../sandbox/stories/stage.ts';
import { assembly } from '../support/assembly.ts';

const ACCOUNT = '222222222222';
/** Two sweeps: what follows from a change of the registry has happened by then. */
const TWO_SWEEPS = 600_000;

const customer = (customerId: string, entitlement: object = {}): CustomerEntry => ({
  customer: { customerId, name: customerId, status: 'active' },
  accounts: [ACCOUNT],
  entitlement: { maxEndpoints: 3, ...entitlement },
});

/** Plays something in a world with one customer and the whole stack. */
const inWorld = async <T>(play: (stage: Stage, serviceId: string) => Promise<T>): Promise<T> => {
  const world = await createSimulatedWorld({ assembly: assembly(), seed: 1 });
  const stage = new Stage(world);
  const playing = (async () => {
    const { serviceId } = await stage.endpointService(SERVICE);
    await stage.register(registryKey.service(serviceId), { serviceId, origin: 'created' });
    await registerCustomer(stage, serviceId, customer('acme'));
    await stage.openPortal();
    return play(stage, serviceId);
  })();
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  playing.then(over, over);
  await world.clock.run(() => isOver);
  await world.host.close();
  return playing;
};

/** What a command is answered, in words, and whether it changed an entry of the registry or started a run. */
const tried = async (stage: Stage, command: () => Promise<object>): Promise<{ said: string; isUnchanged: boolean }> => {
  const look = async (): Promise<string> =>
    JSON.stringify([await stage.registry(), (await stage.executions('AdmitConnectionArn')).length]);
  const before = await look();
  const said = await command().then(
    (result) => JSON.stringify(result),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  await stage.clock.sleep(60_000);
  return { said, isUnchanged: (await look()) === before };
};

describe('a command that can not be right', () => {
  it('two customers claim one endpoint - the second is refused, with whose it is and what to do', async () => {
    await inWorld(async (stage, serviceId) => {
      await registerCustomer(stage, serviceId, { ...customer('globex'), accounts: [] });
      const { endpointId } = await askAndWait(stage, ACCOUNT);
      const claim = (customerId: string) => stage.operate(claimEndpoint, { serviceId, endpointId, customerId });
      await claim('acme');
      await stage.clock.sleep(60_000);

      const { said, isUnchanged } = await tried(stage, () => claim('globex'));

      expect(said).toContain(`${endpointId} is claimed by acme already (entered by arn:aws:iam::123456789012:user/`);
      expect(said).toContain('If it belongs to globex, delete that claim first');
      expect(isUnchanged).toBe(true);
    });
  });

  it.each([
    ['is gone', 'it was found gone'],
    ['never was', 'Nothing was decided of'],
  ])('an approval of a request that %s - refused', async (what, because) => {
    await inWorld(async (stage, serviceId) => {
      await registerCustomer(stage, serviceId, customer('acme', { approval: 'manual' }));
      const request = await askAndWait(stage, ACCOUNT);
      await stage.deleteEndpoint(ACCOUNT, request.endpointId);
      await atRest(stage, request, decided(2), { runsMayFail: true });
      const endpointId = what === 'is gone' ? request.endpointId : 'vpce-0123456789abcdef0';

      const { said, isUnchanged } = await tried(stage, () =>
        stage.operate(approve, { serviceId, endpointId, reason: 'their order came in' }),
      );

      expect(said).toContain(because);
      expect(isUnchanged).toBe(true);
      expect(await stage.recorded({ pk: requestKey(serviceId, endpointId), sk: 'APPROVAL#0001' })).toBeUndefined();
    });
  });
});

describe('an entry that can not be right', () => {
  const entitlement = (change: object) => async (stage: Stage, serviceId: string) =>
    registerCustomer(stage, serviceId, customer('acme', change));
  const service = (change: object) => async (stage: Stage, serviceId: string) =>
    stage.register(registryKey.service(serviceId), { serviceId, origin: 'created', ...change });

  it.each<[what: string, spoil: (stage: Stage, serviceId: string) => Promise<void>, because: string]>([
    [
      'dates in reverse',
      entitlement({ from: '2026-12-01T00:00:00Z', until: '2026-11-01T00:00:00Z', whenEnded: 'revoke' }),
      'until: it is not after from',
    ],
    ['no endpoint allowed', entitlement({ maxEndpoints: 0 }), 'maxEndpoints: less than one endpoint'],
    ['no disconnection a day', service({ maxRevocations: 0 }), 'maxRevocations: less than one'],
    ['no share of disconnections', service({ maxRevokedShare: 0 }), 'maxRevokedShare: not above 0'],
  ])('%s - a new request is held in words, and nobody is disconnected', async (_what, spoil, because) => {
    await inWorld(async (stage, serviceId) => {
      const before = await askAndWait(stage, ACCOUNT);
      await spoil(stage, serviceId);

      const after = await askAndWait(stage, ACCOUNT);
      await stage.clock.sleep(TWO_SWEEPS);

      expect(after.decisions).toMatchObject([{ outcome: 'held', code: 'entry-unreadable' }]);
      expect(JSON.stringify(after.decisions)).toContain(because);
      expect(await stage.endpointState(ACCOUNT, before.endpointId)).toBe('available');
      expect(await stage.decisions(serviceId, before.endpointId)).toHaveLength(1);
    });
  });
});
