/** Workflow state `Answer`: brings one connection to the verdict's end. Asked again and again until EC2 shows that end. */
import { EC2Client } from '@aws-sdk/client-ec2';
import * as v from 'valibot';
import { answerConnections, readConnections, type Unsuccessful } from '../aws/connections.ts';
import { type AnswerOutcome, nextAnswerStep } from '../domain/answer.ts';
import type { ConnectionState } from '../domain/connection.ts';
import { type Ending, explainEnding } from '../domain/ending.ts';
import { notSettled } from '../domain/errors.ts';
import { EndpointId, ServiceId } from '../registry/schemas.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.strictObject({
  serviceId: ServiceId,
  vpcEndpointId: EndpointId,
  verdict: v.picklist(['accept', 'reject']),
});

interface Services {
  readonly ec2: EC2Client;
  readonly region: string;
}

interface Output {
  readonly outcome: AnswerOutcome;
  /** The state that shows the end; absent where EC2 no longer lists the connection. */
  readonly state?: ConnectionState;
  readonly dnsNames: readonly string[];
  /** Why it ended otherwise than planned. */
  readonly ending?: Ending;
  /** What EC2 said of the id on which it did not act. */
  readonly unsuccessful?: Unsuccessful;
}

/**
 * One read, at most one Accept or Reject, and one more read where EC2 says that it did not act: `Unsuccessful` codes are
 * undocumented, so what counts is the state afterwards.
 *
 * If we die after the call, the next run reads the state that it made. If it runs twice, the second finds nothing to answer.
 *
 * @throws `NotSettled` while EC2 has not shown the end; `Throttled`, `Denied`, `Malformed`.
 */
export const run = async (
  { serviceId, vpcEndpointId, verdict }: v.InferOutput<typeof Input>,
  { ec2, region }: Services,
): Promise<Output> => {
  const read = async () => {
    const [connection] = await readConnections(ec2, { endpointIds: [vpcEndpointId], serviceIds: [serviceId], region });
    return { connection, next: nextAnswerStep(verdict, connection?.state) };
  };
  let seen = await read();
  let unsuccessful: Unsuccessful | undefined;
  if (seen.next.step === 'answer') {
    const failures = await answerConnections(ec2, verdict, serviceId, [vpcEndpointId]);
    unsuccessful = failures.find(({ endpointId }) => endpointId === vpcEndpointId) ?? failures[0];
    if (unsuccessful === undefined && verdict === 'accept') {
      throw notSettled(`${vpcEndpointId} was accepted and is not available yet.`, { serviceId, vpcEndpointId });
    }
    seen = await read();
  }
  const { connection, next } = seen;
  logger.info('connection answered', {
    serviceId,
    vpcEndpointId,
    verdict,
    state: connection?.state,
    next,
    unsuccessful,
  });
  if (next.step !== 'settled') {
    const refusal = unsuccessful === undefined ? '' : ` EC2 did not ${verdict} it: ${unsuccessful.code}.`;
    throw notSettled(`${vpcEndpointId} is still ${connection?.state}.${refusal}`, { serviceId, vpcEndpointId });
  }
  const asPlanned = next.outcome === 'accepted' || next.outcome === 'rejected';
  return {
    outcome: next.outcome,
    ...(connection === undefined ? {} : { state: connection.state }),
    dnsNames: connection?.dnsNames ?? [],
    ...(asPlanned ? {} : { ending: explainEnding(next.outcome, vpcEndpointId) }),
    ...(unsuccessful === undefined ? {} : { unsuccessful }),
  };
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  region: required('AWS_REGION'),
});
