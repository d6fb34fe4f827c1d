import { StateError } from '../../asl/state-error.ts';
import { AwsError } from '../errors.ts';

/** The text that the AWS SDK for Java 2 gives to a service's error, which Step Functions hands on as the cause. */
export const sdkCause = (service: string, failure: AwsError, requestId: string, withCode = false): string => {
  const code = withCode ? `, Error Code: ${failure.code}` : '';
  return `${failure.message} (Service: ${service}, Status Code: ${failure.status}, Request ID: ${requestId}${code}) (SDK Attempt Count: 1)`;
};

/** How the integrations that were there before SDK tasks name errors: as the AWS SDK for Java 1 does. */
interface FirstSdk {
  /** What errors begin with, and the name of one that the service's model does not list. */
  readonly prefix: string;
  readonly base: string;
  /** As causes name the service. */
  readonly service: string;
  readonly unlisted: readonly string[];
}

/** Codes that no service's model lists. */
const COMMON = ['AccessDenied', 'AccessDeniedException', 'InvalidClientTokenId', 'UnrecognizedClientException'];

/** As recorded on AWS: github.com/localstack/localstack, test_task_service_sqs.snapshot.json and test_task_service_sfn.snapshot.json. */
export const FIRST_SDK = {
  sqs: {
    prefix: 'SQS',
    base: 'AmazonSQSException',
    service: 'AmazonSQS',
    unlisted: [...COMMON, 'MissingParameter', 'InvalidParameterValue'],
  },
  states: { prefix: 'StepFunctions', base: 'AWSStepFunctionsException', service: 'AWSStepFunctions', unlisted: COMMON },
} satisfies Readonly<Record<string, FirstSdk>>;

/** A service's error as {@link FIRST_SDK} has it. */
export const firstSdkError = (service: keyof typeof FIRST_SDK, failure: AwsError, requestId: string): StateError => {
  const { prefix, base, service: name, unlisted }: FirstSdk = FIRST_SDK[service];
  const { code, message, status } = failure;
  const listed = code.endsWith('Exception') ? code : `${code}Exception`;
  return new StateError(
    `${prefix}.${unlisted.includes(code) ? base : listed}`,
    `${message} (Service: ${name}; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
  );
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
