import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { BatchGetItemCommand, DescribeTableCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeTargetHealthCommand, type TargetHealthStateEnum } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  GetChangeCommand,
  GetHealthCheckCommand,
  type HealthCheckConfig,
  ListHealthChecksCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import { recordSetFrom } from '../../../functions/aws/hosted-zone.ts';
import { type DnsRecord, homeOf, type RecordSet } from '../../../functions/domain/dns-record.ts';
import type { AlarmReading, FailoverState } from '../../../functions/domain/failover-state.ts';
import type { RecordChange } from '../../../functions/domain/zone.ts';
import { ALL_SERVICES, ledgerKey, RECORDS, registryKey } from '../../../functions/registry/keys.ts';
import { HOME_REGION, NOW, SERVICE_ID } from '../../support/builders.ts';
import { ARMED, afterBatch, aRecord, PRIMARY_GROUP, RECORD_ID, WELL } from '../../support/dns-records.ts';
import {
  awsError,
  callsOf,
  item,
  LATCH_PREFIX,
  strictCloudWatch,
  strictDynamo,
  strictElb,
  strictRoute53,
  TABLES,
} from '../support.ts';

type Item = ReturnType<typeof item>;

/** The region in which the functions and the ledger are. */
export const STANDBY = HOME_REGION;
/** The mode of dns is enforced. */
export const ENFORCED = item(ledgerKey.modes(SERVICE_ID), { modes: { dns: 'enforce' }, version: 1 });
export const OBSERVED = item(ledgerKey.modes(SERVICE_ID), { modes: { dns: 'observe' }, version: 2 });
export const ALL_PAUSED = item(ledgerKey.modes(ALL_SERVICES), {
  modes: {},
  version: 1,
  paused: { by: 'jo', reason: 'a look', at: NOW },
});

const recordItem = (record: DnsRecord): Item => item(registryKey.record(record.recordId), record);
export const stateItem = (state: object, recordId = RECORD_ID): Item => item(ledgerKey.record(recordId), state);

/** What the ledger notes of a record before its zone is written. */
export const writtenAs = (record: DnsRecord): Pick<FailoverState, 'written'> => {
  const { recordId: _known, ...home } = homeOf(record);
  return { written: { ...home, at: '2026-11-10T12:00:00.000Z' } };
};

/** A region that is gone: nothing is heard of it. */
export const NO_ANSWER = Object.assign(new Error('connect ETIMEDOUT'), { name: 'TimeoutError', code: 'ETIMEDOUT' });

/** What there is; what is not said is as if everything were in line. */
export interface Given {
  readonly records?: readonly (DnsRecord | Item)[];
  readonly state?: FailoverState | undefined;
  /** More of the ledger's records. */
  readonly states?: readonly Item[];
  readonly modes?: readonly Item[];
  /** Alarms by `name in region`. @default the primary's is well */
  readonly alarms?: Readonly<Record<string, AlarmReading | Error>>;
  /** Healthy addresses of target groups by ARN; an error where its region does not answer. */
  readonly targets?: Readonly<Record<string, readonly string[] | Error>>;
  readonly zone?: readonly ResourceRecordSet[];
  readonly checks?: Readonly<Record<string, HealthCheckConfig>>;
  readonly latchAlarm?: MetricAlarm;
  /** When the registry's table was made, ISO 8601. @default some weeks ago */
  readonly madeAt?: string;
}

const keyOf = ({ pk, sk }: Item): string => `${pk?.S} ${sk?.S}`;

