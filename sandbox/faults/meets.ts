import type { Call } from '../cloud.ts';
import { isDelivery, isNotice } from './mishaps.ts';
import type { SpellKind } from './spell.ts';

/** Whether a call is what a spell is limited to: a service, a service's action, or a part of the caller's ARN. */
export const isOn = ({ service, action, principal }: Call, on: string | undefined): boolean =>
  on === undefined || on === service || on === `${service}:${action}` || principal.arn.includes(on);

/** What a spell of a kind can meet at all. What people do goes well. */
export const CAN_MEET: Readonly<Record<SpellKind, (call: Call) => boolean>> = {
  'notice-lost': isNotice,
  'notice-twice': isNotice,
  'notice-late': isNotice,
  'notice-mangled': isNotice,
  'event-lost': isDelivery,
  'event-twice': isDelivery,
  'event-late': isDelivery,
  'delete-lost': ({ service, action }) => service === 'sqs' && action.startsWith('DeleteMessage'),
  throttle: ({ principal }) => principal.kind === 'role',
  'error-before': ({ principal }) => principal.kind === 'role',
  'error-after': ({ principal }) => principal.kind === 'role',
  // Step Functions' and the pollers' own clients do not wait for ever; only functions and SDK tasks are known to have time-outs.
  'hang-before': (call) => isOfFunction(call),
  'hang-after': (call) => isOfFunction(call),
  unsuccessful: ({ service, action, principal }) =>
    service === 'ec2' && principal.kind === 'role' && /^(Accept|Reject)VpcEndpointConnections$/.test(action),
  'index-lags': ({ service, action, input, principal }) =>
    service === 'dynamodb' &&
    action === 'Query' &&
    principal.kind === 'role' &&
    Object.hasOwn(input as object, 'IndexName'),
  'in-pieces': ({ service, action, principal }) =>
    service === 'dynamodb' && principal.kind === 'role' && /^(BatchGetItem|Query|Scan)$/.test(action),
  'kill-before': (call) => isOfFunction(call),
  'kill-after': (call) => isOfFunction(call),
  'out-of-memory': (call) => isOfFunction(call),
  cold: ({ service, action }) => service === 'lambda' && action === 'Invoke',
  stop: () => false,
  skew: () => false,
  denied: ({ principal }) => principal.kind === 'role',
  down: ({ service, action, principal }) =>
    principal.kind === 'role' && ((service === 'lambda' && action === 'Invoke') || action === 'StartExecution'),
  // What is wrong with a name meets whoever asks for it.
  'dns-nxdomain': () => false,
  'dns-servfail': () => false,
  'dns-empty': () => false,
  'dns-timeout': () => false,
  'dns-foreign': () => false,
  'dns-foreign-alone': () => false,
  'dns-near': () => false,
  'dns-near-alone': () => false,
  'region-cut': () => false,
  'route53-down': () => false,
  'route53-busy': ({ service, action }) => service === 'route53' && action === 'ChangeResourceRecordSets',
};

/** By the function's role, which the CDK names after it; what reads a queue for a function calls as that role, too. */
const isOfFunction = ({ service, action, principal }: Call): boolean =>
  principal.kind === 'role' &&
  !(service === 'sqs' && /^(Receive|Delete)Message/.test(action)) &&
  /(DecideConnection|DecideRevocation|AnswerConnections|ConvergePrincipals|ReadRequests|ListDifferences|SettlePlace|PlanTargets|WatchTargets|FindBindings|PlanFailover|LookUpNames|CompareRecord|ConvergeRecord|AssertLatches|FindRecords|WatchFailover)/.test(
    principal.arn,
  );
