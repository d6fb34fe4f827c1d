import type { ActionDefinition, CallContext, Permission } from '../../cloud.ts';
import type { Route53 } from './model.ts';

/** One action, in the order in which Route 53 looks at a request. */
interface Route53Action<I, O> {
  /** What it takes beside a request of its kind; of record changes only. */
  charge?(input: I, context: CallContext): void;
  /** The request's own faults. Before IAM is asked. */
  check?(input: I): void;
  /** What IAM is asked. */
  needs(input: I, accountId: string): readonly Permission[];
  /** Does it, for the account that asks: nobody else's resources exist for it. */
  run(input: I, accountId: string): O;
}

/** An action of Route 53: is the control plane up, admission, then the request's own faults, then IAM, then the work. */
export const route53Action = <I, O>(
  world: Route53,
  name: string,
  action: Route53Action<I, O>,
): ActionDefinition<I, O> => ({
  permissions: (input, context) => {
    world.controlPlane.enter(name);
    world.buckets.take(name, context);
    action.charge?.(input, context);
    action.check?.(input);
    return action.needs(input, context.principal.accountId);
  },
  run: (input, { principal }) => action.run(input, principal.accountId),
});

/** The permission of an action that knows no resource types. */
export const onEverything = (action: string, context: Permission['context'] = {}): readonly Permission[] => [
  { action: `route53:${action}`, resource: '*', context },
];

/**
 * The permission of an action on one resource; Route 53's ARNs have neither region nor account.
 *
 * @param kind - `hostedzone`, `healthcheck` or `change`.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
 */
export const onResource = (
  action: string,
  kind: string,
  id: string,
  context: Permission['context'] = {},
): readonly Permission[] => [{ action: `route53:${action}`, resource: `arn:aws:route53:::${kind}/${id}`, context }];
