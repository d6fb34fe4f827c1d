/** Workflow state `Decide` of `revoke-connection`: reads a live connection again, and decides whether it is cut off. Writes nothing. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import * as v from 'valibot';
import { readConnections, readConnectionsOf } from '../aws/connections.ts';
import { type RequestHistory, readHistory, readRevoked } from '../aws/ledger.ts';
import { type RecordedPlan, summaryOf, withRecord } from '../aws/record.ts';
import { readRegistry, type Tables } from '../aws/registry.ts';
import { readDistrust } from '../aws/trust.ts';
import type { Connection } from '../domain/connection.ts';
import { decideRevocation, type RevocationSituation } from '../domain/decide-revocation.ts';
import { malformed } from '../domain/errors.ts';
import { type Force, isConnected } from '../domain/history.ts';
import { modesInForce } from '../domain/mode.ts';
import { type Plan, planEnding, type Telling } from '../domain/plan.ts';
import {
  maxRevocationsOf,
  planRevocation,
  type RevocationNeed,
  type RevocationPlan,
  revocationNeedOf,
} from '../domain/plan-revocation.ts';
import { found } from '../domain/rules.ts';
import { basisOf } from '../registry/basis.ts';
import { EndpointId, ServiceId } from '../registry/schemas.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({
  serviceId: ServiceId,
  vpcEndpointId: EndpointId,
  /** The last decision that this run published, which the ledger may not know yet. */
  told: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  /** A person disconnects it, whatever the registry says. */
  force: v.exactOptional(
    v.strictObject({
      by: v.pipe(v.string(), v.minLength(1), v.maxLength(2048)),
      reason: v.pipe(v.string(), v.minLength(1), v.maxLength(500)),
    }),
  ),
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
  /** `revocation`: cut it off, as `plan` says. */
  readonly need: 'revocation' | Exclude<RevocationNeed['need'], 'question'>;
  /** Why nothing is to be done. */
  readonly because?: string;
  readonly generation?: number;
  /** The last decision that was published; 0 = none. */
  readonly told: number;
  /** How often the run was called to look again, up to this look. */
  readonly wakes: number;
  /** The version of the service's modes under which it was decided. */
  readonly modesVersion?: number;
  /** What it was decided on. */
  readonly basis?: string;
  /** The day in UTC on which it is counted: `2026-11-23`. */
  readonly day?: string;
  /** The last decision in the ledger, in DynamoDB's form, for the admission to carry. */
  readonly last?: Record<string, unknown>;
  readonly connection?: Connection;
  readonly plan?: RecordedPlan<RevocationPlan> | RecordedPlan | Telling;
}

/** @throws `Throttled`, `Denied`, `Malformed`: what can't be read is no reason to cut anybody off. */
export const run = async (
  { serviceId, vpcEndpointId, told: toldByRun, force }: v.InferOutput<typeof Input>,
  services: Services,
): Promise<Output> => {
  const { ec2, dynamo, tables, region } = services;
  // What we know before what is, as `decide-connection` does: whoever saw a change that this look misses counts on after it.
  const history = await readHistory(dynamo, tables.ledger, serviceId, vpcEndpointId);
  const [connection] = await readConnections(ec2, { endpointIds: [vpcEndpointId], serviceIds: [serviceId], region });
  if (connection !== undefined && connection.serviceId !== serviceId) {
    throw malformed(`${vpcEndpointId} is of ${connection.serviceId}, not of ${serviceId}: start with that id.`);
  }
  const told = Math.max(history.told, toldByRun);
  const last = history.decisions.at(-1);
  const need = revocationNeedOf(connection?.state, { ...history, told });
  const about = {
    told,
    wakes: history.wakes,
    ...(connection === undefined ? {} : { connection }),
    ...(last === undefined ? {} : { last: summaryOf(last) }),
  };
  if (need.need === 'question' && connection !== undefined) {
    const decided = await decide(connection, { history, force, generation: need.generation }, services);
    return { ...about, ...decided };
  }
  logger.info('nothing to cut off', { serviceId, vpcEndpointId, need, state: connection?.state, history });
  if (need.need === 'telling' && last !== undefined) return { ...about, ...need, plan: last };
  if (need.need === 'record') {
    const ending: Plan = planEnding('revoked', vpcEndpointId, history.intent);
    const { generation } = need;
    const plan = withRecord(ending, { serviceId, vpcEndpointId, generation, before: connection });
    return { ...about, ...need, plan };
  }
  return { ...about, need: 'nothing', because: need.need === 'nothing' ? need.because : 'it is not connected' };
};

/** Asks everything again that the door would ask. Somebody who would be cut off is only where registry and service are looked at once more. */
const decide = async (
  connection: Connection,
  about: { readonly history: RequestHistory; readonly force: Force | undefined; readonly generation: number },
  { ec2, dynamo, tables, region, now }: Services,
): Promise<Omit<Output, 'told' | 'wakes'>> => {
  const { serviceId, endpointId: vpcEndpointId } = connection;
  const { history, force, generation } = about;
  const view = await readRegistry(dynamo, tables, connection);
  const { service, candidates, modesSet } = view;
  const believed: RevocationSituation = {
    connection,
    serviceRegion: region,
    service,
    candidates,
    mode: modesInForce(modesSet, found(service)).revoke,
    isOurs: history.isOwned || history.decisions.at(-1)?.outcome === 'accepted',
    ...(modesSet.paused === undefined ? {} : { paused: modesSet.paused }),
    ...(force === undefined ? {} : { force }),
    now: now().toISOString(),
  };
  const isAsked = force === undefined && decideRevocation(believed).verdict === 'revoke';
  const distrust = isAsked ? await readDistrust(dynamo, tables.registry, view) : undefined;
  const situation = distrust === undefined ? believed : { ...believed, distrust };
  const revocation = decideRevocation(situation);
  logger.info('revocation decided', { serviceId, vpcEndpointId, generation, situation, revocation });
  const decided = { modesVersion: modesSet.version, basis: basisOf(situation, modesSet.version) };
  const { verdict, code, rules } = revocation;
  if (verdict !== 'revoke') {
    const saw = rules.flatMap((each) => (each.passed ? [] : [each.saw])).join('; ');
    return { ...decided, need: 'nothing', because: `${verdict}, ${code}: ${saw}` };
  }
  const day = situation.now.slice(0, 10);
  // The share is of those that would live, had nobody been disconnected today.
  const revoked = await readRevoked(dynamo, tables.ledger, serviceId, day);
  const live = (await readConnectionsOf(ec2, serviceId, region)).filter(({ state }) => isConnected(state));
  const counted = new Set([...revoked, ...live.map(({ endpointId }) => endpointId)]);
  const max = maxRevocationsOf(found(service), counted.size);
  const plan = planRevocation(revocation, { decisions: history.decisions, candidates, force, max });
  return {
    ...decided,
    need: 'revocation',
    generation,
    day,
    plan: withRecord(plan, { serviceId, vpcEndpointId, generation, before: connection }),
  };
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  tables: { registry: required('REGISTRY_TABLE'), ledger: required('LEDGER_TABLE') },
  region: required('AWS_REGION'),
  now: () => new Date(),
});
