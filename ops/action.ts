import * as v from 'valibot';
import { plainText } from '../functions/domain/text.ts';
import { parseWith } from '../functions/registry/schemas.ts';
import type { Services } from './services.ts';

/** One thing that a person may do: checked input in, a result out, no terminal anywhere. A command line and a console share it. */
export type Action<Out> = (input: unknown, services: Services) => Promise<Out>;

/** It was not done, for a reason that a person can act on. A value, since nothing went wrong. */
export interface Refused {
  readonly outcome: 'refused';
  /** In whole sentences, with what to do. */
  readonly because: string;
}

/** A {@link Refused} in words. */
export const refused = (because: string): Refused => ({ outcome: 'refused', because });

/** Whether an action was refused. */
export const isRefused = (result: object): result is Refused => 'outcome' in result && result.outcome === 'refused';

/** What is wrong with one field of an input: `{ field: 'endpointId', problem: 'not an id of a VPC endpoint' }`. */
export interface Fault {
  readonly field: string;
  readonly problem: string;
}

/** An input that does not fit. Nothing was read and nothing done. */
export class BadInput extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(({ field, problem }) => `${field}: ${problem}`).join('; '));
    this.name = 'BadInput';
    this.faults = faults;
  }
}

/**
 * Checks an input.
 *
 * @throws BadInput naming each field that does not fit.
 */
export const check = <T>(schema: v.GenericSchema<unknown, T>, input: unknown): T => {
  const parsed = parseWith(schema, input);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => ({ field: v.getDotPath(issue) ?? 'input', problem: issue.message }));
  throw new BadInput(faults);
};

/**
 * The one wrapper around every action: no face can forget to check what a person gave.
 *
 * @param run - what is done; it refuses by value and throws what AWS throws.
 */
export const createAction =
  <Input, Out>(
    schema: v.GenericSchema<unknown, Input>,
    run: (input: Input, services: Services) => Promise<Out>,
  ): Action<Out> =>
  async (input, services) =>
    run(check(schema, input), services);

/** As long as a paragraph: it is read in a list. */
const LONGEST_REASON = 500;

/** Why a person does something, for colleagues who read it later. */
export const Reason = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'say why'),
  v.maxLength(LONGEST_REASON, `at most ${LONGEST_REASON} characters`),
  v.transform((text) => plainText(text, LONGEST_REASON)),
);
