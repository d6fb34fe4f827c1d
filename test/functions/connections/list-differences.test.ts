import { DescribeTableCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeVpcEndpointConnectionsCommand,
  DescribeVpcEndpointServicePermissionsCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it, vi } from 'vitest';
import { ledgerKey } from '../../../functions/registry/keys.ts';
import { ENDPOINT_ID, HOME_REGION, NOW, SERVICE_ID } from '../../support/builders.ts';
import { awsError, callsOf, described, item, REGISTRY_ITEMS, strictDynamo, strictEc2, TABLES } from '../support.ts';

vi.stubEnv('REGISTRY_TABLE', TABLES.registry);
vi.stubEnv('LEDGER_TABLE', TABLES.ledger);
vi.stubEnv('EVENT_BUS', 'bus');
vi.stubEnv('PARTITION', 'aws');
vi.stubEnv('AWS_REGION', HOME_REGION);
const { run } = await import('../../../functions/connections/list-differences.ts');

const REGISTRY = Object.values(REGISTRY_ITEMS);
const seen = item(ledgerKey.registrySeen(), { tableId: 'table-1', count: REGISTRY.length, at: NOW, version: 1 });
const converged = (applied: string) =>
  item(ledgerKey.principals(SERVICE_ID), { ours: {}, reverted: {}, contested: [], applied, version: 1 });
const old = new Date(Date.parse(NOW) - 3_600_000);

interface World {
  readonly connections?: ReturnType<typeof described>[];
  readonly current?: ReturnType<typeof item>[];
  readonly registry?: ReturnType<typeof item>[];
}

const world = ({ connections = [], current = [seen], registry = REGISTRY }: World = {}) => {
  const { ec2, ec2Mock } = strictEc2();
  const { dynamo, dynamoMock } = strictDynamo();
  const events = new EventBridgeClient({ region: HOME_REGION });
  const eventsMock = mockClient(events);
  eventsMock.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });
  ec2Mock
    .on(DescribeVpcEndpointConnectionsCommand)
    .resolves({ VpcEndpointConnections: connections })
    .on(DescribeVpcEndpointServicePermissionsCommand)
    .resolves({ AllowedPrincipals: [{ Principal: 'arn:aws:iam::222222222222:root' }] });
  dynamoMock
    .on(QueryCommand)
    .resolves({ Items: current })
    .on(DescribeTableCommand)
    .resolves({ Table: { TableId: 'table-1' } })
    .on(ScanCommand)
    .resolves({ Items: registry });
  const services = {
    ec2,
    dynamo,
    events,
    tables: TABLES,
    bus: 'bus',
    region: HOME_REGION,
    partition: 'aws',
    now: () => new Date(NOW),
  };
  return { services, ec2Mock, dynamoMock, eventsMock };
};
const request = described({ VpcEndpointState: 'pendingAcceptance' as never, CreationTimestamp: old });

