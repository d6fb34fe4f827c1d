import * as v from 'valibot';
import { EFFECTS, type Effect, MODES, type Modes, type ModesSet, modesInForce } from '../../functions/domain/mode.ts';
import { registryKey } from '../../functions/registry/keys.ts';
import { parseWith, ServiceEntrySchema, ServiceId } from '../../functions/registry/schemas.ts';
import { createAction, isRefused, Reason, type Refused } from '../action.ts';
import { changeModes, readModes } from '../modes.ts';
import { standbyOf } from '../standby.ts';
import { readItem } from '../table.ts';

const Input = v.strictObject({
  serviceId: ServiceId,
  effect: v.picklist(EFFECTS, `not one of ${EFFECTS.join(', ')}`),
  mode: v.picklist(MODES, `not one of ${MODES.join(', ')}`),
  reason: Reason,
});

/** The modes before and after. `unchanged`: somebody set it before, and nothing was written. */
export interface ModeSet {
  readonly outcome: 'set' | 'unchanged';
  readonly serviceId: string;
  readonly effect: Effect;
  readonly before: Modes;
  readonly after: Modes;
  /** How many commands there were for the service, this one among them. */
  readonly version: number;
}

/**
 * Sets how far the Concierge goes by itself for a service: in its own region, but for `dns`, which is set where records are, in the standby
 * region, and asks the other for nothing. It is written on condition that nobody set another mode since it was read: of
 * two people at once, the second is told what the first did.
 *
 * @throws BadInput; NoStandby; `Malformed` where the modes can't be read; what AWS throws.
 */
export const setMode = createAction(Input, async (input, services): Promise<ModeSet | Refused> => {
  const { serviceId, effect, mode, reason } = input;
  const region = effect === 'dns' ? standbyOf(services) : services;
  const [read, entry] = await Promise.all([
    readModes(serviceId, region),
    // Of where a service comes from, the standby region knows nothing.
    effect === 'dns' ? undefined : readItem(services.tables.registry, registryKey.service(serviceId), services),
  ]);
  const service = parseWith(ServiceEntrySchema, entry);
  // As a decision has it: of an entry that is missing, or can't be read, nobody knows where the service comes from.
  const inForce = (set: ModesSet): Modes => modesInForce(set, service.success ? service.output : undefined);
  const before = inForce(read);
  const { version } = read;
  // What follows from the service's origin only is worth writing down: it then holds whatever becomes of the entry.
  if (read.modes[effect] === mode) return { outcome: 'unchanged', serviceId, effect, before, after: before, version };

  const by = await region.caller();
  const change = { effect, from: before[effect], to: mode, by, reason, at: region.now().toISOString() };
  const now = await changeModes(serviceId, read, { ...read, modes: { ...read.modes, [effect]: mode }, change }, region);
  if (isRefused(now)) return now;
  return { outcome: 'set', serviceId, effect, before, after: inForce(now), version: now.version };
});
