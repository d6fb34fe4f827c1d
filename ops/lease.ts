import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { TargetsRecord } from '../functions/domain/targets-record.ts';
import { ledgerKey } from '../functions/registry/keys.ts';
import { isHeld, type Lease, readKnownTargets } from './bindings.ts';
import type { Services } from './services.ts';
import { isWritten } from './table.ts';

/** So long a lease lasts without being renewed; as that of a run. */
const LEASE_MILLISECONDS = 300_000;

/** How often somebody may let go and take again while we ask. */
const ATTEMPTS = 5;

/** A binding, and by which name an operator has it in hand: `operator ARN at TIME`. A run asks after the time of such a lease, not after an execution. */
export interface Holding {
  readonly bindingId: string;
  readonly me: string;
}

const untilOf = ({ now }: Services): string => new Date(now().getTime() + LEASE_MILLISECONDS).toISOString();

const update = (
  { bindingId }: Holding,
  services: Services,
  rest: Pick<UpdateItemCommand['input'], 'UpdateExpression' | 'ConditionExpression'> & {
    readonly names?: Record<string, string>;
    readonly values: NonNullable<UpdateItemCommand['input']['ExpressionAttributeValues']>;
  },
): Promise<boolean> => {
  const { names, values, ...expressions } = rest;
  const command = new UpdateItemCommand({
    ...{ TableName: services.tables.ledger, Key: marshall(ledgerKey.targets(bindingId)) },
    ...expressions,
    ExpressionAttributeValues: values,
    ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
  });
  return isWritten(() => services.dynamo.send(command));
};

/**
 * Takes a target group in hand, as a run does: never from somebody who is at it.
 *
 * @returns why not, and what to do; undefined where it is ours now.
 */
export const takeLease = async (holding: Holding, services: Services): Promise<string | undefined> => {
  const { bindingId, me } = holding;
  const take = (ConditionExpression: string, more: Record<string, string> = {}): Promise<boolean> =>
    update(holding, services, {
      UpdateExpression: 'SET execution = :me, leaseUntil = :until',
      ConditionExpression,
      values: marshall({ ':me': me, ':until': untilOf(services), ...more }),
    });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await take('attribute_not_exists(execution) OR execution = :me')) return undefined;
    const { lease } = await readKnownTargets(bindingId, services);
    if (lease === undefined) continue;
    const objection = await whyTheyKeepIt(bindingId, lease, services);
    if (objection !== undefined) return objection;
    if (await take('execution = :holder OR execution = :me', { ':holder': lease.execution })) return undefined;
  }
  return `Others take ${bindingId} in hand, one after the other. Nothing was done: see "bindings".`;
};

const whyTheyKeepIt = async (bindingId: string, lease: Lease, services: Services): Promise<string | undefined> => {
  const { execution, until } = lease;
  const held = isHeld(lease, services);
  if (execution.startsWith('operator ')) {
    return held ? `${execution} has ${bindingId} in hand until ${until}, or longer. Nothing was done.` : undefined;
  }
  switch (await stateOf(execution, services)) {
    case 'running':
      return `A run has ${bindingId} in hand, and runs: ${execution}. Nothing was done. Let it end; if it does nothing any more, "aws stepfunctions stop-execution --execution-arn ${execution}", and give the command again.`;
    case 'over':
      return undefined;
    case 'unknown':
      return held
        ? `A run had ${bindingId} in hand until ${until}, and Step Functions does not say whether it runs still: ${execution}. Nothing was done: give the command again after that time.`
        : undefined;
  }
};

const stateOf = async (executionArn: string, { sfn }: Services): Promise<'running' | 'over' | 'unknown'> => {
  try {
    const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'over';
  } catch (error) {
    return error instanceof Error && error.name === 'ExecutionDoesNotExist' ? 'over' : 'unknown';
  }
};

/** What came of a write under a lease: `changed` = somebody adopted a target meanwhile, look again; `lost` = somebody has taken over. */
export type Written = 'written' | 'changed' | 'lost';

const seen = async ({ bindingId, me }: Holding, services: Services): Promise<Written> => {
  const { lease } = await readKnownTargets(bindingId, services);
  return lease?.execution === me ? 'changed' : 'lost';
};

/** Before every write on AWS: the lease is ours still, and whose targets these are is written down first. */
export const note = async (
  holding: Holding,
  { record, next }: { readonly record: TargetsRecord; readonly next: TargetsRecord },
  services: Services,
): Promise<Written> => {
  const isNoted = await update(holding, services, {
    UpdateExpression: 'SET leaseUntil = :until, ours = :ours, refused = :refused, #version = :next',
    ConditionExpression:
      'execution = :me AND (attribute_not_exists(#version) OR #version = :read OR (#version = :next AND ours = :ours AND refused = :refused))',
    names: { '#version': 'version' },
    values: marshall({
      ...{ ':me': holding.me, ':until': untilOf(services), ':read': record.version },
      ...{ ':ours': next.ours, ':refused': next.refused, ':next': next.version },
    }),
  });
  return isNoted ? 'written' : seen(holding, services);
};

/** At the end: what was applied, whose the targets are, and that nobody is at it any more. */
export const recordEnd = async (
  holding: Holding,
  {
    record,
    next,
    isCrossZone,
  }: { readonly record: TargetsRecord; readonly next: TargetsRecord; readonly isCrossZone: boolean },
  services: Services,
): Promise<Written> => {
  const isRecorded = await update(holding, services, {
    UpdateExpression:
      'SET ours = :ours, refused = :refused, applied = :applied, isCrossZone = :crossZone, failures = :none, #version = :next REMOVE execution, leaseUntil, failedAt',
    ConditionExpression: 'execution = :me AND (attribute_not_exists(#version) OR #version = :read)',
    names: { '#version': 'version' },
    values: marshall({
      ...{ ':me': holding.me, ':crossZone': isCrossZone, ':none': 0, ':read': record.version },
      ...{ ':ours': next.ours, ':refused': next.refused, ':applied': next.applied ?? [], ':next': next.version },
    }),
  });
  return isRecorded ? 'written' : seen(holding, services);
};

/** It failed: nobody is at it any more, and the watch leaves it alone for a while. */
export const recordFailure = async (holding: Holding, services: Services): Promise<void> => {
  await update(holding, services, {
    UpdateExpression: 'SET failedAt = :now ADD failures :one REMOVE execution, leaseUntil',
    ConditionExpression: 'execution = :me',
    values: marshall({ ':me': holding.me, ':now': services.now().toISOString(), ':one': 1 }),
  });
};
