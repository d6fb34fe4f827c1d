/** A network interface that a service of AWS keeps in somebody's subnet. */
export interface InterfaceRecord {
  readonly order: number;
  /** `eni-…`. */
  readonly id: string;
  /** The account whose subnet it is in. */
  readonly owner: string;
  /** Who made it, e.g. `amazon-rds`. */
  readonly requesterId: string;
  /** The only hint at what it is for, e.g. `Network interface for DBProxy orders`. A convention, not a contract. */
  readonly description: string;
  readonly vpcId: string;
  readonly subnetId: string;
  /** e.g. `us-west-2a`. */
  readonly zone: string;
  readonly groupIds: readonly string[];
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  status: 'in-use' | 'available';
}

/**
 * The network interfaces of a world: other services put theirs in, EC2 lists them.
 * See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
 */
export class NetworkInterfaces {
  readonly #all = new Map<string, InterfaceRecord>();
  #order = 0;

  add(made: Omit<InterfaceRecord, 'order'>): InterfaceRecord {
    this.#order += 1;
    const record = { order: this.#order, ...made };
    this.#all.set(record.id, record);
    return record;
  }

  remove(id: string): void {
    this.#all.delete(id);
  }

  /** In the order in which they were made. */
  all(): readonly InterfaceRecord[] {
    return [...this.#all.values()];
  }
}
