import type {
  CreateFunctionRequest,
  DeleteFunctionRequest,
  FunctionConfiguration,
  GetFunctionConfigurationRequest,
  GetFunctionRequest,
  GetFunctionResponse,
  ListFunctionsRequest,
  ListFunctionsResponse,
  ListVersionsByFunctionRequest,
  ListVersionsByFunctionResponse,
  PublishVersionRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-lambda';
import type { ActionDefinition, Permission } from '../../cloud.ts';
import { codeDirectory, readConfiguration } from './configuration.ts';
import { conflict, invalidParameter } from './errors.ts';
import { passRole, takeRole } from './function-role.ts';
import type { FunctionRecord, LambdaModel, LambdaOptions } from './model.ts';
import { type FunctionRef, functionArn, readFunctionName } from './names.ts';
import { latestOf, publish } from './publish.ts';

/** What ListFunctions and ListVersionsByFunction answer at once. */
const PAGE = 50;

/** What IAM is asked of an action on a function. */
export const onFunction = (model: LambdaModel, action: string, ref: FunctionRef): Permission => ({
  action: `lambda:${action}`,
  resource: functionArn(model.region, ref),
});

/** A page of a list, by Lambda's `Marker`. */
const page = <T>(all: readonly T[], marker: string | undefined, most: number | undefined) => {
  const start = Number(marker ?? 0);
  const end = start + Math.min(most ?? PAGE, PAGE);
  return { items: all.slice(start, end), next: end < all.length ? { NextMarker: String(end) } : {} };
};

/** @throws AwsError `InvalidParameterValueException` for what is no number; `ResourceConflictException` where an alias needs it. */
const deleteVersion = (record: FunctionRecord, qualifier: string): void => {
  if (!/^\d+$/.test(qualifier)) {
    throw invalidParameter(`'${qualifier}' cannot be deleted by itself: only a version that has a number can.`);
  }
  const aliases = [...record.aliases.values()].filter(({ FunctionVersion }) => FunctionVersion === qualifier);
  if (aliases.length > 0) {
    const names = aliases.map(({ Name }) => Name).join(', ');
    throw conflict(`Unable to delete version because the following aliases reference it: [${names}]`);
  }
  // Deleting what is not there succeeds.
  record.versions.get(qualifier)?.pool.retire();
  record.versions.delete(qualifier);
};

/** Functions and their versions. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
export const functionActions = (model: LambdaModel, options: LambdaOptions) => {
  const CreateFunction: ActionDefinition<CreateFunctionRequest, FunctionConfiguration> = {
    permissions: (input) => [
      onFunction(model, 'CreateFunction', {
        name: readFunctionName(model.region, input.FunctionName).name,
        qualifier: undefined,
      }),
      passRole(input.Role ?? '*'),
    ],
    run(input, { cloud }) {
      const { name } = readFunctionName(model.region, input.FunctionName);
      if (model.functions.has(name)) throw conflict(`Function already exist: ${name}`);
      const directory = codeDirectory(name, input.Code?.S3Key, options);
      const configuration = readConfiguration(
        { ...input, FunctionName: name },
        {
          ...{ region: model.region, directory, now: cloud.clock.now(), revisionId: cloud.random.uuid() },
          vpcOf: options.vpcOf,
        },
      );
      const principal = takeRole(cloud, configuration.Role, name);
      const record: FunctionRecord = {
        name,
        versions: new Map(),
        published: undefined,
        aliases: new Map(),
        policies: new Map(),
        eventInvokeConfigs: new Map(),
        tags: new Map(Object.entries(input.Tags ?? {})),
        reserved: undefined,
        running: 0,
      };
      model.functions.set(name, record);
      model.addVersion(record, { configuration, directory, principal });
      return input.Publish === true ? publish(model, record, { FunctionName: name }) : configuration;
    },
  };

  const PublishVersion: ActionDefinition<PublishVersionRequest, FunctionConfiguration> = {
    permissions: (input) => [onFunction(model, 'PublishVersion', readFunctionName(model.region, input.FunctionName))],
    run: (input) => publish(model, model.find(readFunctionName(model.region, input.FunctionName)), input),
  };

  const GetFunction: ActionDefinition<GetFunctionRequest, GetFunctionResponse> = {
    permissions: (input) => [
      onFunction(model, 'GetFunction', readFunctionName(model.region, input.FunctionName, input.Qualifier)),
    ],
    run(input) {
      const ref = readFunctionName(model.region, input.FunctionName, input.Qualifier);
      const { tags, reserved } = model.find(ref);
      const { configuration, directory } = model.version(ref);
      return {
        Configuration: configuration,
        Code: { RepositoryType: 'S3', Location: `file://${directory}` },
        ...(tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) }),
        ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
      };
    },
  };

  const GetFunctionConfiguration: ActionDefinition<GetFunctionConfigurationRequest, FunctionConfiguration> = {
    permissions: (input) => [
      onFunction(
        model,
        'GetFunctionConfiguration',
        readFunctionName(model.region, input.FunctionName, input.Qualifier),
      ),
    ],
    run: (input) => model.version(readFunctionName(model.region, input.FunctionName, input.Qualifier)).configuration,
  };

  const ListFunctions: ActionDefinition<ListFunctionsRequest, ListFunctionsResponse> = {
    permissions: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
    run(input) {
      const records = [...model.functions.values()];
      const all = records.flatMap((record) =>
        input.FunctionVersion === 'ALL'
          ? [...record.versions.values()].map(({ configuration }) => configuration)
          : [latestOf(record).configuration],
      );
      const { items, next } = page(all, input.Marker, input.MaxItems);
      return { Functions: items, ...next };
    },
  };

  const ListVersionsByFunction: ActionDefinition<ListVersionsByFunctionRequest, ListVersionsByFunctionResponse> = {
    permissions: (input) => [
      onFunction(model, 'ListVersionsByFunction', readFunctionName(model.region, input.FunctionName)),
    ],
    run(input) {
      const all = [...model.find(readFunctionName(model.region, input.FunctionName)).versions.values()];
      const { items, next } = page(all, input.Marker, input.MaxItems);
      return { Versions: items.map(({ configuration }) => configuration), ...next };
    },
  };

  const DeleteFunction: ActionDefinition<DeleteFunctionRequest, Record<string, never>> = {
    permissions: (input) => [onFunction(model, 'DeleteFunction', readFunctionName(model.region, input.FunctionName))],
    run(input) {
      const ref = readFunctionName(model.region, input.FunctionName, input.Qualifier);
      const record = model.find(ref);
      if (ref.qualifier === undefined) model.delete(record);
      else deleteVersion(record, ref.qualifier);
      return {};
    },
  };

  const TagResource: ActionDefinition<TagResourceRequest, Record<string, never>> = {
    permissions: (input) => [onFunction(model, 'TagResource', readFunctionName(model.region, input.Resource))],
    run(input) {
      const { tags } = model.find(readFunctionName(model.region, input.Resource));
      for (const [key, value] of Object.entries(input.Tags ?? {})) tags.set(key, value);
      return {};
    },
  };

  const UntagResource: ActionDefinition<UntagResourceRequest, Record<string, never>> = {
    permissions: (input) => [onFunction(model, 'UntagResource', readFunctionName(model.region, input.Resource))],
    run(input) {
      const { tags } = model.find(readFunctionName(model.region, input.Resource));
      for (const key of input.TagKeys ?? []) tags.delete(key);
      return {};
    },
  };

  return {
    CreateFunction,
    PublishVersion,
    GetFunction,
    GetFunctionConfiguration,
    ListFunctions,
    ListVersionsByFunction,
    DeleteFunction,
    TagResource,
    UntagResource,
  };
};
