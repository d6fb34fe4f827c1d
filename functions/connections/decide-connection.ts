/** Workflow state `Decide`: reads the connection, its history and the registry, and decides. Writes nothing. */

import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import * as v from 'valibot';
import { readConnections } from '../aws/connections.ts';
import { type RequestHistory, readHistory } from '../aws/ledger.ts';
import { type RecordedPlan, summaryOf, withRecord } from '../aws/record.ts';
import { readPlace, readRegistry, type Tables } from '../aws/registry.ts';
import { readDistrust } from '../aws/trust.ts';
import { approvalOf, heldChain } from '../domain/approval.ts';
import type { Connection } from '../domain/connection.ts';
import { malformed } from '../domain/errors.ts';
import { customerInQuestion, type Need, needOf, placeInQuestion } from '../domain/history.ts';
import { UNREADABLE_ENTRIES } from '../domain/metric.ts';
import { modesInForce } from '../domain/mode.ts';
import { customerOf, type Plan, planAdoption, planEnding, planRequest, type Telling } from '../domain/plan.ts';
import type { Situation } from '../domain/situation.ts';
import { basisOf } from '../registry/basis.ts';
import { AccountId, EndpointId, Region, ServiceId } from '../registry/schemas.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, metrics, tracer } from '../runtime/handler.ts';

/** What the intake saw a moment ago. */
const Seen = v.object({
  serviceId: ServiceId,
  endpointId: EndpointId,
  owner: AccountId,
  region: Region,
  state: v.literal('pendingAcceptance'),
  createdAt: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
  dnsNames: v.array(v.string()),
  readAt: v.pipe(v.string(), v.isoTimestamp()),
});

/** Milliseconds for which what was seen spares a read. */
const JUST_NOW = 60_000;

const Input = v.strictObject({
  serviceId: ServiceId,
  vpcEndpointId: EndpointId,
  /** The last decision that this run published, which the ledger may not know yet. */
  told: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  seen: v.exactOptional(Seen),
});

interface Services {
  readonly ec2: EC2Client;
  readonly dynamo: DynamoDBClient;
  readonly tables: Tables;
  readonly region: string;
  readonly now: () => Date;
}

/** What the workflow goes by. */
interface Output {
  readonly need: Need['need'];
  readonly because?: string;
  readonly generation?: number;
  /** The last decision that was published; 0 = none. */
  readonly told: number;
  /** How often the run was called to look again, up to this look. */
  readonly wakes: number;
  /** The version of the service's modes under which it was decided. */
  readonly modesVersion?: number;
  /** What it was decided on: a sweep that finds the same need not have it decided again. */
  readonly basis?: string;
  /** The last decision in the ledger, in DynamoDB's form, for the admission to carry. */
  readonly last?: Record<string, unknown>;
  readonly connection?: Connection;
  readonly plan?: RecordedPlan | Telling | Pick<Plan, 'placeOf'>;
  /** What holds where the last place is lost to another request. */
  readonly planWithoutPlace?: RecordedPlan;
}

