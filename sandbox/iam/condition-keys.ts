import type { Clock } from '../clock/clock.ts';
import type { Permission } from '../cloud.ts';
import type { RequestContext } from './condition.ts';
import type { Principal } from './principal.ts';

/** How a condition key is known: `many` where it holds a list, which only set operators may read. */
interface KeyRule {
  readonly name: string;
  /** The key goes on after a separator, as `aws:ResourceTag/team` does. */
  readonly prefix?: true;
  readonly many?: true;
}

/**
 * The condition keys that a policy may name. The first part follows from who calls and what; the second is there only
 * where the service that asks gives it in `Permission.context`. A service that gives a new key adds it here: an unknown key
 * is refused when the policy is created, since it would quietly never match.
 *
 * `aws:SecureTransport` is always true: the sandbox listens on loopback, which stands for TLS.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const KEYS: readonly KeyRule[] = [
  { name: 'aws:PrincipalArn' },
  { name: 'aws:PrincipalAccount' },
  { name: 'aws:PrincipalIsAWSService' },
  { name: 'aws:PrincipalServiceName' },
  { name: 'aws:SourceArn' },
  { name: 'aws:SourceAccount' },
  { name: 'aws:SecureTransport' },
  { name: 'aws:RequestedRegion' },
  { name: 'aws:ResourceAccount' },
  { name: 'aws:CurrentTime' },
  { name: 'aws:EpochTime' },
  { name: 'kms:CallerAccount' },

  { name: 'aws:ResourceTag/', prefix: true },
  { name: 'aws:RequestTag/', prefix: true },
  { name: 'aws:TagKeys', many: true },
  { name: 'aws:CalledVia', many: true },
  { name: 'aws:CalledViaFirst' },
  { name: 'aws:CalledViaLast' },
  { name: 'kms:ViaService' },
  { name: 'kms:EncryptionContext:', prefix: true },
  { name: 'kms:EncryptionContextKeys', many: true },
  { name: 'iam:PassedToService' },
  { name: 'sts:ExternalId' },
  { name: 'sts:RoleSessionName' },
  { name: 'ec2:Region' },
  { name: 'ec2:ResourceTag/', prefix: true },
  { name: 'ec2:VpceServiceName' },
  { name: 'ec2:VpceServiceOwner' },
  { name: 'ec2:VpceServicePrivateDnsName' },
  { name: 'ec2:CreateAction' },
  { name: 'elasticloadbalancing:ResourceTag/', prefix: true },
  { name: 'elasticloadbalancing:CreateAction' },
  { name: 'route53:ChangeResourceRecordSetsNormalizedRecordNames', many: true },
  { name: 'route53:ChangeResourceRecordSetsRecordTypes', many: true },
  { name: 'route53:ChangeResourceRecordSetsActions', many: true },
  { name: 'route53:VPCs', many: true },
  { name: 'cloudwatch:namespace' },
];

const ruleOf = (key: string): KeyRule | undefined => {
  const lower = key.toLowerCase();
  return KEYS.find(({ name, prefix }) => {
    const known = name.toLowerCase();
    return prefix === true ? lower.startsWith(known) && lower.length > known.length : lower === known;
  });
};

/** Whether a policy may name this key; case does not count. */
export const isConditionKey = (key: string): boolean => ruleOf(key) !== undefined;

/** Whether the key holds a list, so that AWS wants `ForAnyValue:` or `ForAllValues:` before its operator. */
export const holdsManyValues = (key: string): boolean => ruleOf(key)?.many === true;

/** The keys that are known, for messages. */
export const conditionKeyNames = (): readonly string[] =>
  KEYS.map(({ name, prefix }) => (prefix === true ? `${name}*` : name));

const principalContext = (principal: Principal): readonly (readonly [string, string])[] => {
  if (principal.kind === 'service') {
    return [
      ['aws:PrincipalIsAWSService', 'true'],
      ['aws:PrincipalServiceName', principal.service],
      ['aws:SourceArn', principal.sourceArn],
      ['aws:SourceAccount', principal.accountId],
    ];
  }
  return [
    ['aws:PrincipalIsAWSService', 'false'],
    // For a session AWS compares the role's ARN, not the session's.
    ['aws:PrincipalArn', principal.kind === 'role' ? principal.roleArn : principal.arn],
    ['aws:PrincipalAccount', principal.accountId],
    ['kms:CallerAccount', principal.accountId],
  ];
};

/** All that conditions may ask about one request. What the permission's own context says goes before what follows from the principal. */
export const requestContext = (
  principal: Principal,
  permission: Permission,
  clock: Clock,
  region: string,
): RequestContext => {
  const context = new Map<string, readonly string[]>();
  const put = (key: string, value: string | readonly string[]): void => {
    context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  };
  put('aws:SecureTransport', 'true');
  put('aws:RequestedRegion', region);
  put('aws:CurrentTime', new Date(clock.now()).toISOString());
  put('aws:EpochTime', String(Math.floor(clock.now() / 1000)));
  const owner = permission.resource.split(':')[4];
  put('aws:ResourceAccount', owner === undefined || owner === '' ? principal.accountId : owner);
  for (const [key, value] of principalContext(principal)) if (value !== '') put(key, value);
  for (const [key, value] of Object.entries(permission.context ?? {})) put(key, value);
  return context;
};
