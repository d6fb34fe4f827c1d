import { AwsError } from '../services/errors.ts';
import type { WireService } from './catalogue.ts';

/** A required member that the request lacks. */
export interface Missing {
  /** As the request would name it, e.g. `TagSpecification.1.ResourceType` or `entries.1.member.source`. */
  readonly path: string;
}

/**
 * The service's own refusal of a request that lacks required members; EC2 and SQS name the first, others all of them.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
export const missingMembers = (service: WireService, speaksQuery: boolean, missing: readonly Missing[]): AwsError => {
  const paths = missing.map(({ path }) => path);
  if (service.missing === 'parameter') {
    const code = speaksQuery ? 'MissingParameter' : 'MissingRequiredParameterException';
    const end = service.name === 'ec2' ? '' : '.';
    return new AwsError(code, `The request must contain the parameter ${paths[0]}${end}`);
  }
  if (service.missing === 'schema') return incomplete(service, paths[0] ?? '');
  const count = paths.length === 1 ? '1 validation error' : `${paths.length} validation errors`;
  const each = paths.map((path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`);
  return new AwsError(speaksQuery ? 'ValidationError' : 'ValidationException', `${count} detected: ${each.join('; ')}`);
};

/** As Route 53 says it: https://github.com/pcorliss/ruby_route_53/issues/35 */
const incomplete = ({ xmlNamespace }: WireService, path: string): AwsError => {
  const [name = '', parent = 'Request'] = path
    .split('.')
    .filter((part) => !/^\d+$/.test(part))
    .reverse();
  return new AwsError(
    'InvalidInput',
    `Invalid XML ; cvc-complex-type.2.4.b: The content of element '${parent}' is not complete. One of '{"${xmlNamespace}":${name}}' is expected.`,
  );
};

/** A query parameter whose text is not of its type; `expected` is a noun with its article. */
export const malformedParameter = (service: WireService, name: string, value: string, expected: string): AwsError =>
  service.protocol === 'ec2Query'
    ? new AwsError('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid. Expected ${expected}.`)
    : new AwsError('MalformedInput', `Value ${value} for parameter ${name} is not ${expected}.`);

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (UnknownParameter) */
export const unknownParameter = (name: string): AwsError =>
  new AwsError('UnknownParameter', `The parameter ${name} is not recognized`);

/** A JSON body that does not fit the model, in the words of the front end that AWS's JSON services share. */
export const serialization = (message: string): AwsError => new AwsError('SerializationException', message);

/** An operation that the service's API does not have. */
export const unknownOperation = (service: WireService, speaksQuery: boolean, action: string): AwsError => {
  if (speaksQuery) return new AwsError('InvalidAction', `The action ${action} is not valid for this web service.`);
  const status = service.protocol === 'restJson' || service.protocol === 'restXml' ? 404 : 400;
  return new AwsError('UnknownOperationException', `The service ${service.name} has no operation ${action}.`, status);
};

/** An operation that exists on AWS and not here. */
export const notModelled = (service: string, action: string): AwsError =>
  new AwsError('NotImplemented', `The sandbox does not model ${service}:${action}.`, 501);
