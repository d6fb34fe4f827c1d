import type { ZoneAuthority } from '../../dns/authority.ts';
import type { Vantages } from '../../dns/vantages.ts';
import { answerOf } from './answers.ts';
import type { Route53, Zone } from './model.ts';
import { InvalidName, isInZone, normalName } from './names.ts';

const normal = (name: string): string | undefined => {
  try {
    return normalName(name);
  } catch (error) {
    if (error instanceof InvalidName) return undefined;
    throw error;
  }
};

/** Of the zones that hold the name, the one with the longest name; of two of one name, the older. */
const mostSpecific = (zones: readonly Zone[], name: string): Zone | undefined =>
  zones.reduce<Zone | undefined>(
    (best, zone) =>
      isInZone(name, zone.name) && (best === undefined || zone.name.length > best.name.length) ? zone : best,
    undefined,
  );

const authority = (world: Route53, zonesFor: (vantage: string) => readonly Zone[]): ZoneAuthority => ({
  answer: (text, type, vantage) => {
    const name = normal(text);
    const zone = name === undefined ? undefined : mostSpecific(zonesFor(vantage), name);
    return zone === undefined || name === undefined ? undefined : answerOf(world, zone, name, type);
  },
});

/**
 * The private zones: they answer those whose VPC is associated, before everything else that knows their names, and say
 * `NXDOMAIN` for what is not in them: nobody looks for it elsewhere.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
 */
export const privateZones = (world: Route53, vantages: Vantages): ZoneAuthority =>
  authority(world, (vantage) => {
    const vpcId = vantages.vpcOf(vantage);
    return vpcId === undefined
      ? []
      : [...world.zones.values()].filter((zone) => zone.vpcs.some(({ id }) => id === vpcId));
  });

/** The public zones, for everybody; whether anything is delegated to them is not asked. */
export const publicZones = (world: Route53): ZoneAuthority =>
  authority(world, () => [...world.zones.values()].filter((zone) => !zone.isPrivate));
