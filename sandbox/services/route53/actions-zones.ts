import type {
  CreateHostedZoneRequest,
  CreateHostedZoneResponse,
  DeleteHostedZoneRequest,
  DeleteHostedZoneResponse,
  GetHostedZoneCountResponse,
  GetHostedZoneRequest,
  GetHostedZoneResponse,
  UpdateHostedZoneCommentRequest,
  UpdateHostedZoneCommentResponse,
} from '@aws-sdk/client-route-53';
import type { ActionDefinition, Permission } from '../../cloud.ts';
import { onEverything, onResource, route53Action } from './action.ts';
import { newChange } from './changes.ts';
import { route53Errors } from './errors.ts';
import { bareId, changeView, type Route53, requireZone, vpcView, type Zone, zoneView } from './model.ts';
import { InvalidName, normalName } from './names.ts';
import { readVpc, refuseSameDomain, vpcContext } from './vpcs.ts';
import { firstRecords, nameServersOf } from './zone-defaults.ts';

const LONGEST_REFERENCE = 128;
const LONGEST_COMMENT = 256;

/** A caller reference as zones and health checks may have it. @throws AwsError `InvalidInput` */
export const checkReference = (reference: string | undefined, longest = LONGEST_REFERENCE): void => {
  const length = reference?.length ?? 0;
  if (length >= 1 && length <= longest) return;
  const words = length < 1 ? `greater than or equal to 1` : `less than or equal to ${longest}`;
  throw route53Errors.constraint(reference ?? '', 'callerReference', `Member must have length ${words}`);
};

const checkComment = (comment: string | undefined): void => {
  if ((comment?.length ?? 0) <= LONGEST_COMMENT) return;
  throw route53Errors.constraint(
    comment,
    'comment',
    `Member must have length less than or equal to ${LONGEST_COMMENT}`,
  );
};

const zoneName = (text: string): string => {
  try {
    return normalName(text);
  } catch (error) {
    if (error instanceof InvalidName) throw route53Errors.invalidDomainName(text);
    throw error;
  }
};

const checkCreation = (input: CreateHostedZoneRequest): void => {
  checkReference(input.CallerReference);
  checkComment(input.HostedZoneConfig?.Comment);
  zoneName(input.Name ?? '');
  if (input.VPC !== undefined) readVpc(input.VPC);
  if (input.VPC === undefined && input.HostedZoneConfig?.PrivateZone === true) {
    throw route53Errors.invalidInput(
      'When you create a private hosted zone, you must specify the VPC that it is associated with.',
    );
  }
};

const make = (world: Route53, input: CreateHostedZoneRequest, owner: string): Zone => {
  const { CallerReference: callerReference = '', HostedZoneConfig } = input;
  const mine = [...world.zones.values()].filter((zone) => zone.owner === owner);
  if (mine.some((zone) => zone.callerReference === callerReference)) throw route53Errors.zoneExists(callerReference);
  if (input.DelegationSetId !== undefined) throw route53Errors.unknownDelegationSet(bareId(input.DelegationSetId));
  const name = zoneName(input.Name ?? '');
  const vpc = input.VPC === undefined ? undefined : readVpc(input.VPC);
  if (vpc !== undefined) refuseSameDomain(world, name, vpc);
  const isPrivate = vpc !== undefined;
  const nameServers = nameServersOf(isPrivate, world.random);
  const records = firstRecords(name, nameServers);
  const zone: Zone = {
    order: world.nextOrder(),
    id: world.newId('Z'),
    name,
    owner,
    createdAt: world.clock.now(),
    callerReference,
    comment: HostedZoneConfig?.Comment,
    isPrivate,
    nameServers,
    vpcs: vpc === undefined ? [] : [vpc],
    authorizations: [],
    tags: new Map(),
    records,
    served: records,
    busyUntil: 0,
    servedAt: 0,
    protections: new Map(),
  };
  world.zones.set(zone.id, zone);
  return zone;
};

const delegationOf = (zone: Zone) => (zone.isPrivate ? {} : { DelegationSet: { NameServers: [...zone.nameServers] } });

const remove = (world: Route53, zone: Zone): void => {
  const own = (type: string): boolean => type === 'NS' || type === 'SOA';
  for (const record of zone.records.values()) {
    if (record.name !== zone.name || !own(record.type)) throw route53Errors.zoneNotEmpty();
  }
  world.zones.delete(zone.id);
};

/**
 * The actions on hosted zones.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
 */
export const zoneActions = (world: Route53): Record<string, ActionDefinition> => ({
  CreateHostedZone: route53Action<CreateHostedZoneRequest, CreateHostedZoneResponse>(world, 'CreateHostedZone', {
    check: checkCreation,
    needs: ({ VPC }): readonly Permission[] => [
      ...onEverything('CreateHostedZone', vpcContext(VPC)),
      ...(VPC === undefined ? [] : [{ action: 'ec2:DescribeVpcs', resource: '*' }]),
    ],
    run: (input, owner) => {
      const zone = make(world, input, owner);
      const [vpc] = zone.vpcs;
      return {
        HostedZone: zoneView(zone),
        ChangeInfo: changeView(world, newChange(world, owner)),
        DelegationSet: { NameServers: [] },
        ...delegationOf(zone),
        ...(vpc === undefined ? {} : { DelegationSet: undefined, VPC: vpcView(vpc) }),
        Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
      };
    },
  }),

  GetHostedZone: route53Action<GetHostedZoneRequest, GetHostedZoneResponse>(world, 'GetHostedZone', {
    needs: ({ Id }) => onResource('GetHostedZone', 'hostedzone', bareId(Id)),
    run: ({ Id }, owner) => {
      const zone = requireZone(world, Id, owner);
      return {
        HostedZone: zoneView(zone),
        ...delegationOf(zone),
        ...(zone.isPrivate ? { VPCs: zone.vpcs.map(vpcView) } : {}),
      };
    },
  }),

  GetHostedZoneCount: route53Action<object, GetHostedZoneCountResponse>(world, 'GetHostedZoneCount', {
    needs: () => onEverything('GetHostedZoneCount'),
    run: (_, owner) => ({ HostedZoneCount: [...world.zones.values()].filter((zone) => zone.owner === owner).length }),
  }),

  UpdateHostedZoneComment: route53Action<UpdateHostedZoneCommentRequest, UpdateHostedZoneCommentResponse>(
    world,
    'UpdateHostedZoneComment',
    {
      check: ({ Comment }) => checkComment(Comment),
      needs: ({ Id }) => onResource('UpdateHostedZoneComment', 'hostedzone', bareId(Id)),
      run: ({ Id, Comment }, owner) => {
        const zone = requireZone(world, Id, owner);
        zone.comment = Comment;
        return { HostedZone: zoneView(zone) };
      },
    },
  ),

  DeleteHostedZone: route53Action<DeleteHostedZoneRequest, DeleteHostedZoneResponse>(world, 'DeleteHostedZone', {
    needs: ({ Id }) => onResource('DeleteHostedZone', 'hostedzone', bareId(Id)),
    run: ({ Id }, owner) => {
      const zone = requireZone(world, Id, owner);
      if (world.clock.now() < zone.busyUntil) throw route53Errors.notComplete();
      remove(world, zone);
      return { ChangeInfo: changeView(world, newChange(world, owner)) };
    },
  }),
});
