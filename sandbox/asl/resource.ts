/** What a Task's `Resource` means to the history of its execution. */
export interface TaskResource {
  readonly arn: string;
  /** `lambda-function` = a bare function ARN, which has events of its own; `integration` = `arn:aws:states:::…`. */
  readonly kind: 'lambda-function' | 'integration';
  /** e.g. `lambda`, `events` or `aws-sdk:dynamodb`. */
  readonly resourceType: string;
  /** e.g. `invoke`, `putItem.waitForTaskToken`. */
  readonly resource: string;
  /** The API action, without the pattern: `invoke`, `putItem`. */
  readonly action: string;
  readonly waitsForToken: boolean;
}

const FUNCTION = /^arn:aws[a-z-]*:lambda:[a-z0-9-]*:\d{12}:function:[^:]+(:[^:]+)?$/;
const INTEGRATION =
  /^arn:aws[a-z-]*:states:[a-z0-9-]*:(?:\d{12})?:((?:aws-sdk:)?[a-z0-9]+):([a-zA-Z0-9]+)(\.[a-zA-Z0-9:]+)?$/;

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
  if (pattern !== '' && pattern !== '.waitForTaskToken') return undefined;
  return {
    arn,
    kind: 'integration',
    resourceType,
    resource: `${action}${pattern}`,
    action,
    waitsForToken: pattern !== '',
  };
};
