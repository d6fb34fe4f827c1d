import type { UnsuccessfulItem } from '@aws-sdk/client-ec2';
import { AwsError } from '../errors.ts';

/**
 * EC2's errors, by the codes of https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
 * The sentences are those that clients report, where any does.
 */
export const ec2Errors = {
  missing: (parameter: string): AwsError =>
    new AwsError('MissingParameter', `The request must contain the parameter ${parameter}`),
  invalidValue: (parameter: string, value: unknown, expected: string): AwsError =>
    new AwsError(
      'InvalidParameterValue',
      `Value (${String(value)}) for parameter ${parameter} is invalid. ${expected}`,
    ),
  invalid: (message: string): AwsError => new AwsError('InvalidParameter', message),
  combination: (message: string): AwsError => new AwsError('InvalidParameterCombination', message),
  malformed: (code: string, kind: string, id: string): AwsError =>
    new AwsError(code, `Invalid id: "${id}" (expecting "${kind}-..." with 8 or 17 hexadecimal digits)`),
  unknownService: (id: string): AwsError =>
    new AwsError('InvalidVpcEndpointServiceId.NotFound', `The VpcEndpointService Id '${id}' does not exist`),
  unknownServiceName: (name: string): AwsError =>
    new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${name}' does not exist`),
  unknownEndpoint: (id: string): AwsError =>
    new AwsError('InvalidVpcEndpointId.NotFound', `The Vpc Endpoint Id '${id}' does not exist`),
  unknownNotification: (id: string): AwsError =>
    new AwsError('InvalidConnectionNotification', `The connection notification '${id}' does not exist`),
  unknownInterface: (id: string): AwsError =>
    new AwsError('InvalidNetworkInterfaceID.NotFound', `The networkInterface ID '${id}' does not exist`),
  inUse: (): AwsError =>
    new AwsError('ExistingVpcEndpointConnections', 'Service has existing active VPC Endpoint connections!'),
  tokenReused: (token: string): AwsError =>
    new AwsError(
      'IdempotentParameterMismatch',
      `The client token '${token}' was used before with other parameters. Use a new token for a new request.`,
    ),
  dryRun: (): AwsError => new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412),
  notModelled: (what: string): AwsError => new AwsError('NotImplemented', `The sandbox does not model ${what}.`, 501),
} as const;

/** One entry of a batch's `Unsuccessful`: the call itself succeeds. */
export const unsuccessful = (id: string, code: string, message: string): UnsuccessfulItem => ({
  ResourceId: id,
  Error: { Code: code, Message: message },
});
