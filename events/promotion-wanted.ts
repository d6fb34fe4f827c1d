import { EVENT_SOURCE } from './source.ts';

/** The detail-type; `workflows/update-failover.asl.json` holds the same, and a test compares them. */
export const PROMOTION_WANTED = 'Promotion Wanted';

/** Matches {@link PromotionWanted} on the bus of the standby region. */
export const PROMOTION_WANTED_PATTERN = { source: [EVENT_SOURCE], detailType: [PROMOTION_WANTED] };

/**
 * The event's detail: a failover or a failback waits for somebody to promote one side and fence the other. Whoever did says so with
 * `npm run ops -- promoted`, or that it can't be done with `--failed`; after an hour the run gives up, and nothing was flipped. The task token is
 * not in it: a bus has many readers, and archives. The ledger of the standby region holds it, in the record's items `PROMOTION#`.
 */
export interface PromotionWanted {
  readonly schemaVersion: 1;
  readonly recordId: string;
  readonly serviceId: string;
  readonly action: 'failover' | 'failback';
  readonly reason: string;
  readonly executionArn: string;
}
