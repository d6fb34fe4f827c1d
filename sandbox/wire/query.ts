import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import type { AwsError } from '../services/errors.ts';
import type { Api, Operation } from './api.ts';
import { bodyText, errorShape, type Protocol, queryOf, type Routed, respond } from './protocol.ts';
import { decodeQuery } from './query-decode.ts';
import type { WireRequest, WireResponse } from './wire.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const XML = 'text/xml;charset=UTF-8';
const ISO_TIMESTAMP = 5;
const UNIT_IN_EC2 = '<return>true</return>';

const escaped = (value: string): string => value.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const element = (name: string, value: string): string => `<${name}>${escaped(value)}</${name}>`;

/** The output's members as XML, without the element around them. */
const membersOf = ({ output }: Operation, value: unknown): string => {
  if (output.isUnitSchema()) return '';
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: ISO_TIMESTAMP },
    httpBindings: false,
    xmlNamespace: '',
    serviceNamespace: '',
  });
  serializer.write(output, value ?? {});
  const xml = String(serializer.flush());
  return xml.endsWith('/>') && xml.indexOf('>') === xml.length - 1
    ? ''
    : xml.slice(xml.indexOf('>') + 1, xml.lastIndexOf('</'));
};

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
  const body = `<Errors><Error>${element('Code', error.code)}${element('Message', error.message)}</Error></Errors>`;
  return respond(error.status, XML, `${DECLARATION}<Response>${body}${element('RequestID', requestId)}</Response>`);
};

const answerEc2 = ({ service }: Api, operation: Operation, output: unknown, requestId: string): WireResponse => {
  const members = operation.output.isUnitSchema() ? UNIT_IN_EC2 : membersOf(operation, output);
  const open = `<${operation.name}Response xmlns="${service.xmlNamespace}">`;
  const body = `${DECLARATION}${open}${element('requestId', requestId)}${members}</${operation.name}Response>`;
  return respond(200, XML, body);
};

const refuseQuery = (api: Api | undefined, error: AwsError, requestId: string): WireResponse => {
  const shape = errorShape(api, error);
  const status = shape?.status ?? error.status;
  const type = element('Type', status < 500 ? 'Sender' : 'Receiver');
  const body = `<Error>${type}${element('Code', shape?.queryCode ?? error.code)}${element('Message', error.message)}</Error>`;
  const namespace = api?.service.xmlNamespace === undefined ? '' : ` xmlns="${api.service.xmlNamespace}"`;
  const id = element('RequestId', requestId);
  return respond(status, XML, `${DECLARATION}<ErrorResponse${namespace}>${body}${id}</ErrorResponse>`);
};

const answerQuery = ({ service }: Api, operation: Operation, output: unknown, requestId: string): WireResponse => {
  const { name } = operation;
  const result = operation.output.isUnitSchema()
    ? ''
    : `<${name}Result>${membersOf(operation, output)}</${name}Result>`;
  const metadata = `<ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata>`;
  const open = `<${name}Response xmlns="${service.xmlNamespace}">`;
  return respond(200, XML, `${DECLARATION}${open}${result}${metadata}</${name}Response>`);
};

/** EC2's own form of the query protocol, https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html. */
export const ec2Query: Protocol = { route, answer: answerEc2, refuse: refuseEc2, speaksQuery: true };

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, spoken by STS, SNS, Elastic Load Balancing, RDS, and by old clients of SQS. */
export const awsQuery: Protocol = { route, answer: answerQuery, refuse: refuseQuery, speaksQuery: true };
