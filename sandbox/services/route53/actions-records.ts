import type {
  ChangeResourceRecordSetsRequest,
  ChangeResourceRecordSetsResponse,
  GetChangeRequest,
  GetChangeResponse,
  ListResourceRecordSetsRequest,
  ListResourceRecordSetsResponse,
  RRType,
} from '@aws-sdk/client-route-53';
import type { ActionDefinition } from '../../cloud.ts';
import { onResource, route53Action } from './action.ts';
import { checkShape } from './batch-shape.ts';
import { CHANGES } from './buckets.ts';
import { afterBatch, throughputOf } from './change-batch.ts';
import { newChange, setRecords } from './changes.ts';
import { route53Errors } from './errors.ts';
import { bareId, changeView, type Route53, requireZone } from './model.ts';
import { normalOrSame } from './names.ts';
import { pageOf } from './pages.ts';
import { inListingOrder, recordSetView } from './record-set.ts';

/** See the MaxItems of https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html */
const MOST_RECORD_SETS = 300;

const unique = (values: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];

/** What conditions may ask of a batch, see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html */
const batchContext = ({ ChangeBatch }: ChangeResourceRecordSetsRequest) => {
  const changes = ChangeBatch?.Changes ?? [];
  const sets = changes.map(({ ResourceRecordSet: set }) => set);
  return {
    'route53:ChangeResourceRecordSetsNormalizedRecordNames': unique(
      sets.map((set) => normalOrSame(set?.Name ?? '').replace(/\.$/, '')),
    ),
    'route53:ChangeResourceRecordSetsRecordTypes': unique(sets.map((set) => set?.Type)),
    'route53:ChangeResourceRecordSetsActions': unique(changes.map(({ Action }) => Action)),
  };
};

const checkStart = (input: ListResourceRecordSetsRequest): void => {
  const { StartRecordName, StartRecordType, StartRecordIdentifier } = input;
  if (StartRecordType !== undefined && StartRecordName === undefined) {
    throw route53Errors.invalidInput('The name must be specified when the type is specified.');
  }
  if (StartRecordIdentifier !== undefined && StartRecordType === undefined) {
    throw route53Errors.invalidInput('The type must be specified when the identifier is specified.');
  }
};

/**
 * The actions on record sets.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
export const recordActions = (world: Route53): Record<string, ActionDefinition> => ({
  ChangeResourceRecordSets: route53Action<ChangeResourceRecordSetsRequest, ChangeResourceRecordSetsResponse>(
    world,
    'ChangeResourceRecordSets',
    {
      charge: ({ ChangeBatch }, context) =>
        world.buckets.takeMany(CHANGES, throughputOf(ChangeBatch?.Changes ?? []), context),
      check: ({ ChangeBatch }) => checkShape(ChangeBatch),
      needs: (input) =>
        onResource('ChangeResourceRecordSets', 'hostedzone', bareId(input.HostedZoneId), batchContext(input)),
      run: ({ HostedZoneId, ChangeBatch }, owner) => {
        const zone = requireZone(world, HostedZoneId, owner);
        const now = world.clock.now();
        if (now < zone.busyUntil) throw route53Errors.notComplete();
        const records = afterBatch(world, zone, ChangeBatch?.Changes ?? []);
        const change = newChange(world, owner, ChangeBatch?.Comment);
        setRecords(world, zone, records, change);
        // What makes a zone and fills it in one moment of the world's clock waits for each answer: nothing overlaps.
        if (now > zone.createdAt) zone.busyUntil = now + world.within(world.settings.busy);
        return { ChangeInfo: changeView(world, change) };
      },
    },
  ),

  GetChange: route53Action<GetChangeRequest, GetChangeResponse>(world, 'GetChange', {
    needs: ({ Id }) => onResource('GetChange', 'change', bareId(Id)),
    run: ({ Id }, owner) => {
      const change = world.changes.get(bareId(Id));
      if (change?.owner !== owner) throw route53Errors.unknownChange(bareId(Id));
      return { ChangeInfo: changeView(world, change) };
    },
  }),

  ListResourceRecordSets: route53Action<ListResourceRecordSetsRequest, ListResourceRecordSetsResponse>(
    world,
    'ListResourceRecordSets',
    {
      check: checkStart,
      needs: ({ HostedZoneId }) => onResource('ListResourceRecordSets', 'hostedzone', bareId(HostedZoneId)),
      run: (input, owner) => {
        const zone = requireZone(world, input.HostedZoneId, owner);
        const { StartRecordName, StartRecordType: type, StartRecordIdentifier: setIdentifier } = input;
        const sorted = [...zone.records.values()].sort(inListingOrder);
        const start =
          StartRecordName === undefined ? undefined : { name: normalOrSame(StartRecordName), type, setIdentifier };
        const rest = start === undefined ? sorted : sorted.filter((record) => inListingOrder(record, start) >= 0);
        const { items, next } = pageOf(rest, input.MaxItems, MOST_RECORD_SETS);
        return {
          ResourceRecordSets: items.map(recordSetView),
          IsTruncated: next !== undefined,
          ...(next === undefined ? {} : { NextRecordName: next.name, NextRecordType: next.type as RRType }),
          ...(next?.setIdentifier === undefined ? {} : { NextRecordIdentifier: next.setIdentifier }),
          MaxItems: input.MaxItems ?? MOST_RECORD_SETS,
        };
      },
    },
  ),
});
