import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredMembers } from './api.ts';
import type { WireService } from './catalogue.ts';
import { type Missing, malformedParameter, missingMembers, unknownParameter } from './refusals.ts';
import { NotOfType, readText } from './scalars.ts';

/** `Filter.1.Value.2=x` as a tree: a parameter's name is a path. */
interface Parameter {
  readonly path: string;
  text: string | undefined;
  readonly parts: Map<string, Parameter>;
}

const parameter = (path: string): Parameter => ({ path, text: undefined, parts: new Map() });

const readTree = (parameters: URLSearchParams): Parameter => {
  const root = parameter('');
  for (const [name, text] of parameters) {
    let at = root;
    for (const part of name.split('.')) {
      let next = at.parts.get(part);
      if (next === undefined) {
        next = parameter(at.path === '' ? part : `${at.path}.${part}`);
        at.parts.set(part, next);
      }
      at = next;
    }
    at.text = text;
  }
  return root;
};

/** The numbered parts in numeric order; AWS minds neither gaps nor the order in which they are sent. */
const numbered = (node: Parameter): readonly Parameter[] =>
  [...node.parts]
    .filter(([part]) => /^\d+$/.test(part))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);

const firstLeaf = (node: Parameter): Parameter => {
  let leaf = node;
  for (;;) {
    const [first] = leaf.parts.values();
    if (first === undefined || leaf.text !== undefined) return leaf;
    leaf = first;
  }
};

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Reads one request; collects what is missing, throws for what is malformed. */
class QueryReader {
  readonly missing: Missing[] = [];
  readonly #service: WireService;
  readonly #isEc2: boolean;

  constructor(service: WireService) {
    this.#service = service;
    this.#isEc2 = service.protocol === 'ec2Query';
  }

  struct(schema: NormalizedSchema, node: Parameter): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const known = new Set<string>();
    const required = new Set(requiredMembers(schema));
    for (const [name, member] of schema.structIterator()) {
      const wireName = this.#memberName(name, member);
      known.add(wireName);
      const found = node.parts.get(wireName);
      if (found !== undefined) value[name] = this.#read(member, found);
      else if (required.has(name)) this.missing.push({ path: this.#missingPath(node, wireName) });
    }
    if (this.#isEc2) this.#refuseUnknown(node, (part) => known.has(part));
    return value;
  }

  #read(schema: NormalizedSchema, node: Parameter): unknown {
    if (schema.isStructSchema()) return this.struct(schema, node);
    if (schema.isListSchema()) return this.#list(schema, node);
    if (schema.isMapSchema()) return this.#map(schema, node);
    const { text } = node;
    if (text === undefined) {
      throw this.#isEc2 ? unknownParameter(firstLeaf(node).path) : this.#malformed(node.path, '', 'a single value');
    }
    try {
      return readText(schema, text);
    } catch (error) {
      if (error instanceof NotOfType) throw this.#malformed(node.path, text, error.expected);
      throw error;
    }
  }

  /** ec2Query numbers a list's items directly; awsQuery puts `member` (or the item's own name) between, unless flattened. */
  #list(schema: NormalizedSchema, node: Parameter): readonly unknown[] {
    const item = schema.getValueSchema();
    const isFlat = this.#isEc2 || schema.getMergedTraits().xmlFlattened !== undefined;
    const holder = isFlat ? node : node.parts.get(item.getMergedTraits().xmlName?.toString() ?? 'member');
    if (this.#isEc2) this.#refuseUnknown(node, (part) => /^\d+$/.test(part));
    if (node.text !== undefined && node.text !== '') throw this.#malformed(node.path, node.text, 'a list');
    return holder === undefined ? [] : numbered(holder).map((each) => this.#read(item, each));
  }

  #map(schema: NormalizedSchema, node: Parameter): Record<string, unknown> {
    const key = schema.getKeySchema();
    const value = schema.getValueSchema();
    const isFlat = schema.getMergedTraits().xmlFlattened !== undefined;
    const holder = isFlat ? node : node.parts.get('entry');
    const entries: [string, unknown][] = [];
    for (const entry of holder === undefined ? [] : numbered(holder)) {
      const keyNode = entry.parts.get(key.getMergedTraits().xmlName?.toString() ?? 'key');
      const valueNode = entry.parts.get(value.getMergedTraits().xmlName?.toString() ?? 'value');
      if (keyNode?.text === undefined) throw this.#malformed(entry.path, '', 'an entry with a key');
      if (valueNode !== undefined) entries.push([keyNode.text, this.#read(value, valueNode)]);
    }
    return Object.fromEntries(entries);
  }

  #memberName(name: string, member: NormalizedSchema): string {
    const traits = member.getMergedTraits();
    const xmlName = traits.xmlName?.toString() ?? name;
    return this.#isEc2 ? ((traits.ec2QueryName as string | undefined) ?? capitalised(xmlName)) : xmlName;
  }

  #missingPath(node: Parameter, wireName: string): string {
    const path = node.path === '' ? wireName : `${node.path}.${wireName}`;
    if (this.#service.missing === 'parameter') return path;
    return path
      .split('.')
      .map((part) => part.charAt(0).toLowerCase() + part.slice(1))
      .join('.');
  }

  #refuseUnknown(node: Parameter, isKnown: (part: string) => boolean): void {
    for (const [part, child] of node.parts) if (!isKnown(part)) throw unknownParameter(firstLeaf(child).path);
  }

  #malformed(name: string, text: string, expected: string): Error {
    return malformedParameter(this.#service, name, text, expected);
  }
}

const ENVELOPE = ['Action', 'Version'];
/** A request that is signed in its query carries these beside its parameters. */
const isSignature = (name: string): boolean => /^X-Amz-/i.test(name);

/**
 * Reads the parameters of an ec2Query or awsQuery request as the operation's input.
 *
 * `Filter.1.Name=vpc-endpoint-state&Filter.1.Value.1=available` becomes
 * `{ Filters: [{ Name: 'vpc-endpoint-state', Values: ['available'] }] }`.
 *
 * @throws AwsError `MissingParameter`, `ValidationError`; `UnknownParameter` and `InvalidParameterValue` for EC2.
 * @see https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export const decodeQuery = (service: WireService, schema: NormalizedSchema, parameters: URLSearchParams): unknown => {
  const own = new URLSearchParams([...parameters].filter(([name]) => !ENVELOPE.includes(name) && !isSignature(name)));
  const root = readTree(own);
  const [first] = root.parts.values();
  if (schema.isUnitSchema()) {
    if (service.protocol === 'ec2Query' && first !== undefined) throw unknownParameter(firstLeaf(first).path);
    return {};
  }
  const reader = new QueryReader(service);
  const value = reader.struct(schema, root);
  if (reader.missing.length > 0) throw missingMembers(service, true, reader.missing);
  return value;
};
