import { EVENT_SOURCE } from './source.ts';

/** The detail-type. */
export const RECORD_DRIFT_DETECTED = 'Record Drift Detected';

/** Matches {@link RecordDriftDetected} on the bus of the standby region. */
export const RECORD_DRIFT_DETECTED_PATTERN = { source: [EVENT_SOURCE], detailType: [RECORD_DRIFT_DETECTED] };

/** The event's detail: a record is not as it ought to be, its answer is the secondary's and no latch holds it there, or its entry is gone. */
export interface RecordDriftDetected {
  readonly schemaVersion: 1;
  readonly recordId: string;
  readonly serviceId: string;
  /** What `update-failover` is to do about it. */
  readonly action: 'converge' | 'follow' | 'remove';
  readonly because: string;
}
