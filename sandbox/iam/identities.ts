import type { Clock } from '../clock/clock.ts';
import { type Authorizer, HOME_REGION, type Permission, PROVIDER_ACCOUNT } from '../cloud.ts';
import { AwsError } from '../services/errors.ts';
import { requestContext } from './condition-keys.ts';
import { askPolicies, askPolicy, type PolicyAnswer, type PolicyRequest } from './evaluate.ts';
import { checkPolicy, readPolicy } from './policy.ts';
import { type PolicyDocument, type Principal, type RolePrincipal, roleSession, servicePrincipal } from './principal.ts';
import { type Cause, noSuchPolicy, sentence } from './sentences.ts';

/** A role as IAM keeps it. */
export interface Role {
  readonly arn: string;
  readonly name: string;
  /** e.g. `AROA` and 17 letters or digits. */
  readonly id: string;
  trust: PolicyDocument;
  /** By name: policies that belong to this role alone. */
  readonly inline: Map<string, PolicyDocument>;
  /** ARNs of managed policies. */
  readonly attached: Set<string>;
}

const accountOf = (arn: string): string | undefined => arn.split(':')[4];

/** The account that an ARN belongs to; the caller's own for `*` and for ARNs that name none (hosted zones, buckets). */
const ownerOf = (resource: string, principal: Principal): string => {
  const account = accountOf(resource);
  return account === undefined || account === '' ? principal.accountId : account;
};

