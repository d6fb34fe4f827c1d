import type {
  AddPermissionRequest,
  AddPermissionResponse,
  AliasConfiguration,
  Concurrency,
  CreateAliasRequest,
  DeleteAliasRequest,
  DeleteFunctionConcurrencyRequest,
  DeleteFunctionEventInvokeConfigRequest,
  FunctionEventInvokeConfig,
  GetAliasRequest,
  GetFunctionConcurrencyRequest,
  GetFunctionConcurrencyResponse,
  GetFunctionEventInvokeConfigRequest,
  GetPolicyRequest,
  GetPolicyResponse,
  PutFunctionConcurrencyRequest,
  PutFunctionEventInvokeConfigRequest,
  RemovePermissionRequest,
  UpdateAliasRequest,
} from '@aws-sdk/client-lambda';
import type { ActionDefinition } from '../../cloud.ts';
import { conflict, invalidParameter, notFound } from './errors.ts';
import { onFunction } from './function-actions.ts';
import { ACCOUNT_CONCURRENCY, type FunctionRecord, type LambdaModel, UNRESERVED_MINIMUM } from './model.ts';
import { functionArn, readFunctionName } from './names.ts';
import { permissionStatement } from './resource-policy.ts';

const refuseWeights = ({ RoutingConfig }: Pick<CreateAliasRequest, 'RoutingConfig'>): void => {
  if (Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}).length === 0) return;
  throw invalidParameter('The sandbox does not model aliases that are routed to two versions.');
};

const checkVersion = ({ region }: LambdaModel, record: FunctionRecord, version: string): void => {
  if (record.versions.has(version)) return;
  throw notFound(`Function not found: ${functionArn(region, { name: record.name, qualifier: version })}`);
};

