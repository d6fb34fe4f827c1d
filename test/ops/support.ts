import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { Answer } from '../../functions/domain/addresses.ts';
import type { Binding } from '../../functions/domain/binding.ts';
import { ledgerKey, registryKey } from '../../functions/registry/keys.ts';
import type { Services } from '../../ops/services.ts';
import { callsOf, item, strictDynamo, strictEc2, strictRds, TABLES } from '../functions/support.ts';
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

/** Route 53, to which no call is made but those that the test answers. */
const strictRoute53 = () => {
  const route53 = new Route53Client({ region: HOME_REGION });
  const route53Mock = mockClient(route53);
  route53Mock.onAnyCommand().callsFake((input) => {
    throw new Error(`The test expects no such call: ${JSON.stringify(input)}`);
  });
  return { route53, route53Mock };
};

/** Services of ada's, to which no call is made but those that the test answers. A wake succeeds. */
export const ofAda = () => {
  const { dynamo, dynamoMock } = strictDynamo();
  const sfn = new SFNClient({ region: HOME_REGION });
  const sfnMock = mockClient(sfn);
  sfnMock.onAnyCommand().callsFake((input) => {
    throw new Error(`The test expects no such call: ${JSON.stringify(input)}`);
  });
  const { ec2, ec2Mock } = strictEc2();
  const { elb, elbMock } = strictElb();
  const { rds, rdsMock } = strictRds();
  const { route53, route53Mock } = strictRoute53();
  const said: string[] = [];
  const asked: (string | undefined)[] = [];
  const answers: Answer[] = [];
  const clock = { now: Date.parse(NOW) };
  sfnMock.on(StartExecutionCommand).resolves({ executionArn: EXECUTION, startDate: new Date(NOW) });
  const waits: number[] = [];
  const services: Services = {
    place: { stack: 'PrivateLinkConcierge' },
    dynamo,
    sfn,
    ec2,
    elb,
    rds,
    route53,
    lookup: (resolver) => async () => {
      asked.push(resolver);
      return answers.at(-1) ?? { kind: 'empty' };
    },
    say: (line) => {
      said.push(line);
    },
    lookUpTxt: () => Promise.reject(new Error('The test expects nobody to look a name up.')),
    tables: TABLES,
    caller: async () => ADA,
    admitConnection: async () => WORKFLOW,
    reconcile: async () => workflow('reconcile'),
    revokeConnection: async () => workflow('revoke-connection'),
    refreshTargets: async () => workflow('refresh-targets'),
    wait: async (milliseconds) => {
      waits.push(milliseconds);
      clock.now += milliseconds;
    },
    now: () => new Date(clock.now),
  };
  /** What was written into tables, and no reads. */
  const writes = () => callsOf(dynamoMock).filter(([command]) => !/^(Get|BatchGet|Query)/.test(command));
  const mocks = { dynamoMock, sfnMock, elbMock, ec2Mock, rdsMock, homeZonesMock: route53Mock };
  return { services, waits, said, asked, answers, clock, ...mocks, writes, wakes: () => callsOf(sfnMock) };
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

/** A target group, and a binding that follows an RDS proxy with it. */
export const GROUP = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/orders-tg/0123456789abcdef';
export const ORDERS: Binding = {
  bindingId: 'orders',
  serviceId: SERVICE_ID,
  targetGroupArn: GROUP,
  port: 5432,
  source: { kind: 'proxy', proxyName: 'orders-proxy' },
};

/** When bob bound it. */
export const BOUND = { boundBy: BOB, boundAt: '2026-11-20T09:00:00.000Z' };

/** A run that has a binding in hand, and until when. */
export const RUN = `${workflow('refresh-targets').replace('stateMachine', 'execution')}:two`;
export const LEASE = { execution: RUN, leaseUntil: '2026-11-23T12:05:00.000Z' };

/** The calls that read bindings: all of them, one, and what the ledger knows of one. */
export const THE_BINDINGS = {
  TableName: TABLES.registry,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: marshall({ ':pk': 'BINDINGS' }),
};
export const theBinding = (bindingId: string) => ({
  TableName: TABLES.registry,
  Key: marshall(registryKey.binding(bindingId)),
  ConsistentRead: true,
});
const theTargets = (bindingId: string) => ({
  TableName: TABLES.ledger,
  Key: marshall(ledgerKey.targets(bindingId)),
  ConsistentRead: true,
});

/** A binding's entry in the registry, and an item of the ledger that belongs to one. */
export const bound = (entry: object = {}) => {
  const binding = { ...ORDERS, ...BOUND, ...entry };
  return item(registryKey.binding(binding.bindingId), binding);
};
export const known = (entry: object, bindingId = 'orders') => item(ledgerKey.targets(bindingId), entry);

/** A registry with these bindings, and a ledger that knows this of `orders`; a reading each where there are several. */
export const withBindings = (
  entries: readonly ReturnType<typeof item>[],
  ...readings: readonly (object | undefined)[]
) => {
  const ada = ofAda();
  ada.dynamoMock
    .on(GetItemCommand)
    .resolves({})
    .on(QueryCommand, THE_BINDINGS)
    .resolves({ Items: [...entries] });
  const first = entries.find(({ sk }) => sk?.S === 'BINDING#orders');
  ada.dynamoMock.on(GetItemCommand, theBinding('orders')).resolves(first === undefined ? {} : { Item: first });
  const reading = ada.dynamoMock.on(GetItemCommand, theTargets('orders'));
  for (const each of readings) reading.resolvesOnce(each === undefined ? {} : { Item: known(each) });
  reading.resolves({});
  return ada;
};
