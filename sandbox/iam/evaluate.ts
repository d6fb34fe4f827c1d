import { conditionHolds, type RequestContext } from './condition.ts';
import { listOf } from './policy.ts';
import type { PolicyDocument, PolicyStatement, Principal } from './principal.ts';
import { matchesPattern } from './wildcard.ts';

/** What one policy is asked. `principal` is undefined for identity policies, which belong to whoever they are attached to. */
export interface PolicyRequest {
  readonly principal?: Principal;
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/**
 * What a policy says of a request. `delegated`: it allows the caller's whole account, so that the caller's own identity
 * policies decide; `allowed`: it allows the caller by itself.
 */
export type PolicyAnswer = 'denied' | 'allowed' | 'delegated' | 'silent';

/** In us-west-2, and nowhere else, `lambda.us-west-2.amazonaws.com` is another name of `lambda.amazonaws.com`. */
const serviceName = (name: string, region: string | undefined): string =>
  region !== undefined && name.endsWith(`.${region}.amazonaws.com`)
    ? `${name.slice(0, -`.${region}.amazonaws.com`.length)}.amazonaws.com`
    : name;

const namesAws = (named: string, principal: Principal): 'allowed' | 'delegated' | 'silent' => {
  if (named === '*') return 'allowed';
  if (principal.kind === 'service') return 'silent';
  if (named === principal.accountId || named === `arn:aws:iam::${principal.accountId}:root`) {
    return principal.kind === 'account' ? 'allowed' : 'delegated';
  }
  if (named === principal.arn || (principal.kind === 'role' && named === principal.roleArn)) return 'allowed';
  return 'silent';
};

const namesPrincipal = (
  statement: PolicyStatement,
  principal: Principal,
  context: RequestContext,
): 'allowed' | 'delegated' | 'silent' => {
  const region = context.get('aws:requestedregion')?.[0];
  if (statement.Principal === undefined) return 'silent';
  if (statement.Principal === '*') return 'allowed';
  const answers = Object.entries(statement.Principal).flatMap(([kind, value]) =>
    listOf(value).map((named) => {
      if (kind === 'AWS') return namesAws(named, principal);
      if (kind !== 'Service' || principal.kind !== 'service') return 'silent';
      return serviceName(named, region) === serviceName(principal.service, region) ? 'allowed' : 'silent';
    }),
  );
  if (answers.includes('allowed')) return 'allowed';
  return answers.includes('delegated') ? 'delegated' : 'silent';
};

const namesAction = (statement: PolicyStatement, action: string): boolean => {
  const asked = action.toLowerCase();
  const named = (pattern: string): boolean => matchesPattern(pattern.toLowerCase(), asked);
  return statement.Action === undefined
    ? !listOf(statement.NotAction).some(named)
    : listOf(statement.Action).some(named);
};

/** A statement without Resource, as trust policies have them, speaks of the resource that it is attached to. */
const namesResource = (statement: PolicyStatement, resource: string): boolean => {
  const named = (pattern: string): boolean => matchesPattern(pattern, resource);
  if (statement.NotResource !== undefined) return !listOf(statement.NotResource).some(named);
  return statement.Resource === undefined || listOf(statement.Resource).some(named);
};

const meetsCondition = (statement: PolicyStatement, context: RequestContext): boolean =>
  Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) =>
      conditionHolds(operator, listOf(expected), context.get(key.toLowerCase())),
    ),
  );

/**
 * Asks one policy. Any Deny that applies wins over every Allow.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export const askPolicy = (policy: PolicyDocument, request: PolicyRequest): PolicyAnswer => {
  let answer: PolicyAnswer = 'silent';
  for (const statement of policy.Statement) {
    const named =
      request.principal === undefined ? 'allowed' : namesPrincipal(statement, request.principal, request.context);
    if (named === 'silent') continue;
    if (!namesAction(statement, request.action) || !namesResource(statement, request.resource)) continue;
    if (!meetsCondition(statement, request.context)) continue;
    if (statement.Effect === 'Deny') return 'denied';
    if (answer !== 'allowed') answer = named;
  }
  return answer;
};

/** Asks several policies that stand side by side, as a role's do: a denial by one is final. */
export const askPolicies = (policies: Iterable<PolicyDocument>, request: PolicyRequest): PolicyAnswer => {
  let answer: PolicyAnswer = 'silent';
  for (const policy of policies) {
    const said = askPolicy(policy, request);
    if (said === 'denied') return 'denied';
    if (said === 'allowed' || answer === 'silent') answer = said;
  }
  return answer;
};