/** How a function is named, who may call it, how often at once, and what becomes of its events. */
export const accessActions = (model: LambdaModel) => {
  const CreateAlias: ActionDefinition<CreateAliasRequest, AliasConfiguration> = {
    permissions: (input) => [onFunction(model, 'CreateAlias', readFunctionName(model.region, input.FunctionName))],
    run(input, { cloud }) {
      const { FunctionName, Name, FunctionVersion, Description = '' } = input;
      const record = model.find(readFunctionName(model.region, FunctionName));
      if (Name === undefined || !/^(?!\d+$)[\w-]{1,128}$/.test(Name)) {
        throw invalidParameter(`'${Name}' cannot be the name of an alias.`);
      }
      if (FunctionVersion === undefined) throw invalidParameter('An alias needs a FunctionVersion.');
      refuseWeights(input);
      const AliasArn = functionArn(model.region, { name: record.name, qualifier: Name });
      if (record.aliases.has(Name)) throw conflict(`Alias already exists: ${AliasArn}`);
      checkVersion(model, record, FunctionVersion);
      const alias = { AliasArn, Name, FunctionVersion, Description, RevisionId: cloud.random.uuid() };
      record.aliases.set(Name, alias);
      return alias;
    },
  };

  const GetAlias: ActionDefinition<GetAliasRequest, AliasConfiguration> = {
    permissions: (input) => [onFunction(model, 'GetAlias', readFunctionName(model.region, input.FunctionName))],
    run(input) {
      const record = model.find(readFunctionName(model.region, input.FunctionName));
      const alias = record.aliases.get(input.Name ?? '');
      if (alias !== undefined) return alias;
      throw notFound(
        `Cannot find alias arn: ${functionArn(model.region, { name: record.name, qualifier: input.Name })}`,
      );
    },
  };

  const UpdateAlias: ActionDefinition<UpdateAliasRequest, AliasConfiguration> = {
    permissions: (input) => [onFunction(model, 'UpdateAlias', readFunctionName(model.region, input.FunctionName))],
    run(input, { cloud }) {
      const record = model.find(readFunctionName(model.region, input.FunctionName));
      const alias = record.aliases.get(input.Name ?? '');
      if (alias === undefined) {
        throw notFound(
          `Cannot find alias arn: ${functionArn(model.region, { name: record.name, qualifier: input.Name })}`,
        );
      }
      refuseWeights(input);
      const { FunctionVersion = alias.FunctionVersion, Description = alias.Description } = input;
      checkVersion(model, record, FunctionVersion);
      const changed = {
        ...alias,
        FunctionVersion,
        ...(Description === undefined ? {} : { Description }),
        RevisionId: cloud.random.uuid(),
      };
      record.aliases.set(input.Name ?? '', changed);
      return changed;
    },
  };

  const DeleteAlias: ActionDefinition<DeleteAliasRequest, Record<string, never>> = {
    permissions: (input) => [onFunction(model, 'DeleteAlias', readFunctionName(model.region, input.FunctionName))],
    run(input) {
      model.find(readFunctionName(model.region, input.FunctionName)).aliases.delete(input.Name ?? '');
      return {};
    },
  };

  const AddPermission: ActionDefinition<AddPermissionRequest, AddPermissionResponse> = {
    permissions: (input) => [onFunction(model, 'AddPermission', readFunctionName(model.region, input.FunctionName))],
    run(input) {
      const ref = readFunctionName(model.region, input.FunctionName, input.Qualifier);
      model.version(ref); // a policy belongs to something that exists
      const statement = permissionStatement(input, functionArn(model.region, ref));
      const { policies } = model.find(ref);
      const statements = policies.get(ref.qualifier ?? '') ?? [];
      if (statements.some(({ Sid }) => Sid === statement.Sid)) {
        throw conflict(
          `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id.`,
        );
      }
      policies.set(ref.qualifier ?? '', [...statements, statement]);
      return { Statement: JSON.stringify(statement) };
    },
  };

  const RemovePermission: ActionDefinition<RemovePermissionRequest, Record<string, never>> = {
    permissions: (input) => [onFunction(model, 'RemovePermission', readFunctionName(model.region, input.FunctionName))],
    run(input) {
      const ref = readFunctionName(model.region, input.FunctionName, input.Qualifier);
      const { policies } = model.find(ref);
      const statements = policies.get(ref.qualifier ?? '') ?? [];
      const left = statements.filter(({ Sid }) => Sid !== input.StatementId);
      if (left.length === statements.length) {
        throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
      }
      policies.set(ref.qualifier ?? '', left);
      return {};
    },
  };

  const GetPolicy: ActionDefinition<GetPolicyRequest, GetPolicyResponse> = {
    permissions: (input) => [onFunction(model, 'GetPolicy', readFunctionName(model.region, input.FunctionName))],
    run(input) {
      const ref = readFunctionName(model.region, input.FunctionName, input.Qualifier);
      const { RevisionId } = model.version(ref).configuration;
      const policy = model.policy(ref);
      if (policy === undefined) throw notFound('The resource you requested does not exist.');
      return { Policy: JSON.stringify(policy), ...(RevisionId === undefined ? {} : { RevisionId }) };
    },
  };

  const PutFunctionConcurrency: ActionDefinition<PutFunctionConcurrencyRequest, Concurrency> = {
    permissions: (input) => [
      onFunction(model, 'PutFunctionConcurrency', readFunctionName(model.region, input.FunctionName)),
    ],
    run(input) {
      const record = model.find(readFunctionName(model.region, input.FunctionName));
      const ReservedConcurrentExecutions = Number(input.ReservedConcurrentExecutions);
      if (!Number.isInteger(ReservedConcurrentExecutions) || ReservedConcurrentExecutions < 0) {
        throw invalidParameter(
          `ReservedConcurrentExecutions is ${input.ReservedConcurrentExecutions}: it must be 0 or more.`,
        );
      }
      const left = ACCOUNT_CONCURRENCY - model.totalReserved(record.name) - ReservedConcurrentExecutions;
      if (left < UNRESERVED_MINIMUM) {
        throw invalidParameter(
          `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MINIMUM}].`,
        );
      }
      record.reserved = ReservedConcurrentExecutions;
      return { ReservedConcurrentExecutions };
    },
  };

  const DeleteFunctionConcurrency: ActionDefinition<DeleteFunctionConcurrencyRequest, Record<string, never>> = {
    permissions: (input) => [
      onFunction(model, 'DeleteFunctionConcurrency', readFunctionName(model.region, input.FunctionName)),
    ],
    run(input) {
      model.find(readFunctionName(model.region, input.FunctionName)).reserved = undefined;
      return {};
    },
  };

  const GetFunctionConcurrency: ActionDefinition<GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse> = {
    permissions: (input) => [
      onFunction(model, 'GetFunctionConcurrency', readFunctionName(model.region, input.FunctionName)),
    ],
    run(input) {
      const { reserved } = model.find(readFunctionName(model.region, input.FunctionName));
      return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
    },
  };

  const PutFunctionEventInvokeConfig: ActionDefinition<PutFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> =
    {
      permissions: (input) => [
        onFunction(model, 'PutFunctionEventInvokeConfig', readFunctionName(model.region, input.FunctionName)),
      ],
      run(input, { cloud }) {
        const ref = readFunctionName(model.region, input.FunctionName, input.Qualifier);
        model.version(ref);
        const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age, DestinationConfig } = input;
        if (retries !== undefined && ![0, 1, 2].includes(retries)) {
          throw invalidParameter(`MaximumRetryAttempts is ${retries}: it must be 0, 1 or 2.`);
        }
        if (age !== undefined && (age < 60 || age > 21_600)) {
          throw invalidParameter(`MaximumEventAgeInSeconds is ${age}: it must be from 60 to 21600.`);
        }
        const qualifier = ref.qualifier ?? '$LATEST';
        const config: FunctionEventInvokeConfig = {
          LastModified: new Date(cloud.clock.now()),
          FunctionArn: functionArn(model.region, { name: ref.name, qualifier }),
          ...(retries === undefined ? {} : { MaximumRetryAttempts: retries }),
          ...(age === undefined ? {} : { MaximumEventAgeInSeconds: age }),
          DestinationConfig: { OnSuccess: {}, OnFailure: {}, ...DestinationConfig },
        };
        model.find(ref).eventInvokeConfigs.set(qualifier, config);
        return config;
      },
    };

  const GetFunctionEventInvokeConfig: ActionDefinition<GetFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> =
    {
      permissions: (input) => [
        onFunction(model, 'GetFunctionEventInvokeConfig', readFunctionName(model.region, input.FunctionName)),
      ],
      run(input) {
        const ref = readFunctionName(model.region, input.FunctionName, input.Qualifier);
        const config = model.find(ref).eventInvokeConfigs.get(ref.qualifier ?? '$LATEST');
        if (config !== undefined) return config;
        throw notFound(`The function ${functionArn(model.region, ref)} doesn't have an EventInvokeConfig`);
      },
    };

  const DeleteFunctionEventInvokeConfig: ActionDefinition<
    DeleteFunctionEventInvokeConfigRequest,
    Record<string, never>
  > = {
    permissions: (input) => [
      onFunction(model, 'DeleteFunctionEventInvokeConfig', readFunctionName(model.region, input.FunctionName)),
    ],
    run(input) {
      const ref = readFunctionName(model.region, input.FunctionName, input.Qualifier);
      model.find(ref).eventInvokeConfigs.delete(ref.qualifier ?? '$LATEST');
      return {};
    },
  };

  return {
    CreateAlias,
    UpdateAlias,
    DeleteAlias,
    GetAlias,
    AddPermission,
    RemovePermission,
    GetPolicy,
    PutFunctionConcurrency,
    DeleteFunctionConcurrency,
    GetFunctionConcurrency,
    PutFunctionEventInvokeConfig,
    GetFunctionEventInvokeConfig,
    DeleteFunctionEventInvokeConfig,
  };
};
