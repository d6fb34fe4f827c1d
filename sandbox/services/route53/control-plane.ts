import type { Journal } from '../../journal.ts';
import { route53Errors } from './errors.ts';

/** What was asked of Route 53's control plane so far, refused requests included. */
export interface ControlPlaneCalls {
  /** Requests of every kind. */
  readonly all: number;
  /** ChangeResourceRecordSets, each of which counts once. */
  readonly changes: number;
}

/**
 * Route 53's API, which may be down while DNS answers and health checkers look: recovery must not depend on it.
 *
 * @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/appendix-b---edge-network-global-service-guidance.html
 */
export class ControlPlane {
  readonly #journal: Journal;
  #isUp = true;
  #all = 0;
  #changes = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get calls(): ControlPlaneCalls {
    return { all: this.#all, changes: this.#changes };
  }

  /** From now on every request fails with `ServiceUnavailable` (503), until {@link up}. */
  down(): void {
    this.#set(false);
  }

  up(): void {
    this.#set(true);
  }

  /** A request comes in. @throws AwsError `ServiceUnavailable` */
  enter(action: string): void {
    this.#all += 1;
    if (action === 'ChangeResourceRecordSets') this.#changes += 1;
    if (!this.#isUp) throw route53Errors.unavailable();
  }

  #set(isUp: boolean): void {
    if (this.#isUp === isUp) return;
    this.#isUp = isUp;
    this.#journal.write({ kind: 'state', who: 'route53', what: `control plane ${isUp ? 'up' : 'down'}` });
  }
}
