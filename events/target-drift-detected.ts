import { EVENT_SOURCE } from './source.ts';

/** The detail-type. */
export const TARGET_DRIFT_DETECTED = 'Target Drift Detected';

/** Matches {@link TargetDriftDetected} on the bus. */
export const TARGET_DRIFT_DETECTED_PATTERN = { source: [EVENT_SOURCE], detailType: [TARGET_DRIFT_DETECTED] };

/** The event's detail: a target group is not as its source is, and there is something to be done about it. */
export interface TargetDriftDetected {
  readonly schemaVersion: 1;
  readonly bindingId: string;
  readonly serviceId: string;
  readonly targetGroupArn: string;
  /** Addresses, sorted. */
  readonly add: readonly string[];
  readonly remove: readonly string[];
}
