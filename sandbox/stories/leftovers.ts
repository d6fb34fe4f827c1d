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

interface Settled {
  readonly endpointId: string;
  readonly decision: RecordedDecision;
  /** How each run on it ended, the first first. */
  readonly runs: readonly string[];
}

/** A customer creates an endpoint; its decision once it was published, so many runs were made and nothing is left to settle. */
const settled = async (stage: Stage, account: string, runs: number): Promise<Settled> => {
  const { serviceId, serviceName } = await stage.endpointService(SERVICE);
  const before = (await stage.executions('AdmitConnectionArn')).length;
  const endpointId = await stage.createEndpoint(account, serviceName);
  return stage.until(`the end of ${endpointId}`, async () => {
    const all = await stage.executions('AdmitConnectionArn');
    const ours = all.slice(0, all.length - before).map(({ status }) => String(status));
    if (ours.length < runs || !(await isQuiet(stage))) return undefined;
    const decision = (await stage.decisions(serviceId, endpointId)).at(-1);
    const isTold = (await stage.published(endpointId)).length > 0;
    return decision !== undefined && isTold ? { endpointId, decision, runs: ours.reverse() } : undefined;
  });
};

/** The run is stopped just before a call of it arrives; another one finishes what it left. */
const stoppedBefore = (service: string, action: string, by: string): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    stage.before(service, action, () => stage.stopRuns('AdmitConnectionArn'), by);
    const { endpointId, decision, runs } = await settled(stage, '555555555555', 2);
    const state = await stage.endpointState('555555555555', endpointId);
    await stage.deleteEndpoint('555555555555', endpointId);
    await stage.clock.sleep(UNTIL_THE_PLACE_IS_FREE);
    return { actual: `${decision.outcome} by run ${runs.length}, ${state}`, reasons: [decision.code, ...runs] };
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
      play: stoppedBefore('ec2', 'AcceptVpcEndpointConnections', 'AnswerConnectionRole'),
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
        const first = await settled(stage, account, 1);
        const second = await settled(stage, account, 1);
        await stage.deleteEndpoint(account, first.endpointId);
        await stage.clock.sleep(UNTIL_THE_PLACE_IS_FREE);
        const third = await settled(stage, account, 1);
        const all = [first, second, third].map(({ decision }) => decision);
        return { actual: all.map(({ outcome }) => outcome).join(', '), reasons: all.map(({ code }) => code) };
      },
    },
  ],
};
