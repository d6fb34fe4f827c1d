/** The schedule's function, every minute: looks at the addresses of every binding, and tells of those whose target group differs. */
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { RDSClient } from '@aws-sdk/client-rds';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { EVENT_SOURCE } from '../../events/source.ts';
import { TARGET_DRIFT_DETECTED, type TargetDriftDetected } from '../../events/target-drift-detected.ts';
import { readBindings, readPartition } from '../aws/bindings.ts';
import { tellBus } from '../aws/bus.ts';
import { eachAtOnce } from '../aws/chunks.ts';
import { calling, isThrottled } from '../aws/errors.ts';
import { type HostNames, readHostNames, sourceKey } from '../aws/host-names.ts';
import { isInterfaceOf, type ProxyInterface, readProxyInterfaces } from '../aws/interfaces.ts';
import { look, lookUp } from '../aws/lookups.ts';
import { fixedLook, type Observers } from '../aws/observe.ts';
import type { Tables } from '../aws/registry.ts';
import { readServiceStandings, type ServiceStanding } from '../aws/service-standings.ts';
import { findTargets } from '../aws/target-group.ts';
import type { Look, Misses } from '../domain/addresses.ts';
import { BINDING_DEFAULTS, type Binding, overlapsAmong } from '../domain/binding.ts';
import {
  DRIFT_SECONDS,
  FAILED_REFRESHES,
  SILENT_SOURCES,
  UNREADABLE_ENTRIES,
  WATCHES,
  WITHHELD_REMOVALS,
} from '../domain/metric.ts';
import { type Interfaces, isHeldByHealth, planTargets } from '../domain/targets.ts';
import { isResting, isUnfinished, type TargetsRecord } from '../domain/targets-record.ts';
import { type Watched, type WatchOutcome, watchBinding } from '../domain/watch.ts';
import { targetsReading, watchedFrom } from '../registry/bindings.ts';
import { ledgerKey, TARGETS, WATCHED } from '../registry/keys.ts';
import { keyText } from '../registry/view.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, metrics, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({ announce: v.boolean() });

interface Services extends Observers {
  readonly rds: RDSClient;
  readonly dynamo: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly tables: Tables;
  readonly bus: string;
  /** Host names of RDS's endpoints: they seldom change, and an instance of the function lives for hours. */
  readonly hostNames: { names?: HostNames /** By {@link sourceKey}. */; asked?: ReadonlySet<string>; until: number };
  readonly now: () => Date;
}

/** For so long host names are believed. */
const NAMES_MILLISECONDS = 10 * 60_000;
/** The same where RDS did not know one: it may be being made. */
const AGAIN_MILLISECONDS = 3 * 60_000;

/** Describe actions of Elastic Load Balancing have ten calls a second for everybody in the account: a tenth of that is ours. */
const MOST_HEALTH_READS = 60;

/** A binding, and what the ledger knows of it. */
interface Known {
  readonly binding: Binding;
  readonly record: TargetsRecord;
}

/** A binding as the watch saw it. */
interface Seen extends Known {
  readonly look: Look;
  readonly outcome: WatchOutcome;
  readonly isChanged: boolean;
}

/**
 * One invocation for everything: the tables' partitions, RDS's names now and then, the interfaces of all proxies in one listing, and DNS. A
 * target group is read only where a witness differs from what was applied last, and else once in a quarter of an hour.
 *
 * One binding that nobody can follow keeps nobody from following the others: it is told, and left.
 *
 * If we die half-way, the next minute looks again. Misses are written before anything is told: counted twice they would be doubt too few.
 *
 * @throws `Throttled`, `Denied`; `Malformed` for modes that can't be read.
 */
