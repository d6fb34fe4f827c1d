import type { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import { type Api, loadApi, type Operation, requiredMembers } from '../../sandbox/wire/api.ts';
import { wireServiceNames, wireServicesOf } from '../../sandbox/wire/catalogue.ts';
import type { WireRequest } from '../../sandbox/wire/wire.ts';
import { FORM, request } from '../sandbox/wire/world.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { hostileJson, hostileText, mangled, parsed } from './hostile.ts';

/** One action of the sandbox, with what the SDK says of its input. */
interface Action {
  readonly api: Api;
  readonly operation: Operation;
}

const ARN = 'arn:aws:sqs:us-west-2:123456789012:q';
/** What names something, in one API or another. */
const NAMES = [
  ...[
    'q',
    't',
    'm',
    'r',
    'b',
    'f',
    'default',
    'name',
    'vpce-svc-0',
    'pk',
    SERVICE_ID,
    ENDPOINT_ID,
    'us-west-2',
    '*',
    '$LATEST',
  ],
  ...[
    'HASH',
    'S',
    'vpc-0123456789abcdef0',
    'N',
    'PAY_PER_REQUEST',
    'sqs',
    'All',
    'Policy',
    'vpc-endpoint-id',
    'ENABLED',
    'RUNNING',
    'EXPRESS',
  ],
  ...[
    ARN,
    ARN.replace(':sqs:', ':sns:'),
    'arn:aws:states:us-west-2:123456789012:stateMachine:m',
    'arn:aws:iam::123456789012:role/r',
  ],
  ...['https://sqs.us-west-2.amazonaws.com/123456789012/q', 'http://127.0.0.1:4599/123456789012/q', 'rate(1 minute)'],
  ...['{"source":["a"]}', '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Succeed"}}}', 'pk = :pk'],
];

const text = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...NAMES) }, { weight: 2, arbitrary: hostileText });
const number = fc.oneof(
  fc.constantFrom(0, 1, -1, 10, 43200, 2 ** 31, 2 ** 53, -(2 ** 53), 0.5, 1e300),
  fc.integer({ min: -5, max: 1000 }),
);

/** A value in JSON, of the shape that the schema wants; its texts are anything, and now and then it is of no shape at all. */
const valueFor = (schema: NormalizedSchema, depth: number): fc.Arbitrary<unknown> => {
  const proper = (): fc.Arbitrary<unknown> => {
    if (depth > 4) return fc.constant(null);
    if (schema.isStructSchema()) return structOf(schema, depth);
    if (schema.isListSchema()) return fc.array(valueFor(schema.getValueSchema(), depth + 1), { maxLength: 3 });
    if (schema.isMapSchema())
      return fc
        .array(fc.tuple(text, valueFor(schema.getValueSchema(), depth + 1)), { maxLength: 3 })
        .map((entries) => Object.fromEntries(entries));
    if (schema.isBooleanSchema()) return fc.boolean();
    if (schema.isNumericSchema()) return number;
    if (schema.isTimestampSchema()) return fc.oneof(number, text);
    if (schema.isBlobSchema()) return fc.oneof(fc.base64String({ maxLength: 40 }), text);
    return text;
  };
  return fc.oneof({ weight: 12, arbitrary: proper() }, { weight: 1, arbitrary: hostileJson(...NAMES).map(parsed) });
};

const structOf = (schema: NormalizedSchema, depth: number): fc.Arbitrary<Record<string, unknown>> => {
  const required = new Set(requiredMembers(schema));
  const members = [...schema.structIterator()].slice(0, 30);
  const fields = members.map(([name, member]) => {
    const value = valueFor(member, depth + 1);
    // Beyond what is required there is a lot that few requests set.
    const freq = required.has(name) ? 12 : depth === 0 ? 1 : 0;
    return freq === 0 ? fc.option(value, { freq: 1, nil: undefined }) : fc.option(value, { freq, nil: undefined });
  });
  return fc
    .tuple(...fields)
    .map((values) => Object.fromEntries(members.map(([name], index) => [name, values[index]] as const)))
    .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);
};

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** `Filter.1.Value.2=x`: as EC2 numbers lists, and as the other query services do. */
const parametersOf = (value: unknown, path: string, isEc2: boolean): readonly (readonly [string, string])[] => {
  if (Array.isArray(value))
    return value.flatMap((item, index) => parametersOf(item, `${path}.${isEc2 ? '' : 'member.'}${index + 1}`, isEc2));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, each]) =>
      parametersOf(each, path === '' ? key : `${path}.${key}`, isEc2),
    );
  return value === null || value === undefined ? [] : [[path, textOf(value)]];
};

const namedAsQuery = (schema: NormalizedSchema, value: Record<string, unknown>, isEc2: boolean) => {
  const names = new Map(
    [...schema.structIterator()].map(([name, member]) => {
      const traits = member.getMergedTraits();
      const xmlName = traits.xmlName?.toString() ?? name;
      return [name, isEc2 ? ((traits.ec2QueryName as string | undefined) ?? capitalised(xmlName)) : xmlName];
    }),
  );
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [names.get(name) ?? name, each]));
};

