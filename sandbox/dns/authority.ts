/** What a name leads to. */
export interface HostAddresses {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Seconds. */
  readonly ttl: number;
}

/**
 * Somebody who answers for names that are hosts: static names, RDS, a load balancer. A world asks its authorities in
 * order; the first that knows a name has it.
 */
export interface DnsAuthority {
  /**
   * @param name - in lower case, without a dot at its end.
   * @param vantage - who asks: the address of a resolver, or a VPC's id.
   * @returns `undefined` where it knows no such name; no addresses of either kind where the name exists and has none.
   */
  find(name: string, vantage: string): HostAddresses | undefined;
}

/** One record of an answer. */
export interface NameRecord {
  /** e.g. `A`, `CNAME`, `TXT`. */
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  /** As a zone file has it: an address, a name without a dot at its end, `"text"`, `10 mail.example.com`. */
  readonly data: string;
}

/** What a zone says of one name: records of the type, or the one CNAME that stands for all types, or nothing. */
export interface ZoneAnswer {
  /** `NOERROR` without records: the name is there, and has none of the type. */
  readonly code: 'NOERROR' | 'NXDOMAIN';
  readonly records: readonly NameRecord[];
}

/** Somebody who answers for all names of a zone, those that do not exist among them. */
export interface ZoneAuthority {
  /**
   * @param name - in lower case, without a dot at its end.
   * @param vantage - who asks: the address of a resolver, or a VPC's id. A private hosted zone answers some only.
   * @returns `undefined` where the name is in no zone of his that the asker may see.
   */
  answer(name: string, type: string, vantage: string): ZoneAnswer | undefined;
}

/** A name as authorities are asked for it. */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '');
