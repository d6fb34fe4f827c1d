import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { Route53Client } from '@aws-sdk/client-route-53';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import type { DnsRecord } from '../../functions/domain/dns-record.ts';
import { type FailoverState, NO_STATE } from '../../functions/domain/failover-state.ts';
import { ledgerKey, registryKey } from '../../functions/registry/keys.ts';
import type { Services, Standby } from '../../ops/services.ts';
import { callsOf, item, strictDynamo, strictSfn, TABLES } from '../functions/support.ts';
import { NOW, SERVICE_ID } from '../support/builders.ts';
import { ADA, BOB, ofAda } from './support.ts';

/** The workflow of the standby region, and a run of it. */
export const UPDATE_FAILOVER =
  'arn:aws:states:us-east-2:123456789012:stateMachine:PrivateLinkConciergeStandby-update-failover';
export const FLIP = `${UPDATE_FAILOVER.replace('stateMachine', 'execution')}:flip`;

/**
 * Services of ada's with a standby region, to which no call is made but those that the test answers; the mocks are the standby region's.
 * The other region is dead: it answers nothing, not even who calls.
 */
export const ofAdaAbroad = () => {
  const home = ofAda();
  const { dynamo, dynamoMock } = strictDynamo();
  const { sfn, sfnMock } = strictSfn();
  const route53 = new Route53Client({ region: 'us-east-2' });
  const route53Mock = mockClient(route53);
  route53Mock.onAnyCommand().callsFake((input) => {
    throw new Error(`The test expects no such call: ${JSON.stringify(input)}`);
  });
  sfnMock.on(StartExecutionCommand).resolves({ executionArn: FLIP, startDate: new Date(NOW) });
  const standby: Standby = {
    place: { stack: 'PrivateLinkConciergeStandby', region: 'us-east-2', isStandby: true },
    dynamo,
    sfn,
    route53,
    tables: TABLES,
    caller: async () => ADA,
    updateFailover: async () => UPDATE_FAILOVER,
    wait: async () => undefined,
    now: () => new Date(NOW),
  };
  const services: Services = {
    ...home.services,
    caller: () => Promise.reject(new Error('The other region is dead.')),
    standby,
  };
  return {
    services,
    home,
    dynamoMock,
    sfnMock,
    route53Mock,
    /** What was written into the standby region's tables. */
    writes: () => callsOf(dynamoMock).filter(([command]) => !/^(Get|Query)/.test(command)),
    /** What its workflow was started with. */
    starts: () =>
      callsOf(sfnMock)
        .filter(([command]) => command === 'StartExecution')
        .map(([, input]) => JSON.parse((input as { input: string }).input) as unknown),
    homeCalls: () => [home.dynamoMock, home.sfnMock, home.elbMock].flatMap((mock) => callsOf(mock)),
  };
};

/** A name with a primary and a secondary. */
export const DB: DnsRecord = {
  recordId: 'orders-db',
  serviceId: SERVICE_ID,
  zoneId: 'Z0123456789ABCDEFGHIJ',
  name: 'db.orders.example.internal',
  type: 'A',
  client: { side: 'provider' },
  seenFrom: 'vpc',
  routing: {
    kind: 'failover',
    primary: { kind: 'addresses', addresses: ['10.0.1.5'] },
    secondary: { kind: 'alias', dnsName: 'lb.us-east-2.example.com', zoneId: 'ZLB' },
    health: { region: 'us-west-2', name: 'orders-well' },
  },
};

/** A name with weighted sides. */
export const WEB: DnsRecord = {
  ...DB,
  recordId: 'orders-web',
  name: 'web.orders.example.internal',
  routing: {
    kind: 'weighted',
    sides: {
      blue: { weight: 100, value: { kind: 'addresses', addresses: ['10.0.1.5'] } },
      green: { weight: 0, value: { kind: 'addresses', addresses: ['10.0.2.6'] } },
    },
  },
};

