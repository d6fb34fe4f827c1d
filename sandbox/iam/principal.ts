/** Who makes a call. ARNs and condition keys follow from it. */
export type Principal = AccountPrincipal | RolePrincipal | ServicePrincipal;

/** An account's administrator: a consumer (its access key id is its 12-digit account id) or an operator of the provider's account (any other key). */
export interface AccountPrincipal {
  readonly kind: 'account';
  readonly accountId: string;
  /** e.g. `arn:aws:iam::222222222222:root` or `arn:aws:iam::123456789012:user/operator`. */
  readonly arn: string;
}

/** A session of a role that the template made: a function, a state machine, a pipe, a rule's or schedule's target. */
export interface RolePrincipal {
  readonly kind: 'role';
  readonly accountId: string;
  /** The role: `arn:aws:iam::123456789012:role/NAME`. */
  readonly roleArn: string;
  /** The session: `arn:aws:sts::123456789012:assumed-role/NAME/SESSION`. */
  readonly arn: string;
}

/** An AWS service that acts on behalf of a resource: checked against resource and key policies only. */
export interface ServicePrincipal {
  readonly kind: 'service';
  /** e.g. `sns.amazonaws.com`. */
  readonly service: string;
  /** The provider's account id, `aws:SourceAccount`. */
  readonly accountId: string;
  /** `aws:SourceArn`: the resource on whose behalf the service acts. */
  readonly sourceArn: string;
  /** The service's name, for the journal. */
  readonly arn: string;
}

/** An IAM policy document as the template holds it, intrinsics resolved. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: readonly PolicyStatement[];
}

/** One statement; `Action`, `Resource`, `Principal` take a string or a list, as IAM does. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A session of the role, as its service would open it. Use `Cloud.assumeRole`, which checks the role's trust first. */
export const roleSession = (roleArn: string, sessionName: string): RolePrincipal => {
  const [, , , , accountId = '', role = ''] = roleArn.split(':');
  const roleName = role.slice(role.lastIndexOf('/') + 1);
  return {
    kind: 'role',
    accountId,
    roleArn,
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
  };
};

/** A service that acts for a resource of the provider's: `servicePrincipal('sns.amazonaws.com', topicArn)`. */
export const servicePrincipal = (service: string, sourceArn: string): ServicePrincipal => ({
  kind: 'service',
  service,
  sourceArn,
  accountId: sourceArn.split(':')[4] ?? '',
  arn: service,
});

/** The administrator of a consumer's account. */
export const accountPrincipal = (accountId: string): AccountPrincipal => ({
  kind: 'account',
  accountId,
  arn: `arn:aws:iam::${accountId}:root`,
});
