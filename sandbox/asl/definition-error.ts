/** One fault of a definition, as AWS words it: `SCHEMA_VALIDATION_FAILED: Missing 'Next' target: NOPE at /States/A/Next`. */
export interface Diagnostic {
  readonly code: string;
  readonly message: string;
  /** A path such as `/States/A/Next`; empty where the fault is the whole machine's. */
  readonly location: string;
}

/** A definition that CreateStateMachine refuses, with every fault that was found. */
export class DefinitionError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const texts = diagnostics.map(({ code, message, location }) =>
      location === '' ? `${code}: ${message}` : `${code}: ${message} at ${location}`,
    );
    super(`Invalid State Machine Definition: '${texts.join(', ')}'`);
    this.name = 'DefinitionError';
    this.diagnostics = diagnostics;
  }
}
