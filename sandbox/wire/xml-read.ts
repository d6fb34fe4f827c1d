/** An element of a document: what is not an element or its text does not matter to any service. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** All of its own text, entities read. */
  readonly text: string;
}

/** A document that is no XML, or XML that no service takes. */
export class XmlError extends Error {}

interface Open {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const NAME = /^[A-Za-z_][\w.:-]*$/;
/** A start tag may have attributes, each with a value in quotes; they are read over. */
const START = /^([A-Za-z_][\w.:-]*)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)$/;
/** More than any request nests. */
const DEEPEST = 64;
const LARGEST_CODE_POINT = 0x10_ff_ff;

const entity = (whole: string, name: string): string => {
  const numeric = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
  const code = numeric?.[1] === undefined ? Number(numeric?.[2]) : Number.parseInt(numeric[1], 16);
  if (numeric !== null && code <= LARGEST_CODE_POINT) return String.fromCodePoint(code);
  const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
  if (known === undefined) throw new XmlError(`The entity "${whole}" was referenced, but not declared.`);
  return known;
};

const unescaped = (text: string): string => {
  if (/&(?![#\w]+;)/.test(text)) throw new XmlError('The entity name must immediately follow the "&".');
  return text.replace(/&([#\w]+);/g, entity);
};

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Where the markup that starts at `at` ends, past its last sign. */
const endOf = (text: string, at: number, end: string): number => {
  const found = text.indexOf(end, at);
  if (found < 0) throw new XmlError('XML document structures must start and end within the same entity.');
  return found + end.length;
};

/**
 * Reads a document's elements; comments, instructions and attributes are passed over, namespaces are not looked at, and
 * declarations of entities are refused.
 *
 * @throws XmlError
 */
export const readXml = (text: string): XmlElement => {
  const root: Open = { name: '', children: [], text: '' };
  const open: Open[] = [root];
  const top = (): Open => open.at(-1) ?? root;
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('<', at);
    const plain = text.slice(at, next < 0 ? text.length : next);
    top().text += unescaped(plain);
    if (next < 0) break;
    if (text.startsWith('<!--', next)) at = endOf(text, next, '-->');
    else if (text.startsWith('<?', next)) at = endOf(text, next, '?>');
    else if (text.startsWith('<![CDATA[', next)) {
      at = endOf(text, next, ']]>');
      top().text += text.slice(next + '<![CDATA['.length, at - ']]>'.length);
    } else if (text.startsWith('<!', next)) throw new XmlError('DOCTYPE is disallowed.');
    else {
      at = endOf(text, next, '>');
      readTag(open, text.slice(next + 1, at - 1));
    }
  }
  const [only] = root.children;
  if (open.length > 1) throw new XmlError('XML document structures must start and end within the same entity.');
  if (only === undefined) throw new XmlError('Premature end of file.');
  if (root.children.length > 1 || root.text.trim() !== '') {
    throw new XmlError('The markup in the document following the root element must be well-formed.');
  }
  return only;
};

const readTag = (open: Open[], tag: string): void => {
  if (tag.startsWith('/')) {
    const name = tag.slice(1).trim();
    const closed = open.length > 1 ? open.pop() : undefined;
    if (closed === undefined || !NAME.test(name) || local(name) !== closed.name) {
      throw new XmlError(`The element type "${closed?.name ?? name}" must be terminated by the matching end-tag.`);
    }
    open.at(-1)?.children.push(closed);
    return;
  }
  const [, name, , slash] = START.exec(tag) ?? [];
  if (name === undefined) throw new XmlError('The content of elements must consist of well-formed character data.');
  const element: Open = { name: local(name), children: [], text: '' };
  if (slash === '/') open.at(-1)?.children.push(element);
  else open.push(element);
  if (open.length > DEEPEST) throw new XmlError('The document nests too deeply.');
};
