import type { Cloud } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import type { PipeDefinition } from './model.ts';

/** Tells the journal of what went wrong in a pipe. */
export const report = (
  cloud: Cloud,
  pipe: PipeDefinition,
  what: string,
  error: unknown,
  detail: Readonly<Record<string, unknown>> = {},
): void => {
  const code = error instanceof AwsError ? error.code : 'SandboxDefect';
  const message = error instanceof Error ? error.message : String(error);
  cloud.journal.write({ kind: 'state', who: pipe.arn, what, detail: { ...detail, error: code, message } });
};
