import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { ledgerKey } from '../../functions/registry/keys.ts';
import type { Services } from '../../ops/services.ts';
import { callsOf, item, strictDynamo, TABLES } from '../functions/support.ts';
import { ENDPOINT_ID, HOME_REGION, NOW, SERVICE_ID } from '../support/builders.ts';

/** Who acts, and somebody else. */
export const ADA = 'arn:aws:sts::123456789012:assumed-role/operator/ada';
export const BOB = 'arn:aws:sts::123456789012:assumed-role/operator/bob';

const workflow = (name: string): string =>
  `arn:aws:states:${HOME_REGION}:123456789012:stateMachine:PrivateLinkConcierge-${name}`;
const WORKFLOW = workflow('admit-connection');

/** The execution that a wake starts. */
export const EXECUTION = `${WORKFLOW.replace('stateMachine', 'execution')}:one`;

/** The one call that wakes the request. */
export const THE_WAKE = [
  'StartExecution',
  { stateMachineArn: WORKFLOW, input: JSON.stringify({ serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID }) },
];

/** The one call that has a service looked at, or everything. */
export const theSweep = (of: { readonly serviceId?: string }) => [
  'StartExecution',
  { stateMachineArn: workflow('reconcile'), input: JSON.stringify(of) },
];

/** The one call that has the request's connection disconnected. */
export const theDisconnection = (force: { readonly by: string; readonly reason: string }) => [
  'StartExecution',
  {
    stateMachineArn: workflow('revoke-connection'),
    input: JSON.stringify({ serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID, force }),
  },
];

/** Elastic Load Balancing, to which no call is made but those that the test answers. */
const strictElb = () => {
  const elb = new ElasticLoadBalancingV2Client({ region: HOME_REGION });
  const elbMock = mockClient(elb);
  elbMock.onAnyCommand().callsFake((input) => {
    throw new Error(`The test expects no such call: ${JSON.stringify(input)}`);
  });
  return { elb, elbMock };
};

/** Services of ada's, to which no call is made but those that the test answers. A wake succeeds. */
export const ofAda = () => {
  const { dynamo, dynamoMock } = strictDynamo();
  const sfn = new SFNClient({ region: HOME_REGION });
  const sfnMock = mockClient(sfn);
  sfnMock.onAnyCommand().callsFake((input) => {
    throw new Error(`The test expects no such call: ${JSON.stringify(input)}`);
  });
  const { elb, elbMock } = strictElb();
  sfnMock.on(StartExecutionCommand).resolves({ executionArn: EXECUTION, startDate: new Date(NOW) });
  const waits: number[] = [];
  const services: Services = {
    dynamo,
    sfn,
    elb,
    tables: TABLES,
    caller: async () => ADA,
    admitConnection: async () => WORKFLOW,
    reconcile: async () => workflow('reconcile'),
    revokeConnection: async () => workflow('revoke-connection'),
    refreshTargets: async () => workflow('refresh-targets'),
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
    now: () => new Date(NOW),
  };
  /** What was written into tables, and no reads. */
  const writes = () => callsOf(dynamoMock).filter(([command]) => !/^(Get|Query)/.test(command));
  return { services, waits, dynamoMock, sfnMock, elbMock, writes, wakes: () => callsOf(sfnMock) };
};

/** A decision in the ledger: held for a person, unless it says otherwise. */
export const recorded = (generation: number, changes: object = {}) =>
  item(ledgerKey.decision(SERVICE_ID, ENDPOINT_ID, generation), {
    serviceId: SERVICE_ID,
    vpcEndpointId: ENDPOINT_ID,
    customerId: 'acme',
    generation,
    outcome: 'held',
    verdict: 'hold',
    code: 'approval-needed',
    sentence: 'Your endpoint is waiting: a person here has to approve it.',
    proposed: 'accept',
    recordedAt: '2026-11-23T11:00:00.000Z',
    ...changes,
  });
