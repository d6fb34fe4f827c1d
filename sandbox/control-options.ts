import * as v from 'valibot';
import { ControlError } from './control.ts';

/**
 * Reads the options of a request to the sandbox.
 *
 * @throws ControlError in words for one that is unknown, missing or of the wrong kind.
 */
export const readOptions = <const S extends v.GenericSchema>(
  schema: S,
  options: Readonly<Record<string, unknown>>,
): v.InferOutput<S> => {
  const read = v.safeParse(schema, options);
  if (read.success) return read.output;
  throw new ControlError(
    read.issues
      .map((issue) => [v.getDotPath(issue), issue.message].filter((part) => part !== null).join(': '))
      .join(' '),
  );
};
