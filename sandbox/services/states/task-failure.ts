import type { StateError } from '../../asl/state-error.ts';
import { AwsError } from '../errors.ts';

/** The text that the AWS SDK for Java 2 gives to a service's error, which Step Functions hands on as the cause. */
export const sdkCause = (service: string, failure: AwsError, requestId: string, withCode = false): string => {
  const code = withCode ? `, Error Code: ${failure.code}` : '';
  return `${failure.message} (Service: ${service}, Status Code: ${failure.status}, Request ID: ${requestId}${code}) (SDK Attempt Count: 1)`;
};

/**
 * Calls, and turns a service's error into a task's. What is no service's error is a defect and passes through; so is an
 * action that the sandbox has not: a Catch of States.ALL must not hide that.
 */
export const orTaskError = async <T>(
  call: () => Promise<unknown>,
  translate: (failure: AwsError) => StateError,
): Promise<T> => {
  try {
    return (await call()) as T;
  } catch (failure) {
    if (!(failure instanceof AwsError) || failure.code === 'NotImplemented') throw failure;
    throw translate(failure);
  }
};