/**
 * Every role of the world, and IAM's decision over a call:
 * - an explicit deny, wherever it stands, is final;
 * - in one account the resource's policy or the role's own policies are enough, and an administrator needs neither;
 * - a KMS key's policy must always agree: by itself, or by naming the account, so that the role's own policies decide;
 * - across accounts both must allow;
 * - a service that acts by itself has the resource's policy alone.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html for the sentences
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 */
export class Identities implements Authorizer {
  readonly #clock: Clock;
  readonly #roles = new Map<string, Role>();
  readonly #managed = new Map<string, PolicyDocument>();
  readonly #read = new WeakMap<PolicyDocument, PolicyDocument>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param trust the role's trust policy, checked here.
   * @throws AwsError `EntityAlreadyExists`; what {@link checkPolicy} throws.
   */
  createRole(name: string, path: string, id: string, trust: unknown, account = PROVIDER_ACCOUNT): Role {
    if (this.findRole(name, account) !== undefined) {
      throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409);
    }
    const arn = `arn:aws:iam::${account}:role${path}${name}`;
    const role = {
      arn,
      name,
      id,
      trust: this.#checked(trust, `trust of role ${name}`),
      inline: new Map(),
      attached: new Set<string>(),
    };
    this.#roles.set(arn, role);
    return role;
  }

  /** By its ARN, or by its name in an account. */
  findRole(nameOrArn: string, account = PROVIDER_ACCOUNT): Role | undefined {
    const exact = this.#roles.get(nameOrArn);
    if (exact !== undefined) return exact;
    for (const role of this.#roles.values()) {
      if (role.name === nameOrArn && accountOf(role.arn) === account) return role;
    }
    return undefined;
  }

  /** @throws AwsError `NoSuchEntity`. */
  role(nameOrArn: string): Role {
    const role = this.findRole(nameOrArn);
    if (role === undefined) {
      const name = nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
      throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
    }
    return role;
  }

  putRolePolicy(roleName: string, policyName: string, document: unknown): void {
    this.role(roleName).inline.set(policyName, this.#identityPolicy(document, `${policyName} of role ${roleName}`));
  }

  /** Who may take the role from now on; sessions that are open stay open. */
  updateTrust(roleName: string, trust: unknown): void {
    this.role(roleName).trust = this.#checked(trust, `trust of role ${roleName}`);
  }

  /** @throws AwsError `NoSuchEntity`. */
  deleteRolePolicy(roleName: string, policyName: string): void {
    if (this.role(roleName).inline.delete(policyName)) return;
    throw new AwsError('NoSuchEntity', `The role policy with name ${policyName} cannot be found.`, 404);
  }

  /** @throws AwsError `NoSuchEntity`; `DeleteConflict` where the role still has policies. */
  deleteRole(name: string): void {
    const role = this.role(name);
    if (role.inline.size > 0) {
      throw new AwsError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409);
    }
    if (role.attached.size > 0) {
      throw new AwsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409);
    }
    this.#roles.delete(role.arn);
  }

  createManagedPolicy(arn: string, document: unknown): void {
    if (this.#managed.has(arn)) {
      throw new AwsError(
        'EntityAlreadyExists',
        `A policy called ${arn.slice(arn.lastIndexOf('/') + 1)} already exists.`,
        409,
      );
    }
    this.#managed.set(arn, this.#identityPolicy(document, arn));
  }

  /** The document that counts from now on. @throws AwsError `NoSuchEntity`. */
  updateManagedPolicy(arn: string, document: unknown): void {
    if (!this.#managed.has(arn)) throw noSuchPolicy(arn);
    this.#managed.set(arn, this.#identityPolicy(document, arn));
  }

  /** @throws AwsError `NoSuchEntity`; `DeleteConflict` where a role still has it. */
  deleteManagedPolicy(arn: string): void {
    if (!this.#managed.has(arn)) throw noSuchPolicy(arn);
    if ([...this.#roles.values()].some(({ attached }) => attached.has(arn))) {
      throw new AwsError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    }
    this.#managed.delete(arn);
  }

  hasManagedPolicy(arn: string): boolean {
    return this.#managed.has(arn);
  }

  /** @throws AwsError `NoSuchEntity` for an unknown role or policy. */
  attachRolePolicy(roleName: string, policyArn: string): void {
    const role = this.role(roleName);
    if (!this.#managed.has(policyArn)) throw noSuchPolicy(policyArn);
    role.attached.add(policyArn);
  }

  /** @throws AwsError `NoSuchEntity` for an unknown role, or where it does not have the policy. */
  detachRolePolicy(roleName: string, policyArn: string): void {
    if (!this.role(roleName).attached.delete(policyArn)) throw noSuchPolicy(policyArn);
  }

  refuse(principal: Principal, permission: Permission, region = HOME_REGION): string | undefined {
    const { action, resource, resourcePolicy } = permission;
    const context = requestContext(principal, permission, this.#clock, region);
    const request: PolicyRequest = { action, resource, context };
    const byResource =
      resourcePolicy === undefined
        ? 'silent'
        : askPolicy(this.#readOnce(resourcePolicy, resource), { ...request, principal });
    const byIdentity = this.#askIdentity(principal, request);
    const refusal = (cause: Cause, denied = false): string => sentence(principal, permission, cause, denied);

    if (byResource === 'denied') return refusal('resource', true);
    if (byIdentity === 'denied') return refusal('identity', true);
    if (principal.kind === 'service') return byResource === 'allowed' ? undefined : refusal('resource');
    if (ownerOf(resource, principal) !== principal.accountId) {
      if (byIdentity !== 'allowed') return refusal('identity');
      return byResource === 'silent' ? refusal('resource') : undefined;
    }
    if (byResource === 'allowed') return undefined;
    const keyIsSilent = action.startsWith('kms:') && resource.includes(':key/') && byResource === 'silent';
    if (keyIsSilent) return refusal('resource');
    return byIdentity === 'allowed' ? undefined : refusal('identity');
  }

  /**
   * @param sourceArn the resource for which the service takes the role. Where it is not given, `aws:SourceAccount` is the
   * role's own account, and a trust policy that asks for `aws:SourceArn` is answered as if the resource were the right one.
   */
  assumeRole(
    service: string,
    roleArn: string,
    sessionName: string,
    sourceArn?: string,
    region = HOME_REGION,
  ): RolePrincipal {
    const role = this.#roles.get(roleArn);
    if (role === undefined)
      throw new AwsError('AccessDenied', `${service} cannot assume ${roleArn}: there is no such role.`, 403);
    const session = roleSession(role.arn, sessionName);
    const base = servicePrincipal(service, sourceArn ?? '');
    const principal = { ...base, accountId: base.accountId === '' ? session.accountId : base.accountId };
    const permission = { action: 'sts:AssumeRole', resource: role.arn };
    const context = requestContext(principal, permission, this.#clock, region);
    const trust = sourceArn === undefined ? withoutKey(role.trust, 'aws:sourcearn') : role.trust;
    const answer = askPolicy(trust, { principal, action: permission.action, resource: role.arn, context });
    if (answer === 'allowed') return session;
    throw new AwsError('AccessDenied', sentence(principal, permission, 'resource', answer === 'denied'), 403);
  }

  /**
   * Opens a session of a role for somebody who calls STS. The role's trust policy must allow it; where that names the caller's
   * whole account, or the role is another account's, the caller's own policies must as well.
   *
   * @param asked - what the request says, for conditions: `{ 'sts:ExternalId': 'acme-1' }`.
   * @throws AwsError `AccessDenied`, in the same words for a role that is not there.
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
   */
  assumeRoleAs(
    principal: Principal,
    roleArn: string,
    sessionName: string,
    asked: Readonly<Record<string, string>>,
    region = HOME_REGION,
  ): RolePrincipal {
    const permission = { action: 'sts:AssumeRole', resource: roleArn, context: asked };
    const context = requestContext(principal, permission, this.#clock, region);
    const request: PolicyRequest = { action: permission.action, resource: roleArn, context };
    const role = this.#roles.get(roleArn);
    const byTrust = role === undefined ? 'silent' : askPolicy(role.trust, { ...request, principal });
    const byIdentity = this.#askIdentity(principal, request);
    const isTrusted = byTrust === 'allowed' || byTrust === 'delegated';
    const needsOwn = byTrust !== 'allowed' || accountOf(roleArn) !== principal.accountId;
    if (isTrusted && byIdentity !== 'denied' && (!needsOwn || byIdentity === 'allowed')) {
      return roleSession(roleArn, sessionName);
    }
    throw new AwsError(
      'AccessDenied',
      `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      403,
    );
  }

  /** Services keep resource policies as they were given: each is brought into shape and checked when it is first asked. */
  #readOnce(given: PolicyDocument, resource: string): PolicyDocument {
    const known = this.#read.get(given);
    if (known !== undefined) return known;
    const document = this.#checked(given, `of ${resource}`);
    this.#read.set(given, document);
    return document;
  }

  #askIdentity(principal: Principal, request: PolicyRequest): PolicyAnswer {
    if (principal.kind === 'account') return 'allowed';
    if (principal.kind === 'service') return 'silent';
    const role = this.#roles.get(principal.roleArn);
    if (role === undefined) return 'silent';
    return askPolicies(this.#policiesOf(role), request);
  }

  *#policiesOf(role: Role): Iterable<PolicyDocument> {
    yield* role.inline.values();
    for (const arn of role.attached) {
      const policy = this.#managed.get(arn);
      if (policy !== undefined) yield policy;
    }
  }

  #checked(source: unknown, where: string): PolicyDocument {
    const document = readPolicy(source, where);
    checkPolicy(document, where);
    return document;
  }

  #identityPolicy(source: unknown, where: string): PolicyDocument {
    const document = this.#checked(source, where);
    document.Statement.forEach((statement, index) => {
      const place = `Statement ${index + 1} of policy ${where}`;
      if (statement.Principal !== undefined) {
        throw new AwsError('MalformedPolicyDocument', `${place} has a Principal: an identity policy must not.`);
      }
      if (statement.Resource === undefined && statement.NotResource === undefined) {
        throw new AwsError('MalformedPolicyDocument', `${place} needs Resource or NotResource.`);
      }
    });
    return document;
  }
}

const withoutKey = (policy: PolicyDocument, unwanted: string): PolicyDocument => ({
  ...policy,
  Statement: policy.Statement.map((statement) => ({
    ...statement,
    Condition: Object.fromEntries(
      Object.entries(statement.Condition ?? {}).map(([operator, keys]) => [
        operator,
        Object.fromEntries(Object.entries(keys).filter(([key]) => key.toLowerCase() !== unwanted)),
      ]),
    ),
  })),
});
