import { expressionIn, type Json } from './definition.ts';
import type { Diagnostic } from './definition-error.ts';
import { type ExpressionPlace, expressionFault } from './expression-rules.ts';
import { JSONPATH_FIELDS, NOT_MODELLED_FIELDS } from './state-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Gathers faults while a definition is looked through, so that a person sees all of them at once. */
export class Report {
  readonly faults: Diagnostic[] = [];

  schema(message: string, location: string): void {
    this.faults.push({ code: 'SCHEMA_VALIDATION_FAILED', message, location });
  }

  transition(message: string, location: string): void {
    this.faults.push({ code: 'MISSING_TRANSITION_TARGET', message, location });
  }

  /** The value as an object, or undefined with a fault. */
  object(value: unknown, location: string): Fields | undefined {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
    this.schema('Expected value of type Object', location);
    return undefined;
  }

  /** The value as a list that is not empty, or an empty list with a fault. */
  list(value: unknown, location: string): readonly unknown[] {
    if (Array.isArray(value) && value.length > 0) return value;
    this.schema(Array.isArray(value) ? 'Array must not be empty' : 'Expected value of type Array', location);
    return [];
  }

  string(value: unknown, location: string): value is string {
    if (typeof value === 'string' && value !== '') return true;
    this.schema('Expected value of type String', location);
    return false;
  }

  /** Faults each field that is not among those allowed; the words are AWS's. */
  onlyFields(object: Fields, allowed: readonly string[], location: string): void {
    for (const field of Object.keys(object)) {
      if (allowed.includes(field)) continue;
      if (JSONPATH_FIELDS.includes(field)) {
        this.schema(
          `The QueryLanguage is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath' QueryLanguage`,
          location,
        );
      } else if (Object.hasOwn(NOT_MODELLED_FIELDS, field)) {
        this.schema(`Field '${field}' is not supported here. ${NOT_MODELLED_FIELDS[field]}`, location);
      } else {
        this.schema(`Field '${field}' is not supported`, location);
      }
    }
  }

  /** Faults every expression in a value, at any depth, that AWS would refuse. */
  expressions(value: unknown, location: string, place: ExpressionPlace): void {
    if (typeof value === 'string') {
      const expression = expressionIn(value);
      if (expression === undefined) {
        if (value.startsWith('{%') || value.endsWith('%}')) {
          this.schema('A JSONata expression must begin with {% and end with %}', location);
        }
        return;
      }
      const fault = expressionFault(expression, place);
      if (fault !== undefined) this.faults.push({ ...fault, location });
    } else if (Array.isArray(value)) {
      for (const [index, item] of (value as Json[]).entries()) this.expressions(item, `${location}[${index}]`, place);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) this.expressions(member, `${location}/${key}`, place);
    }
  }
}
