import {
  type ActionDefinition,
  type Permission,
  PROVIDER_ACCOUNT,
  REGION,
  type ServiceDefinition,
} from '../../cloud.ts';
import { AwsError } from '../errors.ts';

interface LogGroupInput {
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
  const onGroup = (action: string, { logGroupName }: LogGroupInput): Permission => ({
    action: `logs:${action}`,
    resource: `arn:aws:logs:${REGION}:${PROVIDER_ACCOUNT}:log-group:${logGroupName}`,
  });
  const DeleteLogGroup: ActionDefinition<LogGroupInput, object> = {
    permissions: (input) => [onGroup('DeleteLogGroup', input)],
    run: ({ logGroupName }) => {
      if (groups.delete(logGroupName)) return {};
      throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    },
  };
  const CreateLogGroup: ActionDefinition<LogGroupInput, object> = {
    permissions: (input) => [onGroup('CreateLogGroup', input)],
    run: ({ logGroupName }) => {
      if (groups.has(logGroupName)) {
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
      }
      groups.add(logGroupName);
      return {};
    },
  };
  return {
    name: 'logs',
    actions: { CreateLogGroup, DeleteLogGroup },
    notModelled: ['Log streams, events, retention, queries'],
  };
};
