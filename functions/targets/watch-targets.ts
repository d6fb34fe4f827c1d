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
import { calling } from '../aws/errors.ts';
import { type HostNames, readHostNames, sourceKey } from '../aws/host-names.ts';
import { isInterfaceOf, type ProxyInterface, readProxyInterfaces } from '../aws/interfaces.ts';
import { look, lookUp } from '../aws/lookups.ts';
import { fixedLook, type Observers } from '../aws/observe.ts';
import type { Tables } from '../aws/registry.ts';
import { readServiceStandings } from '../aws/service-standings.ts';
import { readTargets } from '../aws/target-group.ts';
import type { Look } from '../domain/addresses.ts';
import { BINDING_DEFAULTS, type Binding, overlapsAmong } from '../domain/binding.ts';
import { DRIFT_SECONDS, SILENT_SOURCES, UNREADABLE_ENTRIES, WITHHELD_REMOVALS } from '../domain/metric.ts';
import { type Interfaces, planTargets } from '../domain/targets.ts';
import { isResting } from '../domain/targets-record.ts';
import { type WatchOutcome, watchBinding } from '../domain/watch.ts';
import { targetsRecordFrom, watchedFrom } from '../registry/bindings.ts';
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
  readonly hostNames: { names?: HostNames; until: number };
  readonly now: () => Date;
}

/** For so long host names are believed. */
const NAMES_MILLISECONDS = 10 * 60_000;

/** Describe actions of Elastic Load Balancing have ten calls a second for everybody in the account: a tenth of that is ours. */
const MOST_HEALTH_READS = 60;

/** A binding as the watch saw it. */
interface Seen {
  readonly binding: Binding;
  readonly look: Look;
  readonly outcome: WatchOutcome;
  readonly isChanged: boolean;
}

/**
 * One invocation for everything: the tables' partitions, RDS's names now and then, the interfaces of all proxies in one listing, and DNS. A
 * target group is read only where a witness differs from what was applied last, and else once in a quarter of an hour.
 *
 * If we die half-way, the next minute looks again. Misses are written before anything is told: counted twice they would be doubt too few.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
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
  const bindings = readable.filter(({ bindingId }) => !contested.has(bindingId));
  const [names, interfaces] = await Promise.all([
    hostNamesOf(bindings, services),
    bindings.some(({ source }) => source.kind === 'proxy') ? readProxyInterfaces(services.ec2) : [],
  ]);
  const recordOf = ({ bindingId }: Binding) =>
    targetsRecordFrom(bindingId, targets.get(keyText(ledgerKey.targets(bindingId))));
  const seen = await eachAtOnce(bindings, async (binding): Promise<Seen> => {
    const found = await lookAt(binding, names, services);
    const before = watchedFrom(watched.get(keyText(ledgerKey.watched(binding.bindingId))));
    const outcome = watchBinding(binding, found, { record: recordOf(binding), watched: before, now: time });
    const isChanged = JSON.stringify(before) !== JSON.stringify(outcome.watched);
    return { binding, look: found, outcome, isChanged };
  });
  for (const { binding, outcome, isChanged } of seen) {
    if (!isChanged) continue;
    const Item = marshall({ ...ledgerKey.watched(binding.bindingId), ...outcome.watched });
    await calling('write what was watched', () => dynamo.send(new PutItemCommand({ TableName: tables.ledger, Item })));
  }

  const suspects = seen
    .filter(({ outcome }) => outcome.because !== undefined)
    .sort((one, other) => rankOf(one) - rankOf(other))
    .slice(0, MOST_HEALTH_READS);
  const standings = await readServiceStandings(
    dynamo,
    tables,
    suspects.map(({ binding }) => binding.serviceId),
  );
  const drifts: TargetDriftDetected[] = [];
  let withheld = 0;
  for (const { binding, look: found, outcome } of suspects) {
    const { bindingId, serviceId, targetGroupArn } = binding;
    const record = recordOf(binding);
    const standing = standings.get(serviceId);
    if (standing === undefined) continue;
    const plan = planTargets({
      binding: {
        ...binding,
        missesBeforeRemoval:
          binding.source.kind === 'fixed' ? 0 : (binding.missesBeforeRemoval ?? BINDING_DEFAULTS.missesBeforeRemoval),
      },
      look: found,
      interfaces: interfacesOf(binding, interfaces),
      targets: await readTargets(services.elb, targetGroupArn),
      misses: outcome.watched.misses,
      ours: new Set(Object.keys(record.ours)),
      refused: Object.fromEntries(Object.entries(record.refused).map(([address, { until }]) => [address, until])),
      // The run asks for both; what it finds forbidden, it withholds.
      room: Number.POSITIVE_INFINITY,
      isCrossZone: record.isCrossZone ?? true,
      ...standing,
      now: time,
    });
    withheld += plan.withheld.filter(({ effect }) => effect === 'targets-remove').length;
    logger.info('targets watched', { bindingId, because: outcome.because, look: found, plan });
    if (plan.add.length + plan.remove.length === 0 || isResting(record, time)) continue;
    drifts.push({ schemaVersion: 1, bindingId, serviceId, targetGroupArn, add: plan.add, remove: plan.remove });
  }
  const silent = seen.filter((each) => each.look.kind !== 'answered');
  const oldest = Math.max(
    0,
    ...seen.map(
      ({
        outcome: {
          watched: { driftSince },
        },
      }) => (driftSince === undefined ? 0 : (Date.parse(time) - Date.parse(driftSince)) / 1000),
    ),
  );
  count(UNREADABLE_ENTRIES, unreadable.length + overlaps.length);
  count(SILENT_SOURCES, silent.length);
  count(WITHHELD_REMOVALS, withheld);
  count(DRIFT_SECONDS, oldest);
  const report = {
    bindings: all.size,
    read: suspects.length,
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
  return report;
};

const count = (metric: string, value: number): void => {
  if (value > 0) metrics.singleMetric().addMetric(metric, MetricUnit.Count, value);
};

/** What differs comes before whose turn it is. */
const rankOf = ({ outcome: { because } }: Seen): number => (because === 'turn' ? 1 : 0);

const hostNamesOf = async (bindings: readonly Binding[], { rds, hostNames, now }: Services): Promise<HostNames> => {
  const { names, until } = hostNames;
  const sources = bindings.map(({ source }) => source);
  const isWhole =
    names !== undefined && sources.every((source) => source.kind === 'fixed' || names.has(sourceKey(source)));
  if (isWhole && now().getTime() < until) return names;
  hostNames.names = await readHostNames(rds, sources);
  hostNames.until = now().getTime() + NAMES_MILLISECONDS;
  return hostNames.names;
};

const lookAt = async (binding: Binding, names: HostNames, { lookup }: Services): Promise<Look> => {
  const { source, family = 'ipv4', within } = binding;
  if (source.kind === 'fixed') return fixedLook(binding);
  const hostName = names.get(sourceKey(source));
  if (hostName === undefined) return { kind: 'failed', problem: `RDS has no ${sourceKey(source)}` };
  return look(lookup, { hostName, family, ...(within === undefined ? {} : { within }) });
};

const interfacesOf = ({ source }: Binding, all: readonly ProxyInterface[]): Interfaces => {
  if (source.kind !== 'proxy') return { kind: 'none' };
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
