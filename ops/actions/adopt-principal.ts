import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { adopt, type PrincipalsRecord } from '../../functions/domain/ownership.ts';
import { accountPrincipal } from '../../functions/domain/principals.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import { principalsFrom, principalsUpdate } from '../../functions/registry/principals.ts';
import { AccountId, ServiceId } from '../../functions/registry/schemas.ts';
import { createAction, Reason, type Refused, refused } from '../action.ts';
import type { Services } from '../services.ts';
import { isWritten, readItem } from '../table.ts';

const Input = v.strictObject({ serviceId: ServiceId, account: AccountId, reason: Reason });

/** The principal is the Concierge's. `adopted-before`: it was already, nobody contests it, and nothing was written. */
export interface PrincipalAdopted {
  readonly outcome: 'adopted' | 'adopted-before';
  readonly serviceId: string;
  readonly principal: string;
  /** Whether somebody else had removed it again and again. */
  readonly wasContested: boolean;
}

/**
 * Hands an account's principal over to the Concierge, whoever added it: it is removed when the registry does not want it, and added again
 * when somebody removes it. For one that is contested this is the word that ends it. EC2 is not asked whether it is there: the next
 * convergence sees.
 *
 * @throws BadInput; `Malformed` where what is ours can't be read; what AWS throws.
 */
export const adoptPrincipal = createAction(Input, async (input, services): Promise<PrincipalAdopted | Refused> => {
  const { serviceId, account, reason } = input;
  const by = await services.caller();
  const principal = accountPrincipal(by.split(':')[1] ?? 'aws', account);
  const before = await readRecord(serviceId, services);
  const wasContested = before.contested.includes(principal);
  const isOurs = Object.hasOwn(before.ours, principal) && !Object.hasOwn(before.reverted, principal);
  if (isOurs) return { outcome: 'adopted-before', serviceId, principal, wasContested };

  const word = { by, reason, at: services.now().toISOString() };
  const update = principalsUpdate(services.tables.ledger, serviceId, before.version, adopt(before, principal, word));
  if (await isWritten(() => services.dynamo.send(new UpdateItemCommand(update)))) {
    return { outcome: 'adopted', serviceId, principal, wasContested };
  }
  // The reply to our own write was lost, and it was made again.
  const { [principal]: now } = (await readRecord(serviceId, services)).ours;
  if (now?.by === word.by && now.at === word.at) return { outcome: 'adopted', serviceId, principal, wasContested };
  return refused(
    `The principals of ${serviceId} were changed while you were at it. Nothing was adopted: give the command again if you still want it.`,
  );
});

const readRecord = async (serviceId: string, services: Services): Promise<PrincipalsRecord> =>
  principalsFrom(serviceId, await readItem(services.tables.ledger, ledgerKey.principals(serviceId), services));
