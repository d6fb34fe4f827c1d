/** Workflow state `Converge principals`: brings the accounts that may create endpoints for a service in line with the registry. */
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import * as v from 'valibot';
import { changeAllowedPrincipals, PRINCIPALS_PER_CALL, readAllowedPrincipals } from '../aws/permissions.ts';
import {
  readPrincipals,
  readPrincipalsWord,
  readServiceAccounts,
  reopenPrincipals,
  writePrincipals,
} from '../aws/principals.ts';
import type { Tables } from '../aws/registry.ts';
import { OPEN_TO_EVERYONE, PRINCIPALS_CONTESTED, UNREADABLE_ENTRIES } from '../domain/metric.ts';
import { modesInForce } from '../domain/mode.ts';
import { isSameRecord, resumeAll, settle, takeInHand } from '../domain/ownership.ts';
import { planPrincipals, principalsBasis, wantedPrincipals } from '../domain/principals.ts';
import { explainRun, type PrincipalsReport, reportNothing } from '../domain/principals-report.ts';
import { ServiceId } from '../registry/schemas.ts';
import { countOr, required } from '../runtime/environment.ts';
import { createHandler, logger, metrics, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({
  serviceId: ServiceId,
  /** A person says that what is contested is to be added again. */
  resume: v.exactOptional(v.boolean(), false),
});

interface Services {
  readonly ec2: EC2Client;
  readonly dynamo: DynamoDBClient;
  readonly tables: Tables;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  /** How many principals go into one call. */
  readonly perCall: number;
  readonly now: () => Date;
}

/**
 * Reads, plans, and where there is something to do:
 *
 * 1. takes it in hand in the ledger, on condition that no other run did since ours read;
 * 2. adds;
 * 3. removes;
 * 4. records what is ours now, with what was applied.
 *
 * If we die after 1, EC2 lacks what we have in hand: the next run adds it, and takes nobody for its remover. Added first and recorded
 * afterwards it would be foreign for ever. If we die after 2, nobody has lost anything, and what is removed is still ours to remove. If
 * we die after 3, the next run forgets what is gone. Until 4, nothing counts as applied, so somebody looks again. Where another run took
 * over before 4, it may have read EC2 before we wrote: then what it applied does not count either.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const run = async (
  { serviceId, resume }: v.InferOutput<typeof Input>,
  { ec2, dynamo, tables, partition, perCall, now }: Services,
): Promise<PrincipalsReport> => {
  // The version first: whatever another run does after this look, we are told at our first write. Modes and pauses last.
  const recorded = await readPrincipals(dynamo, tables.ledger, serviceId);
  const { service, matches } = await readServiceAccounts(dynamo, tables.registry, serviceId);
  if (service.kind !== 'found') {
    const because = service.kind === 'absent' ? `${serviceId} is not registered` : service.problem;
    if (service.kind === 'unreadable') count(UNREADABLE_ENTRIES, 1);
    logger.info('principals left alone', { serviceId, because });
    return reportNothing(because);
  }
  const present = await readAllowedPrincipals(ec2, serviceId);
  const { modesSet, frozen } = await readPrincipalsWord(dynamo, tables.ledger, serviceId);

  const { wanted, doubtful, problems } = wantedPrincipals(matches, partition, now().toISOString());
  const { paused } = modesSet;
  const standing = {
    modes: modesInForce(modesSet, service.entry),
    frozen,
    ...(paused === undefined ? {} : { paused }),
  };
  const before = resume ? resumeAll(recorded) : recorded;
  const { ours, reverted } = before;
  const situation = { ...standing, wanted, doubtful, present, ours, reverted, now: now().toISOString() };
  const plan = planPrincipals(situation);
  logger.info('principals planned', { serviceId, situation, problems, plan });
  count(UNREADABLE_ENTRIES, problems.length);
  count(OPEN_TO_EVERYONE, plan.isOpenToEveryone ? 1 : 0);
  count(PRINCIPALS_CONTESTED, plan.contested.length);

  const write = (version: number, record: typeof recorded) =>
    writePrincipals(dynamo, tables.ledger, { serviceId, version, record });
  const isActing = plan.add.length + plan.remove.length > 0;
  const inHand = isActing ? takeInHand(before, plan) : before;
  const report = (end: Parameters<typeof explainRun>[2]) => {
    const said = explainRun(plan, standing, end);
    logger.info('principals converged', { serviceId, ...said });
    return said;
  };
  const nothingDone = { refused: new Set<string>(), isOvertaken: true, hasActed: false };
  if (isActing && !(await write(recorded.version, inHand))) return report(nothingDone);
  const modify = (change: 'add' | 'remove') =>
    changeAllowedPrincipals(ec2, { serviceId, change, arns: plan[change], perCall });
  // Make before break.
  const refused = new Set([...(await modify('add')), ...(await modify('remove'))]);
  const basis = principalsBasis(wanted, doubtful, standing);
  const after = settle(inHand, situation, plan, { refused, basis });
  const isOvertaken = !isSameRecord(recorded, after) && !(await write(inHand.version, after));
  if (isOvertaken && isActing) await reopenPrincipals(dynamo, tables.ledger, serviceId);
  return report({ refused, isOvertaken, hasActed: isActing });
};

const count = (metric: string, value: number): void => {
  if (value > 0) metrics.singleMetric().addMetric(metric, MetricUnit.Count, value);
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  tables: { registry: required('REGISTRY_TABLE'), ledger: required('LEDGER_TABLE') },
  partition: required('PARTITION'),
  perCall: countOr('PRINCIPALS_PER_CALL', PRINCIPALS_PER_CALL),
  now: () => new Date(),
});
