import * as v from 'valibot';
import { EndpointId, ServiceId } from '../../functions/registry/schemas.ts';
import { createAction } from '../action.ts';
import { wake } from '../wake.ts';

/** Somebody looks at the request now. */
export interface Reconciling {
  readonly outcome: 'started';
  readonly executionArn: string;
}

/** Has one request looked at, whatever became of it before: a notice that never came, a registry that was mended, a mode that was set. */
export const reconcile = createAction(
  v.strictObject({ serviceId: ServiceId, endpointId: EndpointId }),
  async (request, services): Promise<Reconciling> => ({
    outcome: 'started',
    executionArn: await wake(request, services),
  }),
);
