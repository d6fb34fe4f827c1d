/**
 * The errors that a workflow can tell apart. `ErrorEquals` compares exact names, so each is a string literal: a bundler may
 * rename a class. What is not listed here passes through under its own name: a surprise must look like one.
 */
export const RETRIED_ERRORS = ['Throttled', 'NotSettled'] as const;

/** Errors that no retry mends: the workflow records them and fails. */
export const TERMINAL_ERRORS = ['Malformed', 'Denied', 'UnsafePlan'] as const;

/** The name that an error carries from a function into the ASL. */
export type ErrorName = (typeof RETRIED_ERRORS)[number] | (typeof TERMINAL_ERRORS)[number];

/** An error of this product, by the name that the ASL matches. `fields` holds the ids that it is about. */
export class ConciergeError extends Error {
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(name: ErrorName, message: string, fields: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, { cause });
    this.name = name;
    this.fields = fields;
  }
}

/** An event, an input or a reply of AWS is not of the expected shape. */
export const malformed = (message: string, fields?: Readonly<Record<string, unknown>>): ConciergeError =>
  new ConciergeError('Malformed', message, fields);
