import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Permission } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { onResource } from './action.ts';
import { elbv2Errors } from './errors.ts';
import type { Tags } from './model.ts';

/** See https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-tags.html */
const MAX_TAGS = 50;

/**
 * The tags of a request, by key.
 *
 * @throws AwsError `DuplicateTagKeys`, `ValidationError` for a reserved key.
 */
export const readTags = (list: readonly Tag[] | undefined): Tags => {
  const tags: Tags = new Map();
  for (const { Key: key = '', Value: value } of list ?? []) {
    if (key.startsWith('aws:')) throw elbv2Errors.validation(`Tag key '${key}' is reserved: it begins with 'aws:'`);
    if (tags.has(key)) throw new AwsError('DuplicateTagKeys', `A tag key was specified more than once: '${key}'`);
    tags.set(key, value ?? '');
  }
  return tags;
};

/** Sets tags on a resource that may have others. @throws AwsError `TooManyTags` */
export const addTags = (onto: Tags, tags: Tags): void => {
  if (new Set([...onto.keys(), ...tags.keys()]).size > MAX_TAGS) {
    throw new AwsError('TooManyTags', `The maximum number of tags per resource '${MAX_TAGS}' has been reached`);
  }
  for (const [key, value] of tags) onto.set(key, value);
};

/** The tags that a create action gives to what it makes. */
export const creationTags = (list: readonly Tag[] | undefined): Tags => {
  const tags: Tags = new Map();
  addTags(tags, readTags(list));
  return tags;
};

/** The condition keys that follow from the tags of a request. */
export const requestTagContext = (tags: Tags): Record<string, string | readonly string[]> =>
  tags.size === 0
    ? {}
    : {
        ...Object.fromEntries([...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
        'aws:TagKeys': [...tags.keys()],
      };

/**
 * The permissions of making something: tagging while creating asks for `AddTags` too.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-tagging-resources-during-creation.html
 */
export const onCreation = (
  action: string,
  resource: string,
  list: readonly Tag[] | undefined,
): readonly Permission[] => {
  const tags = readTags(list);
  const context = requestTagContext(tags);
  return [
    onResource(action, resource, undefined, context),
    ...(tags.size === 0
      ? []
      : [onResource('AddTags', resource, undefined, { ...context, 'elasticloadbalancing:CreateAction': action })]),
  ];
};

/** The tags as the SDK has them. */
export const tagList = (tags: Tags): Tag[] => [...tags].map(([Key, Value]) => ({ Key, Value }));
