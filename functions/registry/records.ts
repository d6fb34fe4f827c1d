import * as v from 'valibot';
import { OUTCOMES } from '../domain/history.ts';
import { EFFECTS } from '../domain/mode.ts';

/** Which decision of a request; counts from 1. */
export const Generation = v.pipe(v.number(), v.integer(), v.minValue(1));

/** A decision in the ledger, as far as later decisions and people's answers depend on it. Records hold more than that. */
export const DecisionSchema = v.object({
  generation: Generation,
  outcome: v.picklist(OUTCOMES),
  code: v.string(),
  verdict: v.string(),
  /** What a person was asked to approve. */
  proposed: v.exactOptional(v.picklist(EFFECTS)),
  /** For the customer. */
  sentence: v.string(),
  // A hold's deadline counts from it.
  recordedAt: v.pipe(v.string(), v.isoTimestamp()),
});

/** What a person said of a held request. */
export const ApprovalSchema = v.object({
  answer: v.picklist(['approve', 'deny']),
  generation: Generation,
  by: v.string(),
  reason: v.string(),
});
