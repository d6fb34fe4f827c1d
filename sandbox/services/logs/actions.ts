import {
  type ActionDefinition,
  type CallContext,
  type Permission,
  PROVIDER_ACCOUNT,
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
  const onGroup = (action: string, { logGroupName }: LogGroupInput, { cloud }: CallContext): Permission => ({
    action: `logs:${action}`,
    resource: `arn:aws:logs:${cloud.region}:${PROVIDER_ACCOUNT}:log-group:${logGroupName}`,
  });
  const DeleteLogGroup: ActionDefinition<LogGroupInput, object> = {
    permissions: (input, context) => [onGroup('DeleteLogGroup', input, context)],
    run: ({ logGroupName }) => {
      if (groups.delete(logGroupName)) return {};
      throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    },
  };
  const CreateLogGroup: ActionDefinition<LogGroupInput, object> = {
    permissions: (input, context) => [onGroup('CreateLogGroup', input, context)],
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
