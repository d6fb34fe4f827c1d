import * as v from 'valibot';
import { ServiceId } from '../../functions/registry/schemas.ts';
import { createAction } from '../action.ts';
import type { DecisionRecord } from '../records.ts';
import { daysAgo, readWaiting } from '../waiting.ts';

/** A day longer than a request may be held: see `holdDays` of a service's entry. */
const DAYS = 31;

/** Requests that wait for a person, or for a change of the registry; the one that waits longest comes first. */
export interface Held {
  readonly outcome: 'listed';
  readonly held: readonly DecisionRecord[];
}

/**
 * Lists what is held, by reading the decisions of the last 31 days and keeping each request's last. A request whose hold ended by its deadline
 * longer ago than that is not seen; nobody waits for it any more.
 *
 * @throws BadInput; what AWS throws.
 */
export const held = createAction(
  v.strictObject({ serviceId: v.exactOptional(ServiceId) }),
  async (input, services): Promise<Held> => ({
    outcome: 'listed',
    held: await readWaiting({ ...input, since: daysAgo(DAYS, services) }, services),
  }),
);
