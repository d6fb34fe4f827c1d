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
} from '@aws-sdk/client-lambda';
import type { ActionDefinition, Permission } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { conflict, invalidParameter, notFound } from './errors.ts';
import type { FunctionRecord, LambdaModel, LambdaOptions } from './model.ts';
import { type FunctionRef, functionArn, readFunctionName } from './names.ts';

/** What ListFunctions and ListVersionsByFunction answer at once. */
const PAGE = 50;

/** What IAM is asked of an action on a function. */
export const onFunction = (action: string, ref: FunctionRef): Permission => ({
  action: `lambda:${action}`,
  resource: functionArn(ref),
});

/** A page of a list, by Lambda's `Marker`. */
const page = <T>(all: readonly T[], marker: string | undefined, most: number | undefined) => {
  const start = Number(marker ?? 0);
  const end = start + Math.min(most ?? PAGE, PAGE);
  return { items: all.slice(start, end), next: end < all.length ? { NextMarker: String(end) } : {} };
};

const latestOf = (record: FunctionRecord): Configuration => {
  const latest = record.versions.get('$LATEST');
  if (latest === undefined) throw notFound(`Function not found: ${record.name}`);
  return latest.configuration;
};

/** Makes a version of what `$LATEST` is, or gives the one that was made of it before. */
const publish = (model: LambdaModel, record: FunctionRecord, input: PublishVersionRequest): Configuration => {
  const latest = record.versions.get('$LATEST');
  if (latest === undefined) throw notFound(`Function not found: ${record.name}`);
  const { configuration } = latest;
  if (input.RevisionId !== undefined && input.RevisionId !== configuration.RevisionId) {
    throw new AwsError('PreconditionFailedException', 'The RevisionId provided does not match the latest one.', 412);
  }
  if (input.CodeSha256 !== undefined && input.CodeSha256 !== configuration.CodeSha256) {
    throw invalidParameter(`CodeSha256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST.`);
  }
  const before = record.versions.get(String(record.versions.size - 1));
  if (before !== undefined) return before.configuration; // nothing changes code or configuration here
  const Version = String(record.versions.size);
  const version = model.addVersion(
    record,
    {
      ...configuration,
      Version,
      FunctionArn: functionArn({ name: record.name, qualifier: Version }),
      ...(input.Description === undefined ? {} : { Description: input.Description }),
    },
    latest.principal,
  );
  return version.configuration;
};

/** Functions and their versions. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
export const functionActions = (model: LambdaModel, options: LambdaOptions) => {
  const CreateFunction: ActionDefinition<CreateFunctionRequest, FunctionConfiguration> = {
    permissions: (input) => [
      onFunction('CreateFunction', { name: readFunctionName(input.FunctionName).name, qualifier: undefined }),
      {
        action: 'iam:PassRole',
        resource: input.Role ?? '*',
        context: { 'iam:PassedToService': 'lambda.amazonaws.com' },
      },
    ],
    run(input, { cloud }) {
      const { name } = readFunctionName(input.FunctionName);
      if (model.functions.has(name)) throw conflict(`Function already exist: ${name}`);
      const key = input.Code?.S3Key;
      if (key === undefined) {
        throw invalidParameter(
          `${name}: the sandbox takes code by its S3Key, as the CDK writes it; not inline or as an image.`,
        );
      }
      const configuration = readConfiguration(
        { ...input, FunctionName: name },
        { directory: options.assets(key), now: cloud.clock.now(), revisionId: cloud.random.uuid() },
      );
      const principal = ((): ReturnType<typeof cloud.assumeRole> => {
        try {
          return cloud.assumeRole('lambda.amazonaws.com', configuration.Role, name);
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          throw invalidParameter(`The role defined for the function cannot be assumed by Lambda. ${error.message}`);
        }
      })();
      const record: FunctionRecord = {
        name,
        directory: options.assets(key),
        versions: new Map(),
        aliases: new Map(),
        policies: new Map(),
        eventInvokeConfigs: new Map(),
        tags: input.Tags ?? {},
        reserved: undefined,
        running: 0,
      };
      model.functions.set(name, record);
      model.addVersion(record, configuration, principal);
      return input.Publish === true ? publish(model, record, { FunctionName: name }) : configuration;
    },
  };

  const PublishVersion: ActionDefinition<PublishVersionRequest, FunctionConfiguration> = {
    permissions: (input) => [onFunction('PublishVersion', readFunctionName(input.FunctionName))],
    run: (input) => publish(model, model.find(readFunctionName(input.FunctionName)), input),
  };

  const GetFunction: ActionDefinition<GetFunctionRequest, GetFunctionResponse> = {
    permissions: (input) => [onFunction('GetFunction', readFunctionName(input.FunctionName, input.Qualifier))],
    run(input) {
      const ref = readFunctionName(input.FunctionName, input.Qualifier);
      const record = model.find(ref);
      return {
        Configuration: model.version(ref).configuration,
        Code: { RepositoryType: 'S3', Location: `file://${record.directory}` },
        ...(Object.keys(record.tags).length === 0 ? {} : { Tags: record.tags }),
        ...(record.reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: record.reserved } }),
      };
    },
  };

  const GetFunctionConfiguration: ActionDefinition<GetFunctionConfigurationRequest, FunctionConfiguration> = {
    permissions: (input) => [
      onFunction('GetFunctionConfiguration', readFunctionName(input.FunctionName, input.Qualifier)),
    ],
    run: (input) => model.version(readFunctionName(input.FunctionName, input.Qualifier)).configuration,
  };

  const ListFunctions: ActionDefinition<ListFunctionsRequest, ListFunctionsResponse> = {
    permissions: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
    run(input) {
      const records = [...model.functions.values()];
      const all = records.flatMap((record) =>
        input.FunctionVersion === 'ALL'
          ? [...record.versions.values()].map(({ configuration }) => configuration)
          : [latestOf(record)],
      );
      const { items, next } = page(all, input.Marker, input.MaxItems);
      return { Functions: items, ...next };
    },
  };

  const ListVersionsByFunction: ActionDefinition<ListVersionsByFunctionRequest, ListVersionsByFunctionResponse> = {
    permissions: (input) => [onFunction('ListVersionsByFunction', readFunctionName(input.FunctionName))],
    run(input) {
      const all = [...model.find(readFunctionName(input.FunctionName)).versions.values()];
      const { items, next } = page(all, input.Marker, input.MaxItems);
      return { Versions: items.map(({ configuration }) => configuration), ...next };
    },
  };

  const DeleteFunction: ActionDefinition<DeleteFunctionRequest, Record<string, never>> = {
    permissions: (input) => [onFunction('DeleteFunction', readFunctionName(input.FunctionName))],
    run(input) {
      const ref = readFunctionName(input.FunctionName, input.Qualifier);
      if (ref.qualifier !== undefined)
        throw invalidParameter('The sandbox deletes whole functions, not single versions.');
      const record = model.find(ref);
      for (const { pool } of record.versions.values()) pool.kill();
      model.functions.delete(record.name);
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
  };
};
