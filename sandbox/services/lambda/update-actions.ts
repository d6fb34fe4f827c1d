import type {
  FunctionConfiguration,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda';
import type { ActionDefinition } from '../../cloud.ts';
import { codeDirectory, codeOf, lastModified, readConfiguration } from './configuration.ts';
import { invalidParameter } from './errors.ts';
import { onFunction } from './function-actions.ts';
import { passRole, takeRole } from './function-role.ts';
import type { FunctionRecord, LambdaModel, LambdaOptions } from './model.ts';
import { readFunctionName } from './names.ts';
import { checkRevision, latestOf, publish } from './publish.ts';

/**
 * The actions that change `$LATEST`, at once: its environments are replaced, what they have in hand is finished. Published
 * versions keep their code, their configuration and their environments.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
 */
export const updateActions = (model: LambdaModel, options: LambdaOptions) => {
  const latestRecord = (name: string | undefined): FunctionRecord => {
    const ref = readFunctionName(model.region, name);
    if (ref.qualifier === undefined || ref.qualifier === '$LATEST') return model.find(ref);
    throw invalidParameter('This operation does not support versions. Please update $LATEST.');
  };

  const UpdateFunctionCode: ActionDefinition<UpdateFunctionCodeRequest, FunctionConfiguration> = {
    permissions: (input) => [
      onFunction(model, 'UpdateFunctionCode', readFunctionName(model.region, input.FunctionName)),
    ],
    run(input, { cloud }) {
      const record = latestRecord(input.FunctionName);
      const latest = latestOf(record);
      checkRevision(input.RevisionId, latest.configuration);
      const directory = codeDirectory(record.name, input.S3Key, options);
      const configuration = {
        ...latest.configuration,
        ...codeOf(directory, input.S3Key),
        ...(input.Architectures === undefined ? {} : { Architectures: input.Architectures }),
        LastModified: lastModified(cloud.clock.now()),
        RevisionId: cloud.random.uuid(),
      };
      if (input.DryRun === true) return configuration;
      model.addVersion(record, { ...latest, configuration, directory });
      return input.Publish === true ? publish(model, record, { FunctionName: record.name }) : configuration;
    },
  };

  const UpdateFunctionConfiguration: ActionDefinition<UpdateFunctionConfigurationRequest, FunctionConfiguration> = {
    permissions: (input) => [
      onFunction(model, 'UpdateFunctionConfiguration', readFunctionName(model.region, input.FunctionName)),
      ...(input.Role === undefined ? [] : [passRole(input.Role)]),
    ],
    run(input, { cloud }) {
      const record = latestRecord(input.FunctionName);
      const latest = latestOf(record);
      const { CodeSize, CodeSha256, SnapStart: _, Layers: __, ...before } = latest.configuration;
      checkRevision(input.RevisionId, latest.configuration);
      const given = Object.entries(input).filter(([, value]) => value !== undefined);
      const wanted: typeof before = { ...before, ...Object.fromEntries(given), FunctionName: record.name };
      const parts = {
        region: model.region,
        directory: latest.directory,
        now: cloud.clock.now(),
        revisionId: cloud.random.uuid(),
        vpcOf: options.vpcOf,
      };
      const configuration = { ...readConfiguration(wanted, parts), CodeSize, CodeSha256 };
      const principal = takeRole(cloud, configuration.Role, record.name);
      model.addVersion(record, { ...latest, configuration, principal });
      return configuration;
    },
  };

  return { UpdateFunctionCode, UpdateFunctionConfiguration };
};
