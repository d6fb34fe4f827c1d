/** Where the addresses behind a target group come from. */
export type AddressSource =
  /** RDS Proxy: its default endpoint, or an additional one by its name. */
  | { readonly kind: 'proxy'; readonly proxyName: string; readonly endpointName?: string }
  | { readonly kind: 'instance'; readonly instanceId: string }
  /** Aurora, or a Multi-AZ cluster. */
  | { readonly kind: 'cluster'; readonly clusterId: string; readonly endpoint: 'writer' | 'reader' }
  /** Any name that the functions' resolver knows. */
  | { readonly kind: 'host'; readonly hostName: string }
  | { readonly kind: 'fixed'; readonly addresses: readonly string[] };

/** What one target group is to be kept in line with: an entry of the registry. */
export interface Binding {
  /** Lower-case letters, digits, hyphens: `orders-postgres`. */
  readonly bindingId: string;
  /** The endpoint service whose modes and pauses it goes by. */
  readonly serviceId: string;
  readonly targetGroupArn: string;
  /** The targets' port. A target of another port in the group is somebody else's. */
  readonly port: number;
  readonly source: AddressSource;
  /** Which records are looked up; the target group's IpAddressType must be the same. @default 'ipv4' */
  readonly family?: 'ipv4' | 'ipv6';
  /** CIDR blocks within which an address is believed. @default what a VPC may have */
  readonly within?: readonly string[];
  /** So many healthy targets remain whatever is removed, in each zone where cross-zone load balancing is off; at least 1. @default 1 */
  readonly minHealthy?: number;
  /** What share of the registered targets one plan may remove, above 0, up to 1; one is always within it. @default 0.5 */
  readonly maxRemovalRatio?: number;
  /** How many looks in a row must miss an address before its target may go, 1 to 60. @default 3 */
  readonly missesBeforeRemoval?: number;
  /** Seconds within which a new target must be healthy, or it is withdrawn. @default 600 */
  readonly healthyWithinSeconds?: number;
  /** Whether a run ends only when what it removed has drained. @default false */
  readonly waitForDraining?: boolean;
}

/** What holds where a binding does not say. */
export const BINDING_DEFAULTS = {
  minHealthy: 1,
  maxRemovalRatio: 0.5,
  missesBeforeRemoval: 3,
  // A new target took two to five minutes to be healthy on AWS, as people report it.
  healthyWithinSeconds: 600,
} as const;

/** Two bindings that would fight over the same targets: one target of one group has one home. */
export interface Overlap {
  readonly targetGroupArn: string;
  readonly port: number;
  /** Sorted. */
  readonly bindingIds: readonly string[];
}

/** Bindings of the same port in the same target group: none of them is acted on until a person takes all but one away. */
export const overlapsAmong = (
  bindings: readonly Pick<Binding, 'bindingId' | 'targetGroupArn' | 'port'>[],
): readonly Overlap[] => {
  const homes = new Map<string, Overlap>();
  for (const { bindingId, targetGroupArn, port } of bindings) {
    const key = `${targetGroupArn} ${port}`;
    const others = homes.get(key)?.bindingIds ?? [];
    homes.set(key, { targetGroupArn, port, bindingIds: [...others, bindingId].sort() });
  }
  return [...homes.values()].filter(({ bindingIds }) => bindingIds.length > 1);
};