/** When bob recorded them. */
export const RECORDED = { recordedBy: BOB, recordedAt: '2026-11-20T09:00:00.000Z' };

/** Bob's word. */
export const BOBS = { by: BOB, reason: 'us-west-2\nis ill.', at: '2026-11-23T11:58:00.000Z' };

/** An entry of the registry. */
export const recorded = (entry: object = {}) => {
  const record = { ...DB, ...RECORDED, ...entry };
  return item(registryKey.record(record.recordId), record);
};

/** What the ledger knows of a record. */
export const stateOf = (state: object, recordId = 'orders-db') => item(ledgerKey.record(recordId), state);

const of = (TableName: string, pk: string) => ({
  TableName,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: marshall({ ':pk': pk }),
});
const beginning = (pk: string, prefix: string) => ({
  ExpressionAttributeValues: marshall({ ':pk': pk, ':prefix': prefix }),
});

type Stored = ReturnType<typeof item>;

/** A standby region with these entries, and a ledger that has these items. Whatever is written is taken. */
export const withRecords = (
  entries: readonly Stored[],
  {
    states = [],
    decisions = [],
    promotions = [],
  }: { states?: readonly Stored[]; decisions?: readonly Stored[]; promotions?: readonly Stored[] } = {},
) => {
  const ada = ofAdaAbroad();
  const { dynamoMock } = ada;
  dynamoMock
    .on(GetItemCommand)
    .resolves({})
    .on(QueryCommand)
    .resolves({ Items: [] })
    .on(QueryCommand, of(TABLES.registry, 'RECORDS'))
    .resolves({ Items: [...entries] })
    .on(QueryCommand, of(TABLES.ledger, 'RECORDS'))
    .resolves({ Items: [...states] })
    .on(QueryCommand, beginning('RECORD#orders-db', 'DECISION#'))
    .resolves({ Items: [...decisions] })
    .on(QueryCommand, beginning('RECORD#orders-db', 'PROMOTION#'))
    .resolves({ Items: [...promotions] })
    .on(PutItemCommand)
    .resolves({})
    .on(UpdateItemCommand)
    .resolves({})
    .on(DeleteItemCommand)
    .resolves({});
  for (const [TableName, stored] of [
    [TABLES.registry, entries],
    [TABLES.ledger, states],
  ] as const) {
    for (const each of stored) {
      dynamoMock
        .on(GetItemCommand, { TableName, Key: marshall({ pk: each.pk?.S, sk: each.sk?.S }) })
        .resolves({ Item: each });
    }
  }
  return ada;
};

/** What a run saw when it last looked. */
export const situationOf = (state: Partial<FailoverState> = {}, more: object = {}) => ({
  record: DB,
  state: { ...NO_STATE, version: 4, ...state },
  mode: 'enforce',
  health: { state: 'OK', since: '2026-11-23T10:00:00.000Z' },
  readiness: { state: 'unreadable' },
  answered: 'primary',
  now: NOW,
  ...more,
});

/** Runs end with these outputs, one after the other. */
export const ending = (ada: ReturnType<typeof withRecords>, ...outputs: readonly object[]) => {
  const described = ada.sfnMock.on(DescribeExecutionCommand, { executionArn: FLIP });
  for (const each of outputs) described.resolvesOnce({ status: 'SUCCEEDED', output: JSON.stringify(each) });
  return ada;
};

/** Runs fail so. */
export const failing = (ada: ReturnType<typeof withRecords>, error: string, cause: string) => {
  ada.sfnMock.on(DescribeExecutionCommand, { executionArn: FLIP }).resolves({ status: 'FAILED', error, cause });
  return ada;
};

/** A run brought everything in line. */
export const CONVERGED = {
  outcome: 'converged',
  because: 'the record is as its entry says',
  recordId: 'orders-db',
  changes: [{ action: 'CREATE', set: { name: `${DB.name}.`, type: 'A', setIdentifier: 'primary' } }],
  situation: situationOf(),
};
