import * as v from 'valibot';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { EndpointId, ServiceId } from '../../functions/registry/schemas.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import { readItem } from '../table.ts';
import { disconnect, type Force } from '../wake.ts';

/** A run disconnects the endpoint now, or records why it does not. */
export interface Revoking extends Force {
  readonly outcome: 'started';
  readonly serviceId: string;
  readonly endpointId: string;
  readonly executionArn: string;
}

/**
 * Has an endpoint disconnected that may still be entitled: a person's word, with a reason. The run reads pause and mode just before it acts,
 * as any other does.
 *
 * @throws BadInput; what AWS throws.
 */
export const revoke = createAction(
  v.strictObject({ serviceId: ServiceId, endpointId: EndpointId, reason: Reason }),
  async ({ serviceId, endpointId, reason }, services): Promise<Revoking | Refused> => {
    const request = { serviceId, endpointId };
    const admission = await readItem(services.tables.ledger, ledgerKey.admission(serviceId, endpointId), services);
    if (admission === undefined) {
      return refused(
        `The Concierge never had ${endpointId} of ${serviceId} in hand, so there is nothing that it could revoke. Are both ids right? If it was connected before the Concierge came, "reconcile --service ${serviceId} --endpoint ${endpointId}" makes it known.`,
      );
    }
    const force = { by: await services.caller(), reason };
    return { outcome: 'started', ...request, ...force, executionArn: await disconnect(request, force, services) };
  },
);
