import { AwsError } from '../services/errors.ts';
import type { Api, Operation } from './api.ts';
import { bodyText, errorShape, type Protocol, respond } from './protocol.ts';
import { bindOutput, type RestBody, routeByPath } from './rest-bindings.ts';
import type { WireRequest, WireResponse } from './wire.ts';
import { rootOf, XmlReader } from './xml-decode.ts';
import { XML_DECLARATION, xmlElement, xmlMembers } from './xml-write.ts';

const XML = 'text/xml';

const bodyOf = (request: WireRequest): RestBody => {
  const reader = new XmlReader();
  return {
    missing: reader.missing,
    malformed: (text, expected) => new AwsError('InvalidInput', `Invalid request: "${text}" is not ${expected}`),
    payload: (schema) => reader.read(schema, rootOf(bodyText(request)), ''),
    // A request without a body lacks whatever is required in it.
    members: (schema, only) =>
      reader.struct(schema, request.body.byteLength === 0 ? undefined : rootOf(bodyText(request)), '', only),
  };
};

const namespaceOf = (api: Api | undefined): string =>
  api?.service.xmlNamespace === undefined ? '' : ` xmlns="${api.service.xmlNamespace}"`;

const answer = (api: Api, operation: Operation, output: unknown): WireResponse => {
  const { status, headers, payload, members } = bindOutput(operation, output);
  const schema = payload?.schema ?? operation.output;
  const name = `${operation.name}Response`;
  const inside = xmlMembers(schema, payload === undefined ? members : payload.value);
  const response = respond(status, XML, `${XML_DECLARATION}<${name}${namespaceOf(api)}>${inside}</${name}>`);
  return { ...response, headers: { ...response.headers, ...headers } };
};

/** An error's further members by its schema, where the model has it and the action gave any. */
const moreOf = (api: Api | undefined, error: AwsError): string => {
  const shape = errorShape(api, error);
  return shape === undefined || Object.keys(error.members).length === 0 ? '' : xmlMembers(shape.schema, error.members);
};

const refuse = (api: Api | undefined, error: AwsError, requestId: string): WireResponse => {
  const shape = errorShape(api, error);
  const status = shape?.status ?? error.status;
  const type = xmlElement('Type', status < 500 ? 'Sender' : 'Receiver');
  const told = `${xmlElement('Code', shape?.name ?? error.code)}${xmlElement('Message', error.message)}`;
  const inside = `<Error>${type}${told}${moreOf(api, error)}</Error>${xmlElement('RequestId', requestId)}`;
  return respond(status, XML, `${XML_DECLARATION}<ErrorResponse${namespaceOf(api)}>${inside}</ErrorResponse>`);
};

/**
 * Operations as methods and paths: labels, query, headers, and XML as the body. The form of errors is Route 53's, which
 * wraps them (https://github.com/pcorliss/ruby_route_53/issues/34).
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
 */
export const restXml: Protocol = { route: routeByPath(bodyOf), answer, refuse, speaksQuery: true };
