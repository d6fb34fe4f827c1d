import { AwsError } from '../errors.ts';

const NOT_FOUND = 404;
const CONFLICT = 409;

/**
 * Route 53's errors, by their codes on the wire. Sentences are those that clients report, where any does; the sources stand
 * where the rule is.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/CommonErrors.html
 */
export const route53Errors = {
  invalidInput: (message: string): AwsError => new AwsError('InvalidInput', message),
  /** A value outside what the API model allows. @param at - e.g. `changeBatch.changes.1.member.resourceRecordSet.weight`. */
  constraint: (value: unknown, at: string, words: string): AwsError =>
    new AwsError(
      'InvalidInput',
      `1 validation error detected: Value '${String(value)}' at '${at}' failed to satisfy constraint: ${words}`,
    ),
  /** All that is wrong with a batch, in one list: https://github.com/harmony-one/harmony-ops/issues/491 */
  invalidBatch: (messages: readonly string[]): AwsError =>
    new AwsError('InvalidChangeBatch', `[${[...new Set(messages)].join(', ')}]`),
  invalidArgument: (message: string): AwsError => new AwsError('InvalidArgument', message),
  invalidDomainName: (name: string): AwsError =>
    new AwsError('InvalidDomainName', `'${name}' is not a valid domain name`),
  unknownZone: (id: string): AwsError =>
    new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, NOT_FOUND),
  unknownChange: (id: string): AwsError =>
    new AwsError('NoSuchChange', `Could not find resource with ID: ${id}`, NOT_FOUND),
  unknownHealthCheck: (id: string): AwsError =>
    new AwsError('NoSuchHealthCheck', `A health check with id ${id} does not exist.`, NOT_FOUND),
  unknownDelegationSet: (id: string): AwsError =>
    new AwsError('NoSuchDelegationSet', `The specified delegation set ${id} does not exist.`),
  zoneExists: (reference: string): AwsError =>
    new AwsError(
      'HostedZoneAlreadyExists',
      `A hosted zone has already been created with the specified caller reference: ${reference}`,
      CONFLICT,
    ),
  // https://github.com/gruntwork-io/cloud-nuke/issues/743
  zoneNotEmpty: (): AwsError =>
    new AwsError(
      'HostedZoneNotEmpty',
      'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
    ),
  sameDomain: (vpcId: string, region: string, zoneId: string): AwsError =>
    new AwsError(
      'ConflictingDomainExists',
      `The VPC ${vpcId} in region ${region} has already been associated with the hosted zone ${zoneId} with the same domain name.`,
    ),
  invalidVpc: (vpcId: string): AwsError => new AwsError('InvalidVPCId', `The VPC ID: ${vpcId} is not valid.`),
  publicZone: (id: string): AwsError =>
    new AwsError('PublicZoneVPCAssociation', `You're trying to associate a VPC with the public hosted zone ${id}.`),
  notAuthorized: (vpcId: string, zoneId: string): AwsError =>
    new AwsError(
      'NotAuthorizedException',
      `The VPC: ${vpcId} has not authorized to associate with your hosted zone ${zoneId}.`,
      401,
    ),
  lastVpc: (vpcId: string, zoneId: string): AwsError =>
    new AwsError('LastVPCAssociation', `The VPC: ${vpcId} is the only VPC associated with the hosted zone ${zoneId}.`),
  vpcNotAssociated: (vpcId: string, zoneId: string): AwsError =>
    new AwsError(
      'VPCAssociationNotFound',
      `The VPC: ${vpcId} is not currently associated with the hosted zone: ${zoneId}`,
      NOT_FOUND,
    ),
  authorizationNotFound: (vpcId: string, zoneId: string): AwsError =>
    new AwsError(
      'VPCAssociationAuthorizationNotFound',
      `The VPC: ${vpcId} is not authorized to be associated with the hosted zone: ${zoneId}`,
      NOT_FOUND,
    ),
  tooManyAuthorizations: (): AwsError =>
    new AwsError('TooManyVPCAssociationAuthorizations', 'Too many VPC association authorizations for the hosted zone.'),
  limitsExceeded: (message: string): AwsError => new AwsError('LimitsExceeded', message),
  // https://github.com/hashicorp/terraform/issues/1194
  notComplete: (): AwsError =>
    new AwsError(
      'PriorRequestNotComplete',
      'The request was rejected because Route 53 was still processing a prior request.',
    ),
  healthCheckExists: (reference: string): AwsError =>
    new AwsError(
      'HealthCheckAlreadyExists',
      `A health check has already been created with the specified caller reference: ${reference}`,
      CONFLICT,
    ),
  healthCheckVersion: (id: string): AwsError =>
    new AwsError(
      'HealthCheckVersionMismatch',
      `The value of HealthCheckVersion in the request doesn't match the version of health check ${id}.`,
      CONFLICT,
    ),
  unavailable: (): AwsError =>
    new AwsError('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', 503),
  notModelled: (what: string): AwsError => new AwsError('NotImplemented', `The sandbox does not model ${what}.`, 501),
} as const;
