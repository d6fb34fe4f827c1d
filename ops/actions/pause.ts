import * as v from 'valibot';
import type { Pause } from '../../functions/domain/mode.ts';
import { ALL_SERVICES } from '../../functions/registry/keys.ts';
import { ServiceId } from '../../functions/registry/schemas.ts';
import { createAction, isRefused, Reason, type Refused } from '../action.ts';
import { changeModes, type ModesItem, readModes } from '../modes.ts';
import type { Services } from '../services.ts';
import { daysAgo, readWaiting } from '../waiting.ts';
import { sweepAfterwards } from '../wake.ts';

const Input = v.pipe(
  v.strictObject({ serviceId: v.exactOptional(ServiceId), all: v.exactOptional(v.literal(true)), reason: Reason }),
  v.check(({ serviceId, all }) => (serviceId === undefined) === (all === true), 'one of service and all is needed'),
);

/** Nothing is written on AWS for it. `unchanged`: it was paused already, and by whom stands in `paused`. */
export interface Paused {
  readonly outcome: 'paused' | 'unchanged';
  /** A service's id, or `ALL`. */
  readonly serviceId: string;
  readonly paused: Pause;
}

/**
 * Stops the Concierge from writing anything on AWS, for one service or for all, until somebody resumes it. It goes on deciding; what it would
 * do waits. Of two people at once, the second is told what the first did.
 *
 * @throws BadInput; `Malformed` where the modes can't be read; what AWS throws.
 */
export const pause = createAction(Input, async (input, services): Promise<Paused | Refused> => {
  const { serviceId = ALL_SERVICES, reason } = input;
  const read = await readModes(serviceId, services);
  if (read.paused !== undefined) return { outcome: 'unchanged', serviceId, paused: read.paused };
  const paused: Pause = { by: await services.caller(), reason, at: services.now().toISOString() };
  const change = { paused: true, ...paused };
  const now = await changeModes(serviceId, read, { modes: read.modes, paused, change }, services);
  return isRefused(now) ? now : { outcome: 'paused', serviceId, paused };
});

/** It is not paused by itself any more. `unchanged`: it was not. */
export interface Resumed {
  readonly outcome: 'resumed' | 'unchanged';
  /** A service's id, or `ALL`. */
  readonly serviceId: string;
  /** The pause that ended. */
  readonly ended?: Pause;
  /** Everything is paused, so this service still is, and nothing was started. */
  readonly stillPaused?: Pause;
  /** How many requests are held because of the pause; absent where there was none, or where it can't be known. */
  readonly held?: number;
  /** The execution that looks now at what came meanwhile. */
  readonly executionArn?: string;
}

/**
 * Ends a pause, of one service or of all, and has what came meanwhile looked at. A service that is paused by itself stays so when everything
 * is resumed. Given again, it looks again.
 *
 * @throws BadInput; `Malformed` where the modes can't be read; NotWoken where it is resumed and nobody looks; what AWS throws.
 */
export const resume = createAction(Input, async (input, services): Promise<Resumed | Refused> => {
  const { serviceId = ALL_SERVICES, reason } = input;
  const [read, all] = await Promise.all([
    readModes(serviceId, services),
    serviceId === ALL_SERVICES ? undefined : readModes(ALL_SERVICES, services),
  ]);
  if (read.paused !== undefined) {
    const now = await end(serviceId, read, reason, services);
    if (isRefused(now)) return now;
  }
  const resumed = {
    outcome: read.paused === undefined ? 'unchanged' : 'resumed',
    serviceId,
    ...(read.paused === undefined ? {} : { ended: read.paused }),
  } as const;
  if (all?.paused !== undefined) return { ...resumed, stillPaused: all.paused };
  const executionArn = await sweepAfterwards(serviceId === ALL_SERVICES ? {} : { serviceId }, services);
  return { ...resumed, ...(await heldBy(read.paused, serviceId, services)), executionArn };
});

const end = async (
  serviceId: string,
  { modes, ...read }: ModesItem,
  reason: string,
  services: Services,
): Promise<ModesItem | Refused> => {
  const change = { paused: false, by: await services.caller(), reason, at: services.now().toISOString() };
  return changeModes(serviceId, { modes, ...read }, { modes, change }, services);
};

/** The code of a decision that a pause held. */
const PAUSED_CODE = 'paused';

/** A request is held for 30 days at the most. */
const LONGEST_DAYS = 31;

/** One look for each day of the pause. It is only told, so an error, of a missing permission for example, spoils nothing that was done. */
const heldBy = async (
  ended: Pause | undefined,
  serviceId: string,
  services: Services,
): Promise<Pick<Resumed, 'held'>> => {
  if (ended === undefined) return {};
  const began = new Date(ended.at).getTime();
  const earliest = daysAgo(LONGEST_DAYS, services).getTime();
  const since = new Date(Math.max(began, earliest));
  try {
    const of = serviceId === ALL_SERVICES ? { since } : { since, serviceId };
    const waiting = await readWaiting(of, services);
    return { held: waiting.filter(({ code }) => code === PAUSED_CODE).length };
  } catch {
    return {};
  }
};
