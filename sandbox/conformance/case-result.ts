/** What became of one recorded case: `differences` holds one sentence for each thing that was not as recorded, and is empty exactly when the case passed. */
export interface CaseResult {
  /** The case's name in its file, e.g. `map-tolerated-failure-count`. */
  readonly id: string;
  readonly passed: boolean;
  readonly differences: string[];
}
