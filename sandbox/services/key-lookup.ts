import type { Permission } from '../cloud.ts';
import type { PolicyDocument, Principal } from '../iam/principal.ts';
import type { AwsError } from './errors.ts';

/**
 * Finds a KMS key for the services that encrypt with one (SQS, SNS), so that its policy is asked beside the resource's own.
 * Takes what a `KmsMasterKeyId` may hold: a key id, a key's ARN, `alias/NAME` or an alias's ARN.
 *
 * @returns the key's ARN and policy, or undefined where there is no such key.
 */
export type KeyLookup = (key: string) => { readonly arn: string; readonly policy: PolicyDocument } | undefined;

/** A use of a key by a service for its caller. */
export interface KeyUse {
  /** Where that is. */
  readonly region: string;
  /** The service that encrypts: `sqs`, `sns`. */
  readonly via: string;
  /** `KmsMasterKeyId`. */
  readonly key: string;
  /** e.g. `kms:GenerateDataKey`. */
  readonly actions: readonly string[];
  readonly principal: Principal;
  /** How the service words a key that does not exist. */
  readonly notFound: (message: string) => AwsError;
}

/**
 * What IAM is asked of the key that a queue or topic is encrypted with. An AWS service that sends for a resource
 * (`sns.amazonaws.com` to a queue) asks in its own name, so the key's policy must name it; anybody else comes via the service.
 * See docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html.
 *
 * @throws AwsError from `notFound`
 */
export const keyPermissions = (lookup: KeyLookup, use: KeyUse): readonly Permission[] => {
  const found = lookup(use.key);
  if (found === undefined) throw use.notFound(`The KMS key ${use.key} does not exist.`);
  const via =
    use.principal.kind === 'service' ? {} : { context: { 'kms:ViaService': `${use.via}.${use.region}.amazonaws.com` } };
  return use.actions.map((action) => ({ action, resource: found.arn, resourcePolicy: found.policy, ...via }));
};
