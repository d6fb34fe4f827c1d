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
  /** No Retry and no Catch sees it, whatever they name: it is not the state that fails, but the execution. */
  readonly endsExecution: boolean;

  constructor(
    error: string | undefined,
    cause?: string,
    how: { readonly aliases?: readonly string[]; readonly endsExecution?: boolean } = {},
  ) {
    super(cause ?? error ?? 'failed');
    this.name = error ?? 'StateError';
    this.error = error;
    this.causeText = cause;
    this.aliases = how.aliases ?? [];
    this.endsExecution = how.endsExecution ?? error === 'States.Runtime';
  }
}

/** A defect of this engine must look like one: no Retry and no Catch covers `States.Runtime`. */
export const engineFailure = (thrown: unknown): StateError =>
  new StateError(
    'States.Runtime',
    `The engine failed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`,
  );

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

/** No UTF-16 unit takes more than three bytes of UTF-8: most texts are accepted without counting. */
const isTooLarge = (text: string): boolean =>
  text.length * 3 > PAYLOAD_LIMIT && Buffer.byteLength(text) > PAYLOAD_LIMIT;

const dataLimitExceeded = (stateOrTask: string, endsExecution: boolean): StateError =>
  new StateError(
    'States.DataLimitExceeded',
    `The state/task '${stateOrTask}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    { endsExecution },
  );

/**
 * For what a task gave: the task fails, and a Catch that names the error runs, as recorded on AWS
 * (github.com/localstack/localstack, test_states_errors.snapshot.json) and relied on in production (github.com/cdklabs/construct-hub
 * pull requests 1648 and 1651).
 *
 * @param task a bare function's ARN, else the integration: `lambda`, `aws-sdk:dynamodb`
 * @throws StateError `States.DataLimitExceeded`
 */
export const checkTaskSize = (text: string, task: string): void => {
  if (isTooLarge(text)) throw dataLimitExceeded(task, false);
};

/**
 * For what goes into or comes out of a state: the execution fails as it leaves the state, and no Catch runs, whatever it
 * names (the same recordings; github.com/cdklabs/construct-hub pull request 1885).
 *
 * @throws StateError `States.DataLimitExceeded`
 */
export const checkStateSize = (text: string, state: string): void => {
  if (isTooLarge(text)) throw dataLimitExceeded(state, true);
};
