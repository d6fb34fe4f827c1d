/** Pipe enrichment: turns notices of an endpoint service into events of ours, by what EC2 says of the endpoints they name. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import * as v from 'valibot';
import { type ConnectionChanged, connectionChanged } from '../../events/connection-changed.ts';
import { type ConnectionRequested, connectionRequested } from '../../events/connection-requested.ts';
import { type NoticeUnreadable, noticeUnreadable } from '../../events/notice-unreadable.ts';
import { readConnections } from '../aws/connections.ts';
import { readIntents } from '../aws/ledger.ts';
import { type NoticeFinding, planNotices } from '../domain/notices.ts';
import { required } from '../runtime/environment.ts';
import { createHandler, logger, tracer } from '../runtime/handler.ts';

const Input = v.array(v.object({ messageId: v.string(), body: v.string() }));

interface Services {
  readonly ec2: EC2Client;
  readonly dynamo: DynamoDBClient;
  readonly ledger: string;
  readonly region: string;
  readonly now: () => Date;
}

type IntakeEvent = ConnectionRequested | ConnectionChanged | NoticeUnreadable;

/**
 * Reads all connections that the batch names in one call; and of those that were answered, in another, whether it was our doing: then
 * nobody needs to hear of it. One bad notice becomes one `Notice Unreadable`; it never fails
 * the other nine.
 *
 * @returns one event for each request or unreadable notice; `[]` where there is nothing to do, which skips the target.
 * @throws `Throttled`, `Denied`: the batch then stays in the queue.
 */
export const run = async (
  notices: v.InferOutput<typeof Input>,
  { ec2, dynamo, ledger, region, now }: Services,
): Promise<readonly IntakeEvent[]> => {
  const plan = planNotices(notices);
  const readAt = now().toISOString();
  const connections = await readConnections(ec2, { ...plan, region });
  const intents = await readIntents(dynamo, ledger, plan.answered(connections));
  const byEndpoint = new Map(intents.map(({ endpointId, verdict }) => [endpointId, verdict]));
  const events = plan.judge(connections, byEndpoint).map((finding) => toEvent(finding, readAt));
  logger.info('notices read', { notices: notices.length, endpoints: plan.endpointIds, events: events.length });
  return events;
};

const toEvent = (finding: NoticeFinding, readAt: string): IntakeEvent => {
  switch (finding.kind) {
    case 'requested': {
      const { connection, ...ids } = finding;
      return connectionRequested(connection === undefined ? ids : { ...ids, seen: { ...connection, readAt } });
    }
    case 'changed':
      return connectionChanged(finding);
    case 'unreadable':
      return noticeUnreadable(finding);
  }
};

export const handler = createHandler(Input, run, {
  ec2: tracer.captureAWSv3Client(new EC2Client({})),
  dynamo: tracer.captureAWSv3Client(new DynamoDBClient({})),
  ledger: required('LEDGER_TABLE'),
  region: required('AWS_REGION'),
  now: () => new Date(),
});
