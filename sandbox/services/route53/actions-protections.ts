import type {
  CreateResourceRecordSetProtectionsRequest,
  DeleteResourceRecordSetProtectionsRequest,
  ListResourceRecordSetProtectionsRequest,
  ListResourceRecordSetProtectionsResponse,
  ProtectionError,
  ResourceRecordSetProtectionConfig,
  RRType,
} from '@aws-sdk/client-route-53';
import type { ActionDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { onResource, route53Action } from './action.ts';
import { route53Errors } from './errors.ts';
import { bareId, type Protection, type Route53, requireZone, type Zone } from './model.ts';
import { InvalidName, isInZone, normalName, normalOrSame } from './names.ts';
import { pageOf } from './pages.ts';
import { inListingOrder } from './record-set.ts';

const MOST_ENTRIES = 100;
const PAGE = 300;

type Entry = ResourceRecordSetProtectionConfig;

const keyOf = ({ RecordName, RecordType }: Entry): string => `${normalOrSame(RecordName ?? '')} ${RecordType}`;

const checkEntries = ({ Protections = [] }: { readonly Protections: readonly Entry[] | undefined }): void => {
  if (Protections.length >= 1 && Protections.length <= MOST_ENTRIES) return;
  throw route53Errors.constraint(
    `${Protections.length} entries`,
    'protections',
    `Member must have length between 1 and ${MOST_ENTRIES}`,
  );
};

const isValidIn = (zone: Zone, entry: Entry, all: readonly Entry[]): boolean => {
  try {
    const name = normalName(entry.RecordName ?? '');
    return isInZone(name, zone.name) && all.filter((other) => keyOf(other) === keyOf(entry)).length === 1;
  } catch (error) {
    if (error instanceof InvalidName) return false;
    throw error;
  }
};

const errorOf = (entry: Entry, Code: string, Message: string): ProtectionError => ({
  RecordName: entry.RecordName,
  RecordType: entry.RecordType,
  Code,
  Message,
});

/** Everything that is wrong with the entries; nothing is done then. @throws AwsError `InvalidResourceRecordSetProtectionBatch` */
const refuse = (zone: Zone, entries: readonly Entry[], clash: (entry: Entry) => ProtectionError | undefined): void => {
  const errors = entries.flatMap((entry) =>
    isValidIn(zone, entry, entries)
      ? (clash(entry) ?? [])
      : errorOf(entry, 'InvalidInput', 'The name is not valid in the hosted zone, or it is there more than once.'),
  );
  if (errors.length === 0) return;
  if (errors.length === entries.length && errors.every(({ Code }) => Code === 'ProtectionAlreadyExists')) {
    throw new AwsError('ProtectionAlreadyExists', 'A protection already exists for every name and type.', 409, {
      Errors: errors,
    });
  }
  throw new AwsError('InvalidResourceRecordSetProtectionBatch', 'One or more entries could not be processed.', 400, {
    Errors: errors,
  });
};

/**
 * The actions on protections of record sets: what is protected can't be changed until its protection is gone.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateResourceRecordSetProtections.html
 */
export const protectionActions = (world: Route53): Record<string, ActionDefinition> => ({
  CreateResourceRecordSetProtections: route53Action<CreateResourceRecordSetProtectionsRequest, Record<string, never>>(
    world,
    'CreateResourceRecordSetProtections',
    {
      check: checkEntries,
      needs: ({ HostedZoneId }) => onResource('CreateResourceRecordSetProtections', 'hostedzone', bareId(HostedZoneId)),
      run: ({ HostedZoneId, Protections = [] }, owner) => {
        const zone = requireZone(world, HostedZoneId, owner);
        refuse(zone, Protections, (entry) =>
          zone.protections.has(keyOf(entry))
            ? errorOf(entry, 'ProtectionAlreadyExists', 'A protection already exists for the name and type.')
            : undefined,
        );
        for (const entry of Protections) {
          const name = normalName(entry.RecordName ?? '');
          zone.protections.set(keyOf(entry), { name, type: entry.RecordType ?? '', comment: entry.Comment });
        }
        return {};
      },
    },
  ),

  DeleteResourceRecordSetProtections: route53Action<DeleteResourceRecordSetProtectionsRequest, Record<string, never>>(
    world,
    'DeleteResourceRecordSetProtections',
    {
      check: checkEntries,
      needs: ({ HostedZoneId }) => onResource('DeleteResourceRecordSetProtections', 'hostedzone', bareId(HostedZoneId)),
      run: ({ HostedZoneId, Protections = [] }, owner) => {
        const zone = requireZone(world, HostedZoneId, owner);
        refuse(zone, Protections, (entry) =>
          zone.protections.has(keyOf(entry))
            ? undefined
            : errorOf(entry, 'ProtectionNotFound', 'No protection exists for the name and type.'),
        );
        for (const entry of Protections) zone.protections.delete(keyOf(entry));
        return {};
      },
    },
  ),

  ListResourceRecordSetProtections: route53Action<
    ListResourceRecordSetProtectionsRequest,
    ListResourceRecordSetProtectionsResponse
  >(world, 'ListResourceRecordSetProtections', {
    needs: ({ HostedZoneId }) => onResource('ListResourceRecordSetProtections', 'hostedzone', bareId(HostedZoneId)),
    run: (input, owner) => {
      const zone = requireZone(world, input.HostedZoneId, owner);
      const [name, type] = input.NextToken?.split(' ') ?? [input.StartRecordName, input.StartRecordType];
      const sorted = [...zone.protections.values()].sort(inListingOrder);
      const from = name === undefined ? undefined : { name: normalOrSame(name), type };
      const rest = from === undefined ? sorted : sorted.filter((each) => inListingOrder(each, from) >= 0);
      const { items, next } = pageOf<Protection>(rest, input.MaxResults, PAGE);
      return {
        ResourceRecordSetProtections: items.map((each) => ({
          RecordName: each.name,
          RecordType: each.type as RRType,
          ...(each.comment === undefined ? {} : { Comment: each.comment }),
        })),
        ...(next === undefined ? {} : { NextToken: `${next.name} ${next.type}` }),
      };
    },
  }),
});
