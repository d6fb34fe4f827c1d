import type { ActionDefinition, CallContext, Permission } from '../../cloud.ts';
import type { Principal } from '../../iam/principal.ts';
import { ec2Errors } from './errors.ts';
import type { PrivateLink, Tags } from './model.ts';

/** Who calls, as far as EC2 cares. */
export interface Caller {
  readonly accountId: string;
  /** The region that the call is made in. */
  readonly region: string;
  readonly principal: Principal;
}

/** One action, in the order in which EC2 looks at a request. */
interface Ec2Action<I, O> {
  /** The request's own faults: missing parameters, malformed ids. Before IAM is asked. */
  check?(input: I): void;
  /** What IAM is asked. */
  needs(input: I, caller: Caller): readonly Permission[];
  /** Does it, after IAM allowed it and unless it is a dry run. */
  run(input: I, caller: Caller): O;
}

/** Whether a Describe asks for everything there is. */
const isWide = (input: object): boolean => {
  const { Filters, MaxResults, ...rest } = input as { Filters?: readonly unknown[]; MaxResults?: number };
  const ids = Object.entries(rest).some(
    ([name, value]) => name.endsWith('Ids') && Array.isArray(value) && value.length > 0,
  );
  return (Filters ?? []).length === 0 && MaxResults === undefined && !ids;
};

/**
 * An action of EC2: admission, then the request's own faults, then IAM, then `DryRun`, then the work.
 * See https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html for DryRun.
 */
export const ec2Action = <I extends { readonly DryRun?: boolean | undefined }, O>(
  world: PrivateLink,
  name: string,
  action: Ec2Action<I, O>,
): ActionDefinition<I, O> => {
  const callerOf = (context: CallContext): Caller => ({
    accountId: context.principal.accountId,
    region: world.settings.regionOf(context),
    principal: context.principal,
  });
  return {
    permissions: (input, context) => {
      world.buckets.take(name, context, isWide(input));
      action.check?.(input);
      const region = { 'ec2:Region': world.region };
      return action
        .needs(input, callerOf(context))
        .map((permission) => ({ ...permission, context: { ...region, ...permission.context } }));
    },
    run: (input, context) => {
      if (input.DryRun === true) throw ec2Errors.dryRun();
      return action.run(input, callerOf(context));
    },
  };
};

/** The permission of a Describe: these actions know no resource types. */
export const onEverything = (action: string): readonly Permission[] => [{ action: `ec2:${action}`, resource: '*' }];

/** The condition keys that follow from a resource's tags. */
export const tagContext = (tags: Tags | undefined): Record<string, string> =>
  Object.fromEntries(
    [...(tags ?? [])].flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`ec2:ResourceTag/${key}`, value],
    ]),
  );

/** The permission of an action on one resource, e.g. `ec2:AcceptVpcEndpointConnections` on an endpoint service. */
export const onResource = (
  action: string,
  resource: string,
  context: Readonly<Record<string, string | readonly string[]>> = {},
): Permission => ({ action: `ec2:${action}`, resource, context });
