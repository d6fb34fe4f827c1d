import { registerCustomers } from './customers.ts';
import { askAndWait, SERVICE } from './requests.ts';
import type { Stage } from './stage.ts';
import type { CaseResult, Story } from './story.ts';

/** Longer than the delete notice and the run that it starts take. */
const UNTIL_THE_PLACE_IS_FREE = 120_000;

/** The run is stopped just before a call of it arrives; another one finishes what it left. */
const stoppedBefore = (service: string, action: string, by: string): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    stage.before(service, action, () => stage.stopRuns('AdmitConnectionArn'), by);
    const account = '555555555555';
    const settled = await askAndWait(stage, account, ({ runs }) => runs.length >= 2, { runsMayFail: true });
    await stage.deleteEndpoint(account, settled.endpointId);
    await stage.clock.sleep(UNTIL_THE_PLACE_IS_FREE);
    const [decision] = settled.decisions;
    return {
      actual: `${decision?.outcome} by run ${settled.runs.length}, ${settled.state}`,
      reasons: [String(decision?.code), ...settled.runs.map(({ status }) => String(status))],
    };
  };
};

const ROLE = 'AdmitConnectionRole';

/** What a run leaves behind that was stopped, and what a customer leaves behind who goes. */
export const leftovers: Story = {
  name: 'leftovers',
  title: 'Runs are stopped and customers leave: what they leave behind is settled',
  prepare: async (stage) => {
    await registerCustomers(stage, (await stage.endpointService(SERVICE)).serviceId);
    await stage.openPortal();
  },
  cases: [
    {
      name: 'stopped before the decision',
      who: 'initech',
      expected: 'accepted by run 2, available',
      play: stoppedBefore('lambda', 'Invoke', ROLE),
    },
    {
      name: 'stopped before our Accept',
      who: 'initech',
      expected: 'accepted by run 2, available',
      play: stoppedBefore('ec2', 'AcceptVpcEndpointConnections', 'AnswerConnectionsRole'),
    },
    {
      name: 'stopped before the record',
      who: 'initech',
      expected: 'accepted by run 2, available',
      play: stoppedBefore('dynamodb', 'PutItem', ROLE),
    },
    {
      name: 'stopped before it is told',
      who: 'initech',
      expected: 'accepted by run 2, available',
      play: stoppedBefore('events', 'PutEvents', ROLE),
    },
    {
      name: 'the only place is freed',
      who: 'umbrella',
      expected: 'accepted, held, accepted',
      async play(stage) {
        const account = '666666666666';
        const first = await askAndWait(stage, account);
        const second = await askAndWait(stage, account);
        await stage.deleteEndpoint(account, first.endpointId);
        await stage.clock.sleep(UNTIL_THE_PLACE_IS_FREE);
        const third = await askAndWait(stage, account);
        const all = [first, second, third].flatMap(({ decisions }) => decisions);
        return { actual: all.map(({ outcome }) => outcome).join(', '), reasons: all.map(({ code }) => code) };
      },
    },
  ],
};
