import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CONNECTION_ANSWERED_PATTERN } from '../../events/connection-answered.ts';
import { WARNING_PATTERN } from '../../events/warning.ts';
import { HOME_REGION, PROVIDER_ACCOUNT } from '../cloud.ts';
import type { ClientConfig } from '../world.ts';

const ANSWERS: ReadonlySet<string> = new Set(CONNECTION_ANSWERED_PATTERN.detailType);

/** As much of a published event as a portal needs to find its customer. */
interface Published {
  readonly 'detail-type': string;
  readonly detail: { readonly vpcEndpointId?: string } & Readonly<Record<string, unknown>>;
}

/** A subscriber of the Concierge's events, as a customer portal or CRM would be: a rule of its own and a queue. */
export class Portal {
  readonly #sqs: SQSClient;
  readonly #events: EventBridgeClient;
  readonly #heard: Published[] = [];
  #queueUrl = '';

  constructor(config: ClientConfig) {
    this.#sqs = new SQSClient(config);
    this.#events = new EventBridgeClient(config);
  }

  /** Subscribes to every answer and every warning that is published on this bus. */
  async subscribe(EventBusName: string): Promise<void> {
    const queueArn = `arn:aws:sqs:${HOME_REGION}:${PROVIDER_ACCOUNT}:portal`;
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: queueArn,
        },
      ],
    });
    const { QueueUrl = '' } = await this.#sqs.send(
      new CreateQueueCommand({ QueueName: 'portal', Attributes: { Policy } }),
    );
    this.#queueUrl = QueueUrl;
    const { source, detailType } = CONNECTION_ANSWERED_PATTERN;
    const EventPattern = JSON.stringify({ source, 'detail-type': [...detailType, ...WARNING_PATTERN.detailType] });
    await this.#events.send(new PutRuleCommand({ Name: 'portal', EventBusName, EventPattern }));
    const Targets = [{ Id: 'portal', Arn: queueArn }];
    await this.#events.send(new PutTargetsCommand({ Rule: 'portal', EventBusName, Targets }));
  }

  /** The detail-types published for an endpoint so far, in the order in which they came. */
  async heardOf(endpointId: string): Promise<readonly string[]> {
    await this.#listen();
    return this.#heard.flatMap((event) =>
      event.detail.vpcEndpointId === endpointId && ANSWERS.has(event['detail-type']) ? [event['detail-type']] : [],
    );
  }

  /** The details of what was published under a detail-type so far. */
  async heard(detailType: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    await this.#listen();
    return this.#heard.flatMap((event) => (event['detail-type'] === detailType ? [event.detail] : []));
  }

  /** Takes all that lies in its queue, ten at a time. */
  async #listen(): Promise<void> {
    const receive = new ReceiveMessageCommand({ QueueUrl: this.#queueUrl, MaxNumberOfMessages: 10 });
    for (let isMore = true; isMore; ) {
      const { Messages = [] } = await this.#sqs.send(receive);
      for (const { Body = '{}', ReceiptHandle } of Messages) {
        this.#heard.push(JSON.parse(Body) as Published);
        await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle }));
      }
      isMore = Messages.length === 10;
    }
  }
}
