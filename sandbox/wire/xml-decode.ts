import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../services/errors.ts';
import { requiredMembers } from './api.ts';
import type { Missing } from './refusals.ts';
import { NotOfType, readText } from './scalars.ts';
import { readXml, type XmlElement, XmlError } from './xml-read.ts';

/** A body that is no XML or does not fit the model, as Route 53 words it: https://github.com/pcorliss/ruby_route_53/issues/35 */
const invalidXml = (message: string): AwsError => new AwsError('InvalidInput', `Invalid XML ; ${message}`);

const wireName = (name: string, member: NormalizedSchema): string =>
  member.getMergedTraits().xmlName?.toString() ?? name;

/** Turns elements into the SDK's input types by the schema. Collects what is missing. */
export class XmlReader {
  readonly missing: Missing[] = [];

  /**
   * @param only - the members to read; default: all. What is not read is not missing either.
   * @throws AwsError `InvalidInput` for a value that is not of its type, or an element that comes twice.
   */
  struct(
    schema: NormalizedSchema,
    element: XmlElement | undefined,
    path = '',
    only?: ReadonlySet<string>,
  ): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const required = new Set(requiredMembers(schema));
    for (const [name, member] of schema.structIterator()) {
      if (only !== undefined && !only.has(name)) continue;
      const called = wireName(name, member);
      const found = element?.children.filter((child) => child.name === called) ?? [];
      const [first] = found;
      if (first === undefined) {
        if (required.has(name)) this.missing.push({ path: path === '' ? called : `${path}.${called}` });
        continue;
      }
      if (found.length > 1) {
        throw invalidXml(
          `cvc-complex-type.2.4.d: Invalid content was found starting with element '${called}'. No child element is expected at this point.`,
        );
      }
      value[name] = this.read(member, first, path === '' ? called : `${path}.${called}`);
    }
    return value;
  }

  /** @throws AwsError `InvalidInput` */
  read(schema: NormalizedSchema, element: XmlElement, path: string): unknown {
    if (schema.isStructSchema()) return this.struct(schema, element, path);
    if (schema.isListSchema()) {
      const item = schema.getValueSchema();
      const called = item.getMergedTraits().xmlName?.toString() ?? 'member';
      return element.children
        .filter((child) => child.name === called)
        .map((child, index) => this.read(item, child, `${path}.${index + 1}`));
    }
    try {
      return readText(schema, element.text);
    } catch (error) {
      if (error instanceof NotOfType) {
        throw invalidXml(`cvc-datatype-valid.1.2.1: '${error.text}' is not a valid value for '${element.name}'.`);
      }
      throw error;
    }
  }
}

/**
 * The root element of a request's body.
 *
 * @throws AwsError `InvalidInput` where the body is no XML.
 */
export const rootOf = (body: string): XmlElement => {
  try {
    return readXml(body);
  } catch (error) {
    if (error instanceof XmlError) throw invalidXml(error.message);
    throw error;
  }
};
