import type {
  AddTagsInput,
  DescribeTagsInput,
  DescribeTagsOutput,
  RemoveTagsInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ActionDefinition } from '../../cloud.ts';
import { elbAction, onEverything, onResource } from './action.ts';
import { elbv2Errors } from './errors.ts';
import { checkNamed, requireListener, requireLoadBalancer, requireTargetGroup } from './lookups.ts';
import type { Balancing, Tags } from './model.ts';
import { addTags, readTags, requestTagContext, tagList } from './tags.ts';

/** Whatever the ARN names, with its tags. @throws AwsError the kind's own `NotFound` */
const tagsOf = (world: Balancing, arn: string, accountId: string): Tags => {
  if (arn.includes(':targetgroup/')) return requireTargetGroup(world, arn, accountId).tags;
  if (arn.includes(':listener/')) return requireListener(world, arn, accountId).tags;
  return requireLoadBalancer(world, arn, accountId).tags;
};

/**
 * The actions on tags of load balancers, listeners and target groups.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTags.html
 */
export const tagActions = (world: Balancing): Record<string, ActionDefinition> => {
  const present = (arn: string): Tags | undefined =>
    (world.targetGroups.get(arn) ?? world.loadBalancers.get(arn) ?? world.listeners.get(arn))?.tags;
  const checkArns = ({ ResourceArns = [] }: Pick<AddTagsInput, 'ResourceArns'>): void => {
    if (ResourceArns.length === 0) throw elbv2Errors.validation('At least one resource ARN must be specified');
  };
  return {
    AddTags: elbAction<AddTagsInput, Record<string, never>>(world, 'AddTags', {
      check: (input) => {
        checkArns(input);
        readTags(input.Tags);
      },
      needs: ({ ResourceArns = [], Tags }) =>
        ResourceArns.map((arn) => onResource('AddTags', arn, present(arn), requestTagContext(readTags(Tags)))),
      run: ({ ResourceArns = [], Tags }, accountId) => {
        const tags = readTags(Tags);
        for (const own of ResourceArns.map((arn) => tagsOf(world, arn, accountId))) addTags(own, tags);
        return {};
      },
    }),

    RemoveTags: elbAction<RemoveTagsInput, Record<string, never>>(world, 'RemoveTags', {
      check: checkArns,
      needs: ({ ResourceArns = [], TagKeys = [] }) =>
        ResourceArns.map((arn) => onResource('RemoveTags', arn, present(arn), { 'aws:TagKeys': TagKeys })),
      run: ({ ResourceArns = [], TagKeys = [] }, accountId) => {
        for (const own of ResourceArns.map((arn) => tagsOf(world, arn, accountId))) {
          for (const key of TagKeys) own.delete(key);
        }
        return {};
      },
    }),

    DescribeTags: elbAction<DescribeTagsInput, DescribeTagsOutput>(world, 'DescribeTags', {
      check: (input) => {
        checkArns(input);
        checkNamed(input.ResourceArns, 'resources');
      },
      needs: () => onEverything('DescribeTags'),
      run: ({ ResourceArns = [] }, accountId) => ({
        TagDescriptions: ResourceArns.map((ResourceArn) => ({
          ResourceArn,
          Tags: tagList(tagsOf(world, ResourceArn, accountId)),
        })),
      }),
    }),
  };
};
