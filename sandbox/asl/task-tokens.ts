import type { Random } from '../random.ts';

/** What SendTaskSuccess or SendTaskFailure said. */
type TaskOutcome =
  | { readonly kind: 'success'; readonly output: string }
  | { readonly kind: 'failure'; readonly error: string | undefined; readonly cause: string | undefined };

/** A task that waits for its token to come back. */
export interface WaitingTask {
  readonly token: string;
  /** Settles once, with the first answer. */
  readonly outcome: Promise<TaskOutcome>;
  /** Calls `listener` at each heartbeat. */
  onHeartbeat(listener: () => void): void;
  /** The task is over: whoever comes with the token now is told so. */
  close(): void;
}

/** How a token was met: `gone` = its task has ended or timed out, `unknown` = no such token was ever given out. */
export type TokenAnswer = 'taken' | 'gone' | 'unknown';

interface Entry {
  readonly owner: string;
  open: boolean;
  settle: (outcome: TaskOutcome) => void;
  beat: () => void;
}

/** All task tokens of a world. https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token */
export class TaskTokens {
  readonly #random: Random;
  readonly #entries = new Map<string, Entry>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** @param owner the state machine's ARN, on which IAM is asked about the token */
  open(owner: string): WaitingTask {
    const token = Buffer.from(`task-token:${this.#random.hex(96)}`).toString('base64');
    const entry: Entry = { owner, open: true, settle: () => undefined, beat: () => undefined };
    const outcome = new Promise<TaskOutcome>((resolve) => {
      entry.settle = resolve;
    });
    this.#entries.set(token, entry);
    return {
      token,
      outcome,
      onHeartbeat: (listener) => {
        entry.beat = listener;
      },
      close: () => {
        entry.open = false;
        // The token is remembered for as long as its world lives; what waited for it is not.
        entry.settle = () => undefined;
        entry.beat = () => undefined;
      },
    };
  }

  /** The state machine whose task waits, or waited, for the token. */
  ownerOf(token: string): string | undefined {
    return this.#entries.get(token)?.owner;
  }

  /** Ends the token's task; only the first answer counts. */
  answer(token: string, outcome: TaskOutcome): TokenAnswer {
    return this.#with(token, (entry) => {
      entry.open = false;
      entry.settle(outcome);
    });
  }

  /** Starts the task's heartbeat interval again. */
  heartbeat(token: string): TokenAnswer {
    return this.#with(token, (entry) => entry.beat());
  }

  #with(token: string, act: (entry: Entry) => void): TokenAnswer {
    const entry = this.#entries.get(token);
    if (entry === undefined) return 'unknown';
    if (!entry.open) return 'gone';
    act(entry);
    return 'taken';
  }
}
