import type { PublishVersionRequest } from '@aws-sdk/client-lambda';
import { AwsError } from '../errors.ts';
import type { Configuration } from './configuration.ts';
import { invalidParameter, notFound } from './errors.ts';
import type { FunctionRecord, FunctionVersion, LambdaModel } from './model.ts';
import { functionArn } from './names.ts';

/** @throws AwsError `ResourceNotFoundException` */
export const latestOf = (record: FunctionRecord): FunctionVersion => {
  const latest = record.versions.get('$LATEST');
  if (latest === undefined) throw notFound(`Function not found: ${record.name}`);
  return latest;
};

/** @throws AwsError `PreconditionFailedException` where the caller knows an older `$LATEST`. */
export const checkRevision = (known: string | undefined, { RevisionId }: Configuration): void => {
  if (known === undefined || known === RevisionId) return;
  throw new AwsError('PreconditionFailedException', 'The RevisionId provided does not match the latest one.', 412);
};

/** Code and configuration, without what each update changes. */
const content = ({ RevisionId: _, LastModified: __, ...rest }: Configuration): string => JSON.stringify(rest);

/**
 * Makes a version of what `$LATEST` is, or gives the one that was made of it before. Its number is the next one, whatever
 * became of the versions before it.
 *
 * @throws AwsError `PreconditionFailedException`, `InvalidParameterValueException`
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
 */
export const publish = (model: LambdaModel, record: FunctionRecord, input: PublishVersionRequest): Configuration => {
  const latest = latestOf(record);
  const { configuration } = latest;
  checkRevision(input.RevisionId, configuration);
  if (input.CodeSha256 !== undefined && input.CodeSha256 !== configuration.CodeSha256) {
    throw invalidParameter(`CodeSha256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST.`);
  }
  const { published } = record;
  const before = published === undefined ? undefined : record.versions.get(String(published.number));
  if (published !== undefined && before !== undefined && content(published.latest) === content(configuration)) {
    return before.configuration;
  }
  const number = (published?.number ?? 0) + 1;
  record.published = { number, latest: configuration };
  const Version = String(number);
  const version = model.addVersion(record, {
    ...latest,
    configuration: {
      ...configuration,
      Version,
      FunctionArn: functionArn(model.region, { name: record.name, qualifier: Version }),
      ...(input.Description === undefined ? {} : { Description: input.Description }),
    },
  });
  return version.configuration;
};
