import { AwsError } from '../errors.ts';

// Codes are the error shapes' names, as the JSON protocol sends them; their older names for the query protocol
// (AWS.SimpleQueueService.NonExistentQueue) stand in the SDK's schemas, from which the codec takes them.

export const queueDoesNotExist = (name: string): AwsError =>
  new AwsError('QueueDoesNotExist', `The specified queue does not exist: ${name}.`);

export const invalidParameter = (parameter: string, value: unknown, reason: string): AwsError =>
  new AwsError(
    'InvalidParameterValue',
    `Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );

export const missingParameter = (parameter: string): AwsError =>
  new AwsError('MissingParameter', `The request must contain the parameter ${parameter}.`);

export const kmsNotFound = (message: string): AwsError => new AwsError('KmsNotFound', message);

export const kmsAccessDenied = (message: string): AwsError => new AwsError('KmsAccessDenied', message);
