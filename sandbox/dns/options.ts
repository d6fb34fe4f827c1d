import type { Range } from '../random.ts';

/** How names are resolved in a world. */
export interface DnsOptions {
  /**
   * The most addresses of one answer; the next answer begins one address further. Whether AWS's answers for a proxy are
   * complete is not documented; multivalue records of Route 53 have eight at most.
   *
   * @default all
   */
  readonly answerSize: number;
  /** Whether a resolver keeps an answer until its TTL is over, as the VPC's resolver does. @default true */
  readonly isCaching: boolean;
  /** For how long a resolver keeps it that a name, or a kind of address, does not exist, in seconds. @default 60 */
  readonly negativeTtl: number;
  /** What an answer takes, in milliseconds of the world; for simulated functions. @default [1, 4] */
  readonly latency: Range;
}

/** Fills in the defaults. */
export const dnsSettings = (options: Partial<DnsOptions> = {}): DnsOptions => ({
  answerSize: Number.POSITIVE_INFINITY,
  isCaching: true,
  negativeTtl: 60,
  latency: [1, 4],
  ...options,
});
