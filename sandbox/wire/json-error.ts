import { JsonCodec2 } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { AwsError } from '../services/errors.ts';
import type { ErrorShape } from './api.ts';

const EPOCH_SECONDS = 7;

/** Writes an SDK value as JSON by its schema: `Date` as seconds since the epoch, `Uint8Array` as base64. */
export const writeJson = (schema: NormalizedSchema, value: unknown, usesJsonName: boolean): string => {
  if (schema.isUnitSchema()) return '{}';
  const codec = new JsonCodec2({
    timestampFormat: { useTrait: true, default: EPOCH_SECONDS },
    httpBindings: usesJsonName,
    jsonName: usesJsonName,
  });
  const serializer = codec.createSerializer();
  serializer.write(schema, value ?? {});
  const { buffer, byteOffset, byteLength } = serializer.flush();
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
};

/** `message` or `Message`, as the model spells it: Lambda's errors have the capital. */
const messageMember = (shape: ErrorShape): string => {
  const names = [...shape.schema.structIterator()].map(([name]) => name);
  return names.find((name) => name.toLowerCase() === 'message') ?? 'message';
};

/** An error's members by its schema, where the model has it; else the message and whatever the action gave. */
export const errorMembers = (
  shape: ErrorShape | undefined,
  error: AwsError,
  usesJsonName: boolean,
): Record<string, unknown> => {
  if (shape === undefined) return { message: error.message, ...error.members };
  const name = messageMember(shape);
  const written = writeJson(shape.schema, { ...error.members, [name]: error.message }, usesJsonName);
  return { [name]: error.message, ...(JSON.parse(written) as Record<string, unknown>) };
};
