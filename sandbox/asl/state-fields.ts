/** What a number field may be. */
export interface NumberRule {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

/** The fields of each type of state under JSONata. https://states-language.net/spec.html#state-type-table */
export const STATE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pass: ['Output', 'Assign', 'Next', 'End'],
  Succeed: ['Output'],
  Fail: ['Error', 'Cause'],
  Wait: ['Seconds', 'Timestamp', 'Output', 'Assign', 'Next', 'End'],
  Choice: ['Choices', 'Default', 'Output', 'Assign'],
  Task: [
    ...['Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds'],
    ...['Retry', 'Catch', 'Output', 'Assign', 'Next', 'End'],
  ],
  Parallel: ['Branches', 'Arguments', 'Retry', 'Catch', 'Output', 'Assign', 'Next', 'End'],
  Map: [
    ...['Items', 'ItemSelector', 'ItemProcessor', 'MaxConcurrency', 'ToleratedFailureCount'],
    ...['ToleratedFailurePercentage', 'Retry', 'Catch', 'Output', 'Assign', 'Next', 'End'],
  ],
};

/** Fields of every state. */
export const COMMON_FIELDS: readonly string[] = ['Type', 'Comment', 'QueryLanguage'];

/** Fields that only JSONPath has, wherever they stand. */
export const JSONPATH_FIELDS: readonly string[] = [
  ...['InputPath', 'OutputPath', 'ResultPath', 'Parameters', 'Result', 'ResultSelector', 'ItemsPath'],
  ...['SecondsPath', 'TimestampPath', 'ErrorPath', 'CausePath', 'TimeoutSecondsPath', 'HeartbeatSecondsPath'],
  ...['MaxConcurrencyPath', 'ToleratedFailureCountPath', 'ToleratedFailurePercentagePath', 'Variable'],
];

/** Fields that AWS knows and this engine does not, with what to do instead. */
export const NOT_MODELLED_FIELDS: Readonly<Record<string, string>> = {
  Credentials: 'The sandbox runs every task as the role of its state machine',
  ItemReader: 'The sandbox runs inline Map states only',
  ItemBatcher: 'The sandbox runs inline Map states only',
  ResultWriter: 'The sandbox runs inline Map states only',
  Label: 'The sandbox runs inline Map states only',
  Iterator: "It is the old name of 'ItemProcessor'; write that",
};

/** Fields of a retrier, a catcher and a choice rule. */
export const RETRIER_FIELDS: readonly string[] = [
  ...['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy', 'Comment'],
];
export const CATCHER_FIELDS: readonly string[] = ['ErrorEquals', 'Next', 'Output', 'Assign', 'Comment'];
export const RULE_FIELDS: readonly string[] = ['Condition', 'Next', 'Output', 'Assign', 'Comment'];

/** Number fields that may be expressions: from where to where they may go, and whether they must be whole. */
export const NUMBER_FIELDS = {
  Seconds: { least: 0, most: 99_999_999, whole: true },
  TimeoutSeconds: { least: 1, most: 99_999_999, whole: true },
  HeartbeatSeconds: { least: 1, most: 99_999_999, whole: true },
  MaxConcurrency: { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true },
  ToleratedFailureCount: { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true },
  ToleratedFailurePercentage: { least: 0, most: 100, whole: false },
} satisfies Readonly<Record<string, NumberRule>>;

/** The same of a retrier's number fields, which must be literals. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error */
export const RETRY_NUMBERS = {
  IntervalSeconds: { least: 1, most: 99_999_999, whole: true },
  MaxAttempts: { least: 0, most: 99_999_999, whole: true },
  BackoffRate: { least: 1, most: Number.MAX_SAFE_INTEGER, whole: false },
  MaxDelaySeconds: { least: 1, most: 31_622_399, whole: true },
} satisfies Readonly<Record<string, NumberRule>>;
