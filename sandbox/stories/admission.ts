import { registerCustomers } from './customers.ts';
import type { RecordedDecision, Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

const SERVICE = 'orders';
/** Shorter than EC2 takes to connect an endpoint. */
const WHILE_IN_HAND = 5_000;
/** Longer than EC2 takes to connect an endpoint, and we to see it. */
const AFTER_THE_DECISION = 100_000;

interface Started {
  /** How many executions there were before the request. */
  readonly before: number;
  /** How many the request starts. */
  readonly executions: number;
}

/**
 * Waits until a request's decisions are in the ledger, the portal heard of them, and nobody works on it any more.
 *
 * @throws Error where an execution of it did not end well.
 */
const settledDecisions = async (
  stage: Stage,
  { serviceId, endpointId }: { readonly serviceId: string; readonly endpointId: string },
  { before, executions }: Started,
) =>
  stage.until(`a decision on ${endpointId}`, async (): Promise<readonly RecordedDecision[] | undefined> => {
    const all = await stage.executions('AdmitConnectionArn');
    const ours = all.slice(0, all.length - before);
    const failed = ours.find(({ status }) => status !== 'RUNNING' && status !== 'SUCCEEDED');
    if (failed !== undefined) throw new Error(await stage.endOf(failed));
    if (ours.length < executions || ours.some(({ status }) => status === 'RUNNING')) return undefined;
    const decisions = await stage.decisions(serviceId, endpointId);
    const published = await stage.published(endpointId);
    return decisions.length > 0 && published.length >= decisions.length ? decisions : undefined;
  });

interface Request {
  readonly account: string;
  /** What is set up before the endpoint is created. */
  readonly arrange?: (stage: Stage) => void;
  /** What happens once it is. */
  readonly afterwards?: (stage: Stage, endpointId: string) => void;
  /** How many executions the request starts. @default 1 */
  readonly executions?: number;
}

/** A customer creates an endpoint; what becomes of it, as the ledger and the customer see it. */
const request = async (stage: Stage, { account, arrange, afterwards, executions = 1 }: Request) => {
  const { serviceId, serviceName } = await stage.endpointService(SERVICE);
  const before = (await stage.executions('AdmitConnectionArn')).length;
  arrange?.(stage);
  const endpointId = await stage.createEndpoint(account, serviceName);
  afterwards?.(stage, endpointId);
  const settled = () => settledDecisions(stage, { serviceId, endpointId }, { before, executions });
  const decisions = await settled();
  const state = await stage.endpointState(account, endpointId);
  return { decisions, state: state ?? 'not listed', settled };
};

const reasonsOf = (decisions: readonly RecordedDecision[]): readonly string[] =>
  decisions.flatMap(({ code, unsuccessful }) => (unsuccessful === undefined ? [code] : [code, unsuccessful]));

const outcomeOf = (decisions: readonly RecordedDecision[]): string =>
  decisions.map(({ outcome }) => outcome).join(', ');

const answered = (account: string): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    const { decisions, state } = await request(stage, { account });
    return { actual: `${outcomeOf(decisions)}, ${state}`, reasons: reasonsOf(decisions) };
  };
};

/** A call of a service that delivers at least once is made again: at once, while the request is in hand, after it was decided. */
const repeated = (
  service: string,
  action: string,
  waits: readonly number[],
  executions: number,
): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    const arrange = () => stage.repeatNext(service, action, ...waits);
    const { state, settled } = await request(stage, { account: '555555555555', arrange, executions });
    await stage.clock.sleep(AFTER_THE_DECISION);
    const decisions = await settled();
    const times = decisions.length === 1 ? 'once' : `${decisions.length} times`;
    return { actual: `${decisions[0]?.outcome} ${times}, ${state}`, reasons: reasonsOf(decisions) };
  };
};

/** The customer changes its mind after we decided: EC2 answers 200, with the id in `Unsuccessful`. */
const deletedBefore = (account: string, action: string): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    const { decisions } = await request(stage, {
      account,
      afterwards: (_, endpointId) => stage.before('ec2', action, () => stage.deleteEndpoint(account, endpointId)),
    });
    const isTold = decisions.some(({ unsuccessful }) => unsuccessful !== undefined);
    return {
      actual: `${outcomeOf(decisions)}, ${isTold ? 'Unsuccessful' : 'no word of it'}`,
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
