import type { ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import type { Permission } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { onResource } from './action.ts';
import { ec2Errors } from './errors.ts';
import type { Tags } from './model.ts';

/** See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const MAX_TAGS = 50;

/**
 * The tags of a request, by key.
 *
 * @throws AwsError `InvalidParameterValue` for a missing or reserved key or one given twice, `TagLimitExceeded` above 50.
 */
export const readTags = (list: readonly Tag[] | undefined): Tags => {
  const tags: Tags = new Map();
  for (const { Key: key, Value: value } of list ?? []) {
    if (key === undefined || key === '') throw ec2Errors.missing('Tag.Key');
    if (key.startsWith('aws:')) {
      throw ec2Errors.invalidValue('Tag.Key', key, "Tag keys starting with 'aws:' are reserved for internal use.");
    }
    if (tags.has(key)) throw ec2Errors.invalidValue('Tag.Key', key, `Duplicate tag key '${key}' specified.`);
    tags.set(key, value ?? '');
  }
  if (tags.size > MAX_TAGS) throw tooMany();
  return tags;
};

const tooMany = (): AwsError =>
  new AwsError('TagLimitExceeded', `More than ${MAX_TAGS} tags specified. A resource may have ${MAX_TAGS}.`);

/** Sets tags on a resource that may have others. */
export const addTags = (onto: Tags, tags: Tags): void => {
  if (new Set([...onto.keys(), ...tags.keys()]).size > MAX_TAGS) throw tooMany();
  for (const [key, value] of tags) onto.set(key, value);
};

/** The tags that a create action gives to what it makes; it takes specifications of its own type only. */
export const specifiedTags = (specifications: readonly TagSpecification[] | undefined, type: ResourceType): Tags => {
  const foreign = specifications?.find((specification) => specification.ResourceType !== type);
  if (foreign !== undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `'${String(foreign.ResourceType)}' is not a valid taggable resource type for this operation.`,
    );
  }
  return readTags(specifications?.flatMap((specification) => specification.Tags ?? []));
};

/** The condition keys that follow from the tags of a request. */
export const requestTagContext = (tags: Tags): Record<string, string | readonly string[]> =>
  tags.size === 0
    ? {}
    : {
        ...Object.fromEntries([...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
        'aws:TagKeys': [...tags.keys()],
      };

/** Tagging while creating asks for `ec2:CreateTags` too, with the creating action as `ec2:CreateAction`. */
export const onTaggedCreation = (creating: string, resource: string, tags: Tags): readonly Permission[] =>
  tags.size === 0
    ? []
    : [onResource('CreateTags', resource, { ...requestTagContext(tags), 'ec2:CreateAction': creating })];
