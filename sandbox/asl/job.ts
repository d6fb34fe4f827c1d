/** What a job is made of. */
interface JobParts {
  /** What the service answered when it began, for the history. */
  readonly submitted: unknown;
  /** Settles once it is over, well or not. */
  readonly ended: Promise<unknown>;
  /** Reads the task's result, once it is over and somebody still waits. Rejects as a task does. */
  readonly result: () => Promise<unknown>;
  /** Called where the task is aborted: nobody waits for the job any more. */
  readonly cancel: () => void;
}

/** What a task of the `.sync` patterns has begun. https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync */
export class Job implements JobParts {
  readonly submitted: unknown;
  readonly ended: Promise<unknown>;
  readonly result: () => Promise<unknown>;
  readonly cancel: () => void;

  constructor({ submitted, ended, result, cancel }: JobParts) {
    this.submitted = submitted;
    this.ended = ended;
    this.result = result;
    this.cancel = cancel;
  }
}
