import type { Definition, Machine } from '../../asl/definition.ts';
import { parseResource } from '../../asl/resource.ts';
import type { Cloud } from '../../cloud.ts';
import { AwsError } from '../errors.ts';

/** The rule by which Step Functions hears that executions have ended. https://docs.aws.amazon.com/step-functions/latest/dg/stepfunctions-iam.html */
const RULE = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';
const ACTIONS = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'];

const waitsForJobs = (machine: Machine): boolean =>
  Object.values(machine.States).some((state) => {
    if (state.Type === 'Task') return parseResource(state.Resource)?.sync !== undefined;
    if (state.Type === 'Parallel') return state.Branches.some(waitsForJobs);
    return state.Type === 'Map' && waitsForJobs(state.ItemProcessor);
  });

/**
 * Checks, when a machine with `.sync` tasks is made or updated, that its role may make the rule that AWS needs for them.
 * The rule itself is not made here: the sandbox needs none.
 *
 * @throws AwsError `AccessDeniedException`
 */
export const checkManagedRule = (cloud: Cloud, accountId: string, definition: Definition, roleArn: string): void => {
  if (!waitsForJobs(definition)) return;
  const principal = cloud.assumeRole('states.amazonaws.com', roleArn, 'create-state-machine');
  const resource = `arn:aws:events:${cloud.region}:${accountId}:rule/${RULE}`;
  const refusals = ACTIONS.map((action) => cloud.refusal(principal, { action, resource }));
  if (refusals.every((refusal) => refusal === undefined)) return;
  throw new AwsError('AccessDeniedException', `'${roleArn}' is not authorized to create managed-rule.`);
};
