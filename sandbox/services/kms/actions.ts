import { type ActionDefinition, PROVIDER_ACCOUNT, type ServiceDefinition } from '../../cloud.ts';
import type { Keys } from './keys.ts';

/** The members of KMS's inputs that are read. */
interface CreateKeyInput {
  readonly Policy?: string;
  readonly Description?: string;
}
interface PutKeyPolicyInput {
  /** A key's id or ARN. */
  readonly KeyId: string;
  readonly Policy: string;
}
interface CreateAliasInput {
  /** `alias/NAME`. */
  readonly AliasName: string;
  /** A key's id or ARN. */
  readonly TargetKeyId: string;
}

const define = <I, O>(action: ActionDefinition<I, O>): ActionDefinition<I, O> => action;

/**
 * KMS as far as a template needs it: keys, whose policies the queues and topics that use them ask, and their aliases.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
 */
export const kmsService = (keys: Keys): ServiceDefinition => ({
  name: 'kms',
  notModelled: ['Encryption, grants, rotation, deletion, multi-region and asymmetric keys'],
  actions: {
    CreateKey: define<CreateKeyInput, unknown>({
      permissions: () => [{ action: 'kms:CreateKey', resource: '*' }],
      run: ({ Policy, Description = '' }, { cloud }) => {
        const key = keys.create(cloud.random.uuid(), Policy);
        return {
          KeyMetadata: {
            AWSAccountId: PROVIDER_ACCOUNT,
            KeyId: key.id,
            Arn: key.arn,
            CreationDate: new Date(cloud.clock.now()),
            Description,
            Enabled: true,
            KeyState: 'Enabled',
            KeyManager: 'CUSTOMER',
          },
        };
      },
    }),
    PutKeyPolicy: define<PutKeyPolicyInput, unknown>({
      permissions: ({ KeyId }) => {
        const key = keys.find(KeyId);
        return key === undefined
          ? [{ action: 'kms:PutKeyPolicy', resource: '*' }]
          : [{ action: 'kms:PutKeyPolicy', resource: key.arn, resourcePolicy: key.policy }];
      },
      run: ({ KeyId, Policy }) => {
        keys.putPolicy(KeyId, Policy);
        return {};
      },
    }),
    CreateAlias: define<CreateAliasInput, unknown>({
      permissions: ({ AliasName, TargetKeyId }) => {
        const key = keys.find(TargetKeyId);
        return [
          { action: 'kms:CreateAlias', resource: keys.arnOf(AliasName) },
          ...(key === undefined ? [] : [{ action: 'kms:CreateAlias', resource: key.arn, resourcePolicy: key.policy }]),
        ];
      },
      run: ({ AliasName, TargetKeyId }) => {
        keys.createAlias(AliasName, TargetKeyId);
        return {};
      },
    }),
  },
});
