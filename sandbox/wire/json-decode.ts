import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredMembers } from './api.ts';
import { type Missing, serialization } from './refusals.ts';
import { NotOfType, readBlob, readTimestamp } from './scalars.ts';

/** A value as `JSON.parse` gives it. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The name that the front end's error messages give to a token. */
const tokenOf = (value: JsonValue): string => {
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'number') return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
  return value === true ? 'TRUE_VALUE' : 'FALSE_VALUE';
};

const isObject = (value: JsonValue): value is { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws AwsError `SerializationException` for a list, a structure, or a value of another type. */
const wrongType = (value: JsonValue, wanted: string): Error => {
  if (Array.isArray(value)) return serialization('Start of list found where not expected');
  if (isObject(value)) return serialization('Start of structure or map found where not expected');
  return serialization(`${tokenOf(value)} can not be converted to ${wanted}`);
};

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** Turns parsed JSON into the SDK's input types: `Date`, `Uint8Array`; `null` is absent. Collects what is missing. */
export class JsonReader {
  readonly missing: Missing[] = [];
  /** REST-JSON members may have another name in JSON than in the model; JSON-RPC ones never have. */
  readonly #usesJsonName: boolean;

  constructor(usesJsonName: boolean) {
    this.#usesJsonName = usesJsonName;
  }

  /**
   * @param path where `value` stands, for messages: `entries.1.member`.
   * @throws AwsError `SerializationException`
   */
  read(schema: NormalizedSchema, value: JsonValue, path = ''): unknown {
    if (schema.isStructSchema()) return this.struct(schema, value, path);
    if (schema.isListSchema()) return this.#list(schema, value, path);
    if (schema.isMapSchema()) return this.#map(schema, value, path);
    if (schema.isDocumentSchema()) return value;
    return this.#simple(schema, value);
  }

  /** @param only the members to read; default: all. What is not read is not missing either. */
  struct(schema: NormalizedSchema, value: JsonValue, path = '', only?: ReadonlySet<string>): Record<string, unknown> {
    if (!isObject(value)) throw wrongType(value, 'a structure');
    const result: Record<string, unknown> = {};
    const required = new Set(requiredMembers(schema));
    for (const [name, member] of schema.structIterator()) {
      if (only !== undefined && !only.has(name)) continue;
      const jsonName = this.#usesJsonName ? (member.getMergedTraits().jsonName?.toString() ?? name) : name;
      const found = Object.hasOwn(value, jsonName) ? value[jsonName] : undefined;
      const at = path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
      if (found !== undefined && found !== null) result[name] = this.read(member, found, at);
      else if (required.has(name)) this.missing.push({ path: at });
    }
    return result;
  }

  #list(schema: NormalizedSchema, value: JsonValue, path: string): readonly unknown[] {
    if (!Array.isArray(value)) {
      throw isObject(value) ? wrongType(value, 'a list') : serialization('Expected list or null');
    }
    const item = schema.getValueSchema();
    const isSparse = schema.getMergedTraits().sparse !== undefined;
    return (value as readonly JsonValue[]).flatMap((each, index) => {
      if (each === null) return isSparse ? [null] : [];
      return [this.read(item, each, `${path}.${index + 1}.member`)];
    });
  }

  #map(schema: NormalizedSchema, value: JsonValue, path: string): Record<string, unknown> {
    if (!isObject(value)) throw wrongType(value, 'a map');
    const item = schema.getValueSchema();
    const entries = Object.entries(value).filter(([, each]) => each !== null);
    return Object.fromEntries(entries.map(([key, each]) => [key, this.read(item, each, `${path}.${key}.member`)]));
  }

  #simple(schema: NormalizedSchema, value: JsonValue): unknown {
    const isPrimitive = typeof value !== 'object';
    if (schema.isStringSchema()) {
      if (typeof value === 'string') return value;
      throw wrongType(value, 'a String');
    }
    if (schema.isBooleanSchema()) {
      if (typeof value === 'boolean') return value;
      throw wrongType(value, 'an Boolean');
    }
    if (schema.isNumericSchema() || schema.isBigDecimalSchema()) {
      if (typeof value === 'number') return value;
      throw wrongType(value, 'an Integer');
    }
    if (schema.isBigIntegerSchema()) {
      if (Number.isInteger(value)) return BigInt(value as number);
      throw wrongType(value, 'a BigInteger');
    }
    if (!isPrimitive || typeof value === 'boolean')
      throw wrongType(value, schema.isBlobSchema() ? 'a Blob' : 'a Timestamp');
    try {
      return schema.isBlobSchema() ? readBlob(String(value)) : readTimestamp(String(value));
    } catch (error) {
      if (error instanceof NotOfType) throw serialization(`${tokenOf(value)} is not ${error.expected}`);
      throw error;
    }
  }
}

/**
 * The request's body as JSON; an empty body is an empty object.
 *
 * @throws AwsError `SerializationException` where it is no JSON.
 */
export const parseJson = (body: Uint8Array): JsonValue => {
  if (body.byteLength === 0) return {};
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) as JsonValue;
  } catch (error) {
    throw serialization(`Could not parse request body into json: ${(error as Error).message}`);
  }
};

/** `null` is absent, wherever it stands. */
const withoutNulls = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).filter((each) => each !== null).map(withoutNulls);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutNulls(each)]));
};

/**
 * A structure that passes undecoded, as far as every service's front end reads one.
 *
 * @throws AwsError `SerializationException` for what is no structure.
 */
export const rawObject = (value: JsonValue): JsonValue => {
  if (!isObject(value)) throw wrongType(value, 'a structure');
  return withoutNulls(value);
};
