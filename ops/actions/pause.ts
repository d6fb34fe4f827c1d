import * as v from 'valibot';
import type { Pause } from '../../functions/domain/mode.ts';
import { ALL_SERVICES } from '../../functions/registry/keys.ts';
import { ServiceId } from '../../functions/registry/schemas.ts';
import { createAction, isRefused, Reason, type Refused } from '../action.ts';
import { lookAtRecords } from '../dns-records.ts';
import { changeModes, type ModesItem, readModes } from '../modes.ts';
import type { Regional, Services, Standby } from '../services.ts';
import { type Both, inBoth, together } from '../standby.ts';
import { daysAgo, readWaiting } from '../waiting.ts';
import { sweepAfterwards } from '../wake.ts';

const Input = v.pipe(
  v.strictObject({ serviceId: v.exactOptional(ServiceId), all: v.exactOptional(v.literal(true)), reason: Reason }),
  v.check(({ serviceId, all }) => (serviceId === undefined) === (all === true), 'one of service and all is needed'),
);

/** Nothing is written on AWS for it. `unchanged`: it was paused already, and by whom stands in `paused`. */
export interface PausedThere {
  readonly outcome: 'paused' | 'unchanged';
  readonly paused: Pause;
}

/** What became of a pause in the region of the endpoint services, and in the standby region, which has records and their failover. */
export type Paused = Both<PausedThere, PausedThere> & {
  /** A service's id, or `ALL`. */
  readonly serviceId: string;
};

/**
 * Stops the Concierge from writing anything on AWS, for one service or for all, until somebody resumes it: in both regions. It goes on deciding;
 * what it would do waits. Of two people at once, the second is told what the first did.
 *
 * @throws BadInput; `Malformed` where the modes can't be read; what AWS throws. Where one region did it, the other's failure is told instead.
 */
export const pause = createAction(Input, async (input, services): Promise<Paused | Refused> => {
  const { serviceId = ALL_SERVICES, reason } = input;
  const done = await inBoth(
    services,
    () => pauseIn(serviceId, reason, services),
    (standby) => pauseIn(serviceId, reason, standby),
  );
  return isRefused(done) ? done : { serviceId, ...together(done) };
});

const pauseIn = async (serviceId: string, reason: string, region: Regional): Promise<PausedThere | Refused> => {
  const read = await readModes(serviceId, region);
  if (read.paused !== undefined) return { outcome: 'unchanged', paused: read.paused };
  const paused: Pause = { by: await region.caller(), reason, at: region.now().toISOString() };
  const change = { paused: true, ...paused };
  const now = await changeModes(serviceId, read, { modes: read.modes, paused, change }, region);
  return isRefused(now) ? now : { outcome: 'paused', paused };
};

/** It is not paused by itself any more. `unchanged`: it was not. */
export interface ResumedThere {
  readonly outcome: 'resumed' | 'unchanged';
  /** The pause that ended. */
  readonly ended?: Pause;
  /** Everything is paused, so this service still is, and nothing was started. */
  readonly stillPaused?: Pause;
}

interface ResumedHome extends ResumedThere {
  /** How many requests are held because of the pause; absent where there was none, or where it can't be known. */
  readonly held?: number;
  /** The execution that looks now at what came meanwhile. */
  readonly executionArn?: string;
}

interface ResumedStandby extends ResumedThere {
  /** The records that are looked at now. */
  readonly records: readonly string[];
}

/** What became of the end of a pause, in both regions. */
export type Resumed = Both<ResumedHome, ResumedStandby> & {
  /** A service's id, or `ALL`. */
  readonly serviceId: string;
};

/**
 * Ends a pause, of one service or of all, in both regions, and has what came meanwhile looked at. A service that is paused by itself stays so
 * when everything is resumed. Given again, it looks again.
 *
 * @throws BadInput; `Malformed` where the modes can't be read; NotWoken where it is resumed and nobody looks; what AWS throws. Where one region
 * did it, the other's failure is told instead.
 */
export const resume = createAction(Input, async (input, services): Promise<Resumed | Refused> => {
  const { serviceId = ALL_SERVICES, reason } = input;
  const done = await inBoth(
    services,
    () => resumeHome(serviceId, reason, services),
    (standby) => resumeStandby(serviceId, reason, standby),
  );
  return isRefused(done) ? done : { serviceId, ...together(done) };
});

const resumeIn = async (serviceId: string, reason: string, region: Regional): Promise<ResumedThere | Refused> => {
  const [read, all] = await Promise.all([
    readModes(serviceId, region),
    serviceId === ALL_SERVICES ? undefined : readModes(ALL_SERVICES, region),
  ]);
  if (read.paused !== undefined) {
    const now = await end(serviceId, read, reason, region);
    if (isRefused(now)) return now;
  }
  return {
    outcome: read.paused === undefined ? 'unchanged' : 'resumed',
    ...(read.paused === undefined ? {} : { ended: read.paused }),
    ...(all?.paused === undefined ? {} : { stillPaused: all.paused }),
  };
};

const resumeHome = async (serviceId: string, reason: string, services: Services): Promise<ResumedHome | Refused> => {
  const resumed = await resumeIn(serviceId, reason, services);
  if (isRefused(resumed) || resumed.stillPaused !== undefined) return resumed;
  const executionArn = await sweepAfterwards(serviceId === ALL_SERVICES ? {} : { serviceId }, services);
  return { ...resumed, ...(await heldBy(resumed.ended, serviceId, services)), executionArn };
};

const resumeStandby = async (
  serviceId: string,
  reason: string,
  standby: Standby,
): Promise<ResumedStandby | Refused> => {
  const resumed = await resumeIn(serviceId, reason, standby);
  if (isRefused(resumed)) return resumed;
  const records = resumed.stillPaused === undefined ? await lookAtRecords(serviceId, standby) : [];
  return { ...resumed, records };
};

const end = async (
  serviceId: string,
  { modes, ...read }: ModesItem,
  reason: string,
  region: Regional,
): Promise<ModesItem | Refused> => {
  const change = { paused: false, by: await region.caller(), reason, at: region.now().toISOString() };
  return changeModes(serviceId, { modes, ...read }, { modes, change }, region);
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
): Promise<Pick<ResumedHome, 'held'>> => {
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
