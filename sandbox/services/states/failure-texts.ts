import { AwsError } from '../errors.ts';

/** Characters that an error and a cause may have. https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html */
const LONGEST = { error: 256, cause: 32_768 } as const;

/** Checks what a client gives as the reason of a failure or a stop. @throws AwsError `ValidationException` */
export const checkFailureTexts = (texts: {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}): void => {
  for (const member of ['error', 'cause'] as const) {
    const length = texts[member]?.length ?? 0;
    if (length <= LONGEST[member]) continue;
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST[member]} (it has ${length})`,
    );
  }
};
