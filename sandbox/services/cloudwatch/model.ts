import type { PutCompositeAlarmInput, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { Cloud } from '../../cloud.ts';
import type { Alarm, DataAlarm, HistoryItem, RuleAlarm, StateNow } from './alarm.ts';
import { AlarmActions } from './alarm-actions.ts';
import { parseAlarmRule } from './alarm-rule.ts';
import { definitionOf } from './definition.ts';
import { validation } from './errors.ts';
import { type Evaluation, Evaluator } from './evaluator.ts';
import type { CloudWatchSettings } from './options.ts';
import { alarmTime, reasonData, reasonOf } from './reasons.ts';
import { MetricStore } from './store.ts';

const UNCHECKED = 'Unchecked: Initial alarm creation';
/** How long an alarm's history is kept: 30 days (API_DescribeAlarmHistory). */
const HISTORY_KEPT = 30 * 24 * 3_600_000;

/** The metrics and alarms of one region, of as many accounts as call. */
export class CloudWatchModel {
  readonly cloud: Cloud;
  readonly region: string;
  readonly store: MetricStore;
  readonly evaluator: Evaluator;
  readonly #actions: AlarmActions;
  /** By account and name. */
  readonly #alarms = new Map<string, Alarm>();

  constructor(cloud: Cloud, region: string, settings: CloudWatchSettings) {
    this.cloud = cloud;
    this.region = region;
    this.store = new MetricStore(cloud.clock);
    this.evaluator = new Evaluator(cloud.clock, this.store, settings);
    this.#actions = new AlarmActions(cloud, region, (alarm, item) => this.#remember(alarm, item));
  }

  /** e.g. `arn:aws:cloudwatch:us-west-2:123456789012:alarm:orders`. */
  arnOf(account: string, name: string): string {
    return `arn:aws:cloudwatch:${this.region}:${account}:alarm:${name}`;
  }

  find(account: string, name: string): Alarm | undefined {
    return this.#alarms.get(`${account} ${name}`);
  }

  /** An account's alarms by name, as AWS lists them. */
  ofAccount(account: string): readonly Alarm[] {
    return [...this.#alarms.values()]
      .filter((alarm) => alarm.account === account)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Makes an alarm, which begins in INSUFFICIENT_DATA, or changes one, which stays in the state that it is in. */
  putMetricAlarm(account: string, request: PutMetricAlarmInput): DataAlarm {
    const definition = definitionOf(request, account);
    const known = this.find(account, definition.name);
    if (known?.kind === 'CompositeAlarm') throw validation(`${known.name} is the name of a composite alarm`);
    const parts = { request, definition, actionsEnabled: request.ActionsEnabled ?? true };
    const made: DataAlarm = {
      kind: 'MetricAlarm',
      ...this.#newAlarm(account, definition.name),
      ...parts,
      wake: () => undefined,
    };
    const alarm = known === undefined ? made : Object.assign(known, parts);
    alarm.stop();
    const following = this.evaluator.follow(definition, (evaluation) => this.#judge(alarm, evaluation));
    Object.assign(alarm, { wake: () => following.wake(), stop: () => following.stop() });
    this.#configured(alarm, known === undefined);
    return alarm;
  }

  /** The same for an alarm on alarms, which is judged at once. @throws AwsError `ValidationError` */
  putCompositeAlarm(account: string, request: PutCompositeAlarmInput): RuleAlarm {
    const name = request.AlarmName ?? '';
    const rule = parseAlarmRule(request.AlarmRule ?? '');
    const missing = rule.children.filter((child) => this.find(account, child) === undefined && child !== name);
    if (missing.length > 0) {
      throw validation(
        `Could not save the composite alarm as alarms [${missing.join(', ')}] in the alarm rule do not exist`,
      );
    }
    if (this.#reaches(account, rule.children, name)) {
      throw validation(`Could not save the composite alarm as there is a circular dependency through ${name}`);
    }
    const known = this.find(account, name);
    if (known?.kind === 'MetricAlarm') throw validation(`${name} is the name of a metric alarm`);
    const parts = { request, rule, actionsEnabled: request.ActionsEnabled ?? true };
    const made: RuleAlarm = { kind: 'CompositeAlarm', ...this.#newAlarm(account, name), ...parts };
    const alarm = known === undefined ? made : Object.assign(known, parts);
    this.#configured(alarm, known === undefined);
    this.#judgeRule(alarm);
    return alarm;
  }

  delete(alarm: Alarm): void {
    alarm.stop();
    this.#alarms.delete(`${alarm.account} ${alarm.name}`);
    this.#judgeParents(alarm);
  }

  /** Sets the state by hand; the next evaluation sets it right again. */
  setState(alarm: Alarm, state: Omit<StateNow, 'at'>): void {
    this.#change(alarm, state);
    if (alarm.kind === 'MetricAlarm') alarm.wake();
  }

  /** The composite alarms that name it. */
  parentsOf({ account, name }: Alarm): readonly RuleAlarm[] {
    return [...this.#alarms.values()].filter(
      (each): each is RuleAlarm =>
        each.kind === 'CompositeAlarm' && each.account === account && each.rule.children.includes(name),
    );
  }

  #newAlarm(account: string, name: string) {
    const state = {
      value: 'INSUFFICIENT_DATA' as const,
      reason: UNCHECKED,
      reasonData: undefined,
      at: this.cloud.clock.now(),
    };
    return {
      account,
      name,
      arn: this.arnOf(account, name),
      tags: new Map<string, string>(),
      history: [],
      state,
      configuredAt: 0,
      stop: () => undefined,
    };
  }

  #configured(alarm: Alarm, isNew: boolean): void {
    alarm.configuredAt = this.cloud.clock.now();
    this.#alarms.set(`${alarm.account} ${alarm.name}`, alarm);
    const type = isNew ? 'Create' : 'Update';
    this.#remember(alarm, {
      type: 'ConfigurationUpdate',
      summary: `Alarm "${alarm.name}" ${type.toLowerCase()}d`,
      data: JSON.stringify({ version: '1.0', type, ...{ [`${type.toLowerCase()}dAlarm`]: alarm.request } }),
    });
  }

  #judge(alarm: DataAlarm, { verdict, points }: Evaluation): void {
    const { state } = verdict;
    if (state === undefined || state === alarm.state.value) return;
    const reason = reasonOf(alarm.definition, verdict, points, alarm.state.value, state);
    const data = reasonData(alarm.definition, verdict, points, this.cloud.clock.now());
    this.#change(alarm, { value: state, reason, reasonData: data });
  }

  #judgeRule(alarm: RuleAlarm): void {
    const holds = alarm.rule.holds((name) => this.find(alarm.account, name)?.state.value);
    const value = holds ? 'ALARM' : 'OK';
    if (value === alarm.state.value) return;
    const states = alarm.rule.children.map((name) => {
      const child = this.find(alarm.account, name);
      return {
        arn: this.arnOf(alarm.account, name),
        state: { value: child?.state.value, timestamp: alarmTime(child?.state.at ?? 0) },
      };
    });
    const which = states.find(({ state }) => state.value === value) ?? states[0];
    const because = which === undefined ? '' : ` ${which.arn} is in ${which.state.value}.`;
    const reason = `The alarm rule is ${holds ? 'true' : 'false'}.${because}`;
    this.#change(alarm, { value, reason, reasonData: JSON.stringify({ triggeringAlarms: states }) });
  }

  #judgeParents(alarm: Alarm): void {
    for (const parent of this.parentsOf(alarm)) this.#judgeRule(parent);
  }

  #change(alarm: Alarm, next: Omit<StateNow, 'at'>): void {
    const before = alarm.state;
    alarm.state = { ...next, at: this.cloud.clock.now() };
    if (before.value === next.value) return;
    const { journal } = this.cloud;
    journal.write({
      kind: 'state',
      who: alarm.arn,
      what: `alarm ${next.value}`,
      detail: { from: before.value, reason: next.reason },
    });
    const told = ({ value, reason, reasonData: data }: Omit<StateNow, 'at'>): object => ({
      stateValue: value,
      stateReason: reason,
      ...(data === undefined ? {} : { stateReasonData: JSON.parse(data) as unknown }),
    });
    this.#remember(alarm, {
      type: 'StateUpdate',
      summary: `Alarm updated from ${before.value} to ${next.value}`,
      data: JSON.stringify({ version: '1.0', oldState: told(before), newState: told(next) }),
    });
    this.#actions.run(alarm, before);
    this.#judgeParents(alarm);
  }

  #remember(alarm: Alarm, item: Omit<HistoryItem, 'at'>): void {
    const at = this.cloud.clock.now();
    alarm.history.push({ at, ...item });
    while ((alarm.history[0]?.at ?? at) < at - HISTORY_KEPT) alarm.history.shift();
  }

  /** Whether the alarms, or those that they are made of, include the one with this name. */
  #reaches(account: string, children: readonly string[], name: string): boolean {
    return children.some((child) => {
      if (child === name) return true;
      const found = this.find(account, child);
      return found?.kind === 'CompositeAlarm' && this.#reaches(account, found.rule.children, name);
    });
  }
}
