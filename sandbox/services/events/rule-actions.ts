import type {
  DeleteRuleRequest,
  DescribeRuleRequest,
  DescribeRuleResponse,
  DisableRuleRequest,
  EnableRuleRequest,
  ListRulesRequest,
  ListRulesResponse,
  ListTargetsByRuleRequest,
  ListTargetsByRuleResponse,
  PutRuleRequest,
  PutRuleResponse,
  PutTargetsRequest,
  PutTargetsResponse,
  RemoveTargetsRequest,
  RemoveTargetsResponse,
} from '@aws-sdk/client-eventbridge';
import type { ActionDefinition, CallContext } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { requireBus } from './bus-actions.ts';
import { type EventsModel, type Rule, ruleArn } from './model.ts';
import { parsePattern } from './pattern.ts';
import { checkTarget } from './target-input.ts';

/** Targets that a rule may have (eb-quota.html). */
const MAX_TARGETS = 5;
/** Characters of a pattern that the API takes (API_PutRule.html). */
const MAX_PATTERN = 4096;

const rejected = (message: string): AwsError => new AwsError('ValidationException', message);

const view = (rule: Rule): DescribeRuleResponse => ({
  Name: rule.name,
  Arn: rule.arn,
  EventPattern: rule.pattern,
  State: rule.enabled ? 'ENABLED' : 'DISABLED',
  ...(rule.description === undefined ? {} : { Description: rule.description }),
  EventBusName: rule.busName,
});

/** The actions on rules and their targets. */
export const ruleActions = (model: EventsModel): Record<string, ActionDefinition> => {
  const requireRule = (context: CallContext, bus: string | undefined, name: string | undefined): Rule => {
    const found = requireBus(model, context.principal.accountId, bus);
    const rule = found.rules.get(name ?? '');
    if (rule === undefined) {
      throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${found.name}.`);
    }
    return rule;
  };

  /** An action on a rule that must exist. `key` says under which name the input holds the rule's. */
  const onRule = <I extends { EventBusName?: string | undefined }, O>(
    iam: string,
    nameOf: (input: I) => string | undefined,
    run: (rule: Rule, input: I) => O,
  ): ActionDefinition<I, O> => ({
    permissions: (input, context) => [
      { action: `events:${iam}`, resource: requireRule(context, input.EventBusName, nameOf(input)).arn },
    ],
    run: (input, context) => run(requireRule(context, input.EventBusName, nameOf(input)), input),
  });

  const PutRule: ActionDefinition<PutRuleRequest, PutRuleResponse> = {
    permissions(input, { principal }) {
      const bus = requireBus(model, principal.accountId, input.EventBusName);
      return [{ action: 'events:PutRule', resource: ruleArn(model.region, bus.account, bus.name, input.Name ?? '') }];
    },
    run(input, { principal }) {
      const bus = requireBus(model, principal.accountId, input.EventBusName);
      const name = input.Name ?? '';
      if (!/^[\w.-]{1,64}$/.test(name))
        throw rejected(`"${name}" is not a name of a rule: 1 to 64 of letters, digits, . - _`);
      if (input.ScheduleExpression !== undefined && input.ScheduleExpression !== '') {
        throw rejected('ScheduleExpression on a rule is not modelled: use EventBridge Scheduler');
      }
      if (input.EventPattern === undefined || input.EventPattern === '') {
        throw rejected('Parameter(s) EventPattern or ScheduleExpression must be specified.');
      }
      if (input.EventPattern.length > MAX_PATTERN)
        throw rejected(`EventPattern is longer than ${MAX_PATTERN} characters`);
      const matcher = parsePattern(input.EventPattern);
      const existing = bus.rules.get(name);
      const rule: Rule = existing ?? {
        name,
        arn: ruleArn(model.region, bus.account, bus.name, name),
        busName: bus.name,
        pattern: input.EventPattern,
        matcher,
        enabled: true,
        description: undefined,
        targets: new Map(),
      };
      rule.pattern = input.EventPattern;
      rule.matcher = matcher;
      rule.enabled = input.State !== 'DISABLED';
      rule.description = input.Description;
      bus.rules.set(name, rule);
      return { RuleArn: rule.arn };
    },
  };

  const DeleteRule: ActionDefinition<DeleteRuleRequest, object> = {
    permissions(input, { principal }) {
      const bus = requireBus(model, principal.accountId, input.EventBusName);
      return [
        { action: 'events:DeleteRule', resource: ruleArn(model.region, bus.account, bus.name, input.Name ?? '') },
      ];
    },
    run(input, { principal }) {
      const bus = requireBus(model, principal.accountId, input.EventBusName);
      const rule = bus.rules.get(input.Name ?? '');
      if (rule !== undefined && rule.targets.size > 0) throw rejected("Rule can't be deleted since it has targets.");
      bus.rules.delete(input.Name ?? '');
      return {};
    },
  };

  const ListRules: ActionDefinition<ListRulesRequest, ListRulesResponse> = {
    permissions: () => [{ action: 'events:ListRules', resource: '*' }],
    run(input, { principal }) {
      const rules = [...requireBus(model, principal.accountId, input.EventBusName).rules.values()]
        .filter((rule) => rule.name.startsWith(input.NamePrefix ?? ''))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      return { Rules: rules.map(view) };
    },
  };

  return {
    PutRule,
    DeleteRule,
    ListRules,
    DescribeRule: onRule('DescribeRule', (input: DescribeRuleRequest) => input.Name, view),
    EnableRule: onRule(
      'EnableRule',
      (input: EnableRuleRequest) => input.Name,
      (rule) => {
        rule.enabled = true;
        return {};
      },
    ),
    DisableRule: onRule(
      'DisableRule',
      (input: DisableRuleRequest) => input.Name,
      (rule) => {
        rule.enabled = false;
        return {};
      },
    ),
    PutTargets: onRule(
      'PutTargets',
      (input: PutTargetsRequest) => input.Rule,
      (rule, input): PutTargetsResponse => {
        const targets = input.Targets ?? [];
        for (const target of targets) checkTarget(target, model.region);
        const ids = new Set([...rule.targets.keys(), ...targets.map((target) => target.Id ?? '')]);
        if (ids.size > MAX_TARGETS) {
          throw new AwsError(
            'LimitExceededException',
            `A rule takes ${MAX_TARGETS} targets at most; ${rule.name} would have ${ids.size}.`,
          );
        }
        for (const target of targets) rule.targets.set(target.Id ?? '', target);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
    ListTargetsByRule: onRule(
      'ListTargetsByRule',
      (input: ListTargetsByRuleRequest) => input.Rule,
      (rule): ListTargetsByRuleResponse => ({ Targets: [...rule.targets.values()] }),
    ),
    RemoveTargets: onRule(
      'RemoveTargets',
      (input: RemoveTargetsRequest) => input.Rule,
      (rule, input): RemoveTargetsResponse => {
        const missing = (input.Ids ?? []).filter((id) => !rule.targets.delete(id));
        return {
          FailedEntryCount: missing.length,
          FailedEntries: missing.map((TargetId) => ({
            TargetId,
            ErrorCode: 'ResourceNotFoundException',
            ErrorMessage: `Target ${TargetId} does not exist.`,
          })),
        };
      },
    ),
  };
};
