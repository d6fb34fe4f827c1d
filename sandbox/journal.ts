import type { Clock } from './clock/clock.ts';

/** One thing that happened in a world, in order. */
export interface JournalEntry {
  /** Milliseconds since the epoch, by the world's clock. */
  readonly at: number;
  /** `call` = an AWS API action; `state` = a model's own transition; `log` = a function's own line; `story` = what a story did. */
  readonly kind: 'call' | 'state' | 'log' | 'story';
  /** Who did it: a principal's ARN or a model's name. */
  readonly who: string;
  /** What was done, e.g. `ec2:AcceptVpcEndpointConnections`. */
  readonly what: string;
  /** Anything that helps a reader; must serialise to JSON. */
  readonly detail?: unknown;
}

/** The log of a world. With one seed it is the same byte for byte, which a test holds. */
export class Journal {
  readonly entries: JournalEntry[] = [];
  readonly #clock: Clock;
  readonly #listeners = new Set<(entry: JournalEntry) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  write(entry: Omit<JournalEntry, 'at'>): void {
    const written = { at: this.#clock.now(), ...entry };
    this.entries.push(written);
    for (const listener of this.#listeners) listener(written);
  }

  /** Calls `listener` for each entry from now on; returns how to stop that. */
  listen(listener: (entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One line of JSON for each entry. */
  toText(): string {
    return this.entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  }
}
