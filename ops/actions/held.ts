import * as v from 'valibot';
import { requestKey } from '../../functions/registry/keys.ts';
import { ServiceId } from '../../functions/registry/schemas.ts';
import { createAction } from '../action.ts';
import { type DecisionRecord, readRecords } from '../records.ts';

/** A day longer than a request may be held: see `holdDays` of a service's entry. */
const DAYS = 31;

const DAY = 86_400_000;

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
  async ({ serviceId }, services): Promise<Held> => {
    const today = services.now().getTime();
    const last = new Map<string, DecisionRecord>();
    // Tomorrow first: this machine's clock may be behind.
    for (let ago = -1; ago <= DAYS; ago += 1) {
      const value = new Date(today - ago * DAY).toISOString().slice(0, 10);
      const { records } = await readRecords({ index: 'ByDay', value, most: Number.POSITIVE_INFINITY }, services);
      for (const record of records) {
        if (serviceId !== undefined && record.serviceId !== serviceId) continue;
        const key = requestKey(record.serviceId, record.endpointId);
        if (record.generation > (last.get(key)?.generation ?? -1)) last.set(key, record);
      }
    }
    const waiting = [...last.values()].filter(({ outcome }) => outcome === 'held');
    return { outcome: 'listed', held: waiting.sort((one, other) => (one.recordedAt < other.recordedAt ? -1 : 1)) };
  },
);
