/** The resolver that functions use, and whoever asks the DNS port, unless they say otherwise. */
export const VPC_RESOLVER = '10.0.0.2';

/** A resolver of the internet, of the block for documentation (RFC 5737): it is in no VPC, and sees public DNS alone. */
export const PUBLIC_RESOLVER = '192.0.2.53';

/** Where {@link VPC_RESOLVER} is until somebody says otherwise: the VPC of every subnet that nobody defined. */
export const FIRST_VPC = 'vpc-0123456789abcdef0';

/**
 * In which VPC a resolver is: private hosted zones answer by that. A VPC's id is a vantage as well, and means that VPC's
 * own resolver; an address that nobody defined is in no VPC, and sees what the internet sees.
 */
export class Vantages {
  readonly #vpcs = new Map([[VPC_RESOLVER, FIRST_VPC]]);

  /** Says in which VPC the resolver at an address is. */
  define(address: string, vpcId: string): void {
    this.#vpcs.set(address, vpcId);
  }

  vpcOf(vantage: string): string | undefined {
    return vantage.startsWith('vpc-') ? vantage : this.#vpcs.get(vantage);
  }
}