/** @throws `Throttled`, `Denied`, `Malformed`. */
export const run = async (
  { serviceId, vpcEndpointId, told: toldByRun, seen }: v.InferOutput<typeof Input>,
  { ec2, dynamo, tables, region, now }: Services,
): Promise<Output> => {
  // First what we know, with the count of calls to look again, then what is: whoever saw a change that this look misses counts on
  // after it, and the run looks once more before it waits or lets go.
  const history = await readHistory(dynamo, tables.ledger, serviceId, vpcEndpointId);
  const ids = { endpointIds: [vpcEndpointId], serviceIds: [serviceId], region };
  const connection = isOfUse(seen, vpcEndpointId, history, now())
    ? connectionOf(seen)
    : (await readConnections(ec2, ids))[0];
  if (connection !== undefined && connection.serviceId !== serviceId) {
    throw malformed(`${vpcEndpointId} asks for ${connection.serviceId}, not for ${serviceId}: start with that id.`);
  }
  const { decisions, approvals, intent, wakes } = history;
  const told = Math.max(history.told, toldByRun);
  const last = decisions.at(-1);
  const placeOf = placeInQuestion(connection?.state, decisions, intent);
  const hasPlace =
    placeOf !== undefined &&
    (await readPlace(dynamo, tables.ledger, { serviceId, customerId: placeOf, endpointId: vpcEndpointId }));
  const asked =
    connection !== undefined && customerInQuestion(connection.state, decisions)
      ? await readRegistry(dynamo, tables, connection)
      : undefined;
  const isNamed = asked !== undefined && customerOf(asked.candidates) !== undefined;
  const need = needOf(connection?.state, { ...history, told, hasPlace, isNamed });
  const about = {
    ...need,
    told,
    wakes,
    ...(connection === undefined ? {} : { connection }),
    ...(last === undefined ? {} : { last: summaryOf(last) }),
  };
  const generation = 'generation' in need ? need.generation : 0;
  const lastIntent = intent?.generation === generation ? intent : undefined;
  const record = (plan: Plan): RecordedPlan =>
    withRecord(plan, { serviceId, vpcEndpointId, generation, before: connection });

  if (need.need === 'decision' && connection !== undefined) {
    const view = await readRegistry(dynamo, tables, connection);
    const { service, candidates, placesOpen, modesSet } = view;
    const approval = approvalOf(decisions, approvals);
    const heldSince = heldChain(decisions)[0]?.recordedAt;
    const believed: Situation = {
      connection,
      serviceRegion: region,
      service,
      candidates,
      modes: modesInForce(modesSet, service.kind === 'found' ? service.entry : undefined),
      ...(approval === undefined ? {} : { approval }),
      ...(heldSince === undefined ? {} : { heldSince }),
      ...(modesSet.paused === undefined ? {} : { paused: modesSet.paused }),
      now: now().toISOString(),
    };
    const background = { decisions, intent: lastIntent, placesOpen };
    const distrust = isTurnedAway(planRequest(believed, background).plan)
      ? await readDistrust(dynamo, tables.registry, view)
      : undefined;
    const situation = distrust === undefined ? believed : { ...believed, distrust };
    const { plan, planWithoutPlace } = planRequest(situation, background);
    countUnreadable(plan);
    logger.info('connection decided', { serviceId, vpcEndpointId, generation, situation, plan });
    return {
      ...about,
      modesVersion: modesSet.version,
      basis: basisOf(situation, modesSet.version),
      plan: record(plan),
      planWithoutPlace: record(planWithoutPlace),
    };
  }
  if (need.need === 'adoption' && connection !== undefined) {
    const { candidates, placesOpen } = asked ?? (await readRegistry(dynamo, tables, connection));
    const plan = planAdoption({ connection, candidates }, { intent: lastIntent, placesOpen });
    logger.info('connection of others', { serviceId, vpcEndpointId, generation, candidates, plan });
    return { ...about, plan: record(plan) };
  }
  logger.info('connection needs no decision', { serviceId, vpcEndpointId, need, state: connection?.state, history });
  if (need.need === 'telling' && last !== undefined) return { ...about, plan: last };
  if (need.need === 'departure' && placeOf !== undefined) return { ...about, plan: { placeOf } };
  if (need.need !== 'record' && need.need !== 'appearance') return about;
  const outcome = need.need === 'record' ? need.outcome : 'gone';
  return { ...about, plan: record(planEnding(outcome, vpcEndpointId, lastIntent)) };
};

/**
 * Whether what the intake saw may stand for a read. Only for a request of which nothing was recorded or counted yet: a run that saw it
 * change would have done either. Whoever acts on it reads it again, with its owner.
 */
const isOfUse = (
  seen: v.InferOutput<typeof Seen> | undefined,
  endpointId: string,
  { decisions, approvals, intent, wakes }: RequestHistory,
  now: Date,
): seen is v.InferOutput<typeof Seen> =>
  seen?.endpointId === endpointId &&
  now.getTime() - Date.parse(seen.readAt) < JUST_NOW &&
  intent === undefined &&
  wakes + decisions.length + approvals.length === 0;

const connectionOf = ({ readAt: _readAt, ...connection }: v.InferOutput<typeof Seen>): Connection => connection;

/** Whether somebody is about to be turned away because the registry lacks an entry. */
const isTurnedAway = ({ rules }: Plan): boolean => rules.some(({ code }) => code === 'requester-unknown');

/** An entry that somebody wrote wrongly harms one customer and tells nobody: the alarm does. */
const countUnreadable = ({ rules }: Plan): void => {
  // By the rules: a hold whose time is up says so in its code, and the entry is no better.
  if (rules.some(({ code }) => code === 'entry-unreadable'))
    metrics.singleMetric().addMetric(UNREADABLE_ENTRIES, MetricUnit.Count, 1);
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  tables: { registry: required('REGISTRY_TABLE'), ledger: required('LEDGER_TABLE') },
  region: required('AWS_REGION'),
  now: () => new Date(),
});
