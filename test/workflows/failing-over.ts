import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DnsRecord } from '../../functions/domain/dns-record.ts';
import {
  type AlarmReading,
  type Answered,
  type FailoverState,
  NO_STATE,
} from '../../functions/domain/failover-state.ts';
import { stateAttributes, stateFrom } from '../../functions/registry/dns-records.ts';
import { itemOf } from '../../functions/registry/items.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { type Given, STANDBY, world } from '../functions/failover/world.ts';
import { callsOf, stubFunctionEnvironment } from '../functions/support.ts';
import { START } from '../sandbox/asl/run-definition.ts';
import { CHECKS, RECORD_ID, RECORD_NAME, WELL, ZONE_ID } from '../support/dns-records.ts';
import { CONDITION_FAILED, executing, failing, payload, type Script, type wokenAfter } from './admission.ts';
import { machineOf, serviceOf, tasksOf, waitsForToken } from './support.ts';

stubFunctionEnvironment();
const FUNCTIONS = {
  'plan-failover:3': await import('../../functions/failover/plan-failover.ts'),
  'look-up-names:1': await import('../../functions/failover/look-up-names.ts'),
  'compare-record:2': await import('../../functions/failover/compare-record.ts'),
  'converge-record:4': await import('../../functions/failover/converge-record.ts'),
  'assert-latches:1': await import('../../functions/failover/assert-latches.ts'),
  'find-records:1': await import('../../functions/failover/find-records.ts'),
} as const;

/** Executes `update-failover` on virtual time, its tasks answered by a script. */
export const updateFailover = executing('update-failover.asl.json', {
  PlanFailover: 'plan-failover:3',
  LookUpNames: 'look-up-names:1',
  CompareRecord: 'compare-record:2',
  ConvergeRecord: 'converge-record:4',
  AssertLatches: 'assert-latches:1',
  FindRecords: 'find-records:1',
  Ledger: 'ledger-table',
  Bus: 'concierge-bus',
});

export const FAILOVER = { recordId: RECORD_ID, action: 'failover', by: 'ada', reason: 'a drill' };
export const FAILBACK = { recordId: RECORD_ID, action: 'failback', by: 'ada', reason: 'it is over' };
export const FOLLOW = { recordId: RECORD_ID, action: 'follow' };
export const CONVERGE = { recordId: RECORD_ID, action: 'converge' };
/** Where the ledger has what is known of the record, and who writes its zone. */
export const STATE_KEY = { pk: { S: 'RECORDS' }, sk: { S: `RECORD#${RECORD_ID}` } };
export const ZONE_KEY = { pk: { S: `ZONE#${ZONE_ID}` }, sk: { S: 'LEASE' } };
const [AT_PRIMARY, AT_SECONDARY] = ['10.0.1.1', '10.1.1.1'] as const;
/** Seconds after which clients get what the latch says, in these worlds. */
export const FOLLOWED_AFTER = 90;

type Item = Record<string, AttributeValue>;
type Values = Readonly<Record<string, AttributeValue>>;
interface Call {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Values;
}

/** What the primary's alarm says since two hours before the start. */
export const since = (state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA', seconds = -7_200): AlarmReading => ({
  state,
  since: new Date(START + seconds * 1000).toISOString(),
});

/** Whether a condition of DynamoDB holds: `OR` of `AND` of `attribute_not_exists(a)` and `a = :v`, in parentheses or not. */
const holds = (
  item: Item,
  { ConditionExpression: text, ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} }: Call,
): boolean => {
  if (text === undefined) return true;
  const of = (name: string) => item[names[name] ?? name];
  return text.split(' OR ').some((either) =>
    either
      .replace(/^\((.*)\)$/, '$1')
      .split(' AND ')
      .every((term) => {
        const [, absent] = /^attribute_not_exists\((\S+)\)$/.exec(term) ?? [];
        if (absent !== undefined) return of(absent) === undefined;
        const [, name = '', value = ''] = /^(\S+) = (:\S+)$/.exec(term) ?? [];
        if (name === '') throw new Error(`The test knows no such condition: ${term}`);
        return JSON.stringify(of(name)) === JSON.stringify(values[value]);
      }),
  );
};

