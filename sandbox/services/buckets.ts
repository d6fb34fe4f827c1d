import type { CallContext } from '../cloud.ts';
import type { AwsError } from './errors.ts';

/** How many requests may come at once, and how many more a second. */
export type Bucket = readonly [capacity: number, refillPerSecond: number];

/** Whose buckets are in force. `provider`: consumers ask as often as they like, as if they were many accounts. */
export type Throttling = 'documented' | 'provider' | 'none';

/** What a service documents of its throttling. */
export interface RequestLimits {
  /**
   * The buckets by name: a request takes a token of each, or of none where one of them is empty.
   *
   * @param isWide - whether the request asks for everything: no filter, no page, no ids.
   */
  bucketsOf(action: string, isWide: boolean): readonly (readonly [name: string, bucket: Bucket])[];
  /** How the service turns a request away. */
  readonly refusal: () => AwsError;
}

/**
 * The token buckets of every account in one region: a request takes a token, and is turned away where there is none.
 *
 * @param provider - the account that {@link Throttling} `provider` means.
 * @param now - milliseconds of the world's clock.
 */
export class Buckets {
  readonly #limits: RequestLimits;
  readonly #throttling: Throttling;
  readonly #provider: string;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { left: number; at: number }>();

  constructor(limits: RequestLimits, throttling: Throttling, provider: string, now: () => number) {
    this.#limits = limits;
    this.#throttling = throttling;
    this.#provider = provider;
    this.#now = now;
  }

  /** @throws AwsError the service's own refusal, where a bucket is empty. */
  take(action: string, context: Pick<CallContext, 'principal'>, isWide = false): void {
    this.#takeOf(this.#limits.bucketsOf(action, isWide), 1, context);
  }

  /**
   * Takes more than one token at once, of a bucket that fills by what requests hold.
   *
   * @throws AwsError the service's own refusal, where there are not so many.
   */
  takeMany(
    bucket: readonly [name: string, bucket: Bucket],
    tokens: number,
    context: Pick<CallContext, 'principal'>,
  ): void {
    this.#takeOf([bucket], tokens, context);
  }

  #takeOf(
    buckets: ReturnType<RequestLimits['bucketsOf']>,
    tokens: number,
    { principal }: Pick<CallContext, 'principal'>,
  ): void {
    const { accountId } = principal;
    if (this.#throttling === 'none' || (this.#throttling === 'provider' && accountId !== this.#provider)) return;
    const now = this.#now();
    const levels = buckets.map(([name, [capacity, refill]]) => {
      const key = `${accountId} ${name}`;
      const { left, at } = this.#tokens.get(key) ?? { left: capacity, at: now };
      return { key, filled: Math.min(capacity, left + ((now - at) / 1000) * refill) };
    });
    const isTaken = levels.every(({ filled }) => filled >= tokens);
    for (const { key, filled } of levels) this.#tokens.set(key, { left: isTaken ? filled - tokens : filled, at: now });
    if (!isTaken) throw this.#limits.refusal();
  }
}
