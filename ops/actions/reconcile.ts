import * as v from 'valibot';
import { EndpointId, ServiceId } from '../../functions/registry/schemas.ts';
import { createAction } from '../action.ts';
import { sweep, wake } from '../wake.ts';

/** Somebody looks at it now: at one request, at one service, or at the whole account and region, as the ids say. */
export interface Reconciling {
  readonly outcome: 'started';
  readonly serviceId?: string;
  readonly endpointId?: string;
  readonly executionArn: string;
}

const Input = v.pipe(
  v.strictObject({ serviceId: v.exactOptional(ServiceId), endpointId: v.exactOptional(EndpointId) }),
  v.check(
    ({ serviceId, endpointId }) => endpointId === undefined || serviceId !== undefined,
    'an endpoint needs its service',
  ),
);

/**
 * Has things looked at now, whatever became of them before: a notice that never came, a registry that was mended, a mode that was set.
 * One request is brought to its end; a service, or everything, is gone through at a bounded rate.
 *
 * @throws BadInput; what AWS throws.
 */
export const reconcile = createAction(Input, async (input, services): Promise<Reconciling> => {
  const { serviceId, endpointId } = input;
  const executionArn =
    serviceId === undefined || endpointId === undefined
      ? await sweep(serviceId === undefined ? {} : { serviceId }, services)
      : await wake({ serviceId, endpointId }, services);
  return { outcome: 'started', ...input, executionArn };
});
