/** What a name leads to. */
export interface HostAddresses {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Seconds. */
  readonly ttl: number;
}

/**
 * Somebody who answers for names: static names, RDS, a load balancer, a hosted zone. A world asks its authorities in
 * order; the first that knows a name has it.
 */
export interface DnsAuthority {
  /**
   * @param name - in lower case, without a dot at its end.
   * @param vantage - who asks: the address of a resolver. A private hosted zone answers some only.
   * @returns `undefined` where it knows no such name; no addresses of either kind where the name exists and has none.
   */
  find(name: string, vantage: string): HostAddresses | undefined;
}

/** A name as authorities are asked for it. */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '');