export const run = async ({ announce }: v.InferOutput<typeof Input>, services: Services) => {
  const { dynamo, tables, events, bus, now } = services;
  const time = now().toISOString();
  const [all, targets, watched] = await Promise.all([
    readBindings(dynamo, tables.registry),
    readPartition(dynamo, { table: tables.ledger, pk: TARGETS, isConsistent: false }),
    readPartition(dynamo, { table: tables.ledger, pk: WATCHED, isConsistent: false }),
  ]);
  const unreadable = [...all.values()].flatMap((each) => (each.kind === 'unreadable' ? [each.problem] : []));
  const readable = [...all.values()].flatMap((each) => (each.kind === 'found' ? [each.entry] : []));
  const overlaps = overlapsAmong(readable);
  const contested = new Set(overlaps.flatMap(({ bindingIds }) => bindingIds));
  const known = readable.flatMap((binding): readonly Known[] => {
    const { bindingId } = binding;
    if (contested.has(bindingId)) return [];
    const reading = targetsReading(bindingId, targets.get(keyText(ledgerKey.targets(bindingId))));
    if (reading.kind === 'found') return [{ binding, record: reading.entry }];
    if (reading.kind === 'unreadable') unreadable.push(reading.problem);
    return [];
  });
  const bindings = known.map(({ binding }) => binding);
  const [names, interfaces] = await Promise.all([
    hostNamesOf(bindings, services),
    bindings.some(({ source }) => source.kind === 'proxy') ? interfacesOfAll(services) : [],
  ]);
  const seen = await eachAtOnce(known, async ({ binding, record }): Promise<Seen> => {
    const found = await lookAt(binding, names, services).catch(
      (error: unknown): Look => ({ kind: 'failed', problem: String(error) }),
    );
    const before = watchedFrom(watched.get(keyText(ledgerKey.watched(binding.bindingId))));
    const outcome = watchBinding(binding, found, {
      record,
      watched: before,
      interfaces: interfacesOf(binding, interfaces),
      now: time,
    });
    const isChanged = JSON.stringify(before) !== JSON.stringify(outcome.watched);
    return { binding, record, look: found, outcome, isChanged };
  });
  for (const { binding, outcome, isChanged } of seen) {
    if (isChanged) await noteWatched(services, binding, outcome.watched);
  }

  const suspects = suspectsAmong(seen, time);
  const standings = await readServiceStandings(
    dynamo,
    tables,
    suspects.map(({ binding }) => binding.serviceId),
  );
  const drifts: TargetDriftDetected[] = [];
  let withheld = 0;
  let oldest = 0;
  let unread = 0;
  for (const { binding, record, look: found, outcome } of suspects) {
    const { bindingId, serviceId, targetGroupArn } = binding;
    const standing = standings.get(serviceId);
    if (standing === undefined) continue;
    const registered = unread > 0 ? 'throttled' : await findTargetsNow(services, targetGroupArn);
    if (registered === 'throttled') {
      // The bucket is empty: the next minute begins elsewhere.
      unread += 1;
      continue;
    }
    if (registered === undefined) {
      unreadable.push(`${bindingId}: there is no target group ${targetGroupArn}: correct the binding, or remove it`);
      continue;
    }
    if (registered instanceof Error) {
      unreadable.push(`${bindingId}: ${targetGroupArn} could not be read: ${registered.name}: ${registered.message}`);
      continue;
    }
    const plan = planTargets({
      binding: {
        ...binding,
        missesBeforeRemoval:
          binding.source.kind === 'fixed' ? 0 : (binding.missesBeforeRemoval ?? BINDING_DEFAULTS.missesBeforeRemoval),
      },
      look: found,
      interfaces: interfacesOf(binding, interfaces),
      targets: registered,
      misses: outcome.watched.misses,
      ours: new Set(Object.keys(record.ours)),
      refused: Object.fromEntries(Object.entries(record.refused).map(([address, { until }]) => [address, until])),
      // The run asks for both; what it finds forbidden, it withholds.
      room: Number.POSITIVE_INFINITY,
      isCrossZone: record.isCrossZone ?? true,
      ...standing,
      now: time,
    });
    const removals = isActing(standing, ['targets-remove'])
      ? plan.withheld.filter(({ effect }) => effect === 'targets-remove').length
      : 0;
    const isDrift = isActing(standing, ['targets-add', 'targets-remove']) && outcome.watched.driftSince !== undefined;
    withheld += removals;
    if (isDrift) oldest = Math.max(oldest, driftOf(outcome, time));
    logger.info('targets watched', { bindingId, because: outcome.because, look: found, plan });
    const hasNothing = plan.add.length + plan.remove.length === 0;
    const { idleFor: _before, kept: _kept, ...watchedNow } = outcome.watched;
    // What nothing follows from now, nothing follows from in the next minute, but where it hangs on the targets' health.
    const mayFinish = standing.paused === undefined && standing.modes['targets-add'] === 'enforce';
    const isToFinish = mayFinish && isUnfinished(record, time);
    const isAtRest = hasNothing && !isToFinish && !isCounting(outcome.watched.misses, binding) && !isHeldByHealth(plan);
    const next: Watched = {
      ...watchedNow,
      ...(isAtRest ? { idleFor: outcome.witnesses } : {}),
      ...(isAtRest && (removals > 0 || isDrift) ? { kept: { removals, isDrift } } : {}),
    };
    if (JSON.stringify(next) !== JSON.stringify(outcome.watched)) await noteWatched(services, binding, next);
    if ((hasNothing && !isToFinish) || isResting(record, time)) continue;
    drifts.push({ schemaVersion: 1, bindingId, serviceId, targetGroupArn, add: plan.add, remove: plan.remove });
  }
  // Whose target group nobody read just now, since nothing changed: what was kept then is kept still.
  for (const { outcome } of seen.filter((each) => !suspects.includes(each))) {
    const { kept } = outcome.watched;
    withheld += kept?.removals ?? 0;
    if (kept?.isDrift === true) oldest = Math.max(oldest, driftOf(outcome, time));
  }
  const silent = seen.filter((each) => each.look.kind !== 'answered');
  count(UNREADABLE_ENTRIES, unreadable.length + overlaps.length);
  // These also when there is none: their alarms ask whether each look had one.
  metrics.singleMetric().addMetric(SILENT_SOURCES, MetricUnit.Count, silent.length);
  metrics.singleMetric().addMetric(WITHHELD_REMOVALS, MetricUnit.Count, withheld);
  count(DRIFT_SECONDS, oldest);
  count(FAILED_REFRESHES, Math.max(0, ...known.map(({ record }) => record.failures)));
  const report = {
    bindings: all.size,
    read: suspects.length - unread,
    unread,
    drifts: drifts.map(({ bindingId }) => bindingId),
    silent: silent.map(({ binding }) => binding.bindingId),
    unreadable,
    overlaps,
  };
  logger.info('watched', { ...report, oldest, withheld });
  if (announce) {
    await tellBus(
      events,
      { bus, source: EVENT_SOURCE },
      drifts.map((detail) => ({ detailType: TARGET_DRIFT_DETECTED, detail })),
    );
  }
  // Last: a look that could not tell what it saw is none.
  count(WATCHES, 1);
  return report;
};

