import { readPolicy } from '../../iam/policy.ts';
import type { PolicyDocument } from '../../iam/principal.ts';

/** A topic, by AWS's attribute names. */
export interface Topic {
  readonly arn: string;
  readonly account: string;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
}

/** A queue that is told what a topic is told. */
export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  /** The account that subscribed. */
  readonly owner: string;
  /** The queue's ARN. */
  readonly endpoint: string;
  readonly attributes: Map<string, string>;
}

export const topicArn = (region: string, account: string, name: string): string =>
  `arn:aws:sns:${region}:${account}:${name}`;

/** The topics and subscriptions of all accounts. */
export class SnsModel {
  readonly topics = new Map<string, Topic>();
  readonly subscriptions = new Map<string, Subscription>();

  /** A topic's subscriptions, in the order in which they were made. */
  of(arn: string): readonly Subscription[] {
    return [...this.subscriptions.values()].filter((subscription) => subscription.topicArn === arn);
  }

  /** The topic goes, and its subscriptions with it. */
  delete(arn: string): void {
    this.topics.delete(arn);
    for (const subscription of this.of(arn)) this.subscriptions.delete(subscription.arn);
  }
}

/** The topic's own policy, where it has one. */
export const topicPolicy = (topic: Topic): PolicyDocument | undefined => {
  const text = topic.attributes.get('Policy');
  return text === undefined ? undefined : readPolicy(text, `of topic ${topic.arn}`);
};
