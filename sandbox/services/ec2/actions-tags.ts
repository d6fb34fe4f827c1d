import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  ResourceType,
  TagDescription,
} from '@aws-sdk/client-ec2';
import type { ActionDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { type Caller, ec2Action, onEverything, onResource, tagContext } from './action.ts';
import { requiredList } from './checks.ts';
import { filtered, paged } from './describe.ts';
import { ec2Errors } from './errors.ts';
import { everyConnection } from './lookups.ts';
import { ec2Arn, type PrivateLink, type Tags } from './model.ts';
import { addTags, readTags, requestTagContext } from './tags.ts';

/** A resource that can carry tags. */
interface Taggable {
  readonly id: string;
  readonly type: ResourceType;
  readonly tags: Tags;
}

/** What of the caller's can carry tags: services and permissions, connections to its services, endpoints. */
const taggables = (world: PrivateLink, { accountId, region }: Caller): Taggable[] => {
  const services = [...world.services.values()].filter((service) => service.owner === accountId);
  const endpoints = everyConnection(world).filter((connection) => connection.region === region);
  return [
    ...services.map(({ id, tags }): Taggable => ({ id, type: 'vpc-endpoint-service', tags })),
    ...services.flatMap(({ permits }) =>
      [...permits.values()].map(({ id, tags }): Taggable => ({ id, type: 'vpc-endpoint-service-permission', tags })),
    ),
    ...[...world.connections.values()]
      .filter(({ serviceId }) => services.some((service) => service.id === serviceId))
      .map(
        ({ connectionId, connectionTags }): Taggable => ({
          id: connectionId,
          type: 'vpc-endpoint-connection',
          tags: connectionTags,
        }),
      ),
    ...endpoints
      .filter(({ owner }) => owner === accountId)
      .map(({ id, tags }): Taggable => ({ id, type: 'vpc-endpoint', tags })),
  ];
};

const typeOf = (id: string): ResourceType => {
  if (id.startsWith('vpce-svc-perm-')) return 'vpc-endpoint-service-permission';
  if (id.startsWith('vpce-svc-')) return 'vpc-endpoint-service';
  if (id.startsWith('vpce-con-')) return 'vpc-endpoint-connection';
  if (id.startsWith('vpce-')) return 'vpc-endpoint';
  throw new AwsError('InvalidID', `The ID '${id}' is not valid: the sandbox tags PrivateLink's resources only`);
};

const unknown = (id: string): AwsError => {
  const type = typeOf(id);
  if (type === 'vpc-endpoint-service') return ec2Errors.unknownService(id);
  if (type === 'vpc-endpoint') return ec2Errors.unknownEndpoint(id);
  return new AwsError('InvalidID', `The ID '${id}' does not exist`);
};

/** All or nothing: one unknown resource fails the whole request. */
const find = (world: PrivateLink, caller: Caller, ids: readonly string[]): Taggable[] => {
  const own = new Map(taggables(world, caller).map((one) => [one.id, one]));
  return ids.map((id) => {
    const one = own.get(id);
    if (one === undefined) throw unknown(id);
    return one;
  });
};

/**
 * The actions on tags, for PrivateLink's resources.
 * See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
 */
export const tagActions = (world: PrivateLink): Record<string, ActionDefinition> => {
  const needs = (action: string, ids: readonly string[], tags: Tags, caller: Caller) => {
    const own = new Map(taggables(world, caller).map((one) => [one.id, one]));
    return ids.map((id) =>
      onResource(action, ec2Arn(world.region, caller.accountId, typeOf(id), id), {
        ...tagContext(own.get(id)?.tags),
        ...requestTagContext(tags),
      }),
    );
  };
  return {
    CreateTags: ec2Action<CreateTagsRequest, Record<string, never>>(world, 'CreateTags', {
      check: (input) => {
        for (const id of requiredList(input.Resources, 'ResourceId')) typeOf(id);
        if (readTags(input.Tags).size === 0) throw ec2Errors.missing('Tag');
      },
      needs: (input, caller) => needs('CreateTags', input.Resources ?? [], readTags(input.Tags), caller),
      run: (input, caller) => {
        const tags = readTags(input.Tags);
        for (const one of find(world, caller, input.Resources ?? [])) addTags(one.tags, tags);
        return {};
      },
    }),

    DeleteTags: ec2Action<DeleteTagsRequest, Record<string, never>>(world, 'DeleteTags', {
      check: (input) => {
        for (const id of requiredList(input.Resources, 'ResourceId')) typeOf(id);
      },
      needs: (input, caller) => needs('DeleteTags', input.Resources ?? [], new Map(), caller),
      run: (input, caller) => {
        for (const { tags } of find(world, caller, input.Resources ?? [])) {
          // No tags named: all of them. A value named: only if it is that value.
          const named = input.Tags === undefined || input.Tags.length === 0 ? undefined : input.Tags;
          for (const { Key: key, Value: value } of named ??
            [...tags.keys()].map((Key) => ({ Key, Value: undefined }))) {
            if (key !== undefined && (value === undefined || tags.get(key) === value)) tags.delete(key);
          }
        }
        return {};
      },
    }),

    DescribeTags: ec2Action<DescribeTagsRequest, DescribeTagsResult>(world, 'DescribeTags', {
      needs: () => onEverything('DescribeTags'),
      run: (input, caller) => {
        const all = taggables(world, caller).flatMap(({ id, type, tags }) =>
          [...tags].map(([Key, Value]): TagDescription => ({ ResourceId: id, ResourceType: type, Key, Value })),
        );
        const found = filtered(
          all.map((tag, index) => ({ order: index + 1, tag })),
          input.Filters,
          {
            key: ({ tag }) => [tag.Key],
            value: ({ tag }) => [tag.Value],
            'resource-id': ({ tag }) => [tag.ResourceId],
            'resource-type': ({ tag }) => [tag.ResourceType],
          },
          ({ tag }) => new Map([[tag.Key ?? '', tag.Value ?? '']]),
        );
        const { items, NextToken } = paged(found, input, world.settings.defaultPage);
        return { Tags: items.map(({ tag }) => tag), NextToken };
      },
    }),
  };
};
