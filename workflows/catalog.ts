/**
 * What there is in this folder: each workflow's file, the placeholders that the stack fills in, and AWS's own error names that
 * its SDK tasks retry. A test holds the ASL files to it.
 */
export const WORKFLOWS = {
  'admit-connection': {
    file: 'admit-connection.asl.json',
    /** Functions by version, so that a request held for days finishes on the code it began with. */
    functions: ['DecideConnection'],
    placeholders: ['Ledger', 'Bus', 'AnswerQueue'],
  },
  'revoke-connection': {
    file: 'revoke-connection.asl.json',
    functions: ['DecideRevocation'],
    placeholders: ['Ledger', 'Bus', 'AnswerQueue'],
  },
  reconcile: {
    file: 'reconcile.asl.json',
    functions: ['ListDifferences', 'ConvergePrincipals', 'SettlePlace'],
    placeholders: ['Ledger', 'Bus', 'AdmitConnection', 'RevokeConnection'],
  },
  'refresh-targets': {
    file: 'refresh-targets.asl.json',
    functions: ['PlanTargets', 'FindBindings'],
    placeholders: ['Ledger', 'Bus'],
  },
  /** Deployed in the standby region, with tables of its own: it works while the other region does not. */
  'update-failover': {
    file: 'update-failover.asl.json',
    functions: ['PlanFailover', 'LookUpNames', 'CompareRecord', 'ConvergeRecord', 'AssertLatches', 'FindRecords'],
    placeholders: ['Ledger', 'Bus'],
  },
} as const;

/** The name of a workflow. */
export type WorkflowName = keyof typeof WORKFLOWS;

/**
 * Errors of Lambda's own, retried for every function: the functions are idempotent, so a lost one may run again.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
 */
export const LAMBDA_SERVICE_ERRORS = [
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'States.Timeout',
] as const;

/**
 * Passing errors of AWS that SDK tasks retry, by the service's part of the resource. A reply that never comes is one of them:
 * every write of ours is conditional, so it may be made again.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export const SERVICE_ERRORS = {
  dynamodb: [
    'DynamoDb.ProvisionedThroughputExceededException',
    'DynamoDb.RequestLimitExceededException',
    'DynamoDb.ThrottlingException',
    'DynamoDb.InternalServerErrorException',
    'DynamoDb.SdkClientException',
    'States.Timeout',
  ],
  /**
   * Here a reply that never comes is that of whoever answers the token: the message may be lost, and is sent again. Which of its errors this
   * integration names, and which it calls by the first name, is not documented.
   */
  sqs: [
    'SQS.AmazonSQSException',
    'SQS.InternalFailureException',
    'SQS.RequestThrottledException',
    'SQS.SdkClientException',
    'States.HeartbeatTimeout',
    'States.Timeout',
  ],
  /** The first is what this integration calls every code that the service's model does not list, `Throttling` among them. */
  elasticloadbalancingv2: [
    'ElasticLoadBalancingV2.ElasticLoadBalancingV2Exception',
    'ElasticLoadBalancingV2.ThrottlingException',
    'ElasticLoadBalancingV2.SdkClientException',
    'States.Timeout',
  ],
  sfn: ['Sfn.ThrottlingException', 'Sfn.InternalFailureException', 'Sfn.SdkClientException', 'States.Timeout'],
  events: [
    'EventBridge.FailedEntry',
    'EventBridge.ThrottlingException',
    'EventBridge.InternalFailureException',
    'EventBridge.InternalException',
    'EventBridge.SdkClientException',
    'States.Timeout',
  ],
} as const;
