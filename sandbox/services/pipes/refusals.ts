import { AwsError } from '../errors.ts';

/** What CreatePipe and UpdatePipe answer to a wrong request. */
export const rejected = (message: string): AwsError => new AwsError('ValidationException', message);

/** @throws AwsError `ValidationException` that names a member which is given and not known. */
export const refuseOthers = (what: string, given: object | undefined, known: readonly string[]): void => {
  const unknown = Object.entries(given ?? {}).find(([name, value]) => value !== undefined && !known.includes(name));
  if (unknown !== undefined) throw rejected(`${what}.${unknown[0]} is not modelled`);
};

/** @throws AwsError `ValidationException` where a number is not whole or out of its range. */
export const checkWhole = (name: string, value: number, least: number, most: number): void => {
  if (!Number.isInteger(value) || value < least || value > most)
    throw rejected(`${name} must be from ${least} to ${most}, not ${value}`);
};
