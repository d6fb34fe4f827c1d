import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Services } from './services.ts';

/** What a person did is recorded, and nothing looks at the request yet. `cause` says why; the same command again mends it. */
export class NotWoken extends Error {
  override readonly name = 'NotWoken';
}

/** One request to connect. */
export interface RequestIds {
  readonly serviceId: string;
  readonly endpointId: string;
}

/**
 * Has a request looked at: starts `admit-connection`, which brings it to its end, or wakes the run that has it in hand. Twice is harmless.
 *
 * @returns the execution's ARN.
 */
export const wake = async (
  { serviceId, endpointId }: RequestIds,
  { sfn, admitConnection }: Services,
): Promise<string> => {
  const input = JSON.stringify({ serviceId, vpcEndpointId: endpointId });
  const command = new StartExecutionCommand({ stateMachineArn: await admitConnection(), input });
  const { executionArn } = await sfn.send(command);
  return executionArn ?? '';
};

/**
 * {@link wake}, after something was recorded.
 *
 * @throws NotWoken, whatever went wrong: what was recorded stands.
 */
export const wakeAfterwards = async (request: RequestIds, services: Services): Promise<string> => {
  try {
    return await wake(request, services);
  } catch (error) {
    throw new NotWoken(
      'It is recorded, but the request was not woken. Give the same command again once this is mended',
      {
        cause: error,
      },
    );
  }
};
