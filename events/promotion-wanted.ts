import { EVENT_SOURCE } from './source.ts';

/** The detail-type; `workflows/update-failover.asl.json` holds the same, and a test compares them. */
export const PROMOTION_WANTED = 'Promotion Wanted';

/** Matches {@link PromotionWanted} on the bus of the standby region. */
export const PROMOTION_WANTED_PATTERN = { source: [EVENT_SOURCE], detailType: [PROMOTION_WANTED] };

/**
 * The event's detail: a failover or a failback waits for somebody to promote one side and fence the other. Whoever did gives the token back
 * (SendTaskSuccess), or says that it can't be done (SendTaskFailure); after an hour the run gives up, and nothing was flipped.
 */
export interface PromotionWanted {
  readonly schemaVersion: 1;
  readonly recordId: string;
  readonly serviceId: string;
  readonly action: 'failover' | 'failback';
  readonly reason: string;
  readonly taskToken: string;
  readonly executionArn: string;
}
