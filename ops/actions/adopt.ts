import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { plainText } from '../../functions/domain/text.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { EndpointId, ServiceId } from '../../functions/registry/schemas.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import { type Owned, type PastDecision, type RequestRecords, readRequest } from '../request.ts';
import { isWritten } from '../table.ts';
import type { RequestIds } from '../wake.ts';

/** The connection is the Concierge's to revoke from now on. */
export interface Adopted {
  readonly outcome: 'adopted';
  readonly serviceId: string;
  readonly endpointId: string;
  readonly owned: Owned;
}

/** How a connection ends up in the ledger that the Concierge did not accept: it was there before, or a person accepted it by hand. */
const NOT_OURS: ReadonlySet<PastDecision['outcome']> = new Set(['adopted', 'overtaken']);

/**
 * Says that a connection which the Concierge did not accept is its to revoke: where its contract ends, for example. Nothing else changes.
 *
 * @throws BadInput; `Malformed` for a record that we did not write; what AWS throws.
 */
export const adopt = createAction(
  v.strictObject({ serviceId: ServiceId, endpointId: EndpointId, reason: Reason }),
  async ({ serviceId, endpointId, reason }, services): Promise<Adopted | Refused> => {
    const request = { serviceId, endpointId };
    const objection = objectionTo(await readRequest(request, services), request);
    if (objection !== undefined) return refused(objection);

    const owned: Owned = { by: await services.caller(), reason, at: services.now().toISOString() };
    const command = new UpdateItemCommand({
      TableName: services.tables.ledger,
      Key: marshall(ledgerKey.admission(serviceId, endpointId)),
      UpdateExpression: 'SET owned = :owned',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(owned)',
      ExpressionAttributeValues: marshall({ ':owned': owned }),
    });
    if (await isWritten(() => services.dynamo.send(command))) return { outcome: 'adopted', ...request, owned };
    const now = await readRequest(request, services);
    const theirs = now.admission?.owned;
    // The reply to our own write was lost, and it was made again.
    if (theirs?.by === owned.by && theirs.at === owned.at) return { outcome: 'adopted', ...request, owned };
    return refused(
      objectionTo(now, request) ?? `Somebody changed the record of ${endpointId} in this moment. Look again.`,
    );
  },
);

const objectionTo = ({ admission, decisions }: RequestRecords, request: RequestIds): string | undefined => {
  const { serviceId, endpointId } = request;
  const last = decisions.at(-1);
  if (admission === undefined || last === undefined) {
    return `The Concierge does not know ${endpointId} of ${serviceId} yet. Are both ids right? If they are, "reconcile --service ${serviceId} --endpoint ${endpointId}" has it looked at.`;
  }
  const { owned } = admission;
  if (owned !== undefined) {
    return `${plainText(owned.by, 300)} adopted ${endpointId} already at ${plainText(owned.at, 40)}: "${plainText(owned.reason, 500)}".`;
  }
  if (last.outcome === 'accepted') {
    return `${endpointId} is the Concierge's already: it accepted it at ${last.recordedAt} (${last.code}).`;
  }
  return NOT_OURS.has(last.outcome)
    ? undefined
    : `${endpointId} is not connected, as far as the ledger knows: the last decision, at ${last.recordedAt}, was ${last.outcome} (${last.code}). Only what is connected can be adopted.`;
};
