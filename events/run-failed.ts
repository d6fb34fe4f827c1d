/**
 * Matches `Step Functions Execution Status Change` on the default bus, for runs of workflows that ended without doing their work.
 * Stops and time-outs run no Catch: this is how anybody hears of them.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 *
 * @param stateMachineArns - the workflows'.
 */
export const runFailedPattern = (...stateMachineArns: readonly string[]) => ({
  source: ['aws.states'],
  detailType: ['Step Functions Execution Status Change'],
  detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: stateMachineArns },
});
