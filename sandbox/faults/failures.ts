import { AwsError } from '../services/errors.ts';

/** A service's words for two things that every service says in its own way. */
interface Failures {
  /** "Slow down." */
  readonly throttled: readonly [code: string, status: number];
  /** "Something went wrong here." */
  readonly broken: readonly [code: string, status: number];
}

/**
 * By the name that the sandbox has a service under.
 *
 * EC2: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
 * DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 * Lambda: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
 * The others: the errors that their SDK packages model, else the "Common Errors" page of each API reference.
 */
const FAILURES: Readonly<Record<string, Failures>> = {
  ec2: { throttled: ['RequestLimitExceeded', 503], broken: ['InternalError', 500] },
  dynamodb: { throttled: ['ProvisionedThroughputExceededException', 400], broken: ['InternalServerError', 500] },
  lambda: { throttled: ['TooManyRequestsException', 429], broken: ['ServiceException', 500] },
  events: { throttled: ['ThrottlingException', 400], broken: ['InternalException', 500] },
  pipes: { throttled: ['ThrottlingException', 429], broken: ['InternalException', 500] },
  scheduler: { throttled: ['ThrottlingException', 429], broken: ['InternalServerException', 500] },
  sqs: { throttled: ['RequestThrottled', 400], broken: ['InternalFailure', 500] },
  sns: { throttled: ['Throttled', 429], broken: ['InternalError', 500] },
  iam: { throttled: ['Throttling', 400], broken: ['ServiceFailure', 500] },
  elasticloadbalancing: { throttled: ['Throttling', 400], broken: ['InternalFailure', 500] },
};
const USUAL: Failures = { throttled: ['ThrottlingException', 400], broken: ['InternalFailure', 500] };

const failuresOf = (service: string): Failures =>
  (Object.hasOwn(FAILURES, service) ? FAILURES[service] : USUAL) ?? USUAL;

/** How a service turns a request away because there are too many. */
export const throttledBy = (service: string): AwsError => {
  const [code, status] = failuresOf(service).throttled;
  const members = service === 'lambda' ? { Type: 'User', Reason: 'CallerRateLimitExceeded' } : {};
  return new AwsError(code, 'Rate exceeded (a fault).', status, members);
};

/** How a service says that it failed itself. @param wanted another status than its usual one */
export const brokenBy = (service: string, wanted?: number): AwsError => {
  const [code, status] = failuresOf(service).broken;
  return new AwsError(code, 'An internal error occurred (a fault).', wanted ?? status);
};
