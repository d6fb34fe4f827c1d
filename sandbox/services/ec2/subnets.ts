import { HOME_REGION } from '../../cloud.ts';
import { FIRST_VPC } from '../../dns/vantages.ts';

/** A subnet as far as addresses need one. */
export interface Subnet {
  /** `subnet-…`. */
  readonly id: string;
  readonly vpcId: string;
  /** e.g. `us-west-2a`. */
  readonly zone: string;
  /** How many addresses it has to give; five of a /24 are AWS's own, https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html. */
  readonly size: number;
}

/** What an interface is given: both kinds, of which its owner uses what it asked for. */
export interface AddressPair {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** The VPC of every subnet of another region than the stack's own: its addresses are others too, so that one belongs to one region. */
export const OTHER_VPC = 'vpc-0123456789abcdef1';
const OTHER_FIRST = 64 * 256;
const ZONES = ['a', 'b', 'c'];
const SIZE_OF_24 = 256 - 5;
/** The first addresses of a subnet are AWS's own: network, router, resolver, one in reserve. */
const RESERVED = 4;

const ipv4Prefix = (number: number): string => `10.${Math.trunc(number / 256)}.${number % 256}.`;
const ipv6Prefix = (number: number): string => `2600:1f14:0:${(number + 1).toString(16)}::`;

interface Known extends Subnet {
  readonly number: number;
  readonly taken: Set<number>;
  next: number;
}

/**
 * The subnets of a region of a world. Ids are not checked against anything: a subnet that nobody defined is in {@link FIRST_VPC},
 * in the next of three zones and the next /24 of 10.0.0.0/16 (10.64.0.0/16 in another region), in the order in which subnets are first named.
 */
export class Subnets {
  readonly #region: string;
  readonly #known = new Map<string, Known>();

  /** @param region - @default {@link HOME_REGION} */
  constructor(region = HOME_REGION) {
    this.#region = region;
  }

  /** Says where a subnet is. Before it is first used: addresses that were given stay. */
  define(subnet: Pick<Subnet, 'id'> & Partial<Subnet>): Subnet {
    const before = this.#known.get(subnet.id);
    const isHome = this.#region === HOME_REGION;
    const number = before?.number ?? this.#known.size + (isHome ? 0 : OTHER_FIRST);
    const known: Known = {
      vpcId: this.vpcOf(subnet.id),
      zone: before?.zone ?? `${this.#region}${ZONES[this.#known.size % ZONES.length]}`,
      size: before?.size ?? SIZE_OF_24,
      ...subnet,
      number,
      taken: before?.taken ?? new Set(),
      next: 0,
    };
    this.#known.set(subnet.id, known);
    return known;
  }

  /** The VPC of a subnet, whether it was defined or not. Unlike {@link find} it gives no subnet its place among others. */
  vpcOf(id: string): string {
    return this.#known.get(id)?.vpcId ?? (this.#region === HOME_REGION ? FIRST_VPC : OTHER_VPC);
  }

  find(id: string): Subnet {
    return this.#known.get(id) ?? this.define({ id });
  }

  /**
   * Takes an address, the next after the one that was given last, so that a returned one comes round late.
   *
   * @returns `undefined` where the subnet has none left.
   */
  take(id: string): AddressPair | undefined {
    this.find(id);
    const subnet = this.#known.get(id);
    if (subnet === undefined || subnet.taken.size >= subnet.size) return undefined;
    while (subnet.taken.has(subnet.next)) subnet.next = (subnet.next + 1) % subnet.size;
    const host = subnet.next;
    subnet.taken.add(host);
    subnet.next = (host + 1) % subnet.size;
    const last = host + RESERVED;
    return {
      ipv4: `${ipv4Prefix(subnet.number)}${last}`,
      ipv6: `${ipv6Prefix(subnet.number)}${last.toString(16)}`,
    };
  }

  /** The zone of an address of one of the subnets; `undefined` for an address that is none of theirs. */
  zoneOf(address: string): string | undefined {
    const prefix = address.includes(':') ? ipv6Prefix : ipv4Prefix;
    return [...this.#known.values()].find(({ number }) => address.startsWith(prefix(number)))?.zone;
  }

  /** Gives an address back. */
  release(id: string, { ipv4 }: AddressPair): void {
    this.#known.get(id)?.taken.delete(Number(ipv4.split('.')[3]) - RESERVED);
  }
}
