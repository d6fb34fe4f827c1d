import type { Cloud, ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { executionActions } from './execution-actions.ts';
import { machineActions } from './machine-actions.ts';
import { StatesModel } from './model.ts';
import { taskActions } from './task-actions.ts';

/**
 * Step Functions, standard workflows in JSONata.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html
 */
export const statesService = (cloud: Cloud): ServiceDefinition => {
  const model = new StatesModel(cloud);
  return {
    name: 'states',
    actions: { ...machineActions(model), ...executionActions(model), ...taskActions(model) },
    denied: (message) => new AwsError('AccessDeniedException', message),
    notModelled: [
      'JSONPath states, express workflows, versions, aliases, activities, distributed Map and its Map Runs, TestState',
      'optimized integrations other than lambda:invoke, events:putEvents, sqs:sendMessage and states:startExecution; .sync other than of the latter',
      'the EventBridge rule behind .sync: the role must be allowed to make it, but none is made',
      'log delivery and X-Ray: the configurations are kept and described only',
      'API throttling and the eventual consistency of DescribeExecution and ListExecutions',
    ],
  };
};
