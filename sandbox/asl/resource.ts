/** What a Task's `Resource` means to the history of its execution. */
export interface TaskResource {
  readonly arn: string;
  /** `lambda-function` = a bare function ARN, which has events of its own; `integration` = `arn:aws:states:::…`. */
  readonly kind: 'lambda-function' | 'integration';
  /** e.g. `lambda`, `events` or `aws-sdk:dynamodb`. */
  readonly resourceType: string;
  /** e.g. `invoke`, `putItem.waitForTaskToken`, `startExecution.sync:2`. */
  readonly resource: string;
  /** The API action, without the pattern: `invoke`, `putItem`. */
  readonly action: string;
  readonly waitsForToken: boolean;
  /** It waits for a job to end: `.sync`, `.sync:2`. */
  readonly sync?: 1 | 2;
}

const FUNCTION = /^arn:aws[a-z-]*:lambda:[a-z0-9-]*:\d{12}:function:[^:]+(:[^:]+)?$/;
const INTEGRATION =
  /^arn:aws[a-z-]*:states:[a-z0-9-]*:(?:\d{12})?:((?:aws-sdk:)?[a-z0-9]+):([a-zA-Z0-9]+)(\.[a-zA-Z0-9:]+)?$/;

const SYNC: Readonly<Record<string, 1 | 2>> = { '.sync': 1, '.sync:2': 2 };

/** Reads a `Resource`, or answers undefined where its form is unknown. https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html */
export const parseResource = (arn: string): TaskResource | undefined => {
  if (FUNCTION.test(arn)) {
    return {
      arn,
      kind: 'lambda-function',
      resourceType: 'lambda',
      resource: arn,
      action: 'invoke',
      waitsForToken: false,
    };
  }
  const match = INTEGRATION.exec(arn);
  if (match === null) return undefined;
  const [, resourceType = '', action = '', pattern = ''] = match;
  const sync = SYNC[pattern];
  if (pattern !== '' && pattern !== '.waitForTaskToken' && sync === undefined) return undefined;
  return {
    arn,
    kind: 'integration',
    resourceType,
    resource: `${action}${pattern}`,
    action,
    waitsForToken: pattern === '.waitForTaskToken',
    ...(sync === undefined ? {} : { sync }),
  };
};
