import { AwsError } from '../errors.ts';

/** A value that breaks a rule, in the words of who found it. */
export const validation = (message: string): AwsError => new AwsError('ValidationError', message);

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html#API_PutMetricData_Errors */
export const invalidValue = (parameter: string, value: unknown): AwsError =>
  new AwsError('InvalidParameterValue', `The value ${String(value)} for parameter ${parameter} is invalid.`);

/** `invalidParameter('Statistic', 'and ExtendedStatistic must not both be specified')`. */
export const invalidParameter = (parameter: string, what: string): AwsError =>
  new AwsError('InvalidParameterCombination', `The parameter ${parameter} ${what}.`);

/** Two parameters of which a request may have one. */
export const exclusive = (one: string, other: string): AwsError =>
  new AwsError(
    'InvalidParameterCombination',
    `The parameters ${one} and ${other} are mutually exclusive and you have specified both.`,
  );

/** A parameter that has to be there. */
export const missingParameter = (parameter: string): AwsError =>
  new AwsError('MissingParameter', `The parameter ${parameter} is required.`);

/** A list that is too long. */
export const tooMany = (collection: string, limit: number): AwsError =>
  new AwsError('InvalidParameterValue', `The collection ${collection} must not have a size greater than ${limit}.`);

/** The front end's words for a value outside an enumeration. */
export const mustBeOneOf = (member: string, value: unknown, allowed: readonly string[]): AwsError =>
  validation(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
  );

/** The front end's words for a length or a number out of bounds. */
export const outOfBounds = (member: string, value: unknown, bound: string): AwsError =>
  validation(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${bound}`,
  );

/** What exists on AWS and not here. */
export const notModelled = (what: string): AwsError =>
  new AwsError('NotImplemented', `The sandbox does not model ${what}.`, 501);

/** An alarm or another resource that is not there. */
export const notFound = (message: string): AwsError => new AwsError('ResourceNotFound', message, 404);

/** A token that no answer gave. */
export const invalidToken = (): AwsError => new AwsError('InvalidNextToken', 'The next token specified is invalid.');
