import type { ResourceTypes } from '../resource-type.ts';
import { dynamodbTypes } from './dynamodb.ts';
import { eventTypes } from './events.ts';
import { identityTypes } from './identity.ts';
import { lambdaTypes } from './lambda.ts';
import { loadBalancingTypes } from './load-balancing.ts';
import { messagingTypes } from './messaging.ts';
import { networkTypes } from './network.ts';
import { observabilityTypes } from './observability.ts';
import { pipeTypes } from './pipes.ts';
import { route53Types } from './route53.ts';
import { schedulerTypes } from './scheduler.ts';
import { stateTypes } from './states.ts';

/** Every CloudFormation type that the sandbox can make. */
export const RESOURCE_TYPES: ResourceTypes = {
  ...messagingTypes,
  ...identityTypes,
  ...lambdaTypes,
  ...eventTypes,
  ...pipeTypes,
  ...schedulerTypes,
  ...stateTypes,
  ...dynamodbTypes,
  ...networkTypes,
  ...loadBalancingTypes,
  ...route53Types,
  ...observabilityTypes,
};

/** Types that say something about the template and make nothing. */
export const IGNORED_TYPES: readonly string[] = ['AWS::CDK::Metadata'];
