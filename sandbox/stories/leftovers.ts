import { registerCustomers } from './customers.ts';
import type { RecordedDecision, Stage } from './stage.ts';
import type { CaseResult, Story } from './story.ts';

const SERVICE = 'orders';
const WORKFLOWS = ['AdmitConnectionArn', 'ReconcileArn'];
/** Longer than the delete notice and the run that it starts take. */
const UNTIL_THE_PLACE_IS_FREE = 120_000;

/** Whether no run is under way, those among them that settle what others left. */
const isQuiet = async (stage: Stage): Promise<boolean> => {
  for (const workflow of WORKFLOWS) {
    if ((await stage.executions(workflow)).some(({ status }) => status === 'RUNNING')) return false;
  }
  return true;
};

/** A customer creates an endpoint; its decision once it was published and nothing is left to settle. */
const settled = async (stage: Stage, account: string): Promise<{ endpointId: string; decision: RecordedDecision }> => {
  const { serviceId, serviceName } = await stage.endpointService(SERVICE);
  const endpointId = await stage.createEndpoint(account, serviceName);
  const decision = await stage.until(`the end of ${endpointId}`, async () => {
    const decisions = await stage.decisions(serviceId, endpointId);
    const published = await stage.published(endpointId);
    return decisions.length > 0 && published.length > 0 && (await isQuiet(stage)) ? decisions.at(-1) : undefined;
  });
  return { endpointId, decision };
};

/** The run is stopped just before it makes a call; another one finishes what it left. */
const stoppedBefore = (service: string, action: string, by: string): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    const before = (await stage.executions('AdmitConnectionArn')).length;
    stage.before(service, action, () => stage.stopRuns('AdmitConnectionArn'), by);
    const { endpointId, decision } = await settled(stage, '555555555555');
    const all = await stage.executions('AdmitConnectionArn');
    const runs = all.slice(0, all.length - before).map(({ status }) => String(status));
    const told = (await stage.published(endpointId)).length;
    const state = await stage.endpointState('555555555555', endpointId);
    await stage.deleteEndpoint('555555555555', endpointId);
    await stage.clock.sleep(UNTIL_THE_PLACE_IS_FREE);
    return {
      actual: `${decision.outcome} by run ${runs.length}, ${state}, told ${told === 1 ? 'once' : `${told} times`}`,
      reasons: [decision.code, ...runs.reverse()],
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
      expected: 'accepted by run 2, available, told once',
      play: stoppedBefore('lambda', 'Invoke', ROLE),
    },
    {
      name: 'stopped before our Accept',
      who: 'initech',
      expected: 'accepted by run 2, available, told once',
      play: stoppedBefore('ec2', 'AcceptVpcEndpointConnections', 'AnswerConnectionRole'),
    },
    {
      name: 'stopped before the record',
      who: 'initech',
      expected: 'accepted by run 2, available, told once',
      play: stoppedBefore('dynamodb', 'PutItem', ROLE),
    },
    {
      name: 'stopped before it is told',
      who: 'initech',
      expected: 'accepted by run 2, available, told once',
      play: stoppedBefore('events', 'PutEvents', ROLE),
    },
    {
      name: 'the only place is freed',
      who: 'umbrella',
      expected: 'accepted, held, accepted',
      async play(stage) {
        const account = '666666666666';
        const first = await settled(stage, account);
        const second = await settled(stage, account);
        await stage.deleteEndpoint(account, first.endpointId);
        await stage.clock.sleep(UNTIL_THE_PLACE_IS_FREE);
        const third = await settled(stage, account);
        const all = [first, second, third].map(({ decision }) => decision);
        return { actual: all.map(({ outcome }) => outcome).join(', '), reasons: all.map(({ code }) => code) };
      },
    },
  ],
};
