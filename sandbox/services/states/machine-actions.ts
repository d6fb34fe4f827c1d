import type {
  CreateStateMachineInput,
  CreateStateMachineOutput,
  DeleteStateMachineInput,
  DescribeStateMachineInput,
  DescribeStateMachineOutput,
  ListStateMachinesInput,
  ListStateMachinesOutput,
  UpdateStateMachineInput,
  UpdateStateMachineOutput,
  ValidateStateMachineDefinitionInput,
  ValidateStateMachineDefinitionOutput,
} from '@aws-sdk/client-sfn';
import type { Definition } from '../../asl/definition.ts';
import { DefinitionError } from '../../asl/definition-error.ts';
import { parseDefinition } from '../../asl/parse-definition.ts';
import type { ActionDefinition, Cloud, Permission } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { checkManagedRule } from './managed-rule.ts';
import { checkName, type StateMachine, type StatesModel, stateMachineArn } from './model.ts';
import { page } from './pages.ts';
import { refuseResource } from './tasks.ts';

const invalidDefinition = ({ message }: DefinitionError): AwsError => new AwsError('InvalidDefinition', message);

/** @throws AwsError `InvalidDefinition` */
const readDefinition = (text: string | undefined): Definition => {
  try {
    return parseDefinition(text ?? '', { refuseResource });
  } catch (failure) {
    if (!(failure instanceof DefinitionError)) throw failure;
    throw invalidDefinition(failure);
  }
};

const roleNotTaken = ({ message }: AwsError): AwsError =>
  new AwsError(
    'AccessDeniedException',
    `Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role. (${message})`,
  );

/** @throws AwsError `AccessDeniedException` where Step Functions may not take the role, as AWS checks when a machine is made */
const checkRole = (cloud: Cloud, roleArn: string | undefined): string => {
  if (roleArn === undefined || !/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(roleArn)) {
    throw new AwsError('InvalidArn', `Invalid Role Arn: '${roleArn}'`);
  }
  try {
    cloud.assumeRole('states.amazonaws.com', roleArn, 'create-state-machine');
  } catch (failure) {
    if (!(failure instanceof AwsError)) throw failure;
    throw roleNotTaken(failure);
  }
  return roleArn;
};

const passRole = (roleArn: string | undefined): Permission[] =>
  roleArn === undefined
    ? []
    : [
        {
          action: 'iam:PassRole',
          resource: roleArn,
          context: { 'iam:PassedToService': 'states.amazonaws.com' },
        },
      ];

const refuseUnmodelled = (input: CreateStateMachineInput | UpdateStateMachineInput): void => {
  if ('type' in input && input.type === 'EXPRESS') {
    throw new AwsError('ValidationException', 'The sandbox runs STANDARD state machines only, not EXPRESS.');
  }
  if (input.publish === true) {
    throw new AwsError('ValidationException', 'The sandbox has no versions of state machines: leave out "publish".');
  }
};

const create = (model: StatesModel, cloud: Cloud, accountId: string, input: CreateStateMachineInput) => {
  const name = checkName(input.name);
  refuseUnmodelled(input);
  const definition = readDefinition(input.definition);
  const roleArn = checkRole(cloud, input.roleArn);
  checkManagedRule(cloud, accountId, definition, roleArn);
  const arn = stateMachineArn(cloud.region, accountId, name);
  const loggingConfiguration = input.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false };
  const tracingConfiguration = input.tracingConfiguration ?? { enabled: false };
  const found = model.machines.get(arn);
  if (found !== undefined) {
    const same =
      found.text === input.definition &&
      JSON.stringify([found.loggingConfiguration, found.tracingConfiguration]) ===
        JSON.stringify([loggingConfiguration, tracingConfiguration]);
    if (same) return { stateMachineArn: arn, creationDate: found.creationDate };
    throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
  }
  const machine: StateMachine = {
    arn,
    name,
    accountId,
    creationDate: new Date(cloud.clock.now()),
    text: input.definition ?? '',
    definition,
    roleArn,
    revisionId: cloud.random.uuid(),
    loggingConfiguration,
    tracingConfiguration,
    status: 'ACTIVE',
  };
  model.machines.set(arn, machine);
  return { stateMachineArn: arn, creationDate: machine.creationDate };
};

