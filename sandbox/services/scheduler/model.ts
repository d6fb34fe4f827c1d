import type { CreateScheduleInput } from '@aws-sdk/client-scheduler';
import type { Cancel } from '../../clock/clock.ts';
import { HOME_REGION } from '../../cloud.ts';
import type { Expression } from './expression.ts';

/** A schedule as it was last created or updated. */
export interface Schedule {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly account: string;
  readonly request: CreateScheduleInput;
  readonly expression: Expression;
  /** What a rate counts from: StartDate, or when the schedule was last written. Milliseconds, as all times here. */
  readonly start: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Undoes the timer of the next run. */
  cancel: Cancel | undefined;
}

/** A group of schedules; every account has one named `default`. */
export interface ScheduleGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
}

export const scheduleArn = (region: string, account: string, group: string, name: string): string =>
  `arn:aws:scheduler:${region}:${account}:schedule/${group}/${name}`;

export const groupArn = (region: string, account: string, group: string): string =>
  `arn:aws:scheduler:${region}:${account}:schedule-group/${group}`;

/** The schedules and groups of all accounts. */
export class SchedulerModel {
  /** By ARN. */
  readonly schedules = new Map<string, Schedule>();
  readonly #region: string;
  readonly #groups = new Map<string, ScheduleGroup>();

  /** @param region - @default {@link HOME_REGION} */
  constructor(region = HOME_REGION) {
    this.#region = region;
  }

  group(account: string, name: string): ScheduleGroup | undefined {
    const arn = groupArn(this.#region, account, name);
    return this.#groups.get(arn) ?? (name === 'default' ? { name, arn, createdAt: 0 } : undefined);
  }

  addGroup(account: string, name: string, now: number): ScheduleGroup {
    const group = { name, arn: groupArn(this.#region, account, name), createdAt: now };
    this.#groups.set(group.arn, group);
    return group;
  }

  /** The group goes, and its schedules with it. */
  deleteGroup(account: string, group: ScheduleGroup): void {
    this.#groups.delete(group.arn);
    for (const schedule of this.ofAccount(account)) if (schedule.group === group.name) this.remove(schedule);
  }

  /** An account's schedules by ARN. */
  ofAccount(account: string): readonly Schedule[] {
    return [...this.schedules.values()]
      .filter((schedule) => schedule.account === account)
      .sort((a, b) => (a.arn < b.arn ? -1 : 1));
  }

  remove(schedule: Schedule): void {
    schedule.cancel?.();
    this.schedules.delete(schedule.arn);
  }
}
