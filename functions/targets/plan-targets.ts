/** Workflow state `Observe`: looks at a binding's source and target group at one moment, and says what a run does next. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import * as v from 'valibot';
import { readBinding, readBindingView } from '../aws/bindings.ts';
import { lookUp } from '../aws/lookups.ts';
import { type Observed, type Observers, observe } from '../aws/observe.ts';
import type { Tables } from '../aws/registry.ts';
import { readHostName } from '../aws/source.ts';
import { readTargetGroupSettings } from '../aws/target-group.ts';
import { modesInForce } from '../domain/mode.ts';
import { nextTargetsStep, planTargets, type TargetsStep } from '../domain/targets.ts';
import { addedBy, isSameTargetsRecord, recordFor } from '../domain/targets-record.ts';
import { targetsAttributes } from '../registry/bindings.ts';
import { BindingId } from '../registry/schemas.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({
  bindingId: BindingId,
  /** What this run deregistered so far: it may be asked to wait until that has drained. */
  removed: v.array(v.string()),
  /** What does not change while a run is at it, as its first look told it; null at the first. */
  known: v.nullable(
    v.strictObject({ hostName: v.nullable(v.string()), isCrossZone: v.boolean(), capacity: v.number() }),
  ),
  /** Elastic Load Balancing said that the group takes no more. */
  isFull: v.boolean(),
  /** It said so of several: they are registered one by one. */
  isTight: v.boolean(),
  /** When the run began, or was redriven, ISO 8601. */
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
});

const PLENTY = Number.POSITIVE_INFINITY;

type Known = NonNullable<v.InferOutput<typeof Input>['known']>;

interface Services extends Observers {
  readonly rds: RDSClient;
  readonly dynamo: DynamoDBClient;
  readonly tables: Tables;
  readonly now: () => Date;
}

/**
 * Every look is a fresh one: what a run did so far is in the target group and in the ledger, so that it may be asked again after a lost reply,
 * and another run may go on from there.
 *
 * @throws `Throttled`, `Denied`; `Malformed` for a binding that is not there, can't be read, or
 * overlaps with another.
 */
export const run = async (
  { bindingId, removed, known, isFull, isTight, startedAt }: v.InferOutput<typeof Input>,
  services: Services,
) => {
  const { rds, dynamo, tables, elb, now } = services;
  const binding = await readBinding(dynamo, tables.registry, bindingId);
  // A source that has no host name yet is asked for it again.
  const hostName = known?.hostName ?? (await readHostName(rds, binding.source)) ?? null;
  const settings = known ?? (await readTargetGroupSettings(elb, binding.targetGroupArn));
  const settled: Known = { ...settings, hostName };
  const seen = withoutRemoved(await observe(services, binding, settled.hostName ?? undefined), removed);
  // Last: a pause or a mode that was set while we looked is heard.
  const { service, modesSet, record, misses } = await readBindingView(dynamo, tables, binding);
  const own = seen.targets.filter(({ port }) => port === binding.port);
  const { paused } = modesSet;
  const situation = {
    ...seen,
    binding: seen.binding,
    misses,
    ours: new Set(Object.keys(record.ours)),
    refused: Object.fromEntries(Object.entries(record.refused).map(([address, { until }]) => [address, until])),
    room: isFull ? 0 : Math.min(isTight ? 1 : PLENTY, settled.capacity - seen.targets.length),
    isCrossZone: settled.isCrossZone,
    modes: modesInForce(modesSet, service.kind === 'found' ? service.entry : undefined),
    ...(paused === undefined ? {} : { paused }),
    now: now().toISOString(),
  };
  const plan = planTargets(situation);
  const step = nextTargetsStep(plan, { ...situation, binding }, { added: addedBy(record), removed, startedAt });
  const named = seen.look.kind === 'answered' ? seen.look.addresses : undefined;
  const next = recordFor(record, step, { seen: own, named, now: situation.now });
  const { ours, ...rest } = situation;
  logger.info('targets planned', { bindingId, situation: { ...rest, ours: [...ours] }, plan, step });
  return {
    ...step,
    addresses: addressesOf(step),
    targets: addressesOf(step).map((Id) => ({ Id, Port: binding.port })),
    targetGroupArn: binding.targetGroupArn,
    serviceId: binding.serviceId,
    because: 'because' in step ? step.because : '',
    plan,
    /** What DNS said, as one text: so long as it stays the same, nothing moves. */
    seen: named?.join(' ') ?? plan.doubt ?? '',
    known: settled,
    record: targetsAttributes(next),
    isChanged: !isSameTargetsRecord(record, next),
    version: record.version,
  };
};

/**
 * What this run deregistered drains, whatever a read says: DescribeTargetHealth may be late, and a target that was sent away must not count as
 * one of the healthy that remain.
 */
const withoutRemoved = (seen: Observed, removed: readonly string[]): Observed => ({
  ...seen,
  targets: seen.targets.map((target) =>
    target.port === seen.binding.port && removed.includes(target.address) ? { ...target, state: 'draining' } : target,
  ),
});

const addressesOf = (step: TargetsStep): readonly string[] => ('addresses' in step ? step.addresses : []);

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  rds: tracer.captureAWSv3Client(new RDSClient({})),
  elb: tracer.captureAWSv3Client(new ElasticLoadBalancingV2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  tables: { registry: required('REGISTRY_TABLE'), ledger: required('LEDGER_TABLE') },
  lookup: lookUp,
  now: () => new Date(),
});
