import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Regional, Services } from './services.ts';

/** What a person did is recorded, and nobody acts on it yet. `cause` says why; the same command again mends it. */
export class NotWoken extends Error {
  override readonly name = 'NotWoken';
}

/** One request to connect. */
export interface RequestIds {
  readonly serviceId: string;
  readonly endpointId: string;
}

/** Who forces a disconnection, and why. */
export interface Force {
  /** The ARN under which the person called. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Has a request looked at: starts `admit-connection`, which brings it to its end, or wakes the run that has it in hand. Twice is harmless.
 *
 * @returns the execution's ARN.
 */
export const wake = async ({ serviceId, endpointId }: RequestIds, services: Services): Promise<string> =>
  start(await services.admitConnection(), { serviceId, vpcEndpointId: endpointId }, services);

/** {@link wake}, after something was recorded. @throws NotWoken, whatever went wrong: what was recorded stands. */
export const wakeAfterwards = (request: RequestIds, services: Services): Promise<string> =>
  afterwards('It is recorded, but the request was not woken', () => wake(request, services));

/**
 * Has everything of the account and region looked at, or one service: starts `reconcile`, which goes through it at a bounded rate. Twice is
 * harmless.
 *
 * @returns the execution's ARN.
 */
export const sweep = async (of: { readonly serviceId?: string }, services: Services): Promise<string> =>
  start(await services.reconcile(), of, services);

/** {@link sweep}, after a pause ended. @throws NotWoken, whatever went wrong: it is resumed. */
export const sweepAfterwards = (of: { readonly serviceId?: string }, services: Services): Promise<string> =>
  afterwards('It is resumed, but nobody looks yet at what came meanwhile', () => sweep(of, services));

/** Has a connection disconnected, whatever the registry says: starts `revoke-connection`. @returns the execution's ARN. */
export const disconnect = async (
  { serviceId, endpointId }: RequestIds,
  { by, reason }: Force,
  services: Services,
): Promise<string> =>
  start(await services.revokeConnection(), { serviceId, vpcEndpointId: endpointId, force: { by, reason } }, services);

/** Starts a workflow. @returns the execution's ARN. */
export const start = async (
  stateMachineArn: string,
  input: object,
  { sfn }: Pick<Regional, 'sfn'>,
): Promise<string> => {
  const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
  const { executionArn } = await sfn.send(command);
  return executionArn ?? '';
};

const afterwards = async (whatStands: string, begin: () => Promise<string>): Promise<string> => {
  try {
    return await begin();
  } catch (error) {
    throw new NotWoken(`${whatStands}. Give the same command again once this is mended`, { cause: error });
  }
};
