/** What an execution fails with when its history is full. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const HISTORY_LIMIT = 25_000;
/** Bytes of JSON (UTF-8) that a state, a task or an execution may take or give. */
export const PAYLOAD_LIMIT = 262_144;

/** A failure as the States Language knows it: an error's name and a cause, either of which a Fail state may leave out. */
export class StateError extends Error {
  /** e.g. `States.QueryEvaluationError` or `Throttled`. */
  readonly error: string | undefined;
  readonly causeText: string | undefined;
  /** Further names under which Retry and Catch know it: a missed heartbeat is a `States.Timeout` and a `States.HeartbeatTimeout`. */
  readonly aliases: readonly string[];

  constructor(error: string | undefined, cause?: string, aliases: readonly string[] = []) {
    super(cause ?? error ?? 'failed');
    this.name = error ?? 'StateError';
    this.error = error;
    this.causeText = cause;
    this.aliases = aliases;
  }
}

/** An expression, or the value that it gave, that a field cannot take. Its message lacks the sentence that names the state, which the state's runner adds. */
export class EvaluationError extends Error {
  /** The field, e.g. `Output/result` or `Choices[0]/Condition`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.name = 'States.QueryEvaluationError';
    this.field = field;
  }
}

/** Thrown through a branch that was told to stop; nobody catches it but the one who told. */
export class Cancelled extends Error {
  constructor() {
    super('This branch was cancelled.');
    this.name = 'Cancelled';
  }
}

/** The error that ends an execution, or a state, whose data outgrew {@link PAYLOAD_LIMIT}. */
const dataLimitExceeded = (stateOrTask: string): StateError =>
  new StateError(
    'States.DataLimitExceeded',
    `The state/task '${stateOrTask}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );

/** @throws StateError `States.DataLimitExceeded` */
export const checkSize = (text: string, stateOrTask: string): void => {
  // A string has at least as many UTF-8 bytes as UTF-16 units: most are accepted without counting.
  if (text.length * 3 <= PAYLOAD_LIMIT) return;
  if (Buffer.byteLength(text) > PAYLOAD_LIMIT) throw dataLimitExceeded(stateOrTask);
};
