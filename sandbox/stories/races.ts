import { registryKey } from '../../functions/registry/keys.ts';
import type { Fault } from '../faults/fault.ts';
import { registerCustomers } from './customers.ts';
import { ask, askAndWait, atRest, leave, reasonsOf, resultOf, SERVICE } from './requests.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

const INITECH = '555555555555';
const UMBRELLA = '666666666666';
const NOBODY = '333333333333';

/** A person answers just before a function of ours looks. */
const answeredBefore = (
  by: 'ReadRequestsRole' | 'AnswerConnectionsRole',
  verdict: 'accept' | 'reject',
): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    const id = await ask(stage, INITECH);
    const act = () => stage.answerByHand(verdict, id.serviceId, id.endpointId);
    stage.before('ec2', 'DescribeVpcEndpointConnections', act, by);
    const settled = await atRest(stage, id, undefined, { runsMayFail: true });
    // How long EC2 takes to connect what was accepted says nothing of us.
    const state = await stage.until(`what ${id.endpointId} comes to`, async () => {
      const now = (await stage.endpointState(id.account, id.endpointId)) ?? 'deleted';
      return now === 'pending' ? undefined : now;
    });
    await leave(stage, id);
    return resultOf({ ...settled, state });
  };
};

/** Something goes wrong with a request of the customer who has one place. */
const broken = (fault: Fault): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    const mend = stage.break(fault);
    const settled = await askAndWait(stage, UMBRELLA, undefined, { runsMayFail: true });
    mend();
    await leave(stage, settled);
    return resultOf(settled);
  };
};

const cases: readonly Case[] = [
  {
    name: 'two for the last place',
    who: 'umbrella',
    expected: 'accepted, held',
    async play(stage) {
      const ids = await Promise.all([ask(stage, UMBRELLA), ask(stage, UMBRELLA)]);
      const both = await Promise.all(ids.map((id) => atRest(stage, id)));
      for (const id of ids) await leave(stage, id);
      const decisions = both.flatMap((each) => each.decisions);
      const outcomes = decisions.map(({ outcome }) => outcome).sort();
      return { actual: outcomes.join(', '), reasons: reasonsOf(decisions) };
    },
  },
  {
    name: 'rejected by hand before our Accept',
    who: 'initech',
    expected: 'overtaken, rejected',
    play: answeredBefore('AnswerConnectionsRole', 'reject'),
  },
  {
    name: 'accepted by hand before we look',
    who: 'initech',
    expected: 'adopted, available',
    play: answeredBefore('ReadRequestsRole', 'accept'),
  },
  {
    name: 'rejected, then registered, then a new endpoint',
    who: NOBODY,
    expected: 'rejected, rejected; accepted, available',
    async play(stage) {
      const { serviceId } = await stage.endpointService(SERVICE);
      const first = await askAndWait(stage, NOBODY);
      const match = registryKey.match(serviceId, 'account', NOBODY, 'initech');
      await stage.register(match, { customerId: 'initech' });
      const second = await askAndWait(stage, NOBODY);
      await stage.unregister(match);
      for (const id of [first, second]) await leave(stage, id);
      return {
        actual: `${resultOf(first).actual}; ${resultOf(second).actual}`,
        reasons: reasonsOf([...first.decisions, ...second.decisions]),
      };
    },
  },
  {
    name: 'the place taken, and its reply lost',
    who: 'umbrella',
    expected: 'accepted, available',
    play: broken({ kind: 'lost-reply', on: 'dynamodb:UpdateItem', about: 'SET places.#me' }),
  },
  {
    name: 'our Accept made, and its reply lost',
    who: 'umbrella',
    expected: 'accepted, available',
    play: broken({ kind: 'lost-reply', on: 'ec2:AcceptVpcEndpointConnections' }),
  },
  {
    name: 'killed before our Accept',
    who: 'umbrella',
    expected: 'accepted, available',
    play: broken({ kind: 'kill-before', on: 'ec2:AcceptVpcEndpointConnections' }),
  },
  {
    name: 'killed after our Accept',
    who: 'umbrella',
    expected: 'accepted, available',
    play: broken({ kind: 'kill-after', on: 'ec2:AcceptVpcEndpointConnections' }),
  },
  {
    name: 'EC2 throttles for a while',
    who: 'umbrella',
    expected: 'accepted, available',
    play: broken({ kind: 'throttle', on: 'ec2:AcceptVpcEndpointConnections' }),
  },
];

/** Several things at once, and things that go wrong half-way. */
export const races: Story = {
  name: 'races',
  title: 'The last place, a person who answers meanwhile, lost replies, killed functions',
  prepare: async (stage) => {
    await registerCustomers(stage, (await stage.endpointService(SERVICE)).serviceId);
    await stage.openPortal();
  },
  cases,
};
