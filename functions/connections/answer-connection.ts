/** Workflow state `Answer`: brings one request to the verdict's end, or cuts one connection off. Asked until EC2 shows that end. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import * as v from 'valibot';
import { answerConnections, readConnections, type Unsuccessful } from '../aws/connections.ts';
import { readStanding, type Standing } from '../aws/ledger.ts';
import { type AnswerOutcome, nextAnswerStep } from '../domain/answer.ts';
import type { ConnectionState } from '../domain/connection.ts';
import { type Ending, explainEnding } from '../domain/ending.ts';
import { CustomerId, EndpointId, ServiceId } from '../registry/schemas.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({
  serviceId: ServiceId,
  vpcEndpointId: EndpointId,
  verdict: v.picklist(['accept', 'reject']),
  /** Whose place the endpoint must have to be accepted; null where it is to be rejected. */
  placeOf: v.nullable(CustomerId),
  /** The version of the service's modes under which this was decided. */
  modesVersion: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Whether EC2 was told so already and did not object: then it is only looked at. */
  hasAnswered: v.boolean(),
  /** How many looks in a row, up to now, found the endpoint not listed. */
  absences: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** A live connection is cut off; absent where a request is answered. */
  ends: v.exactOptional(v.literal('connection')),
});

interface Services {
  readonly ec2: EC2Client;
  readonly dynamo: DynamoDBClient;
  readonly ledger: string;
  readonly region: string;
}

/** What EC2 said of the id on which it did not act: `CODE: message`. */
interface Said {
  readonly unsuccessful?: string;
}

/** EC2 shows the end. */
interface Settled extends Said {
  readonly isSettled: true;
  readonly outcome: AnswerOutcome;
  /** Absent where EC2 no longer lists the connection. */
  readonly state?: ConnectionState;
  readonly dnsNames: readonly string[];
  /** Why it ended otherwise than planned. */
  readonly ending?: Ending;
}

/** EC2 is not there yet: look again. No error, since it is what happens with every acceptance. */
interface Unsettled extends Said {
  readonly isSettled: false;
  /** EC2 was told, and did not object. A list that still shows the request as waiting is an old one. */
  readonly hasAnswered: boolean;
  /** Whether EC2 lists the connection. */
  readonly isListed: boolean;
  readonly because: string;
}

/** What it was decided on holds no more: decide again. */
interface Superseded {
  readonly isSettled: false;
  readonly isSuperseded: true;
  readonly because: string;
}

/**
 * One read, at most one Accept or Reject, and one more read where EC2 says that it did not act: `Unsuccessful` codes are
 * undocumented, so what counts is the state afterwards. Mode and place are read just before the call.
 *
 * If we die after the call, the next run reads the state that it made. If it runs twice, the second finds nothing to answer.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const run = async (
  {
    serviceId,
    vpcEndpointId,
    verdict,
    placeOf,
    modesVersion,
    hasAnswered,
    absences,
    ends,
  }: v.InferOutput<typeof Input>,
  { ec2, dynamo, ledger, region }: Services,
): Promise<Settled | Unsettled | Superseded> => {
  const read = async () => {
    const query = { endpointIds: [vpcEndpointId], serviceIds: [serviceId], region };
    const [connection] = await readConnections(ec2, query);
    return { connection, next: nextAnswerStep(verdict, connection?.state, absences, ends) };
  };
  let seen = await read();
  let failure: Unsuccessful | undefined;
  let isTold = hasAnswered;
  if (seen.next.step === 'answer' && !hasAnswered) {
    const place = verdict === 'accept' ? (placeOf ?? undefined) : undefined;
    const standing = await readStanding(dynamo, ledger, { serviceId, endpointId: vpcEndpointId, placeOf: place });
    const because = supersededBecause(standing, { verdict, modesVersion });
    if (because !== undefined) {
      logger.info('answer superseded', { serviceId, vpcEndpointId, verdict, modesVersion, standing });
      return { isSettled: false, isSuperseded: true, because: `${vpcEndpointId}: ${because}` };
    }
    [failure] = await answerConnections(ec2, verdict, serviceId, [vpcEndpointId]);
    isTold = failure === undefined;
    // An accepted endpoint is pending for a while: reading it at once would tell nothing.
    if (failure === undefined && verdict === 'accept')
      return { isSettled: false, hasAnswered: true, isListed: true, because: `${vpcEndpointId} was accepted` };
    seen = await read();
  }
  const { connection, next } = seen;
  const said = failure === undefined ? {} : { unsuccessful: `${failure.code}: ${failure.message}` };
  logger.info('connection answered', { serviceId, vpcEndpointId, verdict, state: connection?.state, next, ...said });
  if (next.step !== 'settled') {
    const because = `${vpcEndpointId} is still ${connection?.state ?? 'not listed'}`;
    return { isSettled: false, hasAnswered: isTold, isListed: connection !== undefined, because, ...said };
  }
  const asPlanned = next.outcome === 'accepted' || next.outcome === 'rejected';
  return {
    isSettled: true,
    outcome: next.outcome,
    ...(connection === undefined ? {} : { state: connection.state }),
    dnsNames: connection?.dnsNames ?? [],
    ...(asPlanned ? {} : { ending: explainEnding(next.outcome, vpcEndpointId) }),
    ...said,
  };
};

const supersededBecause = (
  standing: Standing,
  decided: { readonly verdict: 'accept' | 'reject'; readonly modesVersion: number },
): string | undefined => {
  if (standing.modesVersion !== decided.modesVersion) return "the service's mode was changed since it was decided";
  return decided.verdict === 'accept' && !standing.hasPlace ? 'it has no place any more' : undefined;
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  ledger: required('LEDGER_TABLE'),
  region: required('AWS_REGION'),
});