/** What an update leaves of an item: `SET a = :a, b = :b` or `REMOVE a, b`. */
const updated = (
  item: Item,
  { UpdateExpression = '', ExpressionAttributeValues: values = {}, ExpressionAttributeNames: names = {} }: Call,
): Item => {
  const [verb, ...rest] = UpdateExpression.split(' ');
  const parts = rest.join(' ').split(', ');
  if (verb === 'REMOVE') return Object.fromEntries(Object.entries(item).filter(([name]) => !parts.includes(name)));
  const set = parts.map((part) => part.split(' = ') as [string, string]);
  return {
    ...item,
    ...Object.fromEntries(set.map(([name, value]) => [names[name] ?? name, values[value] as AttributeValue])),
  };
};

/** What is in the standby region, and around it. */
export interface Around extends Omit<Given, 'alarms'> {
  readonly alarms?: Record<string, AlarmReading | Error>;
  /** Whose answer clients get before anything is done. @default the primary's */
  readonly answered?: Answered;
  /** Whether DNS follows the latch. @default true */
  readonly isFollowed?: boolean;
  /** The executions that are not of these tests' own, by ARN. */
  readonly executions?: Readonly<Record<string, string>>;
  /** What whoever promotes says, and when. @default nobody listens */
  readonly promoter?: ReturnType<typeof wokenAfter>;
}

