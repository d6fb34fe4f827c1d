import { EVENT_SOURCE } from './source.ts';

/** The detail-type; `workflows/update-failover.asl.json` holds the same, and a test compares them. */
export const FAILOVER_UPDATED = 'Failover Updated';

/** Matches {@link FailoverUpdated} on the bus of the standby region. */
export const FAILOVER_UPDATED_PATTERN = { source: [EVENT_SOURCE], detailType: [FAILOVER_UPDATED] };

/** The event's detail: a run changed a record or its latch. */
export interface FailoverUpdated {
  readonly schemaVersion: 1;
  readonly recordId: string;
  readonly serviceId: string;
  readonly action: 'converge' | 'follow' | 'remove' | 'failover' | 'failback' | 'shift';
  readonly outcome:
    | 'converged'
    | 'armed'
    | 'engaged'
    | 'failed-over'
    | 'failed-back'
    | 'shifted'
    | 'removed'
    | 'unconfirmed'
    | 'refused';
  readonly because: string;
  /** How many record sets it created or deleted. */
  readonly changes: number;
  readonly executionArn: string;
}
