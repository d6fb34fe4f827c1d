import { AwsError } from '../errors.ts';

/** What PutRule, TestEventPattern and CreatePipe answer to a pattern that they do not accept; `reason` is for its author. */
export const invalidPattern = (reason: string): AwsError =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
