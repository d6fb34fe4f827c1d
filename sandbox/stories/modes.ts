import { approve } from '../../ops/actions/answer-held.ts';
import { reconcile } from '../../ops/actions/reconcile.ts';
import { setMode } from '../../ops/actions/set-mode.ts';
import { registerCustomers } from './customers.ts';
import { askAndWait, atRest, decided, leave, reasonsOf, resultOf, SERVICE } from './requests.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

const INITECH = '555555555555';
const STRANGER = '333333333333';

const set = async (
  stage: Stage,
  effect: 'accept' | 'reject',
  mode: 'observe' | 'propose' | 'enforce',
): Promise<void> => {
  const { serviceId } = await stage.endpointService(SERVICE);
  await stage.operate(setMode, { serviceId, effect, mode, reason: 'the story wants it' });
};

/** A request while the service is only watched. */
const watched = (account: string, effect: 'accept' | 'reject'): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    await set(stage, effect, 'observe');
    const settled = await askAndWait(stage, account);
    await set(stage, effect, 'enforce');
    await leave(stage, settled);
    const [decision] = settled.decisions;
    return {
      actual: `would ${decision?.verdict}: ${decision?.outcome}, ${settled.state}`,
      reasons: reasonsOf(settled.decisions),
    };
  };
};

/** A request while a person is asked first, who says yes. */
const proposed = (account: string, effect: 'accept' | 'reject'): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    await set(stage, effect, 'propose');
    const { serviceId, endpointId, ...request } = await askAndWait(stage, account);
    await stage.operate(approve, { serviceId, endpointId, reason: 'as it should be' });
    const settled = await atRest(stage, { ...request, serviceId, endpointId }, decided(2));
    await set(stage, effect, 'enforce');
    await leave(stage, settled);
    return resultOf(settled);
  };
};

/** The observations that `observe` must be able to make without any right to answer: whoever plays only these needs none. */
export const OBSERVING: readonly Case[] = [
  {
    name: 'observe: who is entitled',
    who: 'initech',
    expected: 'would accept: observed, pendingAcceptance',
    play: watched(INITECH, 'accept'),
  },
  {
    name: 'observe: who is unknown',
    who: STRANGER,
    expected: 'would reject: observed, pendingAcceptance',
    play: watched(STRANGER, 'reject'),
  },
];

const cases: readonly Case[] = [
  ...OBSERVING,
  {
    name: 'propose: a person approves of the acceptance',
    who: 'initech',
    expected: 'held, accepted, available',
    play: proposed(INITECH, 'accept'),
  },
  {
    name: 'propose: a person approves of the rejection',
    who: STRANGER,
    expected: 'held, rejected, rejected',
    play: proposed(STRANGER, 'reject'),
  },
  {
    name: 'observed, then enforced',
    who: 'initech',
    expected: 'observed, accepted, available',
    async play(stage) {
      await set(stage, 'accept', 'observe');
      const request = await askAndWait(stage, INITECH);
      await set(stage, 'accept', 'enforce');
      await stage.operate(reconcile, { serviceId: request.serviceId, endpointId: request.endpointId });
      const settled = await atRest(stage, request, decided(2));
      await leave(stage, settled);
      return resultOf(settled);
    },
  },
  {
    name: 'set to observe just before our Accept',
    who: 'initech',
    expected: 'observed, pendingAcceptance',
    async play(stage) {
      // The answer lies in the queue already, decided under the mode before.
      stage.before('states', 'SendTaskHeartbeat', () => set(stage, 'accept', 'observe'), 'AnswerConnectionsRole');
      const settled = await askAndWait(stage, INITECH);
      await set(stage, 'accept', 'enforce');
      await leave(stage, settled);
      return resultOf(settled);
    },
  },
];

/** How far the Concierge goes by itself: it watches, it asks, it acts. */
export const modes: Story = {
  name: 'modes',
  title: 'Observe, propose, enforce: trust by stages',
  prepare: async (stage) => {
    await registerCustomers(stage, (await stage.endpointService(SERVICE)).serviceId);
    await stage.openPortal();
  },
  cases,
};
