import { ConciergeError } from '../domain/errors.ts';

/**
 * Codes by which AWS says "slow down" or "not now".
 *
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html and the common errors of DynamoDB.
 */
const THROTTLES: ReadonlySet<string> = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'Unavailable',
  'ServiceUnavailable',
  'InternalError',
  'InternalServerError',
  'InternalFailure',
]);

/** Codes by which AWS says "you may not". */
const DENIALS: ReadonlySet<string> = new Set(['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException']);

const isServerFault = (error: Error): boolean => {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return ($metadata?.httpStatusCode ?? 0) >= 500;
};

/**
 * Gives an error of the SDK the name that the workflow matches. What it does not know it returns as it is.
 *
 * @param doing - what was tried, for the message: `describe connections`.
 */
export const classify = (error: unknown, doing: string): unknown => {
  if (!(error instanceof Error)) return error;
  if (THROTTLES.has(error.name) || isServerFault(error)) {
    return new ConciergeError('Throttled', `${doing}: ${error.name}: ${error.message}`, {}, error);
  }
  if (DENIALS.has(error.name)) {
    return new ConciergeError('Denied', `${doing}: ${error.name}: ${error.message}`, {}, error);
  }
  return error;
};

/** Whether AWS said "slow down" or "not now". */
export const isThrottled = (error: unknown): boolean => error instanceof Error && error.name === 'Throttled';

/** Makes a call of the SDK; a failure is thrown under the name that {@link classify} gives it. */
export const calling = async <T>(doing: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw classify(error, doing);
  }
};
