import type { ActionDefinition, CallContext, Permission } from '../../cloud.ts';
import type { Balancing, Tags } from './model.ts';

/** One action, in the order in which Elastic Load Balancing looks at a request. */
interface ElbAction<I, O> {
  /** The request's own faults. Before IAM is asked. */
  check?(input: I): void;
  /** What IAM is asked. */
  needs(input: I, accountId: string): readonly Permission[];
  /** Does it, for the account that asks: nobody else's resources exist for it. */
  run(input: I, accountId: string): O;
}

/** An action of Elastic Load Balancing: admission, then the request's own faults, then IAM, then the work. */
export const elbAction = <I, O>(world: Balancing, name: string, action: ElbAction<I, O>): ActionDefinition<I, O> => ({
  permissions: (input, context: CallContext) => {
    world.buckets.take(name, context);
    action.check?.(input);
    return action.needs(input, context.principal.accountId);
  },
  run: (input, { principal }) => action.run(input, principal.accountId),
});

/** The permission of a Describe: these actions know no resource types. */
export const onEverything = (action: string): readonly Permission[] => [
  { action: `elasticloadbalancing:${action}`, resource: '*' },
];

/**
 * The permission of an action on one resource, with the condition keys of its tags.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
 */
export const onResource = (
  action: string,
  resource: string,
  tags?: Tags,
  context: Readonly<Record<string, string | readonly string[]>> = {},
): Permission => ({
  action: `elasticloadbalancing:${action}`,
  resource,
  context: {
    ...Object.fromEntries(
      [...(tags ?? [])].flatMap(([key, value]) => [
        [`aws:ResourceTag/${key}`, value],
        [`elasticloadbalancing:ResourceTag/${key}`, value],
      ]),
    ),
    ...context,
  },
});