const textOf = (each: unknown): string => (typeof each === 'string' ? each : JSON.stringify(each));

const encoded = (each: unknown): string => encodeURIComponent(textOf(each).toWellFormed());

const requestFor = ({ api, operation }: Action, input: Record<string, unknown>): WireRequest => {
  const { name, protocol, target, jsonVersion } = api.service;
  if (protocol === 'awsJson') {
    const headers = {
      'x-amz-target': `${target}.${operation.name}`,
      'content-type': `application/x-amz-json-${jsonVersion}`,
    };
    return request(name, { headers, body: JSON.stringify(input) });
  }
  if (protocol === 'restJson') {
    const { method = 'POST', path = '/' } = operation.http ?? {};
    const filled = path.replaceAll(/\{(\w+)\+?\}/g, (_all, label: string) => encoded(input[label] ?? 'f'));
    const query = Object.entries(input).flatMap(([key, each]) =>
      typeof each === 'string' ? [`${encoded(key)}=${encoded(each)}`] : [],
    );
    const sent = query.length === 0 ? filled : `${filled}${filled.includes('?') ? '&' : '?'}${query.join('&')}`;
    return request(name, { method, path: sent, ...(method === 'GET' ? {} : { body: JSON.stringify(input) }) });
  }
  const isEc2 = protocol === 'ec2Query';
  const parameters = parametersOf(namedAsQuery(operation.input, input, isEc2), '', isEc2);
  const form = parameters.map(([key, each]) => `${encoded(key)}=${encoded(each)}`);
  return request(name, { headers: FORM, body: [`Action=${operation.name}`, 'Version=1', ...form].join('&') });
};

/** What a client sends for one of these actions: of the right form, and with anything in it. */
export const plausible = (actions: readonly Action[]): fc.Arbitrary<WireRequest> =>
  fc
    .constantFrom(...actions)
    .chain((action) =>
      (action.operation.input.isUnitSchema()
        ? fc.constant<Record<string, unknown>>({})
        : structOf(action.operation.input, 0)
      ).map((input) => requestFor(action, input)),
    );

const bytesOf = (body: string): Uint8Array => new Uint8Array(Buffer.from(body, 'utf8'));

/** A request that something happened to: its body cut off or overwritten, its path, a header. */
export const damaged = (whole: fc.Arbitrary<WireRequest>): fc.Arbitrary<WireRequest> =>
  whole.chain((sent) =>
    fc.oneof(
      mangled(fc.constant(Buffer.from(sent.body).toString('utf8'))).map((body) => ({ ...sent, body: bytesOf(body) })),
      mangled(fc.constant(sent.path)).map((path) => ({ ...sent, path })),
      hostileText.map((path) => ({ ...sent, path: `/?${path}` })),
      fc.uint8Array({ maxLength: 200 }).map((body) => ({ ...sent, body: new Uint8Array(body) })),
      fc.constantFrom('PUT', 'GET', 'DELETE', 'PATCH', '').map((method) => ({ ...sent, method })),
      fc
        .tuple(fc.constantFrom(...Object.keys(sent.headers), 'content-type', 'x-amz-target'), hostileText)
        .map(([name, value]) => ({ ...sent, headers: { ...sent.headers, [name]: value } })),
      mangled(fc.constant(sent.headers.authorization ?? '')).map((authorization) => ({
        ...sent,
        headers: { ...sent.headers, authorization },
      })),
      hostileJson(...NAMES).map((body) => ({ ...sent, body: bytesOf(body) })),
    ),
  );

/** What never was a request of AWS. */
export const noise: fc.Arbitrary<WireRequest> = fc
  .record({
    method: fc.oneof(fc.constantFrom('GET', 'POST', 'OPTIONS'), hostileText),
    path: fc.oneof(
      hostileText,
      fc.webPath({ size: 'small' }).map((path) => `/${path}`),
    ),
    headers: fc.dictionary(
      fc.constantFrom('authorization', 'x-amz-target', 'content-type', 'host', '__proto__', 'x-amz-date'),
      fc.oneof(
        hostileText,
        fc.constantFrom(...wireServiceNames).map((name) => `Credential=a/b/c/${name}/aws4_request`),
      ),
      { maxKeys: 4, noNullPrototype: true },
    ),
    body: fc.uint8Array({ maxLength: 100 }).map((bytes) => new Uint8Array(bytes)),
  })
  .map((sent) => sent);

/** The actions that a world models, of all services that the wire speaks. */
export const modelled = async (
  services: readonly { readonly name: string; readonly actions: Readonly<Record<string, unknown>> }[],
): Promise<readonly Action[]> => {
  const apis = await Promise.all(wireServiceNames.flatMap(wireServicesOf).map(loadApi));
  return services.flatMap(({ name, actions }) =>
    Object.keys(actions).flatMap((action) =>
      apis.flatMap((api) => {
        const operation = api.operations.get(action);
        return api.service.name === name && operation !== undefined ? [{ api, operation }] : [];
      }),
    ),
  );
};
