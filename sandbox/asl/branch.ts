import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Cancel, Clock } from '../clock/clock.ts';
import type { Json } from './definition.ts';
import type { EventDetails, History } from './history.ts';
import type { Position } from './position.ts';
import { Cancelled } from './state-error.ts';
import type { Variables } from './variables.ts';

/** The item that a Map iteration works on. */
interface MapItem {
  readonly Index: number;
  readonly Value: Json;
}

/** The state that a branch is in, while it is in one that can be aborted. */
interface ActiveState {
  readonly type: string;
  /** Branches at work inside it, with what to record for each that is cut off. */
  readonly inner: Map<Branch, (() => void) | undefined>;
}

/**
 * One line of events in an execution: the execution itself, a Parallel branch, a Map iteration. Cutting it off stops its
 * timers and waits, and nothing of it is recorded any more.
 */
export class Branch {
  readonly variables: Variables;
  readonly mapItem: MapItem | undefined;
  /** The id of this branch's latest event. */
  previous: number;
  active: ActiveState | undefined;
  /** Undefined before its first state. */
  position: Position | undefined;
  /** It went on, after a redrive, from where it had stopped. */
  resumed = false;
  readonly #history: History;
  readonly #clock: Clock;
  readonly #onCut = new Set<() => void>();
  #cut = false;

  constructor(parts: {
    history: History;
    clock: Clock;
    variables: Variables;
    previous: number;
    mapItem?: MapItem | undefined;
  }) {
    this.#history = parts.history;
    this.#clock = parts.clock;
    this.variables = parts.variables;
    this.previous = parts.previous;
    this.mapItem = parts.mapItem;
  }

  /**
   * A branch inside this one, which begins after this one's latest event.
   *
   * @throws Cancelled where this branch was cut off: nobody would cut the inner one any more
   */
  inner(mapItem: MapItem | undefined = this.mapItem): Branch {
    if (this.#cut) throw new Cancelled();
    return new Branch({
      history: this.#history,
      clock: this.#clock,
      variables: this.variables.inner(),
      previous: this.previous,
      mapItem,
    });
  }

  /**
   * This branch once more, after it was cut off: what it knew, where it was. Its next event follows the entry of the state
   * that it was in, as recorded on AWS (github.com/radkawar/stackd, testdata/aws/stepfunctions/redrive_execution.json).
   */
  redriven(): Branch {
    const { position, variables, mapItem } = this;
    const previous = position?.kind === 'in' ? position.enteredId : this.previous;
    const again = new Branch({ history: this.#history, clock: this.#clock, variables, previous, mapItem });
    again.position = position;
    again.resumed = true;
    return again;
  }

  /**
   * A branch inside this one: one of an earlier attempt goes on from where it had stopped.
   *
   * @throws Cancelled as {@link inner} does
   */
  innerAgain(earlier: Branch | undefined, mapItem: MapItem | undefined = this.mapItem): Branch {
    if (earlier === undefined) return this.inner(mapItem);
    if (this.#cut) throw new Cancelled();
    return earlier.redriven();
  }

  /** What comes next follows this event. @throws Cancelled where the branch was cut off */
  follow(eventId: number): void {
    if (this.#cut) throw new Cancelled();
    this.previous = eventId;
  }

  /**
   * @returns the event's id
   * @throws Cancelled where the branch was cut off
   */
  record(type: HistoryEventType, details: EventDetails = {}): number {
    if (this.#cut) throw new Cancelled();
    this.previous = this.#history.add(type, this.previous, details);
    return this.previous;
  }

  /** Takes what `promise` gives, unless the branch is cut off first. @throws Cancelled */
  async wait<T>(promise: Promise<T>): Promise<T> {
    if (this.#cut) {
      promise.catch(() => undefined);
      throw new Cancelled();
    }
    const { promise: cut, reject } = Promise.withResolvers<never>();
    const onCut = (): void => reject(new Cancelled());
    this.#onCut.add(onCut);
    try {
      return await Promise.race([promise, cut]);
    } finally {
      this.#onCut.delete(onCut);
    }
  }

  /** Waits some time, unless the branch is cut off first. @throws Cancelled */
  async sleep(milliseconds: number): Promise<void> {
    let cancel: Cancel | undefined;
    try {
      await this.wait(
        new Promise<void>((resolve) => {
          cancel = this.#clock.after(milliseconds, resolve);
        }),
      );
    } finally {
      cancel?.();
    }
  }

  /** Records that the state at work here was aborted, inner branches first. */
  recordAborted(): void {
    const { active } = this;
    if (active === undefined || this.#cut) return;
    for (const [branch, record] of active.inner) {
      branch.recordAborted();
      record?.();
    }
    this.record(`${active.type}StateAborted` as HistoryEventType);
  }

  /** Cuts the branch off, and those inside it. */
  cut(): void {
    if (this.#cut) return;
    this.#cut = true;
    for (const branch of this.active?.inner.keys() ?? []) branch.cut();
    for (const onCut of [...this.#onCut]) onCut();
  }
}
