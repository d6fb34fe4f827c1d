import { NormalizedSchema } from '@smithy/core/schema';
import { type WireService, wireServiceNames, wireServicesOf } from './catalogue.ts';

/** Where an operation of a REST API is found: `["POST", "/2015-03-31/functions/{FunctionName}/invocations", 200]`. */
export interface HttpBinding {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** One operation of a service's API, as the SDK's schema states it. */
export interface Operation {
  readonly name: string;
  readonly http: HttpBinding | undefined;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

/** An error that the API's model names. */
export interface ErrorShape {
  /** The shape's name, e.g. `QueueDoesNotExist`. */
  readonly name: string;
  /** With its namespace, e.g. `com.amazonaws.sqs#QueueDoesNotExist`. */
  readonly qualifiedName: string;
  /** What awsQuery calls it, e.g. `AWS.SimpleQueueService.NonExistentQueue`; the shape's name where the model says nothing else. */
  readonly queryCode: string;
  /** The status that the model gives it, 500 for a server's fault without one; undefined leaves it to the action. */
  readonly status: number | undefined;
  readonly schema: NormalizedSchema;
}

/** A service with the schema of all its operations and errors. */
export interface Api {
  readonly service: WireService;
  readonly operations: ReadonlyMap<string, Operation>;
  /** By shape name and by query code. */
  readonly errors: ReadonlyMap<string, ErrorShape>;
}

/** `[9, namespace, name, traits, () => input, () => output]`. */
type OperationSchema = readonly [9, string, string, object | number, SchemaRef, SchemaRef];
/** `[-3, namespace, name, traits, ...]`. */
type ErrorSchema = readonly [-3, string, string, object | number, ...unknown[]];
type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

const isSchema = (value: unknown, kind: number): boolean => Array.isArray(value) && value[0] === kind;

const httpOf = (traits: OperationSchema[3]): HttpBinding | undefined => {
  const binding = (traits as { http?: readonly [string, string, number] }).http;
  return binding === undefined ? undefined : { method: binding[0], path: binding[1], status: binding[2] };
};

/** Schemas are normalised when an operation is first asked for: EC2 has over 700 of them. */
const operationOf = ([, , name, traits, input, output]: OperationSchema): Operation => {
  let normalInput: NormalizedSchema | undefined;
  let normalOutput: NormalizedSchema | undefined;
  return {
    name,
    http: httpOf(traits),
    get input() {
      normalInput ??= NormalizedSchema.of(input);
      return normalInput;
    },
    get output() {
      normalOutput ??= NormalizedSchema.of(output);
      return normalOutput;
    },
  };
};

const errorOf = (schema: ErrorSchema): ErrorShape => {
  const [, namespace, name] = schema;
  const normal = NormalizedSchema.of(schema as unknown as SchemaRef);
  const traits = normal.getMergedTraits();
  const query = traits.awsQueryError as readonly [string, number] | undefined;
  const status = query?.[1] ?? (traits.httpError as number | undefined);
  return {
    name,
    qualifiedName: `${namespace}#${name}`,
    queryCode: query?.[0] ?? name,
    status: status ?? (traits.error === 'server' ? 500 : undefined),
    schema: normal,
  };
};

const readApi = (service: WireService, exported: object): Api => {
  const operations = new Map<string, Operation>();
  const errors = new Map<string, ErrorShape>();
  for (const [key, value] of Object.entries(exported)) {
    if (!key.endsWith('$')) continue;
    if (isSchema(value, 9)) {
      const operation = operationOf(value as OperationSchema);
      operations.set(operation.name, operation);
    } else if (isSchema(value, -3)) {
      const error = errorOf(value as ErrorSchema);
      errors.set(error.name, error);
      errors.set(error.queryCode, error);
    }
  }
  return { service, operations, errors };
};

const loaded = new Map<WireService, Api>();

/** The service's API if it was loaded before: a request for it then waits for nothing outside the virtual world. */
export const loadedApi = (service: WireService): Api | undefined => loaded.get(service);

/** Imports the service's SDK package once and reads its schemas; EC2's takes about a third of a second. */
export const loadApi = async (service: WireService): Promise<Api> => {
  const exported = await service.load();
  const api = loaded.get(service) ?? readApi(service, exported);
  loaded.set(service, api);
  return api;
};

/**
 * Loads the APIs of all services, or of those named. A world on virtual time calls this before it starts: an import takes
 * real time, so two first requests could otherwise come out in another order the next time.
 *
 * @throws Error for a name that the wire does not speak.
 */
export const preloadApis = async (names: readonly string[] = wireServiceNames): Promise<void> => {
  for (const name of names) {
    const services = wireServicesOf(name);
    if (services.length === 0) {
      throw new Error(`The wire has no codec for the service "${name}"; it speaks ${wireServiceNames.join(', ')}.`);
    }
    for (const service of services) await loadApi(service);
  }
};

/** The members that the model requires: schemas list them first and give their number as the seventh element. */
export const requiredMembers = (schema: NormalizedSchema): readonly string[] => {
  const raw = schema.getSchema() as unknown as readonly unknown[];
  const count = raw[6];
  return typeof count === 'number' ? (raw[4] as readonly string[]).slice(0, count) : [];
};
