import { type Page, pageAfter } from '../page-after.ts';
import { elbv2Errors } from './errors.ts';
import type { Balancing, Listener, LoadBalancer, TargetGroup } from './model.ts';
import { HIGHEST_PAGE_SIZE } from './options.ts';

type Owned = { readonly owner: string };

const own = <T extends Owned>(records: ReadonlyMap<string, T>, arn: string, accountId: string): T | undefined => {
  const found = records.get(arn);
  return found?.owner === accountId ? found : undefined;
};

const checkArn = (arn: string, type: string, words: string): void => {
  if (!new RegExp(`^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\\d{12}:${type}/.+/[0-9a-f]+$`).test(arn)) {
    throw elbv2Errors.validation(`'${arn}' is not a valid ${words} ARN`);
  }
};

/** The account's load balancer. @throws AwsError `LoadBalancerNotFound`, `ValidationError` */
export const requireLoadBalancer = (world: Balancing, arn: string, accountId: string): LoadBalancer => {
  checkArn(arn, 'loadbalancer', 'load balancer');
  const found = own(world.loadBalancers, arn, accountId);
  if (found === undefined) throw elbv2Errors.unknownLoadBalancer(arn);
  return found;
};

/** The account's target group. @throws AwsError `TargetGroupNotFound`, `ValidationError` */
export const requireTargetGroup = (world: Balancing, arn: string, accountId: string): TargetGroup => {
  checkArn(arn, 'targetgroup', 'target group');
  const found = own(world.targetGroups, arn, accountId);
  if (found === undefined) throw elbv2Errors.unknownTargetGroup(arn);
  return found;
};

/** The account's listener. @throws AwsError `ListenerNotFound`, `ValidationError` */
export const requireListener = (world: Balancing, arn: string, accountId: string): Listener => {
  checkArn(arn, 'listener', 'listener');
  const found = own(world.listeners, arn, accountId);
  if (found === undefined) throw elbv2Errors.unknownListener(arn);
  return found;
};

/** What the account has of these, in the order in which it was made. */
export const ownedBy = <T extends Owned>(records: ReadonlyMap<string, T>, accountId: string): T[] =>
  [...records.values()].filter(({ owner }) => owner === accountId);

/** Most names or ARNs of one Describe: "You can specify up to 20 load balancers in a single call." */
const MAX_NAMED = 20;

/** Refuses a Describe that names more than AWS takes. @throws AwsError `ValidationError` */
export const checkNamed = (names: readonly string[] | undefined, what: string): void => {
  if ((names?.length ?? 0) > MAX_NAMED) {
    throw elbv2Errors.validation(`Up to '${MAX_NAMED}' ${what} can be described at once`);
  }
};

/**
 * One page of a Describe.
 *
 * @throws AwsError `ValidationError` for a PageSize outside 1 to 400, or a marker that nobody gave.
 */
export const markedPage = <T extends { readonly order: number }>(
  world: Balancing,
  items: readonly T[],
  { Marker, PageSize }: { readonly Marker?: string | undefined; readonly PageSize?: number | undefined },
): Page<T> => {
  if (PageSize !== undefined && (PageSize < 1 || PageSize > HIGHEST_PAGE_SIZE)) {
    throw elbv2Errors.validation(`Page size must be a value between '1' and '${HIGHEST_PAGE_SIZE}' inclusive`);
  }
  return pageAfter(items, Marker, PageSize ?? world.settings.defaultPage, (marker) =>
    elbv2Errors.validation(`The marker '${marker}' is not valid`),
  );
};

/**
 * A name as load balancers and target groups may have it.
 *
 * @param kind - as AWS's sentence begins, e.g. `Target group`.
 * @throws AwsError `ValidationError`
 */
export const checkName = (name: string, kind: string): void => {
  if (name.length > 32) throw elbv2Errors.validation(`${kind} name '${name}' cannot be longer than '32' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw elbv2Errors.validation(
      `${kind} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`,
    );
  }
  if (name.startsWith('-') || name.endsWith('-')) {
    throw elbv2Errors.validation(`${kind} name '${name}' cannot begin or end with '-'`);
  }
};

/** One of the words that the API has, where one is given. @throws AwsError `ValidationError` */
export const checkWord = (value: string | undefined, allowed: readonly string[], member: string): void => {
  if (value === undefined || allowed.includes(value)) return;
  throw elbv2Errors.validation(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
  );
};
