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
  readonly status: 'in-use' | 'available';
}

interface Kept {
  readonly record: InterfaceRecord;
  readonly madeAt: number;
  goneAt: number;
}

/** For how long an interface that is gone can still be seen by a read that lags, in milliseconds: longer than any does. */
const LONGEST_LAG = 15 * 60_000;

/**
 * The network interfaces of a world: other services put theirs in, EC2 lists them.
 * See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
 */
export class NetworkInterfaces {
  readonly #kept = new Map<string, Kept>();
  #order = 0;

  /** @param now - milliseconds of the world's clock. */
  add(made: Omit<InterfaceRecord, 'order'>, now: number): InterfaceRecord {
    this.#order += 1;
    const record = { order: this.#order, ...made };
    this.#kept.set(record.id, { record, madeAt: now, goneAt: Number.POSITIVE_INFINITY });
    return record;
  }

  /** @param now - milliseconds of the world's clock. */
  remove(id: string, now: number): void {
    const kept = this.#kept.get(id);
    if (kept !== undefined) kept.goneAt = now;
    for (const [each, { goneAt }] of this.#kept) {
      if (goneAt < now - LONGEST_LAG) this.#kept.delete(each);
    }
  }

  /** Those that there were at a moment, in the order in which they were made. */
  at(moment: number): readonly InterfaceRecord[] {
    return [...this.#kept.values()]
      .filter(({ madeAt, goneAt }) => madeAt <= moment && moment < goneAt)
      .map(({ record }) => record);
  }
}
