import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Look } from '../domain/addresses.ts';
import { BINDING_DEFAULTS, type Binding } from '../domain/binding.ts';
import type { Interfaces, Target } from '../domain/targets.ts';
import { isThrottled } from './errors.ts';
import { isInterfaceOf, readProxyInterfaces } from './interfaces.ts';
import { canonical, type Lookup, look } from './lookups.ts';
import { readTargets } from './target-group.ts';

/** Whom the witnesses are asked through. */
export interface Observers {
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly lookup: Lookup;
}

/** What was seen of a binding at one moment. */
export interface Observed {
  /** The binding, as a plan wants it: a fixed list is never doubted. */
  readonly binding: Pick<Binding, 'port' | 'minHealthy' | 'maxRemovalRatio'> & { readonly missesBeforeRemoval: number };
  readonly look: Look;
  readonly interfaces: Interfaces;
  readonly targets: readonly Target[];
}

/**
 * Looks at all witnesses and at the target group at once.
 *
 * @param hostName - of the source; undefined for a fixed list.
 * @throws `Throttled`, `Denied`, `Malformed`, and ELBv2's own errors. Interfaces that can't be read for now are no error: they only guard.
 */
export const observe = async (
  { ec2, elb, lookup }: Observers,
  binding: Binding,
  hostName: string | undefined,
): Promise<Observed> => {
  const { family = 'ipv4', within, source } = binding;
  const [seen, interfaces, targets] = await Promise.all([
    source.kind === 'fixed' ? fixedLook(binding) : lookAt(lookup, hostName, { family, within }),
    source.kind === 'proxy' ? interfacesOf(ec2, source.proxyName) : ({ kind: 'none' } as const),
    readTargets(elb, binding.targetGroupArn),
  ]);
  const usual = binding.missesBeforeRemoval ?? BINDING_DEFAULTS.missesBeforeRemoval;
  const missesBeforeRemoval = source.kind === 'fixed' ? 0 : usual;
  return { binding: { ...binding, missesBeforeRemoval }, look: seen, interfaces, targets };
};

const lookAt = (
  lookup: Lookup,
  hostName: string | undefined,
  { family, within }: { readonly family: 'ipv4' | 'ipv6'; readonly within: readonly string[] | undefined },
): Promise<Look> | Look =>
  hostName === undefined
    ? { kind: 'failed', problem: 'RDS has no host name for it yet' }
    : look(lookup, { hostName, family, ...(within === undefined ? {} : { within }) });

/** What the list says, everybody may believe; in the one form of an address, as a person may write it in many. */
export const fixedLook = ({ source }: Pick<Binding, 'source'>): Look => ({
  kind: 'answered',
  addresses: source.kind === 'fixed' ? [...new Set(source.addresses.map(canonical))].sort() : [],
  isWhole: true,
});

const interfacesOf = async (ec2: EC2Client, proxyName: string): Promise<Interfaces> => {
  try {
    const found = await readProxyInterfaces(ec2, proxyName);
    const addresses = found.flatMap((each) => (isInterfaceOf(each, proxyName) ? each.addresses : []));
    return { kind: 'listed', addresses: [...new Set(addresses)].sort() };
  } catch (error) {
    if (!isThrottled(error)) throw error;
    return { kind: 'failed', problem: error instanceof Error ? error.message : String(error) };
  }
};
