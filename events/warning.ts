import type { Warning } from '../functions/domain/warnings.ts';
import { EVENT_SOURCE } from './source.ts';

/**
 * The detail-types that `reconcile` publishes before something happens, by what they warn of. Tickets, portals and mail subscribe to them.
 * `workflows/reconcile.asl.json` holds the same table; a test compares them.
 */
export const WARNING_DETAIL_TYPES = {
  contract: 'Contract Ending',
  approval: 'Approval Due',
  pending: 'Request Undecided',
  'left-behind': 'Endpoints Left Behind',
  revocation: 'Revocation Proposed',
} as const satisfies Record<Warning['kind'], string>;

/** Matches every warning on the bus. Each comes at least once; `kind` and ids with `at` are its identity. */
export const WARNING_PATTERN = { source: [EVENT_SOURCE], detailType: Object.values(WARNING_DETAIL_TYPES) };
