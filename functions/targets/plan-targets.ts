/** Workflow state `Observe`: looks at a binding's source and target group at one moment, and says what a run does next. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import * as v from 'valibot';
import { readBinding, readBindingView } from '../aws/bindings.ts';
import { lookUp } from '../aws/lookups.ts';
import type { Observers } from '../aws/observe.ts';
import type { Tables } from '../aws/registry.ts';
import { addressesOf, lookAtTargets } from '../aws/targets-look.ts';
import { isSameTargetsRecord } from '../domain/targets-record.ts';
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
export const run = async ({ bindingId, ...soFar }: v.InferOutput<typeof Input>, services: Services) => {
  const { dynamo, tables } = services;
  const binding = await readBinding(dynamo, tables.registry, bindingId);
  const readView = () => readBindingView(dynamo, tables, binding);
  const look = await lookAtTargets(binding, soFar, { ...services, readView });
  const { plan, step, named, known, record, next } = look;
  const { ours, ...rest } = look.situation;
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
    known,
    record: targetsAttributes(next),
    isChanged: !isSameTargetsRecord(record, next),
    version: record.version,
  };
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  rds: tracer.captureAWSv3Client(new RDSClient({})),
  elb: tracer.captureAWSv3Client(new ElasticLoadBalancingV2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  tables: { registry: required('REGISTRY_TABLE'), ledger: required('LEDGER_TABLE') },
  lookup: lookUp,
  now: () => new Date(),
});