const update = (model: StatesModel, cloud: Cloud, input: UpdateStateMachineInput): UpdateStateMachineOutput => {
  const machine = model.machine(input.stateMachineArn);
  refuseUnmodelled(input);
  const { definition, roleArn, loggingConfiguration, tracingConfiguration } = input;
  if ([definition, roleArn, loggingConfiguration, tracingConfiguration].every((value) => value === undefined)) {
    throw new AwsError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, or the LoggingConfiguration must be specified',
    );
  }
  const parsed = definition === undefined ? machine.definition : readDefinition(definition);
  const role = roleArn === undefined ? machine.roleArn : checkRole(cloud, roleArn);
  checkManagedRule(cloud, machine.accountId, parsed, role);
  machine.text = definition ?? machine.text;
  machine.definition = parsed;
  machine.roleArn = role;
  machine.loggingConfiguration = loggingConfiguration ?? machine.loggingConfiguration;
  machine.tracingConfiguration = tracingConfiguration ?? machine.tracingConfiguration;
  machine.revisionId = cloud.random.uuid();
  return { updateDate: new Date(cloud.clock.now()), revisionId: machine.revisionId };
};

const describe = (machine: StateMachine): DescribeStateMachineOutput => ({
  stateMachineArn: machine.arn,
  name: machine.name,
  status: machine.status,
  definition: machine.text,
  roleArn: machine.roleArn,
  type: 'STANDARD',
  creationDate: machine.creationDate,
  loggingConfiguration: machine.loggingConfiguration,
  tracingConfiguration: machine.tracingConfiguration,
  revisionId: machine.revisionId,
});

const validate = ({ definition }: ValidateStateMachineDefinitionInput): ValidateStateMachineDefinitionOutput => {
  try {
    parseDefinition(definition ?? '', { refuseResource });
    return { result: 'OK', diagnostics: [], truncated: false };
  } catch (failure) {
    if (!(failure instanceof DefinitionError)) throw failure;
    const diagnostics = failure.diagnostics.map(({ code, message, location }) => ({
      severity: 'ERROR' as const,
      code,
      message,
      ...(location === '' ? {} : { location }),
    }));
    return { result: 'FAIL', diagnostics, truncated: false };
  }
};

const on = (action: string, resource: string | undefined): Permission => ({
  action: `states:${action}`,
  resource: resource ?? '*',
});

/** The actions on state machines. https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html */
export const machineActions = (model: StatesModel) => ({
  CreateStateMachine: {
    permissions: ({ name, roleArn }, { cloud, principal }) => [
      on('CreateStateMachine', stateMachineArn(cloud.region, principal.accountId, name ?? '')),
      ...passRole(roleArn),
    ],
    run: (input, { cloud, principal }) => create(model, cloud, principal.accountId, input),
  } satisfies ActionDefinition<CreateStateMachineInput, CreateStateMachineOutput>,

  UpdateStateMachine: {
    permissions: ({ stateMachineArn: arn, roleArn }) => [on('UpdateStateMachine', arn), ...passRole(roleArn)],
    run: (input, { cloud }) => update(model, cloud, input),
  } satisfies ActionDefinition<UpdateStateMachineInput, UpdateStateMachineOutput>,

  DescribeStateMachine: {
    permissions: ({ stateMachineArn: arn }) => [on('DescribeStateMachine', arn)],
    run: ({ stateMachineArn: arn }) => describe(model.machine(arn)),
  } satisfies ActionDefinition<DescribeStateMachineInput, DescribeStateMachineOutput>,

  ListStateMachines: {
    permissions: () => [on('ListStateMachines', '*')],
    run: ({ nextToken, maxResults }) => {
      const all = [...model.machines.values()].map(({ arn, name, creationDate }) => ({
        stateMachineArn: arn,
        name,
        type: 'STANDARD' as const,
        creationDate,
      }));
      const { items, ...rest } = page(all, nextToken, maxResults);
      return { stateMachines: [...items], ...rest };
    },
  } satisfies ActionDefinition<ListStateMachinesInput, ListStateMachinesOutput>,

  DeleteStateMachine: {
    permissions: ({ stateMachineArn: arn }) => [on('DeleteStateMachine', arn)],
    // AWS ends running executions at their next transition; here they end at once.
    run: ({ stateMachineArn: arn = '' }) => {
      for (const { run } of model.executionsOf(arn)) run.stop(undefined, undefined);
      const machine = model.machines.get(arn);
      if (machine !== undefined) machine.status = 'DELETING';
      model.machines.delete(arn);
      return {};
    },
  } satisfies ActionDefinition<DeleteStateMachineInput, Record<string, never>>,

  ValidateStateMachineDefinition: {
    permissions: () => [on('ValidateStateMachineDefinition', '*')],
    run: validate,
  } satisfies ActionDefinition<ValidateStateMachineDefinitionInput, ValidateStateMachineDefinitionOutput>,
});
