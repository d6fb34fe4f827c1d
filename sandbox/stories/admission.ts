import { registerCustomers } from './customers.ts';
import { ask, askAndWait, atRest, reasonsOf, resultOf, SERVICE } from './requests.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

/** Shorter than EC2 takes to connect an endpoint. */
const WHILE_IN_HAND = 5_000;
/** Longer than EC2 takes to connect an endpoint, and we to see it. */
const AFTER_THE_DECISION = 100_000;

const answered = (account: string): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => resultOf(await askAndWait(stage, account));
};

/** A call of a service that delivers at least once is made again: at once, while the request is in hand, after it was decided. */
const repeated = (
  service: string,
  action: string,
  waits: readonly number[],
  executions: number,
): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    stage.repeatNext(service, action, ...waits);
    const first = await askAndWait(stage, '555555555555', ({ runs }) => runs.length >= executions);
    await stage.clock.sleep(AFTER_THE_DECISION);
    const { decisions, state } = await atRest(stage, first);
    const times = decisions.length === 1 ? 'once' : `${decisions.length} times`;
    return { actual: `${decisions[0]?.outcome} ${times}, ${state}`, reasons: reasonsOf(decisions) };
  };
};

/** The customer changes its mind after we decided: EC2 answers 200, with the id in `Unsuccessful`. */
const deletedBefore = (account: string, action: string): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    const id = await ask(stage, account);
    stage.before('ec2', action, () => stage.deleteEndpoint(account, id.endpointId));
    const { decisions } = await atRest(stage, id);
    const isTold = decisions.some(({ unsuccessful }) => unsuccessful !== undefined);
    return {
      actual: `${decisions.map(({ outcome }) => outcome).join(', ')}, ${isTold ? 'Unsuccessful' : 'no word of it'}`,
      reasons: reasonsOf(decisions),
    };
  };
};

const cases: readonly Case[] = [
  {
    name: 'entitled account',
    who: 'acme',
    expected: 'accepted, available',
    play: answered('222222222222'),
  },
  {
    name: 'no registry entry',
    who: '333333333333',
    expected: 'rejected, rejected',
    play: answered('333333333333'),
  },
  {
    name: 'suspended customer',
    who: 'globex',
    expected: 'rejected, rejected',
    play: answered('444444444444'),
  },
  {
    name: 'no allowed principal',
    who: '999999999999',
    expected: 'refused by EC2, none started',
    async play(stage) {
      const { serviceName } = await stage.endpointService(SERVICE);
      const before = (await stage.executions('AdmitConnectionArn')).length;
      const refusal = await stage.createEndpoint('999999999999', serviceName).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      );
      await stage.clock.sleep(30_000); // longer than a notice takes to start an execution
      const started = (await stage.executions('AdmitConnectionArn')).length - before;
      return {
        actual: `${refusal === undefined ? 'created' : 'refused by EC2'}, ${started === 0 ? 'none started' : `${started} executions`}`,
        reasons: refusal === undefined ? [] : [refusal],
      };
    },
  },
  {
    name: 'same notice three times',
    who: 'initech',
    expected: 'accepted once, available',
    play: repeated('sns', 'Publish', [WHILE_IN_HAND, AFTER_THE_DECISION], 1),
  },
  {
    name: 'same event four times',
    who: 'initech',
    expected: 'accepted once, available',
    play: repeated('states', 'StartExecution', [0, WHILE_IN_HAND, AFTER_THE_DECISION], 3),
  },
  {
    name: 'deleted before our Accept',
    who: 'acme',
    expected: 'gone, Unsuccessful',
    play: deletedBefore('222222222222', 'AcceptVpcEndpointConnections'),
  },
  {
    name: 'deleted before our Reject',
    who: '333333333333',
    expected: 'gone, Unsuccessful',
    play: deletedBefore('333333333333', 'RejectVpcEndpointConnections'),
  },
];

/** One request, caught, decided, answered: the refusals and the first races. */
export const admission: Story = {
  name: 'admission',
  title: 'Customers create endpoints: who gets in, who does not, and why',
  prepare: async (stage) => {
    await registerCustomers(stage, (await stage.endpointService(SERVICE)).serviceId);
    await stage.openPortal();
  },
  cases,
};
