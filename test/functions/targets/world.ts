import { BatchGetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import {
  DescribeTargetGroupAttributesCommand,
  DescribeTargetHealthCommand,
  type TargetHealthStateEnum,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeDBProxiesCommand } from '@aws-sdk/client-rds';
import type { Lookup } from '../../../functions/aws/lookups.ts';
import type { Answer } from '../../../functions/domain/addresses.ts';
import type { Binding } from '../../../functions/domain/binding.ts';
import { BINDINGS, ledgerKey, registryKey, TARGETS, WATCHED } from '../../../functions/registry/keys.ts';
import { aBinding, aService, NOW } from '../../support/builders.ts';
import {
  callsOf,
  item,
  REGISTRY_ITEMS,
  strictDynamo,
  strictEc2,
  strictElb,
  strictEvents,
  strictRds,
  TABLES,
} from '../support.ts';

type Item = ReturnType<typeof item>;

export const [A, B, C] = ['10.0.1.10', '10.0.1.11', '10.0.1.12'] as const;

/** A target as Elastic Load Balancing describes it. */
export const target = (Id: string, state = 'healthy', Port = 5432) => ({
  Target: { Id, Port, AvailabilityZone: 'us-west-2a' },
  TargetHealth: { State: state as TargetHealthStateEnum },
});

/** What the ledger knows of a binding whose targets are ours, and which a run brought in line. */
export const applied = (addresses: readonly string[], rest: object = {}, bindingId = 'orders-postgres'): Item =>
  item(ledgerKey.targets(bindingId), {
    ours: Object.fromEntries(addresses.map((address) => [address, {}])),
    applied: addresses,
    isCrossZone: true,
    version: 3,
    ...rest,
  });

/** What the watch knows of a binding. */
export const missed = (misses: Readonly<Record<string, number>>, rest: object = {}, bindingId = 'orders-postgres') =>
  item(ledgerKey.watched(bindingId), { misses, ...rest });

/** An entry of a binding. */
const entryOf = (binding: Binding): Item => item(registryKey.binding(binding.bindingId), binding);

/** What there is; what is not said is as if everything were in line. */
export interface Given {
  readonly bindings?: readonly Binding[];
  /** More entries of the registry's partition. */
  readonly entries?: readonly Item[];
  /** What the ledger has of runs, and of watches. */
  readonly records?: readonly Item[];
  readonly watched?: readonly Item[];
  readonly modes?: readonly Item[];
  readonly services?: readonly Item[];
  /** What DNS says to each question after the other, the last one again and again. */
  readonly answers?: readonly Answer[];
  readonly interfaces?: readonly string[];
  readonly targets?: readonly ReturnType<typeof target>[];
  readonly isCrossZone?: boolean;
  readonly now?: string;
}

/** All of AWS that the functions call, and nothing that the test does not expect. */
export const world = ({
  bindings = [aBinding()],
  entries = [],
  records = [applied([A])],
  watched = [],
  modes = [],
  services: serviceItems = [REGISTRY_ITEMS.service],
  answers = [{ kind: 'addresses', addresses: [A] }],
  interfaces = [A],
  targets = [target(A)],
  isCrossZone = true,
  now = NOW,
}: Given = {}) => {
  const { ec2, ec2Mock } = strictEc2();
  const { elb, elbMock } = strictElb();
  const { rds, rdsMock } = strictRds();
  const { dynamo, dynamoMock } = strictDynamo();
  const { events, eventsMock } = strictEvents();
  const partitions: Readonly<Record<string, readonly Item[]>> = {
    [`${TABLES.registry} ${BINDINGS}`]: [...bindings.map(entryOf), ...entries],
    [`${TABLES.ledger} ${TARGETS}`]: records,
    [`${TABLES.ledger} ${WATCHED}`]: watched,
  };
  dynamoMock.on(QueryCommand).callsFake(({ TableName, ExpressionAttributeValues }) => ({
    Items: partitions[`${TableName} ${ExpressionAttributeValues[':pk'].S}`] ?? [],
  }));
  dynamoMock.on(BatchGetItemCommand).callsFake(({ RequestItems }: { RequestItems: object }) => ({
    Responses:
      TABLES.ledger in RequestItems
        ? { [TABLES.ledger]: [...modes, ...records, ...watched] }
        : { [TABLES.registry]: serviceItems },
  }));
  dynamoMock.on(PutItemCommand).resolves({});
  const proxies = bindings.flatMap(({ source }) => (source.kind === 'proxy' ? [source.proxyName] : []));
  rdsMock.on(DescribeDBProxiesCommand).callsFake(({ DBProxyName }: { DBProxyName?: string }) => ({
    DBProxies: proxies
      .filter((name) => DBProxyName === undefined || name === DBProxyName)
      .map((name) => ({ DBProxyName: name, DBProxyArn: `arn:of:${name}`, Endpoint: `${name}.host` })),
  }));
  ec2Mock.on(DescribeNetworkInterfacesCommand).resolves({
    NetworkInterfaces: interfaces.map((PrivateIpAddress) => ({
      Description: 'Network interface for DBProxy orders',
      PrivateIpAddresses: [{ PrivateIpAddress }],
    })),
  });
  elbMock.on(DescribeTargetHealthCommand).resolves({ TargetHealthDescriptions: [...targets] });
  elbMock
    .on(DescribeTargetGroupAttributesCommand)
    .resolves({ Attributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: String(isCrossZone) }] });
  eventsMock.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });
  const asked: string[] = [];
  const lookup: Lookup = async (hostName, family) => {
    asked.push(`${hostName} ${family}`);
    return answers[Math.min(asked.length, answers.length) - 1] ?? { kind: 'empty' };
  };
  const clock = { now };
  const services = {
    ec2,
    elb,
    rds,
    dynamo,
    events,
    tables: TABLES,
    registry: TABLES.registry,
    bus: 'bus',
    lookup,
    hostNames: { until: 0 },
    now: () => new Date(clock.now),
  };
  const mocks = { ec2: ec2Mock, elb: elbMock, rds: rdsMock, dynamo: dynamoMock, events: eventsMock };
  /** How often each action was called. */
  const counts = (): Readonly<Record<string, number>> => {
    const all = Object.values(mocks).flatMap((mock) => callsOf(mock).map(([command]) => command));
    return Object.fromEntries([...new Set(all)].map((each) => [each, all.filter((other) => other === each).length]));
  };
  return { services, ...mocks, asked, clock, counts };
};

/** A service of which the Concierge only looks. */
export const OBSERVED = item(registryKey.service(aService().serviceId), aService(undefined, { origin: 'imported' }));
