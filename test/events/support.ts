import { readdirSync, readFileSync } from 'node:fs';
import { parsePattern } from '../../sandbox/services/events/pattern.ts';

/** An event as a rule's target sees it. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

const SAMPLES = new URL('../../events/samples/', import.meta.url);

/** The samples by name: `connection-requested`. */
export const samples: ReadonlyMap<string, BusEvent> = new Map(
  readdirSync(SAMPLES)
    .sort()
    .map((file) => [file.replace(/\.json$/, ''), JSON.parse(readFileSync(new URL(file, SAMPLES), 'utf8')) as BusEvent]),
);

/** @throws Error for a name that no file in `events/samples/` has. */
export const sample = (name: string): BusEvent => {
  const event = samples.get(name);
  if (event === undefined) throw new Error(`events/samples/ has no ${name}.json.`);
  return event;
};

/** A pattern as the files of `events/` have it, for a rule of the CDK. */
export interface EventPattern {
  readonly source: readonly string[];
  readonly detailType: readonly string[];
  readonly detail?: Readonly<Record<string, readonly string[]>>;
}

/** Whether a rule with the pattern of an event's file would take the event. */
export const takes = ({ detailType, ...rest }: EventPattern, event: unknown): boolean =>
  parsePattern({ ...rest, 'detail-type': detailType }).matches(event);
