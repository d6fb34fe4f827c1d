import type { Cloud } from '../../cloud.ts';
import { servicePrincipal } from '../../iam/principal.ts';
import type { ExecutionRecord } from './model.ts';
import { redriveMembers } from './redrivability.ts';

/** Input and output together beyond this many bytes are left out of the event. */
const DATA_LIMIT = 248 * 1024;

/**
 * Puts `Step Functions Execution Status Change` on the default bus, where the world has EventBridge.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export const publishStatus = async (cloud: Cloud, execution: ExecutionRecord): Promise<void> => {
  if (cloud.action('events', 'PutEvents') === undefined) return;
  const { arn, machine, name, status, startDate, stopDate, input, output } = execution;
  const redrive = redriveMembers(execution, cloud.clock.now());
  const included = Buffer.byteLength(input) + Buffer.byteLength(output ?? '') <= DATA_LIMIT;
  const detail = {
    executionArn: arn,
    stateMachineArn: machine.arn,
    name,
    status,
    startDate: startDate.getTime(),
    stopDate: stopDate?.getTime() ?? null,
    input: included ? input : null,
    output: included ? (output ?? null) : null,
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    redriveCount: redrive.redriveCount,
    redriveDate: redrive.redriveDate?.getTime() ?? null,
    redriveStatus: redrive.redriveStatus,
    redriveStatusReason: redrive.redriveStatusReason ?? null,
    inputDetails: { included },
    outputDetails: output === undefined ? null : { included },
    error: execution.error ?? null,
    cause: execution.cause ?? null,
  };
  const entry = {
    Time: new Date(cloud.clock.now()),
    Source: 'aws.states',
    DetailType: 'Step Functions Execution Status Change',
    Resources: [arn],
    Detail: JSON.stringify(detail),
  };
  try {
    await cloud.invoke({
      service: 'events',
      action: 'PutEvents',
      input: { Entries: [entry] },
      principal: servicePrincipal('states.amazonaws.com', arn),
    });
  } catch (failure) {
    // AWS delivers these events at its best effort; the refusal itself is in the journal already.
    cloud.journal.write({
      kind: 'state',
      who: arn,
      what: `status event ${status} not delivered in ${cloud.region}`,
      detail: { error: String(failure) },
    });
  }
};
