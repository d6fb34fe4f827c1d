import type { VPC } from '@aws-sdk/client-route-53';
import { route53Errors } from './errors.ts';
import type { Route53, Vpc, Zone } from './model.ts';

/** The VPC of a request, of which the form is looked at and nothing else. @throws AwsError `InvalidVPCId`, `InvalidInput` */
export const readVpc = (vpc: VPC | undefined): Vpc => {
  const { VPCId: id = '', VPCRegion: region = '' } = vpc ?? {};
  if (!/^vpc-[0-9a-f]{8,17}$/.test(id)) throw route53Errors.invalidVpc(id);
  if (!/^[a-z]{2,3}(-[a-z]+)+-\d+$/.test(region)) {
    throw route53Errors.constraint(region, 'vPC.vPCRegion', 'Member must satisfy enum value set');
  }
  return { id, region };
};

/** Whether two are one. */
export const isVpc =
  (one: Vpc) =>
  (other: Vpc): boolean =>
    one.id === other.id && one.region === other.region;

/** What `route53:VPCs` holds, see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html */
export const vpcContext = (vpc: VPC | undefined): Readonly<Record<string, readonly string[]>> =>
  vpc === undefined ? {} : { 'route53:VPCs': [`VPCId=${vpc.VPCId},VPCRegion=${vpc.VPCRegion}`] };

/**
 * A VPC has one zone of each name.
 *
 * @throws AwsError `ConflictingDomainExists`
 */
export const refuseSameDomain = ({ zones }: Route53, name: string, vpc: Vpc, but?: Zone): void => {
  for (const zone of zones.values()) {
    if (zone !== but && zone.name === name && zone.vpcs.some(isVpc(vpc))) {
      throw route53Errors.sameDomain(vpc.id, vpc.region, zone.id);
    }
  }
};
