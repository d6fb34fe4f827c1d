import type {
  ChangeInfo,
  CloudWatchAlarmConfiguration,
  HealthCheckConfig,
  HostedZone,
  VPC,
} from '@aws-sdk/client-route-53';
import type { Clock } from '../../clock/clock.ts';
import { PROVIDER_ACCOUNT } from '../../cloud.ts';
import type { Journal } from '../../journal.ts';
import { type Random, type Range, within } from '../../random.ts';
import { Buckets } from '../buckets.ts';
import { route53Limits } from './buckets.ts';
import { ControlPlane } from './control-plane.ts';
import { route53Errors } from './errors.ts';
import type { AlarmDefinition, AlarmSource, AliasTargets } from './interfaces.ts';
import type { Settings } from './options.ts';
import type { Records } from './record-set.ts';

/** Tags by key, in the order in which they were set. */
export type Tags = Map<string, string>;

/** A hosted zone. */
export interface Zone {
  readonly order: number;
  /** Without `/hostedzone/`. */
  readonly id: string;
  /** Normal. */
  readonly name: string;
  readonly owner: string;
  /** In milliseconds since the epoch, as the other times. */
  readonly createdAt: number;
  readonly callerReference: string;
  comment: string | undefined;
  readonly isPrivate: boolean;
  readonly nameServers: readonly string[];
  /** Of a private zone: whose resolvers it answers. */
  vpcs: readonly Vpc[];
  /** Whom the owner lets associate VPCs of other accounts. */
  authorizations: readonly Vpc[];
  readonly tags: Tags;
  /** What the API says. */
  records: Records;
  /** What DNS answers by. */
  served: Records;
  /** Until when the zone refuses further changes, in milliseconds since the epoch. */
  busyUntil: number;
  /** When DNS will know the newest change. */
  servedAt: number;
  /** Comments of protections, by name and type. */
  readonly protections: Map<string, Protection>;
}

/** A VPC of which nothing is known but its name. */
export interface Vpc {
  readonly region: string;
  readonly id: string;
}

/** What keeps a name and type from being changed. */
export interface Protection {
  readonly name: string;
  readonly type: string;
  readonly comment: string | undefined;
}

/** A change that was accepted. */
export interface Change {
  readonly id: string;
  readonly owner: string;
  readonly submittedAt: number;
  /** In milliseconds since the epoch, as the other times. */
  insyncAt: number;
  readonly comment: string | undefined;
}

/** A health check. */
export interface HealthCheck {
  readonly order: number;
  readonly id: string;
  readonly owner: string;
  readonly callerReference: string;
  /** What it was created with, to tell the same request from another one. */
  readonly request: string;
  config: HealthCheckConfig;
  version: number;
  /** Of a check that follows an alarm: what was copied from it. */
  alarm: AlarmDefinition | undefined;
  readonly tags: Tags;
  /** What health checkers made of it; before they have, a new check is healthy. */
  isHealthy: boolean;
  /** When they looked last, in milliseconds since the epoch; `undefined` = not yet. */
  lookedAt: number | undefined;
  /** Of an endpoint: whether it answers, as the world was told. */
  answers: boolean;
  /** Consecutive results that differ from `isHealthy`. */
  streak: number;
  /** Stops the looking. */
  cancel: () => void;
}

/** What Route 53 needs of the world. */
export interface Route53Parts {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly alarms: AlarmSource;
  readonly targets: AliasTargets;
}

/** Everything that this Route 53 knows; one for all regions of a world. */
export interface Route53 extends Route53Parts {
  readonly settings: Settings;
  readonly buckets: Buckets;
  readonly controlPlane: ControlPlane;
  readonly zones: Map<string, Zone>;
  readonly changes: Map<string, Change>;
  readonly healthChecks: Map<string, HealthCheck>;
  /** Caller references of health checks that are gone: they are never free again. */
  readonly usedReferences: Set<string>;
  /** The number of the next record; listings keep this order. */
  nextOrder(): number;
  /** A fresh id, e.g. `newId('Z')` = `Z0` and 19 letters and digits. */
  newId(prefix: string): string;
  /** A seeded whole number; a range of one value draws nothing. */
  within(range: Range): number;
}

/** An empty Route 53. */
export const route53Model = (parts: Route53Parts, settings: Settings): Route53 => {
  let order = 0;
  return {
    ...parts,
    settings,
    buckets: new Buckets(route53Limits, settings.throttling, PROVIDER_ACCOUNT, () => parts.clock.now()),
    controlPlane: new ControlPlane(parts.journal),
    zones: new Map(),
    changes: new Map(),
    healthChecks: new Map(),
    usedReferences: new Set(),
    nextOrder: () => {
      order += 1;
      return order;
    },
    newId: (prefix) => `${prefix}0${parts.random.hex(19).toUpperCase()}`,
    within: (range) => within(parts.random, range),
  };
};

/** An id without the path that replies put before it: `/hostedzone/Z1` and `Z1` are one. */
export const bareId = (id: string | undefined): string =>
  (id ?? '').replace(/^\/?(hostedzone|change|healthcheck)\//, '');

/** The account's zone. @throws AwsError `NoSuchHostedZone` */
export const requireZone = ({ zones }: Route53, id: string | undefined, accountId: string): Zone => {
  const zone = zones.get(bareId(id));
  if (zone?.owner !== accountId) throw route53Errors.unknownZone(bareId(id));
  return zone;
};

/** The account's health check. @throws AwsError `NoSuchHealthCheck` */
export const requireHealthCheck = ({ healthChecks }: Route53, id: string | undefined, owner: string): HealthCheck => {
  const found = healthChecks.get(id ?? '');
  if (found?.owner !== owner) throw route53Errors.unknownHealthCheck(id ?? '');
  return found;
};

/** A zone as Route 53 returns it. */
export const zoneView = (zone: Zone): HostedZone => ({
  Id: `/hostedzone/${zone.id}`,
  Name: zone.name,
  CallerReference: zone.callerReference,
  Config: { ...(zone.comment === undefined ? {} : { Comment: zone.comment }), PrivateZone: zone.isPrivate },
  ResourceRecordSetCount: zone.records.size,
});

/** A VPC as Route 53 returns it. */
export const vpcView = ({ region, id }: Vpc): VPC => ({ VPCRegion: region as VPC['VPCRegion'], VPCId: id });

/** A change as Route 53 returns it now. */
export const changeView = ({ clock }: Route53, change: Change): ChangeInfo => ({
  Id: `/change/${change.id}`,
  Status: clock.now() >= change.insyncAt ? 'INSYNC' : 'PENDING',
  SubmittedAt: new Date(change.submittedAt),
  ...(change.comment === undefined ? {} : { Comment: change.comment }),
});

/** What a health check copied of its alarm. */
export const alarmView = (alarm: AlarmDefinition): CloudWatchAlarmConfiguration =>
  ({
    EvaluationPeriods: alarm.EvaluationPeriods,
    Threshold: alarm.Threshold,
    ComparisonOperator: alarm.ComparisonOperator,
    Period: alarm.Period,
    MetricName: alarm.MetricName,
    Namespace: alarm.Namespace,
    Statistic: alarm.Statistic,
    Dimensions: [...(alarm.Dimensions ?? [])],
  }) as CloudWatchAlarmConfiguration;
