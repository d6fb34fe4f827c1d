import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Clock } from '../clock/clock.ts';
import { HISTORY_LIMIT, StateError } from './state-error.ts';

/** The details of an event under their own member, e.g. `{ stateEnteredEventDetails: { name: 'A' } }`. */
export type EventDetails = Omit<HistoryEvent, 'timestamp' | 'type' | 'id' | 'previousEventId'>;

/** The members that go with a payload in an event's details. */
export const NOT_TRUNCATED = { truncated: false } as const;

/**
 * The events of one execution, numbered from 1, as GetExecutionHistory answers them.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @returns the event's id
   * @throws StateError `States.Runtime` where only the execution's own end still has room
   */
  add(type: HistoryEventType, previousEventId: number, details: EventDetails = {}): number {
    if (this.events.length >= HISTORY_LIMIT - 1) {
      throw new StateError(
        'States.Runtime',
        `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`,
      );
    }
    return this.end(type, previousEventId, details);
  }

  /** Like {@link add}, for the event that ends the execution, for which room is always kept. */
  end(type: HistoryEventType, previousEventId: number, details: EventDetails = {}): number {
    const id = this.events.length + 1;
    this.events.push({ timestamp: new Date(this.#clock.now()), type, id, previousEventId, ...details });
    return id;
  }
}
