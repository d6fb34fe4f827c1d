import type {
  ChangeTagsForResourceRequest,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  ListTagsForResourcesRequest,
  ListTagsForResourcesResponse,
  ResourceTagSet,
  TagResourceType,
} from '@aws-sdk/client-route-53';
import type { ActionDefinition } from '../../cloud.ts';
import { onResource, route53Action } from './action.ts';
import { route53Errors } from './errors.ts';
import { bareId, type Route53, requireHealthCheck, requireZone, type Tags } from './model.ts';

/** "The tag limit for each resource", https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html */
const MOST_TAGS = 10;

type Kind = TagResourceType | undefined;

const checkKind = (kind: Kind): void => {
  if (kind === 'hostedzone' || kind === 'healthcheck') return;
  throw route53Errors.constraint(
    kind ?? '',
    'resourceType',
    'Member must satisfy enum value set: [healthcheck, hostedzone]',
  );
};

/** The actions on tags of hosted zones and health checks. */
export const tagActions = (world: Route53): Record<string, ActionDefinition> => {
  const tagsOf = (kind: Kind, id: string | undefined, owner: string): Tags =>
    (kind === 'healthcheck' ? requireHealthCheck(world, id, owner) : requireZone(world, id, owner)).tags;
  const view = (kind: Kind, id: string | undefined, owner: string): ResourceTagSet => ({
    ResourceType: kind,
    ResourceId: bareId(id),
    Tags: [...tagsOf(kind, id, owner)].map(([Key, Value]) => ({ Key, Value })),
  });
  return {
    ChangeTagsForResource: route53Action<ChangeTagsForResourceRequest, Record<string, never>>(
      world,
      'ChangeTagsForResource',
      {
        check: ({ ResourceType, AddTags, RemoveTagKeys }) => {
          checkKind(ResourceType);
          if ((AddTags ?? []).length + (RemoveTagKeys ?? []).length === 0) {
            throw route53Errors.invalidInput('You must specify AddTags, RemoveTagKeys, or both.');
          }
        },
        needs: ({ ResourceType = '', ResourceId }) =>
          onResource('ChangeTagsForResource', ResourceType, bareId(ResourceId)),
        run: ({ ResourceType, ResourceId, AddTags = [], RemoveTagKeys = [] }, owner) => {
          const tags = tagsOf(ResourceType, ResourceId, owner);
          const after: Tags = new Map(tags);
          for (const key of RemoveTagKeys) after.delete(key);
          for (const { Key = '', Value = '' } of AddTags) after.set(Key, Value);
          if (after.size > MOST_TAGS) throw route53Errors.invalidInput(`A resource has ${MOST_TAGS} tags at most.`);
          tags.clear();
          for (const [key, value] of after) tags.set(key, value);
          return {};
        },
      },
    ),

    ListTagsForResource: route53Action<ListTagsForResourceRequest, ListTagsForResourceResponse>(
      world,
      'ListTagsForResource',
      {
        check: ({ ResourceType }) => checkKind(ResourceType),
        needs: ({ ResourceType = '', ResourceId }) =>
          onResource('ListTagsForResource', ResourceType, bareId(ResourceId)),
        run: ({ ResourceType, ResourceId }, owner) => ({ ResourceTagSet: view(ResourceType, ResourceId, owner) }),
      },
    ),

    ListTagsForResources: route53Action<ListTagsForResourcesRequest, ListTagsForResourcesResponse>(
      world,
      'ListTagsForResources',
      {
        check: ({ ResourceType, ResourceIds = [] }) => {
          checkKind(ResourceType);
          if (ResourceIds.length < 1 || ResourceIds.length > MOST_TAGS) {
            throw route53Errors.invalidInput(`You must specify 1 to ${MOST_TAGS} resources.`);
          }
        },
        needs: ({ ResourceType = '', ResourceIds = [] }) =>
          ResourceIds.flatMap((id) => onResource('ListTagsForResources', ResourceType, bareId(id))),
        run: ({ ResourceType, ResourceIds = [] }, owner) => ({
          ResourceTagSets: ResourceIds.map((id) => view(ResourceType, id, owner)),
        }),
      },
    ),
  };
};