/** A record's standby region: the functions themselves, on tables, a zone, alarms and names that change with what is written. */
export const standby = (around: Around = {}) => {
  const alarms = around.alarms ?? { 'orders-sick in us-west-2': WELL };
  const checks = Object.fromEntries(Object.values(CHECKS).map((id) => [id, checkOf(id)]));
  const given = world({ checks, latchAlarm: latchAlarmOf(), ...around, alarms });
  const { ledger, services } = given;
  const clock = { at: 0 };
  const indexOf = (key: Item): number => ledger.findIndex(({ pk, sk }) => pk?.S === key.pk?.S && sk?.S === key.sk?.S);
  const put = (item: Item): void => {
    const index = indexOf(item);
    ledger.splice(index === -1 ? ledger.length : index, 1, item);
  };
  /** When which latch was asserted first, in seconds. */
  const asserted: { readonly latch: 0 | 1; readonly at: number }[] = [];
  const answeredNow = (): Answered => {
    const seen = around.isFollowed === false ? [] : asserted.filter(({ at }) => at + FOLLOWED_AFTER <= clock.at);
    const last = seen.at(-1);
    return last === undefined ? (around.answered ?? 'primary') : last.latch === 1 ? 'secondary' : 'primary';
  };
  const lookup = async (name: string) => {
    const side = name === RECORD_NAME ? answeredNow() : name.startsWith('primary') ? 'primary' : 'secondary';
    if (side === 'unknown') return { kind: 'failed' as const, problem: 'ETIMEOUT' };
    const address = side === 'neither' ? '10.7.7.7' : side === 'primary' ? AT_PRIMARY : AT_SECONDARY;
    return { kind: 'addresses' as const, addresses: [address] };
  };
  const invoke = async ({ FunctionName, Payload }: { FunctionName: keyof typeof FUNCTIONS; Payload: unknown }) => {
    const own = { ...services, now: () => new Date(START + clock.at * 1000), lookup };
    const isLatches = FunctionName === 'assert-latches:1';
    try {
      const result = await FUNCTIONS[FunctionName].run(
        Payload as never,
        { ...own, ...(isLatches ? { cloudwatch: services.cloudwatch(STANDBY) } : {}) } as never,
      );
      if (isLatches)
        for (const { latch } of (result as unknown as { latches: { latch: 0 | 1 }[] }).latches)
          asserted.push({ latch, at: clock.at });
      return payload(result);
    } catch (error) {
      throw error instanceof Error ? failing(error.name, error.message) : error;
    }
  };
  const dynamodb = (call: Call, action: string): unknown => {
    const key = call.Key ?? call.Item ?? {};
    const before = ledger[indexOf(key)] ?? {};
    if (action === 'getItem') return Object.keys(before).length === 0 ? {} : { Item: before };
    if (!holds(before, call)) throw failing(CONDITION_FAILED);
    if (action === 'deleteItem') {
      if (indexOf(key) !== -1) ledger.splice(indexOf(key), 1);
      return {};
    }
    put(call.Item ?? { ...updated(before, call), ...call.Key });
    return {};
  };
  const started: unknown[] = [];
  const published: unknown[] = [];
  const answer =
    (state: string, service: string, isWaiting: boolean) =>
    (call: unknown, at: number, action: string): unknown => {
      clock.at = at;
      if (service === 'lambda') return invoke(call as never);
      if (service === 'dynamodb') {
        const reply = dynamodb(call as Call, action);
        return isWaiting ? (around.promoter ?? {}) : reply;
      }
      if (service === 'events') {
        published.push(call);
        return { FailedEntryCount: 0 };
      }
      if (action === 'startExecution') {
        started.push(JSON.parse((call as { Input: string }).Input));
        return { ExecutionArn: 'arn', StartDate: 0 };
      }
      const { ExecutionArn } = call as { ExecutionArn: string };
      const status = around.executions?.[ExecutionArn];
      if (status === undefined) throw failing('Sfn.ExecutionDoesNotExistException', `${state} knows none`);
      return { Status: status };
    };
  const script = Object.fromEntries(
    tasksOf(machineOf('update-failover.asl.json')).map(([state, task]) => [
      state,
      [answer(state, serviceOf(task), waitsForToken(task))],
    ]),
  ) as Readonly<Record<string, readonly [(call: unknown, at: number, action: string) => unknown]>>;
  const state = (): FailoverState => stateFrom(RECORD_ID, itemOf(ledger[indexOf(STATE_KEY)] ?? {}));
  return {
    ...given,
    alarms,
    script: script as Script,
    /** A state's task, for whoever has something happen before or after it. */
    task: (name: string) => script[name]?.[0] ?? (() => failing(`no task ${name}`)),
    clock,
    /** What is known of the record, but for where it is written. */
    state: (): FailoverState => {
      const { written: _where, ...rest } = state();
      return rest;
    },
    whereWritten: () => state().written,
    asserted,
    started,
    published,
    /** What another run writes. */
    write: (changes: Partial<FailoverState>, by = 'arn:other') => {
      const before = ledger[indexOf(STATE_KEY)] === undefined ? NO_STATE : state();
      put({ ...STATE_KEY, run: { S: by }, ...stateAttributes({ ...before, version: before.version + 1, ...changes }) });
    },
    lease: (): Item | undefined => ledger[indexOf(ZONE_KEY)],
    hold: (execution: string) =>
      put({ ...marshall(ledgerKey.zone(ZONE_ID)), execution: { S: execution }, leaseUntil: { S: 'x' } }),
    /** Another run asked for a promotion. */
    ask: (execution: string) =>
      put({ pk: { S: `RECORD#${RECORD_ID}` }, sk: { S: 'ASKED' }, execution: { S: execution }, askedAt: { S: 'x' } }),
    /** The items that tell of runs. */
    decisions: () =>
      ledger.filter(({ pk, sk }) => pk?.S === `RECORD#${RECORD_ID}` && /^(DECISION|FAILURE)#/.test(sk?.S ?? '')),
    /** Those that wait for a promotion: their task tokens. */
    promotions: () => ledger.filter(({ sk }) => sk?.S?.startsWith('PROMOTION#') === true),
    metrics: () => callsOf(given.cloudwatchIn(STANDBY)).filter(([command]) => command === 'PutMetricData').length,
  };
};

/** What `ARMED` has its health checks made of. */
const checkOf = (id: string) =>
  id === CHECKS.primary
    ? { Type: 'CALCULATED' as const, HealthThreshold: 2, ChildHealthChecks: [CHECKS.health, CHECKS.latch] }
    : id === CHECKS.health
      ? {
          Type: 'CLOUDWATCH_METRIC' as const,
          AlarmIdentifier: { Name: 'orders-sick', Region: 'us-west-2' as const },
          InsufficientDataHealthStatus: 'Unhealthy' as const,
        }
      : {
          Type: 'CLOUDWATCH_METRIC' as const,
          AlarmIdentifier: { Name: 'concierge-latch-orders-db', Region: 'us-west-2' as const },
          InsufficientDataHealthStatus: 'LastKnownStatus' as const,
        };

const latchAlarmOf = () => ({
  Namespace: 'PrivateLinkConcierge',
  MetricName: 'Latch',
  Dimensions: [{ Name: 'record', Value: RECORD_ID }],
  Statistic: 'Maximum' as const,
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold' as const,
  TreatMissingData: 'ignore',
});

/** `ARMED`, whose primary's health check is not one of an unarmed record. */
export const UNARMED: FailoverState = { version: 3, checks: CHECKS };
/** A record that never was in the zone. */
export const unwritten = (records?: readonly DnsRecord[]): Around => ({
  ...(records === undefined ? {} : { records }),
  state: undefined,
  checks: {},
});
