import { registryKey } from '../../functions/registry/keys.ts';
import { approve, deny } from '../../ops/actions/answer-held.ts';
import { claimEndpoint } from '../../ops/actions/claim-endpoint.ts';
import { registerCustomers } from './customers.ts';
import { askAndWait, atRest, decided, enter, leave, type Requested, resultOf, SERVICE } from './requests.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

const ACCOUNT = '222222222222';
const ACME = { customerId: 'acme', name: 'Acme Corporation', status: 'active' } as const;
const DAY_MILLISECONDS = 86_400_000;

/** A request of acme's, whose contract wants a person's yes. */
const held = async (stage: Stage): Promise<Requested> => {
  await enter(stage, { customer: ACME, accounts: [ACCOUNT], entitlement: { maxEndpoints: 9, approval: 'manual' } });
  return askAndWait(stage, ACCOUNT);
};

/** What becomes of a held request once somebody did something. */
const after = (
  act: (stage: Stage, request: Requested) => Promise<unknown>,
  decisions = 2,
): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    const request = await held(stage);
    if (!request.isWaiting) throw new Error(`${request.endpointId} is not held`);
    await act(stage, request);
    const settled = await atRest(stage, request, decided(decisions), { runsMayFail: true });
    if (settled.state !== 'deleted') await leave(stage, settled);
    return resultOf(settled);
  };
};

const word = ({ serviceId, endpointId }: Requested) => ({ serviceId, endpointId, reason: 'as agreed by phone' });

const cases: readonly Case[] = [
  {
    name: 'a person approves',
    who: 'acme',
    expected: 'held, accepted, available',
    play: after((stage, request) => stage.operate(approve, word(request))),
  },
  {
    name: 'a person denies',
    who: 'acme',
    expected: 'held, rejected, rejected',
    play: after((stage, request) => stage.operate(deny, word(request))),
  },
  {
    name: 'suspended, then approved: a yes overrides no rule',
    who: 'acme',
    expected: 'held, rejected, rejected',
    play: after(async (stage, request) => {
      await stage.register(registryKey.customer('acme'), { ...ACME, status: 'suspended' });
      await stage.operate(approve, word(request));
    }),
  },
  {
    name: 'the customer deletes it while it waits',
    who: 'acme',
    expected: 'held, gone, deleted',
    play: after(async (stage, { account, endpointId }) => {
      await stage.deleteEndpoint(account, endpointId);
      await stage.clock.sleep(120_000);
    }),
  },
  {
    name: 'a person accepts it in the EC2 console',
    who: 'acme',
    expected: 'held, adopted, available',
    play: after(async (stage, { serviceId, endpointId }) => {
      await stage.answerByHand('accept', serviceId, endpointId);
      await stage.clock.sleep(300_000);
    }),
  },
  {
    name: 'a person rejects it in the EC2 console',
    who: 'acme',
    expected: 'held, overtaken, rejected',
    play: after((stage, { serviceId, endpointId }) => stage.answerByHand('reject', serviceId, endpointId)),
  },
  {
    name: 'its run is stopped while it waits, then approved',
    who: 'acme',
    expected: 'held, accepted, available',
    play: after(async (stage, request) => {
      await stage.stopRuns('AdmitConnectionArn');
      await stage.operate(approve, word(request));
    }),
  },
  {
    name: 'nobody answers for two weeks',
    who: 'acme',
    expected: 'held, held, pendingAcceptance',
    play: after((stage) => stage.clock.sleep(14 * DAY_MILLISECONDS + 60_000)),
  },
  {
    name: 'an account of two customers, then claimed',
    who: 'acme, globex',
    expected: 'held, accepted, available',
    async play(stage) {
      const { serviceId } = await stage.endpointService(SERVICE);
      await enter(stage, { customer: ACME, accounts: [ACCOUNT], entitlement: { maxEndpoints: 9 } });
      const shared = registryKey.match(serviceId, 'account', ACCOUNT, 'globex');
      await stage.register(shared, { customerId: 'globex' });
      const request = await askAndWait(stage, ACCOUNT);
      await stage.operate(claimEndpoint, { serviceId, endpointId: request.endpointId, customerId: 'acme' });
      const settled = await atRest(stage, request, decided(2));
      await stage.unregister(shared);
      await leave(stage, settled);
      return resultOf(settled);
    },
  },
];

/** A request that waits for a person, and everything that may end the waiting. */
export const holds: Story = {
  name: 'holds',
  title: 'Requests that wait: approved, denied, overtaken, forgotten',
  prepare: async (stage) => {
    await registerCustomers(stage, (await stage.endpointService(SERVICE)).serviceId);
    // Two weeks of sweeps would say the same four thousand times.
    await stage.sweepEvery('rate(1 day)');
    await stage.openPortal();
  },
  cases,
};
