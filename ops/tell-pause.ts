import type { Pause } from '../functions/domain/mode.ts';
import { plainText } from '../functions/domain/text.ts';
import { ALL_SERVICES } from '../functions/registry/keys.ts';
import type { Paused, PausedThere, Resumed, ResumedThere } from './actions/pause.ts';
import { nameOfServices } from './modes.ts';
import { isNotThere, type NotThere } from './standby.ts';

const pausedBy = ({ by, reason, at }: Pause): string =>
  `by ${plainText(by, 300)} since ${plainText(at, 40)}: "${plainText(reason, 500)}"`;

/** A pause that is in force, as a sentence. */
export const isPaused = (serviceId: string, pause: Pause): string =>
  `${serviceId === ALL_SERVICES ? 'Everything' : serviceId} is paused ${pausedBy(pause)}.`;

const failedAt = (where: string, { because }: Pick<NotThere, 'because'>): string => `NOT ${where}: ${because}`;

const NO_STANDBY =
  'The standby region was not told, since nobody named it (--standby-region, STANDBY_REGION): where there is one, names are still written.';

const NO_STANDBY_RESUMED =
  'The standby region was not told, since nobody named it (--standby-region, STANDBY_REGION): where there is one, a pause there holds on.';

/** What a person reads of a pause: what it reached, and what not. */
export const tellPaused = (result: Paused): string => {
  const { serviceId, standby } = result;
  return [
    result.outcome === 'failed' ? failedAt('paused at home', result) : pausedThere(serviceId, result),
    standby === undefined
      ? NO_STANDBY
      : isNotThere(standby)
        ? failedAt('paused in the standby region', standby)
        : `In the standby region: ${pausedThere(serviceId, standby)}`,
  ].join('\n');
};

const pausedThere = (serviceId: string, { outcome, paused }: PausedThere): string =>
  outcome === 'paused'
    ? `Paused: ${nameOfServices(serviceId)}. Nothing is written on AWS until somebody resumes it; what is decided waits.`
    : `Nothing was written. ${isPaused(serviceId, paused)}`;

/** What a person reads of the end of a pause: a line for each thing that follows. */
export const tellResumed = (result: Resumed): string => {
  const { serviceId, standby } = result;
  const lines = result.outcome === 'failed' ? [failedAt('resumed at home', result)] : resumedThere(serviceId, result);
  if (standby === undefined) lines.push(NO_STANDBY_RESUMED);
  else if (isNotThere(standby)) lines.push(failedAt('resumed in the standby region', standby));
  else {
    lines.push(...resumedThere(serviceId, standby).map((line) => `In the standby region: ${line}`));
    if (standby.records.length > 0) lines.push(`Its records are looked at: ${standby.records.join(', ')}.`);
  }
  if (serviceId === ALL_SERVICES) lines.push('A service that is paused by itself stays so: see "status".');
  return lines.join('\n');
};

const resumedThere = (
  serviceId: string,
  { outcome, ended, stillPaused, ...home }: ResumedThere & { readonly held?: number; readonly executionArn?: string },
): string[] => {
  const name = nameOfServices(serviceId);
  return [
    outcome === 'resumed'
      ? `Resumed: ${name}.${ended === undefined ? '' : ` It was paused ${pausedBy(ended)}.`}`
      : `Nothing was written: no pause of ${name} was in force.`,
    ...(home.held === undefined ? [] : [`Held because of the pause: ${home.held}.`]),
    ...(home.executionArn === undefined ? [] : [`What came meanwhile is looked at: ${home.executionArn}`]),
    ...(stillPaused === undefined ? [] : [isPaused(ALL_SERVICES, stillPaused)]),
  ];
};
