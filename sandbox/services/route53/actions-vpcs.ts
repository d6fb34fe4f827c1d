import type {
  AssociateVPCWithHostedZoneRequest,
  AssociateVPCWithHostedZoneResponse,
  CreateVPCAssociationAuthorizationRequest,
  CreateVPCAssociationAuthorizationResponse,
  DeleteVPCAssociationAuthorizationRequest,
  DisassociateVPCFromHostedZoneRequest,
  DisassociateVPCFromHostedZoneResponse,
  ListVPCAssociationAuthorizationsRequest,
  ListVPCAssociationAuthorizationsResponse,
} from '@aws-sdk/client-route-53';
import type { ActionDefinition, Permission } from '../../cloud.ts';
import { onResource, route53Action } from './action.ts';
import { newChange } from './changes.ts';
import { route53Errors } from './errors.ts';
import { bareId, changeView, type Route53, requireZone, type Vpc, vpcView, type Zone } from './model.ts';
import { fromMarker, pageOf } from './pages.ts';
import { isVpc, readVpc, refuseSameDomain, vpcContext } from './vpcs.ts';

/** See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
const MOST_VPCS = 300;
const MOST_AUTHORIZATIONS = 1_000;
const PAGE = 50;

type OnVpc = Pick<AssociateVPCWithHostedZoneRequest, 'HostedZoneId' | 'VPC'>;

const needs =
  (action: string) =>
  ({ HostedZoneId, VPC }: OnVpc): readonly Permission[] => [
    ...onResource(action, 'hostedzone', bareId(HostedZoneId), vpcContext(VPC)),
    { action: 'ec2:DescribeVpcs', resource: '*' },
  ];

/** The zone, of whatever account: somebody may associate a VPC of his with another's. */
const anyZone = (world: Route53, id: string | undefined): Zone => {
  const zone = world.zones.get(bareId(id));
  if (zone === undefined) throw route53Errors.unknownZone(bareId(id));
  return zone;
};

const associate = (world: Route53, zone: Zone, vpc: Vpc, caller: string): void => {
  if (!zone.isPrivate) throw route53Errors.publicZone(zone.id);
  if (caller !== zone.owner && !zone.authorizations.some(isVpc(vpc)))
    throw route53Errors.notAuthorized(vpc.id, zone.id);
  refuseSameDomain(world, zone.name, vpc);
  if (zone.vpcs.length >= MOST_VPCS) {
    throw route53Errors.limitsExceeded(
      `The limit of ${MOST_VPCS} VPCs that are associated with the hosted zone was reached.`,
    );
  }
  zone.vpcs = [...zone.vpcs, vpc];
};

const disassociate = (zone: Zone, vpc: Vpc): void => {
  if (!zone.vpcs.some(isVpc(vpc))) throw route53Errors.vpcNotAssociated(vpc.id, zone.id);
  if (zone.vpcs.length === 1) throw route53Errors.lastVpc(vpc.id, zone.id);
  zone.vpcs = zone.vpcs.filter((each) => !isVpc(vpc)(each));
};

/**
 * The actions on the VPCs of private zones. Whose a VPC is, nobody here knows: the zone's owner associates any, everybody
 * else needs the owner's authorization.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html
 */
export const vpcActions = (world: Route53): Record<string, ActionDefinition> => {
  const check = ({ VPC }: OnVpc): void => void readVpc(VPC);
  const done = (owner: string, comment?: string) => ({
    ChangeInfo: changeView(world, newChange(world, owner, comment)),
  });
  return {
    AssociateVPCWithHostedZone: route53Action<AssociateVPCWithHostedZoneRequest, AssociateVPCWithHostedZoneResponse>(
      world,
      'AssociateVPCWithHostedZone',
      {
        check,
        needs: needs('AssociateVPCWithHostedZone'),
        run: ({ HostedZoneId, VPC, Comment }, caller) => {
          associate(world, anyZone(world, HostedZoneId), readVpc(VPC), caller);
          return done(caller, Comment);
        },
      },
    ),

    DisassociateVPCFromHostedZone: route53Action<
      DisassociateVPCFromHostedZoneRequest,
      DisassociateVPCFromHostedZoneResponse
    >(world, 'DisassociateVPCFromHostedZone', {
      check,
      needs: needs('DisassociateVPCFromHostedZone'),
      run: ({ HostedZoneId, VPC, Comment }, caller) => {
        disassociate(anyZone(world, HostedZoneId), readVpc(VPC));
        return done(caller, Comment);
      },
    }),

    CreateVPCAssociationAuthorization: route53Action<
      CreateVPCAssociationAuthorizationRequest,
      CreateVPCAssociationAuthorizationResponse
    >(world, 'CreateVPCAssociationAuthorization', {
      check,
      needs: needs('CreateVPCAssociationAuthorization'),
      run: ({ HostedZoneId, VPC }, owner) => {
        const zone = requireZone(world, HostedZoneId, owner);
        const vpc = readVpc(VPC);
        if (!zone.isPrivate) throw route53Errors.publicZone(zone.id);
        if (!zone.authorizations.some(isVpc(vpc))) {
          if (zone.authorizations.length >= MOST_AUTHORIZATIONS) throw route53Errors.tooManyAuthorizations();
          zone.authorizations = [...zone.authorizations, vpc];
        }
        return { HostedZoneId: zone.id, VPC: vpcView(vpc) };
      },
    }),

    DeleteVPCAssociationAuthorization: route53Action<DeleteVPCAssociationAuthorizationRequest, Record<string, never>>(
      world,
      'DeleteVPCAssociationAuthorization',
      {
        check,
        needs: needs('DeleteVPCAssociationAuthorization'),
        run: ({ HostedZoneId, VPC }, owner) => {
          const zone = requireZone(world, HostedZoneId, owner);
          const vpc = readVpc(VPC);
          if (!zone.authorizations.some(isVpc(vpc))) throw route53Errors.authorizationNotFound(vpc.id, zone.id);
          zone.authorizations = zone.authorizations.filter((each) => !isVpc(vpc)(each));
          return {};
        },
      },
    ),

    ListVPCAssociationAuthorizations: route53Action<
      ListVPCAssociationAuthorizationsRequest,
      ListVPCAssociationAuthorizationsResponse
    >(world, 'ListVPCAssociationAuthorizations', {
      needs: ({ HostedZoneId }) => onResource('ListVPCAssociationAuthorizations', 'hostedzone', bareId(HostedZoneId)),
      run: ({ HostedZoneId, MaxResults, NextToken }, owner) => {
        const zone = requireZone(world, HostedZoneId, owner);
        const rest = fromMarker(zone.authorizations, NextToken, ({ id, region }) => `${region}/${id}` === NextToken);
        const { items, next } = pageOf(rest, MaxResults, PAGE);
        return {
          HostedZoneId: zone.id,
          VPCs: items.map(vpcView),
          ...(next === undefined ? {} : { NextToken: `${next.region}/${next.id}` }),
        };
      },
    }),
  };
};
