import { AwsError } from '../errors.ts';

/** Lambda's errors, with the `Type` member that tells who is at fault. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
const userError =
  (code: string, status: number) =>
  (message: string, members: Readonly<Record<string, unknown>> = {}): AwsError =>
    new AwsError(code, message, status, { Type: 'User', ...members });

export const invalidParameter = userError('InvalidParameterValueException', 400);
export const notFound = userError('ResourceNotFoundException', 404);
export const conflict = userError('ResourceConflictException', 409);
export const tooLarge = userError('RequestTooLargeException', 413);
export const badContent = userError('InvalidRequestContentException', 400);

/** @param reason e.g. `ReservedFunctionConcurrentInvocationLimitExceeded` */
export const throttled = (reason: string): AwsError =>
  userError('TooManyRequestsException', 429)('Rate Exceeded.', { Reason: reason });
