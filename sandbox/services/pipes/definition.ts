import type { CreatePipeRequest, UpdatePipeRequest } from '@aws-sdk/client-pipes';
import { checkPipe, readBatching, readFilters } from './checks.ts';
import { type PipeDefinition, pipeArn } from './model.ts';

/** What a request asks for. @throws AwsError `ValidationException` that names what is wrong or not modelled. */
export const readDefinition = (account: string, request: CreatePipeRequest): PipeDefinition => {
  checkPipe(request);
  const { Name: name = '', RoleArn: roleArn = '', Source: source = '' } = request;
  return {
    name,
    arn: pipeArn(account, name),
    roleArn,
    source,
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
  return {
    ...before,
    ...given(plain),
    // An update names less of a stream; streams are refused either way.
    SourceParameters: { ...before.SourceParameters, ...(given(SourceParameters) as typeof before.SourceParameters) },
    EnrichmentParameters: { ...before.EnrichmentParameters, ...given(EnrichmentParameters) },
    TargetParameters: { ...before.TargetParameters, ...given(TargetParameters) },
  };
};
