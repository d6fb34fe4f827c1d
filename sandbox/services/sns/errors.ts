import { AwsError } from '../errors.ts';

export const notFound = (what: string): AwsError => new AwsError('NotFound', `${what} does not exist`, 404);

export const invalidParameter = (name: string, reason: string): AwsError =>
  new AwsError('InvalidParameter', `Invalid parameter: ${name} Reason: ${reason}`);

export const authorizationError = (message: string): AwsError => new AwsError('AuthorizationError', message, 403);

// Codes of the query protocol; the SDK calls these KMSNotFoundException and KMSAccessDeniedException.
export const kmsNotFound = (message: string): AwsError => new AwsError('KMSNotFound', message);

export const kmsAccessDenied = (message: string): AwsError => new AwsError('KMSAccessDenied', message);
