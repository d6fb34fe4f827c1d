import { requestKey } from '../functions/registry/keys.ts';
import { type DecisionRecord, readRecords } from './records.ts';
import type { Services } from './services.ts';

const DAY = 86_400_000;

/**
 * Reads which requests wait, by the decisions of the last days: each request's last one, where that is a hold. One query for each day, and
 * more where a day has many decisions.
 *
 * @param since - decisions of this day and of all days after it.
 * @returns oldest first.
 */
export const readWaiting = async (
  { since, serviceId }: { since: Date; serviceId?: string },
  services: Services,
): Promise<readonly DecisionRecord[]> => {
  const last = new Map<string, DecisionRecord>();
  // Tomorrow first: this machine's clock may be behind.
  const first = dayOf(since.getTime());
  for (let time = services.now().getTime() + DAY; dayOf(time) >= first; time -= DAY) {
    const query = { index: 'ByDay', value: dayOf(time), most: Number.POSITIVE_INFINITY } as const;
    const { records } = await readRecords(query, services);
    for (const record of records) {
      if (serviceId !== undefined && record.serviceId !== serviceId) continue;
      const key = requestKey(record.serviceId, record.endpointId);
      if (record.generation > (last.get(key)?.generation ?? -1)) last.set(key, record);
    }
  }
  return [...last.values()]
    .filter(({ outcome }) => outcome === 'held')
    .sort((one, other) => (one.recordedAt < other.recordedAt ? -1 : 1));
};

/** The time, some days ago. */
export const daysAgo = (days: number, { now }: Services): Date => new Date(now().getTime() - days * DAY);

/** `2026-11-23`, in UTC. */
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
