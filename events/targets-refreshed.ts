import { EVENT_SOURCE } from './source.ts';

/** The detail-type; `workflows/refresh-targets.asl.json` holds the same, and a test compares them. */
export const TARGETS_REFRESHED = 'Targets Refreshed';

/** Matches {@link TargetsRefreshed} on the bus. */
export const TARGETS_REFRESHED_PATTERN = { source: [EVENT_SOURCE], detailType: [TARGETS_REFRESHED] };

/** The event's detail: a run changed a target group, and has nothing more to do. */
export interface TargetsRefreshed {
  readonly schemaVersion: 1;
  readonly bindingId: string;
  readonly serviceId: string;
  readonly targetGroupArn: string;
  /** Addresses that it registered. */
  readonly added: readonly string[];
  /** Addresses that it deregistered. */
  readonly removed: readonly string[];
  /** How many targets of the binding's port are healthy. */
  readonly healthy: number;
  readonly executionArn: string;
}
