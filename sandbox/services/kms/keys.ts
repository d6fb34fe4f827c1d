import { HOME_REGION, PROVIDER_ACCOUNT } from '../../cloud.ts';
import { checkPolicy, readPolicy } from '../../iam/policy.ts';
import type { PolicyDocument } from '../../iam/principal.ts';
import { AwsError } from '../errors.ts';
import { regionOfArn } from '../region-of-arn.ts';

/** A key: who may use it. Nothing is encrypted in the sandbox. */
export interface Key {
  /** A UUID. */
  readonly id: string;
  readonly arn: string;
  policy: PolicyDocument;
}

/**
 * What KMS gives a key that is created without a policy: the account's own IAM policies decide.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export const DEFAULT_POLICY: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${PROVIDER_ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
  ],
};

/**
 * The key behind `alias/aws/sns` or `alias/aws/sqs`: whoever in the account comes through the service, and nobody else. Its
 * policy cannot be changed, so a service principal can never use it.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
const awsManagedPolicy = (region: string, service: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncrypt*',
        'kms:GenerateDataKey*',
        'kms:CreateGrant',
        'kms:DescribeKey',
      ],
      Resource: '*',
      Condition: {
        StringEquals: {
          'kms:CallerAccount': PROVIDER_ACCOUNT,
          'kms:ViaService': `${service}.${region}.amazonaws.com`,
        },
      },
    },
  ],
});

const checked = (id: string, policy: unknown): PolicyDocument => {
  const document = readPolicy(policy, `of key ${id}`);
  checkPolicy(document, `of key ${id}`);
  return document;
};

/** Every key and alias of the provider's account in one region. */
export class Keys {
  readonly #region: string;
  readonly #keys = new Map<string, Key>();
  /** `alias/NAME` to key id. */
  readonly #aliases = new Map<string, string>();

  /** @param region - @default {@link HOME_REGION} */
  constructor(region = HOME_REGION) {
    this.#region = region;
    // AWS makes these when they are first used. Their ids stand still, so that they take nothing from the world's chance.
    for (const [index, service] of ['sns', 'sqs'].entries()) {
      const id = `00000000-0000-4000-8000-00000000000${index + 1}`;
      this.#keys.set(id, { id, arn: this.arnOf(`key/${id}`), policy: awsManagedPolicy(region, service) });
      this.#aliases.set(`alias/aws/${service}`, id);
    }
  }

  /** @throws AwsError `MalformedPolicyDocument` and what `checkPolicy` throws. */
  create(id: string, policy: unknown): Key {
    const document = policy === undefined ? DEFAULT_POLICY : checked(id, policy);
    const key = { id, arn: this.arnOf(`key/${id}`), policy: document };
    this.#keys.set(id, key);
    return key;
  }

  /** @throws AwsError `NotFoundException`, `MalformedPolicyDocument` and what `checkPolicy` throws. */
  putPolicy(id: string, policy: unknown): void {
    const key = this.find(id);
    if (key === undefined) throw this.#noSuchKey(id);
    key.policy = checked(key.id, policy);
  }

  /** @throws AwsError `AlreadyExistsException`, `NotFoundException`, `InvalidAliasNameException`. */
  createAlias(name: string, target: string): void {
    if (!/^alias\/(?!aws\/)[\w/-]+$/.test(name)) {
      throw new AwsError('InvalidAliasNameException', `${name} is no alias: write alias/NAME, and not alias/aws/.`);
    }
    if (this.#aliases.has(name)) {
      throw new AwsError('AlreadyExistsException', `An alias with the name ${this.arnOf(name)} already exists`);
    }
    const key = this.find(target);
    if (key === undefined) throw this.#noSuchKey(target);
    this.#aliases.set(name, key.id);
  }

  /** e.g. `arnOf('alias/intake')` = `arn:aws:kms:us-west-2:123456789012:alias/intake`. */
  arnOf(resource: string): string {
    return `arn:aws:kms:${this.#region}:${PROVIDER_ACCOUNT}:${resource}`;
  }

  #noSuchKey(id: string): AwsError {
    return new AwsError('NotFoundException', `Key '${this.arnOf(`key/${id}`)}' does not exist`);
  }

  /** By a key's id or ARN, an alias or its ARN: the `KeyLookup` of the services that encrypt. */
  readonly find = (key: string): Key | undefined => {
    const name = key.startsWith('arn:') ? key.split(':').slice(5).join(':') : key;
    // A key lives in one region.
    if (key.startsWith('arn:') && regionOfArn(key) !== this.#region) return undefined;
    if (name.startsWith('alias/')) {
      const id = this.#aliases.get(name);
      return id === undefined ? undefined : this.#keys.get(id);
    }
    return this.#keys.get(name.replace(/^key\//, ''));
  };
}
