import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';

const ISO_TIMESTAMP = 5;

/** What every document begins with. */
export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

const escaped = (value: string): string => value.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** An element that holds a text. */
export const xmlElement = (name: string, value: string): string => `<${name}>${escaped(value)}</${name}>`;

/** A structure's members as XML, without the element around them; timestamps are ISO 8601. */
export const xmlMembers = (schema: NormalizedSchema, value: unknown): string => {
  if (schema.isUnitSchema()) return '';
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: ISO_TIMESTAMP },
    httpBindings: false,
    xmlNamespace: '',
    serviceNamespace: '',
  });
  serializer.write(schema, value ?? {});
  const xml = String(serializer.flush());
  return xml.endsWith('/>') && xml.indexOf('>') === xml.length - 1
    ? ''
    : xml.slice(xml.indexOf('>') + 1, xml.lastIndexOf('</'));
};
