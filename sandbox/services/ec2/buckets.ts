import type { CallContext } from '../../cloud.ts';
import { AwsError } from '../errors.ts';

/** How many requests may come at once, and how many more a second. */
export type Bucket = readonly [capacity: number, refillPerSecond: number];

/** Buckets of their own, shared by nobody. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
const OWN: Readonly<Record<string, Bucket>> = {
  AcceptVpcEndpointConnections: [10, 1],
  RejectVpcEndpointConnections: [10, 1],
  CreateVpcEndpointServiceConfiguration: [10, 1],
  ModifyVpcEndpointServiceConfiguration: [10, 1],
  DeleteVpcEndpointServiceConfigurations: [10, 1],
  CreateVpcEndpoint: [4, 0.3],
  ModifyVpcEndpoint: [4, 0.3],
  DeleteVpcEndpoints: [4, 0.3],
};
/** What all other actions that write share, and what all that read do. */
const MUTATING: Bucket = [50, 5];
const READING: Bucket = [100, 20];
/** Actions that cost more where they are neither filtered nor paged, and the bucket that each then has. */
const WIDE_ACTIONS: readonly string[] = ['DescribeNetworkInterfaces'];
const WIDE: Bucket = [50, 10];

/** Whose buckets are in force. `provider`: consumers ask as often as they like, as if they were many accounts. */
export type Throttling = 'documented' | 'provider' | 'none';

const bucketOf = (action: string, isWide: boolean): readonly [name: string, bucket: Bucket] => {
  const own = OWN[action];
  if (own !== undefined) return [action, own];
  if (isWide && WIDE_ACTIONS.includes(action)) return [`wide ${action}`, WIDE];
  return action.startsWith('Describe') ? ['reading', READING] : ['mutating', MUTATING];
};

/**
 * The token buckets of every account in one region: a request takes a token, and is turned away where there is none.
 *
 * @param now - milliseconds of the world's clock.
 */
export class Buckets {
  readonly #throttling: Throttling;
  readonly #provider: string;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { left: number; at: number }>();

  constructor(throttling: Throttling, provider: string, now: () => number) {
    this.#throttling = throttling;
    this.#provider = provider;
    this.#now = now;
  }

  /**
   * @param isWide - whether the request asks for everything: no filter, no page, no ids.
   * @throws AwsError `RequestLimitExceeded`
   */
  take(action: string, { principal }: Pick<CallContext, 'principal'>, isWide = false): void {
    const { accountId } = principal;
    if (this.#throttling === 'none' || (this.#throttling === 'provider' && accountId !== this.#provider)) return;
    const [name, [capacity, refill]] = bucketOf(action, isWide);
    const key = `${accountId} ${name}`;
    const now = this.#now();
    const { left, at } = this.#tokens.get(key) ?? { left: capacity, at: now };
    const filled = Math.min(capacity, left + ((now - at) / 1000) * refill);
    const isTaken = filled >= 1;
    this.#tokens.set(key, { left: isTaken ? filled - 1 : filled, at: now });
    if (!isTaken) throw new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
  }
}
