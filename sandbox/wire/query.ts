import type { AwsError } from '../services/errors.ts';
import type { Api, Operation } from './api.ts';
import { bodyText, errorShape, type Protocol, queryOf, type Routed, respond } from './protocol.ts';
import { decodeQuery } from './query-decode.ts';
import type { WireRequest, WireResponse } from './wire.ts';
import { XML_DECLARATION, xmlElement, xmlMembers } from './xml-write.ts';

const XML = 'text/xml;charset=UTF-8';
const UNIT_IN_EC2 = '<return>true</return>';

/** A query string may carry the parameters instead of the body, as a GET request does. */
const parametersOf = (request: WireRequest): URLSearchParams =>
  new URLSearchParams([...queryOf(request), ...new URLSearchParams(bodyText(request))]);

const route = (api: Api, request: WireRequest): Routed | undefined => {
  const parameters = parametersOf(request);
  const action = parameters.get('Action');
  if (action === null || action === '') return undefined;
  return { action, decode: (operation) => decodeQuery(api.service, operation.input, parameters) };
};

/** EC2's errors are not modelled: codes and statuses are as the action gives them. */
const refuseEc2 = (_api: Api | undefined, error: AwsError, requestId: string): WireResponse => {
  const body = `<Errors><Error>${xmlElement('Code', error.code)}${xmlElement('Message', error.message)}</Error></Errors>`;
  return respond(
    error.status,
    XML,
    `${XML_DECLARATION}<Response>${body}${xmlElement('RequestID', requestId)}</Response>`,
  );
};

const answerEc2 = ({ service }: Api, operation: Operation, output: unknown, requestId: string): WireResponse => {
  const members = operation.output.isUnitSchema() ? UNIT_IN_EC2 : xmlMembers(operation.output, output);
  const open = `<${operation.name}Response xmlns="${service.xmlNamespace}">`;
  const body = `${XML_DECLARATION}${open}${xmlElement('requestId', requestId)}${members}</${operation.name}Response>`;
  return respond(200, XML, body);
};

const refuseQuery = (api: Api | undefined, error: AwsError, requestId: string): WireResponse => {
  const shape = errorShape(api, error);
  const status = shape?.status ?? error.status;
  const type = xmlElement('Type', status < 500 ? 'Sender' : 'Receiver');
  const body = `<Error>${type}${xmlElement('Code', shape?.queryCode ?? error.code)}${xmlElement('Message', error.message)}</Error>`;
  const namespace = api?.service.xmlNamespace === undefined ? '' : ` xmlns="${api.service.xmlNamespace}"`;
  const id = xmlElement('RequestId', requestId);
  return respond(status, XML, `${XML_DECLARATION}<ErrorResponse${namespace}>${body}${id}</ErrorResponse>`);
};

const answerQuery = ({ service }: Api, operation: Operation, output: unknown, requestId: string): WireResponse => {
  const { name } = operation;
  const result = operation.output.isUnitSchema()
    ? ''
    : `<${name}Result>${xmlMembers(operation.output, output)}</${name}Result>`;
  const metadata = `<ResponseMetadata>${xmlElement('RequestId', requestId)}</ResponseMetadata>`;
  const open = `<${name}Response xmlns="${service.xmlNamespace}">`;
  return respond(200, XML, `${XML_DECLARATION}${open}${result}${metadata}</${name}Response>`);
};

/** EC2's own form of the query protocol, https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html. */
export const ec2Query: Protocol = { route, answer: answerEc2, refuse: refuseEc2, speaksQuery: true };

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, spoken by STS, SNS, Elastic Load Balancing, RDS, and by old clients of SQS. */
export const awsQuery: Protocol = { route, answer: answerQuery, refuse: refuseQuery, speaksQuery: true };
