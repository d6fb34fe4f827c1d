import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import { plainText } from '../../functions/domain/text.ts';
import { itemOf } from '../../functions/registry/items.ts';
import { matchPrefix, registryKey } from '../../functions/registry/keys.ts';
import {
  CustomerId,
  EndpointId,
  EntitlementSchema,
  parseWith,
  problemOf,
  ServiceId,
} from '../../functions/registry/schemas.ts';
import { createAction, type Refused, refused } from '../action.ts';
import type { Services } from '../services.ts';
import { isWritten, readItem } from '../table.ts';
import { type RequestIds, wakeAfterwards } from '../wake.ts';

const Input = v.strictObject({ serviceId: ServiceId, endpointId: EndpointId, customerId: CustomerId });

/** The endpoint is the customer's. `claimed-before`: it was already, and nothing was written. */
export interface Claimed {
  readonly outcome: 'claimed' | 'claimed-before';
  readonly serviceId: string;
  readonly endpointId: string;
  readonly customerId: string;
  /** The execution that looks at the request now. */
  readonly executionArn: string;
}

/**
 * Enters a customer's claim that an endpoint id is theirs, before or after the endpoint asks to connect, and has the request looked at.
 * A claim goes before the account: it tells customers apart who share one.
 *
 * @throws BadInput; `NotWoken`; what AWS throws.
 */
export const claimEndpoint = createAction(Input, async (input, services): Promise<Claimed | Refused> => {
  const { serviceId, customerId } = input;
  const { registry } = services.tables;
  const key = registryKey.entitlement(serviceId, customerId);
  const [entry, claims] = await Promise.all([readItem(registry, key, services), readClaims(input, services)]);
  if (entry === undefined) {
    return refused(
      `${customerId} is not entitled to ${serviceId}, so a claim would change nothing. Enter the entitlement into ${registry} first: pk ${key.pk}, sk ${key.sk}, with customerId, serviceId, maxEndpoints and approval.`,
    );
  }
  const entitlement = parseWith(EntitlementSchema, entry);
  if (!entitlement.success) {
    return refused(
      `The entitlement of ${customerId} can't be read: ${problemOf(entitlement.issues)}. Mend it in ${registry} first: pk ${key.pk}, sk ${key.sk}.`,
    );
  }
  const other = claims.find((claim) => claim.customerId !== customerId);
  if (other !== undefined) return refused(claimedBy(other, input));

  const isOurs = claims.some((claim) => claim.customerId === customerId);
  // Two customers' claims in the same moment have two keys, and both get in. The request is then ambiguous, and held for a person.
  const isNew = !isOurs && (await isWritten(() => putClaim(input, services)));
  const executionArn = await wakeAfterwards(input, services);
  return { outcome: isNew ? 'claimed' : 'claimed-before', ...input, executionArn };
});

interface Claim {
  readonly customerId: string;
  readonly claimedBy?: string;
  readonly claimedAt?: string;
}

type ClaimIds = RequestIds & { readonly customerId: string };

const putClaim = async ({ serviceId, endpointId, customerId }: ClaimIds, services: Services): Promise<unknown> => {
  const claim: Claim = {
    customerId,
    claimedBy: await services.caller(),
    claimedAt: services.now().toISOString(),
  };
  const command = new PutItemCommand({
    TableName: services.tables.registry,
    Item: marshall({ ...registryKey.match(serviceId, 'endpoint', endpointId, customerId), ...claim }),
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  return services.dynamo.send(command);
};

/** Who is in the key counts, as with a decision; the rest is for people. */
const readClaims = async (
  { serviceId, endpointId }: RequestIds,
  { dynamo, tables }: Services,
): Promise<readonly Claim[]> => {
  const prefix = matchPrefix('endpoint', endpointId);
  const command = new QueryCommand({
    TableName: tables.registry,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: marshall({ ':pk': registryKey.service(serviceId).pk, ':prefix': prefix }),
  });
  const { Items = [] } = await dynamo.send(command);
  return Items.map((item) => {
    const { sk, claimedBy: by, claimedAt: at } = itemOf(item);
    return {
      customerId: String(sk).slice(prefix.length),
      ...(typeof by === 'string' ? { claimedBy: by } : {}),
      ...(typeof at === 'string' ? { claimedAt: at } : {}),
    };
  });
};

const claimedBy = (claim: Claim, { serviceId, endpointId, customerId }: ClaimIds): string => {
  const other = plainText(claim.customerId, 63);
  const by =
    claim.claimedBy === undefined
      ? ''
      : ` (entered by ${plainText(claim.claimedBy, 300)} at ${plainText(claim.claimedAt ?? '', 40)})`;
  const { pk, sk } = registryKey.match(serviceId, 'endpoint', endpointId, other);
  return `${endpointId} is claimed by ${other} already${by}. If it belongs to ${customerId}, delete that claim first: pk ${pk}, sk ${sk}.`;
};