describe('list-differences', () => {
  it('reads what is in force, all connections and the whole registry, and writes nothing', async () => {
    const { services, ec2Mock, dynamoMock, eventsMock } = world();

    await run({}, services);

    expect(callsOf(dynamoMock)).toEqual([
      [
        'Query',
        {
          TableName: TABLES.ledger,
          IndexName: 'Current',
          KeyConditionExpression: '#current = :yes',
          ExpressionAttributeNames: { '#current': 'current' },
          ExpressionAttributeValues: { ':yes': { S: 'yes' } },
        },
      ],
      ['DescribeTable', { TableName: TABLES.registry }],
      ['Scan', { TableName: TABLES.registry }],
    ]);
    expect(callsOf(ec2Mock)[0]).toEqual(['DescribeVpcEndpointConnections', { MaxResults: 1000 }]);
    expect(eventsMock).not.toHaveReceivedAnyCommand();
  });

  it('tells the bus what differs where it is to be announced, and nobody where nothing does', async () => {
    const { services, eventsMock } = world({ connections: [request] });

    const difference = await run({ announce: true }, services);

    expect(difference.admit).toEqual([
      { serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID, because: 'nobody has looked at it' },
    ]);
    const [call] = eventsMock.commandCalls(PutEventsCommand);
    expect(call?.args[0].input.Entries).toMatchObject([
      { EventBusName: 'bus', Source: 'privatelink-concierge', DetailType: 'Difference Found' },
    ]);
    expect(JSON.parse(call?.args[0].input.Entries?.[0]?.Detail ?? '')).toEqual({ schemaVersion: 1, ...difference });
  });

  const connected = described({ VpcEndpointState: 'available' as never, CreationTimestamp: old });
  const overtaken = item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), {
    status: 'done',
    takenAt: old.toISOString(),
    last: { outcome: 'overtaken', code: 'answered-by-others' },
  });
  const without = (name: string) =>
    Object.entries(REGISTRY_ITEMS).flatMap(([each, entry]) => (each.toLowerCase().endsWith(name) ? [] : [entry]));

  it.each<[situation: string, World, because: readonly string[]]>([
    ['its service has no entry', { registry: without('service') }, []],
    ['its service has an entry', {}, ['it was connected without us']],
    ['its service’s entry names nobody for it', { registry: without('match') }, ['it was connected without us']],
    ['its customer is known by now', { current: [seen, overtaken] }, ["the registry says that it is acme's"]],
    ['nobody knows its account', { current: [seen, overtaken], registry: without('match') }, []],
    ['its customer’s entry is missing', { current: [seen, overtaken], registry: without('customer') }, []],
  ])('somebody else connected it, and %s', async (_situation, parts, because) => {
    const { services } = world({ ...parts, connections: [connected] });

    const { admit } = await run({}, services);

    expect(admit.map((look) => look.because)).toEqual(because);
  });

  it('answers to a workflow that asks, and does not announce it', async () => {
    const { services, eventsMock } = world({ connections: [request] });

    await expect(run({ serviceId: SERVICE_ID }, services)).resolves.toMatchObject({
      admit: [{ serviceId: SERVICE_ID }],
    });
    await expect(run({ serviceId: 'vpce-svc-0fedcba9876543210' }, services)).resolves.toMatchObject({ admit: [] });
    expect(eventsMock).not.toHaveReceivedAnyCommand();
  });

  it('is quiet where everything is as it should be, whatever the registry’s stream says', async () => {
    const first = await run({}, world().services);
    const basis = (await import('../../../functions/domain/principals.ts')).principalsBasis;
    const applied = basis(['arn:aws:iam::222222222222:root'], [], {
      modes: { 'principals-add': 'enforce', 'principals-remove': 'enforce' },
      frozen: false,
    });
    const { services, eventsMock } = world({ current: [seen, converged(applied)] });

    await run([{ dynamodb: {} }, { dynamodb: {} }], services);

    expect(first.principals).toEqual([{ serviceId: SERVICE_ID }]);
    expect(eventsMock).not.toHaveReceivedAnyCommand();
  });

  it('remembers the registry at first, and freezes one that was emptied', async () => {
    await expect(run({}, world({ current: [] }).services)).resolves.toMatchObject({
      registry: { tableId: 'table-1', count: REGISTRY.length, at: NOW, version: 0 },
    });
    await expect(run({}, world({ registry: [] }).services)).resolves.toMatchObject({
      registry: { count: REGISTRY.length, version: 1, frozen: { count: 0, tableId: 'table-1', at: NOW } },
    });
  });

  it.each<[what: string, break_: (each: ReturnType<typeof world>) => void]>([
    [
      'EC2',
      ({ ec2Mock }) => ec2Mock.on(DescribeVpcEndpointConnectionsCommand).rejects(awsError('RequestLimitExceeded')),
    ],
    ['the registry', ({ dynamoMock }) => dynamoMock.on(ScanCommand).rejects(awsError('ThrottlingException'))],
    ['the ledger', ({ dynamoMock }) => dynamoMock.on(QueryCommand).rejects(awsError('ThrottlingException'))],
  ])('%s answers half: no list is told', async (_what, break_) => {
    const each = world({ connections: [request] });
    break_(each);

    await expect(run({ announce: true }, each.services)).rejects.toMatchObject({ name: 'Throttled' });
    expect(each.eventsMock).not.toHaveReceivedAnyCommand();
  });

  it('the bus does not take it - tried again', async () => {
    const { services, eventsMock } = world({ connections: [request] });
    eventsMock.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });

    await expect(run({ announce: true }, services)).rejects.toMatchObject({ name: 'Throttled' });
  });

  it('an item of the ledger that we did not write - Malformed, by its key', async () => {
    const spoiled = item(ledgerKey.admission(SERVICE_ID, ENDPOINT_ID), { status: 'maybe' });

    await expect(run({}, world({ current: [spoiled] }).services)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringContaining('ADMISSION'),
    });
  });
});
