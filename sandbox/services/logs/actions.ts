import { type ActionDefinition, PROVIDER_ACCOUNT, REGION, type ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';

interface CreateLogGroupInput {
  readonly logGroupName: string;
}

/**
 * CloudWatch Logs without behaviour: a log group can be made, once for each name. What functions print goes to the world's
 * journal.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
 */
export const logsService = (): ServiceDefinition => {
  const groups = new Set<string>();
  const CreateLogGroup: ActionDefinition<CreateLogGroupInput, object> = {
    permissions: ({ logGroupName }) => [
      {
        action: 'logs:CreateLogGroup',
        resource: `arn:aws:logs:${REGION}:${PROVIDER_ACCOUNT}:log-group:${logGroupName}`,
      },
    ],
    run: ({ logGroupName }) => {
      if (groups.has(logGroupName)) {
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
      }
      groups.add(logGroupName);
      return {};
    },
  };
  return { name: 'logs', actions: { CreateLogGroup }, notModelled: ['Log streams, events, retention, queries'] };
};
