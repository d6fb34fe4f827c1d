import type { Cloud } from '../../cloud.ts';
import { AwsError } from '../errors.ts';

/** How long a delivery is tried again: rules and schedules have the same two bounds and defaults. */
export interface RetryBounds {
  /** Further attempts after the first. */
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeInSeconds: number;
}

/** The defaults, and the greatest values, of RetryPolicy (eb-rule-retry-policy.html; the API's RetryPolicy). */
export const DEFAULT_RETRIES: RetryBounds = { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400 };

/** Why a delivery was given up. */
export interface Failure {
  readonly error: AwsError;
  /** Further attempts that were made. */
  readonly retries: number;
  /** Which bound was reached; undefined for an error that another attempt would not mend. */
  readonly exhausted: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | undefined;
}

/** One thing that is to reach one target. */
export interface Delivery {
  readonly bounds: RetryBounds;
  /** Makes attempt number `attempt`, from 1 on; throws where it failed. */
  attempt(attempt: number): Promise<void>;
  /** Told once, when it is given up. */
  failed(failure: Failure): Promise<void>;
}

/**
 * Waits between attempts grow from the first to the second number of milliseconds, doubling, with jitter. AWS documents
 * "exponential back off and jitter" for 185 attempts in 24 hours, not the figures: these spread 185 attempts over 23 hours.
 */
const BACKOFF = [1_000, 600_000] as const;

const THROTTLES =
  /^(Throttl|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded|RequestThrottled|SlowDown|ServiceQuotaExceeded)/;

/** Whether AWS would try again: not for missing permissions, missing targets and bad requests. */
const isRetryable = (error: AwsError): boolean =>
  (error.status >= 500 && error.code !== 'NotImplemented' && error.code !== 'SandboxDefect') ||
  error.status === 429 ||
  THROTTLES.test(error.code);

const asAwsError = (error: unknown): AwsError =>
  error instanceof AwsError
    ? error
    : new AwsError('SandboxDefect', error instanceof Error ? (error.stack ?? error.message) : String(error), 500);

/** Makes the first attempt after `milliseconds`, and the further ones that its bounds allow. Returns at once. */
export const deliver = (cloud: Cloud, delivery: Delivery, milliseconds: number): void => {
  const { clock, random } = cloud;
  const deadline = clock.now() + delivery.bounds.maximumEventAgeInSeconds * 1000;

  const run = async (attempt: number): Promise<void> => {
    try {
      await delivery.attempt(attempt);
    } catch (thrown) {
      await settle(asAwsError(thrown), attempt);
    }
  };

  const settle = async (error: AwsError, attempt: number): Promise<void> => {
    const retries = attempt - 1;
    if (!isRetryable(error)) return delivery.failed({ error, retries, exhausted: undefined });
    if (retries >= delivery.bounds.maximumRetryAttempts) {
      return delivery.failed({ error, retries, exhausted: 'MaximumRetryAttempts' });
    }
    const longest = Math.min(BACKOFF[1], BACKOFF[0] * 2 ** retries);
    const wait = random.between(Math.floor(longest / 2), longest);
    const left = deadline - clock.now();
    if (wait >= left) {
      clock.after(left, () => void delivery.failed({ error, retries, exhausted: 'MaximumEventAgeInSeconds' }));
    } else {
      clock.after(wait, () => void run(attempt + 1));
    }
  };

  clock.after(milliseconds, () => void run(1));
};