/** For how many seconds a binding has differed from what was applied. */
const driftOf = ({ watched: { driftSince } }: WatchOutcome, time: string): number =>
  driftSince === undefined ? 0 : (Date.parse(time) - Date.parse(driftSince)) / 1_000;

/** Whether some look to come may still let a target go. */
const isCounting = (misses: Misses, { missesBeforeRemoval = BINDING_DEFAULTS.missesBeforeRemoval }: Binding): boolean =>
  Object.values(misses).some((count) => count < missesBeforeRemoval);

const noteWatched = ({ dynamo, tables }: Services, { bindingId }: Binding, watched: Watched) => {
  const Item = marshall({ ...ledgerKey.watched(bindingId), ...watched });
  return calling('write what was watched', () => dynamo.send(new PutItemCommand({ TableName: tables.ledger, Item })));
};

/** What a target group has, where Elastic Load Balancing says so at once: one that it does not say of keeps nobody from the others. */
const findTargetsNow = ({ elb }: Services, targetGroupArn: string) =>
  unlessThrottled(
    () =>
      findTargets(elb, targetGroupArn).catch((error: unknown) => {
        // Who may read none is told so for all of them; anything else is about this one: an ARN of another region, a group without a port.
        if (!(error instanceof Error) || isThrottled(error) || error.name === 'Denied') throw error;
        return error;
      }),
    'throttled' as const,
  );

