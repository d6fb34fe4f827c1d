import type { CreatePipeRequest, UpdatePipeRequest } from '@aws-sdk/client-pipes';
import { checkPipe, readFilters } from './checks.ts';
import { type PipeDefinition, pipeArn } from './model.ts';
import { readBatching, readStreamSource } from './source.ts';

/** What a request asks for. @throws AwsError `ValidationException` that names what is wrong or not modelled. */
export const readDefinition = (region: string, account: string, request: CreatePipeRequest): PipeDefinition => {
  checkPipe(request);
  const { Name: name = '', RoleArn: roleArn = '', Source: source = '' } = request;
  return {
    name,
    arn: pipeArn(region, account, name),
    roleArn,
    source,
    stream: readStreamSource(request),
    ...readBatching(request),
    filters: readFilters(request),
    request,
  };
};

/** The members that are there: the wire may name others as undefined. */
const given = <T extends object>(members: T | undefined): Partial<T> =>
  Object.fromEntries(Object.entries(members ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;

/**
 * A pipe's request with the fields of an update in it. What is not named stays; an object of parameters that belongs to one
 * AWS service is taken as a whole.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html
 */
export const updatedRequest = (before: CreatePipeRequest, update: UpdatePipeRequest): CreatePipeRequest => {
  const { SourceParameters, EnrichmentParameters, TargetParameters, ...plain } = update;
  const stream = SourceParameters?.DynamoDBStreamParameters;
  const started = before.SourceParameters?.DynamoDBStreamParameters?.StartingPosition;
  return {
    ...before,
    ...given(plain),
    SourceParameters: {
      ...before.SourceParameters,
      ...(given(SourceParameters) as typeof before.SourceParameters),
      // Where it began to read stays as it was.
      ...(stream !== undefined && { DynamoDBStreamParameters: { ...stream, StartingPosition: started } }),
    },
    EnrichmentParameters: { ...before.EnrichmentParameters, ...given(EnrichmentParameters) },
    TargetParameters: { ...before.TargetParameters, ...given(TargetParameters) },
  };
};