/** All of AWS that the functions call, and nothing that the test does not expect. What is written is there when it is read again. */
export const world = (given: Given = {}) => {
  const { dynamo, dynamoMock } = strictDynamo();
  const { route53, route53Mock } = strictRoute53();
  const { elb, elbMock } = strictElb();
  const {
    records = [aRecord()],
    states = [],
    modes = [ENFORCED],
    targets = {},
    alarms = { 'orders-sick in us-west-2': WELL },
  } = given;
  const state = 'state' in given ? given.state : ARMED;
  const registry: Item[] = records.map((each) =>
    'recordId' in each && typeof each.recordId === 'string' ? recordItem(each as DnsRecord) : (each as Item),
  );
  const [first] = records;
  // Whatever is known of a record was noted with where it is written.
  const written =
    first === undefined || !('recordId' in first && typeof first.recordId === 'string')
      ? {}
      : writtenAs(first as DnsRecord);
  const ledger: Item[] = [...(state === undefined ? [] : [stateItem({ ...written, ...state })]), ...states, ...modes];
  const tables: Readonly<Record<string, Item[]>> = { [TABLES.registry]: registry, [TABLES.ledger]: ledger };
  dynamoMock
    .on(BatchGetItemCommand)
    .callsFake(({ RequestItems }: { RequestItems: Record<string, { Keys: Item[] }> }) => ({
      Responses: Object.fromEntries(
        Object.entries(RequestItems).map(([table, { Keys }]) => {
          const wanted = Keys.map(keyOf);
          return [table, (tables[table] ?? []).filter((each) => wanted.includes(keyOf(each)))];
        }),
      ),
    }));
  dynamoMock.on(QueryCommand).callsFake(({ TableName }: { TableName: string }) => ({
    Items: (tables[TableName] ?? []).filter((each) => each.pk?.S === RECORDS),
  }));

  dynamoMock
    .on(DescribeTableCommand)
    .resolves({ Table: { CreationDateTime: new Date(given.madeAt ?? '2026-11-01T00:00:00.000Z') } });

  const regional = new Map<string, ReturnType<typeof strictCloudWatch>>();
  let latch = given.latchAlarm;
  const cloudwatchOf = (region: string) => {
    const made = regional.get(region) ?? strictCloudWatch(region);
    if (!regional.has(region)) {
      regional.set(region, made);
      made.cloudwatchMock.on(DescribeAlarmsCommand).callsFake(({ AlarmNames: names }: { AlarmNames: string[] }) => {
        if (names[0]?.startsWith(LATCH_PREFIX)) return { MetricAlarms: latch === undefined ? [] : [latch] };
        return {
          MetricAlarms: names.flatMap((AlarmName) => {
            const alarm = alarms[`${AlarmName} in ${region}`];
            if (alarm instanceof Error) throw alarm;
            return alarm === undefined || alarm.state === 'unreadable'
              ? []
              : [{ AlarmName, StateValue: alarm.state, StateUpdatedTimestamp: new Date(alarm.since) }];
          }),
        };
      });
      made.cloudwatchMock.on(PutMetricAlarmCommand).callsFake((alarm: MetricAlarm) => {
        latch = { ...alarm };
        return {};
      });
      made.cloudwatchMock.on(DeleteAlarmsCommand).callsFake(() => {
        latch = undefined;
        return {};
      });
      made.cloudwatchMock.on(PutMetricDataCommand).resolves({});
    }
    return made;
  };

  elbMock.on(DescribeTargetHealthCommand).callsFake(({ TargetGroupArn }: { TargetGroupArn: string }) => {
    const found = targets[TargetGroupArn] ?? [];
    if (found instanceof Error) throw found;
    return {
      TargetHealthDescriptions: found.map((each) => {
        const [Id = '', state_ = 'healthy', port = '5432'] = each.split(' ');
        return { Target: { Id, Port: Number(port) }, TargetHealth: { State: state_ as TargetHealthStateEnum } };
      }),
    };
  });

  let sets: readonly ResourceRecordSet[] = given.zone ?? [];
  let changes = 0;
  const pending = new Map<string, number>();
  route53Mock.on(ListResourceRecordSetsCommand).callsFake(() => ({ ResourceRecordSets: sets }));
  route53Mock.on(ChangeResourceRecordSetsCommand).callsFake(({ ChangeBatch }) => {
    const batch = (
      ChangeBatch.Changes as { Action: 'CREATE' | 'DELETE' | 'UPSERT'; ResourceRecordSet: ResourceRecordSet }[]
    ).map(
      ({ Action, ResourceRecordSet }): RecordChange => ({
        action: Action as 'CREATE' | 'DELETE',
        set: recordSetFrom(ResourceRecordSet),
      }),
    );
    try {
      sets = afterBatch(sets.map(recordSetFrom), batch).map(toRoute53);
    } catch (error) {
      throw Object.assign(awsError('InvalidChangeBatch'), { messages: [(error as Error).message] });
    }
    changes += 1;
    const id = `C${changes}`;
    pending.set(id, 1);
    return { ChangeInfo: { Id: `/change/${id}`, Status: 'PENDING' } };
  });
  route53Mock.on(GetChangeCommand).callsFake(({ Id }: { Id: string }) => {
    const looks = pending.get(Id) ?? 0;
    pending.set(Id, looks - 1);
    return { ChangeInfo: { Id, Status: looks > 0 ? 'PENDING' : 'INSYNC' } };
  });
  let count = 0;
  /** Those that were ever used: one is good once. */
  const references = new Set<string>();
  const made = new Map<string, { readonly reference: string; config: HealthCheckConfig }>(
    Object.entries(given.checks ?? {}).map(([id, config]) => [id, { reference: id, config }]),
  );
  route53Mock.on(CreateHealthCheckCommand).callsFake(({ CallerReference, HealthCheckConfig }) => {
    if (CallerReference.length > 64) throw awsError('InvalidInput');
    const [id, same] = [...made].find(([, { reference }]) => reference === CallerReference) ?? [];
    const isOther = same !== undefined && JSON.stringify(same.config) !== JSON.stringify(HealthCheckConfig);
    if (isOther || (same === undefined && references.has(CallerReference))) throw awsError('HealthCheckAlreadyExists');
    references.add(CallerReference);
    count += id === undefined ? 1 : 0;
    const Id = id ?? `check-${count}`;
    made.set(Id, { reference: CallerReference, config: HealthCheckConfig });
    return { HealthCheck: { Id, HealthCheckConfig } };
  });
  route53Mock.on(ListHealthChecksCommand).callsFake(() => ({
    HealthChecks: [...made].map(([Id, { reference, config }]) => ({
      ...{ Id, CallerReference: reference, HealthCheckConfig: config, HealthCheckVersion: 1 },
    })),
    IsTruncated: false,
  }));
  route53Mock.on(DeleteHealthCheckCommand).callsFake(({ HealthCheckId }) => {
    if ([...made.values()].some(({ config }) => config.ChildHealthChecks?.includes(HealthCheckId) === true)) {
      throw awsError('HealthCheckInUse');
    }
    if (!made.delete(HealthCheckId)) throw awsError('NoSuchHealthCheck', 404);
    return {};
  });
  route53Mock.on(GetHealthCheckCommand).callsFake(({ HealthCheckId }) => {
    const found = made.get(HealthCheckId);
    if (found === undefined) throw awsError('NoSuchHealthCheck', 404);
    return { HealthCheck: { Id: HealthCheckId, HealthCheckConfig: found.config } };
  });
  route53Mock.on(UpdateHealthCheckCommand).callsFake(({ HealthCheckId, ...rest }) => {
    const found = made.get(HealthCheckId);
    if (found === undefined) throw awsError('NoSuchHealthCheck', 404);
    found.config = { ...found.config, ...rest };
    return {};
  });

  const asRole: (DnsRecord['role'] | 'ourselves')[] = [];
  const services = {
    dynamo,
    tables: TABLES,
    registry: TABLES.registry,
    ledger: TABLES.ledger,
    cloudwatch: (region: string) => cloudwatchOf(region).cloudwatch,
    elb: () => elb,
    route53: (role: DnsRecord['role']) => {
      asRole.push(role ?? 'ourselves');
      return route53;
    },
    region: STANDBY,
    latchPrefix: LATCH_PREFIX,
    now: () => new Date(NOW),
  };
  return {
    services,
    dynamo: dynamoMock,
    route53: route53Mock,
    elb: elbMock,
    cloudwatchIn: (region: string) => cloudwatchOf(region).cloudwatchMock,
    asRole,
    ledger,
    /** Puts what the workflow would put. */
    note: (noted: object) => {
      const key = ledgerKey.record(RECORD_ID);
      const kept = ledger.filter((each) => each.sk?.S !== key.sk);
      ledger.splice(0, ledger.length, ...kept, { pk: { S: key.pk }, sk: { S: key.sk }, ...(noted as Item) });
    },
    /** Puts an entry in the place of all that there are; nothing = there is none. */
    enter: (...entries: readonly DnsRecord[]) => {
      registry.splice(0, registry.length, ...entries.map(recordItem));
    },
    zone: () => sets.map(recordSetFrom),
    checks: () => new Map([...made].map(([id, { config }]) => [id, config])),
    forget: (id: string) => made.delete(id),
    latchAlarm: () => latch,
    /** What was written on Route 53 and CloudWatch, in order: the commands' names. */
    written: () =>
      [route53Mock, ...[...regional.values()].map(({ cloudwatchMock }) => cloudwatchMock)]
        .flatMap((mock) => callsOf(mock).map(([command]) => command))
        .filter((command) => !/^(List|Get|Describe)/.test(command)),
  };
};

/** A set as Route 53 lists it. */
export const toRoute53 = (set: RecordSet): ResourceRecordSet => ({
  Name: set.name,
  Type: set.type as never,
  ...(set.setIdentifier === undefined ? {} : { SetIdentifier: set.setIdentifier }),
  ...(set.failover === undefined ? {} : { Failover: set.failover }),
  ...(set.weight === undefined ? {} : { Weight: set.weight }),
  ...(set.ttl === undefined ? {} : { TTL: set.ttl }),
  ...(set.values === undefined ? {} : { ResourceRecords: set.values.map((Value) => ({ Value })) }),
  ...(set.alias === undefined
    ? {}
    : {
        AliasTarget: {
          HostedZoneId: set.alias.zoneId,
          DNSName: set.alias.dnsName,
          EvaluateTargetHealth: set.alias.evaluateTargetHealth,
        },
      }),
  ...(set.healthCheckId === undefined ? {} : { HealthCheckId: set.healthCheckId }),
});

/** Healthy targets of the primary's group. */
export const healthy = (...addresses: readonly string[]) => ({ [PRIMARY_GROUP]: addresses });