/** The second witness only guards: where EC2 does not say now, nothing healthy is removed. */
const interfacesOfAll = ({ ec2 }: Services) => unlessThrottled(() => readProxyInterfaces(ec2), 'throttled' as const);

const unlessThrottled = async <T, Other>(read: () => Promise<T>, otherwise: Other): Promise<T | Other> => {
  try {
    return await read();
  } catch (error) {
    if (!isThrottled(error)) throw error;
    logger.warn('throttled', { error: String(error) });
    return otherwise;
  }
};

const count = (metric: string, value: number): void => {
  if (value > 0) metrics.singleMetric().addMetric(metric, MetricUnit.Count, value);
};

/** Whether neither a pause nor a mode keeps anybody from acting: what people decided is nobody's alarm. */
const isActing = (
  { modes, paused }: ServiceStanding,
  effects: readonly ('targets-add' | 'targets-remove')[],
): boolean => paused === undefined && effects.every((effect) => modes[effect] === 'enforce');

/** What differs comes before whose turn it is, and begins elsewhere each minute: what nobody may bring in line differs for ever. */
const suspectsAmong = (seen: readonly Seen[], time: string): readonly Seen[] => {
  const differing = seen.filter(({ outcome: { because } }) => because !== undefined && because !== 'turn');
  const due = seen.filter(({ outcome: { because } }) => because === 'turn');
  const start = (Math.floor(Date.parse(time) / 60_000) * MOST_HEALTH_READS) % Math.max(1, differing.length);
  return [...differing.slice(start), ...differing.slice(0, start), ...due].slice(0, MOST_HEALTH_READS);
};

/** Asked again where a source is new, and every ten minutes; one that RDS did not know, it knows no sooner for being asked each minute. */
const hostNamesOf = async (bindings: readonly Binding[], { rds, hostNames, now }: Services): Promise<HostNames> => {
  const { names, asked, until } = hostNames;
  const sources = bindings.map(({ source }) => source);
  const keys = sources.map((source) => sourceKey(source));
  const isWhole = names !== undefined && keys.every((key) => asked?.has(key) === true);
  if (isWhole && now().getTime() < until) return names;
  const ask = (): Promise<HostNames> => readHostNames(rds, sources);
  const read = names === undefined ? await ask() : await unlessThrottled(ask, names);
  if (read === names) return names;
  hostNames.names = read;
  hostNames.asked = new Set(keys);
  const isKnown = sources.every((source) => source.kind === 'fixed' || read.has(sourceKey(source)));
  hostNames.until = now().getTime() + (isKnown ? NAMES_MILLISECONDS : AGAIN_MILLISECONDS);
  return read;
};

const lookAt = async (binding: Binding, names: HostNames, { lookup }: Services): Promise<Look> => {
  const { source, family = 'ipv4', within } = binding;
  if (source.kind === 'fixed') return fixedLook(binding);
  const hostName = names.get(sourceKey(source));
  if (hostName === undefined) return { kind: 'failed', problem: `RDS has no ${sourceKey(source)}` };
  return look(lookup, { hostName, family, ...(within === undefined ? {} : { within }) });
};

const interfacesOf = ({ source }: Binding, all: readonly ProxyInterface[] | 'throttled'): Interfaces => {
  if (source.kind !== 'proxy') return { kind: 'none' };
  if (all === 'throttled') return { kind: 'failed', problem: 'EC2 asks to wait' };
  const own = all.filter((each) => isInterfaceOf(each, source.proxyName));
  return { kind: 'listed', addresses: own.flatMap(({ addresses }) => addresses) };
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  rds: tracer.captureAWSv3Client(new RDSClient({})),
  elb: tracer.captureAWSv3Client(new ElasticLoadBalancingV2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  events: tracer.captureAWSv3Client(new EventBridgeClient({})),
  tables: { registry: required('REGISTRY_TABLE'), ledger: required('LEDGER_TABLE') },
  bus: required('EVENT_BUS'),
  lookup: lookUp,
  hostNames: { until: 0 },
  now: () => new Date(),
});
