import type {
  ListHostedZonesByNameRequest,
  ListHostedZonesByNameResponse,
  ListHostedZonesByVPCRequest,
  ListHostedZonesByVPCResponse,
  ListHostedZonesRequest,
  ListHostedZonesResponse,
} from '@aws-sdk/client-route-53';
import type { ActionDefinition } from '../../cloud.ts';
import { onEverything, route53Action } from './action.ts';
import { route53Errors } from './errors.ts';
import { bareId, type Route53, type Zone, zoneView } from './model.ts';
import { byCode, normalOrSame, sortKey } from './names.ts';
import { fromMarker, MOST_ITEMS, pageOf } from './pages.ts';
import { isVpc, readVpc } from './vpcs.ts';

const byName = (a: Zone, b: Zone): number => byCode(sortKey(a.name), sortKey(b.name)) || byCode(a.id, b.id);

const ofName = (input: ListHostedZonesByNameRequest, zones: readonly Zone[]): readonly Zone[] => {
  const { DNSName, HostedZoneId } = input;
  if (DNSName === undefined || DNSName === '') return zones;
  const start = sortKey(normalOrSame(DNSName));
  const id = bareId(HostedZoneId);
  return zones.filter((zone) => (byCode(sortKey(zone.name), start) || byCode(zone.id, id)) >= 0);
};

/**
 * The listings of hosted zones.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html
 */
export const zoneListActions = (world: Route53): Record<string, ActionDefinition> => {
  const ownedBy = (owner: string): readonly Zone[] => [...world.zones.values()].filter((zone) => zone.owner === owner);
  return {
    ListHostedZones: route53Action<ListHostedZonesRequest, ListHostedZonesResponse>(world, 'ListHostedZones', {
      needs: () => onEverything('ListHostedZones'),
      run: (input, owner) => {
        if (input.DelegationSetId !== undefined)
          throw route53Errors.unknownDelegationSet(bareId(input.DelegationSetId));
        const wanted = ownedBy(owner).filter((zone) => input.HostedZoneType !== 'PrivateHostedZone' || zone.isPrivate);
        const marker = input.Marker;
        const rest = fromMarker(wanted, marker, (zone) => zone.id === bareId(marker));
        const { items, next } = pageOf(rest, input.MaxItems, MOST_ITEMS);
        return {
          HostedZones: items.map(zoneView),
          ...(marker === undefined ? {} : { Marker: marker }),
          IsTruncated: next !== undefined,
          ...(next === undefined ? {} : { NextMarker: next.id }),
          MaxItems: input.MaxItems ?? MOST_ITEMS,
        } as ListHostedZonesResponse;
      },
    }),

    ListHostedZonesByName: route53Action<ListHostedZonesByNameRequest, ListHostedZonesByNameResponse>(
      world,
      'ListHostedZonesByName',
      {
        check: ({ DNSName, HostedZoneId }) => {
          if (HostedZoneId !== undefined && DNSName === undefined) {
            throw route53Errors.invalidInput(
              'If you specify a value for HostedZoneId, you must also specify a value for DNSName.',
            );
          }
        },
        needs: () => onEverything('ListHostedZonesByName'),
        run: (input, owner) => {
          const sorted = [...ownedBy(owner)].sort(byName);
          const { items, next } = pageOf(ofName(input, sorted), input.MaxItems, MOST_ITEMS);
          return {
            HostedZones: items.map(zoneView),
            ...(input.DNSName === undefined ? {} : { DNSName: input.DNSName }),
            ...(input.HostedZoneId === undefined ? {} : { HostedZoneId: input.HostedZoneId }),
            IsTruncated: next !== undefined,
            ...(next === undefined ? {} : { NextDNSName: next.name, NextHostedZoneId: next.id }),
            MaxItems: input.MaxItems ?? MOST_ITEMS,
          };
        },
      },
    ),

    // Zones of whatever account: who may use the VPC sees them. Whose the VPC is, nobody here knows.
    ListHostedZonesByVPC: route53Action<ListHostedZonesByVPCRequest, ListHostedZonesByVPCResponse>(
      world,
      'ListHostedZonesByVPC',
      {
        check: (input) => void readVpc(input),
        needs: () => [...onEverything('ListHostedZonesByVPC'), { action: 'ec2:DescribeVpcs', resource: '*' }],
        run: (input) => {
          const vpc = readVpc(input);
          const all = [...world.zones.values()].filter((zone) => zone.vpcs.some(isVpc(vpc)));
          const rest = fromMarker(all, input.NextToken, (zone) => zone.id === input.NextToken);
          const { items, next } = pageOf(rest, input.MaxItems, MOST_ITEMS);
          return {
            HostedZoneSummaries: items.map((zone) => ({
              HostedZoneId: zone.id,
              Name: zone.name,
              Owner: { OwningAccount: zone.owner },
            })),
            MaxItems: input.MaxItems ?? MOST_ITEMS,
            ...(next === undefined ? {} : { NextToken: next.id }),
          };
        },
      },
    ),
  };
};
