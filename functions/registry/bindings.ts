import { marshall } from '@aws-sdk/util-dynamodb';
import * as v from 'valibot';
import type { Binding } from '../domain/binding.ts';
import { malformed } from '../domain/errors.ts';
import type { Reading } from '../domain/registry.ts';
import { NO_TARGETS, type TargetsRecord } from '../domain/targets-record.ts';
import { plainText } from '../domain/text.ts';
import type { Watched } from '../domain/watch.ts';
import { BindingId, BindingSchema, parseWith, problemOf } from './schemas.ts';
import type { Item } from './view.ts';

const PREFIX = 'BINDING#';

/** The binding that an item's key names; what names none is nobody's. */
const bindingIdOf = ({ sk }: Item): string | undefined => {
  const parsed = parseWith(BindingId, String(sk).startsWith(PREFIX) ? String(sk).slice(PREFIX.length) : '');
  return parsed.success ? parsed.output : undefined;
};

/** A binding's entry as it could be read: an entry counts only where its own id is that of its key. */
export const bindingFrom = (item: Item | undefined): Reading<Binding> => {
  if (item === undefined) return { kind: 'absent' };
  const parsed = parseWith(BindingSchema, item);
  const name = plainText(String(item.sk), 80);
  if (!parsed.success) return { kind: 'unreadable', problem: `${name}: ${problemOf(parsed.issues)}` };
  return parsed.output.bindingId === bindingIdOf(item)
    ? { kind: 'found', entry: parsed.output }
    : { kind: 'unreadable', problem: `${name}: its bindingId is another one than its key's` };
};

const Moment = v.pipe(v.string(), v.isoTimestamp());
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

const TargetsSchema = v.object({
  ours: v.exactOptional(
    v.record(
      v.string(),
      v.object({
        since: v.exactOptional(Moment),
        by: v.exactOptional(v.string()),
        reason: v.exactOptional(v.string()),
        at: v.exactOptional(v.string()),
      }),
    ),
    {},
  ),
  refused: v.exactOptional(v.record(v.string(), v.object({ until: Moment, times: Count })), {}),
  applied: v.exactOptional(v.array(v.string())),
  isCrossZone: v.exactOptional(v.boolean()),
  failures: v.exactOptional(Count, 0),
  failedAt: v.exactOptional(Moment),
  leaseUntil: v.exactOptional(Moment),
  version: v.exactOptional(Count, 0),
});

/** What the ledger knows of a binding's targets as it could be read; their item may hold no more than a lease. */
export const targetsReading = (bindingId: string, item: Item | undefined): Reading<TargetsRecord> => {
  if (item === undefined) return { kind: 'found', entry: NO_TARGETS };
  const parsed = parseWith(TargetsSchema, item);
  if (parsed.success) return { kind: 'found', entry: parsed.output };
  return { kind: 'unreadable', problem: `The targets of ${bindingId} can't be read: ${problemOf(parsed.issues)}` };
};

/**
 * {@link targetsReading}, for whoever can't go on without.
 *
 * @throws `Malformed` for an item that we did not write: what is ours is not known then, so nothing is touched.
 */
export const targetsRecordFrom = (bindingId: string, item: Item | undefined): TargetsRecord => {
  const reading = targetsReading(bindingId, item);
  if (reading.kind === 'unreadable') throw malformed(reading.problem, { bindingId });
  return reading.kind === 'found' ? reading.entry : NO_TARGETS;
};

/** What the workflow writes of a record, beside its lease, in DynamoDB's form. */
export const targetsAttributes = ({ ours, refused, applied = [], version }: TargetsRecord) =>
  marshall({ ours, refused, applied, version });

const WatchedSchema = v.object({
  misses: v.exactOptional(v.record(v.string(), Count), {}),
  countedAt: v.exactOptional(Moment),
  driftSince: v.exactOptional(Moment),
  idleFor: v.exactOptional(v.string()),
  kept: v.exactOptional(v.object({ removals: Count, isDrift: v.boolean() })),
}) satisfies v.GenericSchema<unknown, Watched>;

/**
 * What the watch remembers, sorted: DynamoDB keeps no order. What can't be read was never seen: then nothing is removed until it is counted anew.
 */
export const watchedFrom = (item: Item | undefined): Watched => {
  const parsed = parseWith(WatchedSchema, item ?? {});
  if (!parsed.success) return { misses: {} };
  const misses = Object.entries(parsed.output.misses).sort(([one], [other]) => (one < other ? -1 : 1));
  return { ...parsed.output, misses: Object.fromEntries(misses) };
};
