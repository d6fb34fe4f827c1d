import jsonata from 'jsonata';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../random.ts';
import { expressionIn, type Json } from './definition.ts';
import { statesFunctions } from './jsonata-functions.ts';
import { EvaluationError } from './state-error.ts';

/** What an expression may refer to: `$states` and the variables, by name. */
export type Bindings = Readonly<Record<string, unknown>>;

// AWS bounds both; a deeper expression, or one that never ends, would take this process down. The time is the machine's own
// and passes for everything that is evaluated meanwhile, so it is long: nothing that ends by itself may meet it.
const LIMITS = { stack: 500, timeout: 60_000 };

const compiled = new Map<string, jsonata.Expression>();
const compile = (expression: string): jsonata.Expression => {
  let found = compiled.get(expression);
  if (found === undefined) {
    found = jsonata(expression, LIMITS);
    if (compiled.size > 10_000) compiled.clear();
    compiled.set(expression, found);
  }
  return found;
};

/** What a field that takes one type only gives. */
interface TypedJson {
  readonly array: Json[];
  readonly boolean: boolean;
  readonly number: number;
  readonly string: string;
}

/** The name that AWS gives to a value's type: `array`, `boolean`, `null`, `number`, `object` or `string`. */
const typeName = (value: Json): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

const isFunction = (value: unknown): boolean =>
  typeof value === 'function' ||
  (typeof value === 'object' &&
    value !== null &&
    ('_jsonata_function' in value || '_jsonata_lambda' in value || value instanceof RegExp));

/** Numbers that JSON cannot hold become the strings that AWS answers: `1/0` is `"Infinity"`. */
const plain = (value: unknown): Json =>
  JSON.parse(
    JSON.stringify(value, (_key, member: unknown) =>
      typeof member === 'number' && !Number.isFinite(member) ? String(member) : isFunction(member) ? '' : member,
    ),
  ) as Json;

const describeFailure = (failure: unknown): string => {
  const { code, message } = failure as { code?: unknown; message?: unknown };
  if (code === 'D1011') {
    return ': Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive';
  }
  return typeof code === 'string' ? `. ${code}: ${String(message)}` : `: ${String(message)}`;
};

/**
 * Evaluates JSONata as Step Functions does: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html.
 * Time and chance come from the world's clock and dice.
 */
export class Evaluator {
  readonly #functions: Readonly<Record<string, unknown>>;

  constructor(clock: Clock, random: Random) {
    this.#functions = statesFunctions(clock, random, (millis, picture, zone) =>
      compile('$fromMillis($millis, $picture, $zone)').evaluate(undefined, { millis, picture, zone }),
    );
  }

  /**
   * @param expression without its `{%` and `%}`
   * @param field how an error names the place, e.g. `Output/result`
   * @throws EvaluationError where it throws or returns nothing that JSON can hold
   */
  async expression(expression: string, field: string, bindings: Bindings): Promise<Json> {
    const subject = `The JSONata expression '${expression}' specified for the field '${field}'`;
    let value: unknown;
    let failure: unknown;
    try {
      value = await compile(expression).evaluate(undefined, { ...this.#functions, ...bindings });
    } catch (thrown) {
      failure = thrown;
    }
    if (failure !== undefined) {
      throw new EvaluationError(field, `${subject} threw an error during evaluation${describeFailure(failure)}`);
    }
    if (value === undefined) throw new EvaluationError(field, `${subject} returned nothing (undefined).`);
    if (isFunction(value)) throw new EvaluationError(field, `${subject} returned an unsupported result type.`);
    return plain(value);
  }

  /** Every expression in a value, at any depth; what is no expression stands for itself. */
  async template(template: Json, field: string, bindings: Bindings): Promise<Json> {
    const expression = expressionIn(template);
    if (expression !== undefined) return this.expression(expression, field, bindings);
    if (Array.isArray(template)) {
      const items: Json[] = [];
      for (const [index, item] of template.entries()) {
        items.push(await this.template(item, `${field}[${index}]`, bindings));
      }
      return items;
    }
    if (typeof template === 'object' && template !== null) {
      const members: [string, Json][] = [];
      for (const [key, member] of Object.entries(template)) {
        members.push([key, await this.template(member, `${field}/${key}`, bindings)]);
      }
      return Object.fromEntries(members);
    }
    return template;
  }

  /**
   * A field that takes one type only, such as `Condition`, `Seconds` or `Items`.
   *
   * @throws EvaluationError also where the result is of another type
   */
  async typed<T extends keyof TypedJson>(
    value: Json,
    type: T,
    field: string,
    bindings: Bindings,
  ): Promise<TypedJson[T]> {
    const result = await this.template(value, field, bindings);
    if (typeName(result) === type) return result as TypedJson[T];
    // Only expressions get here: a literal's type was checked with its definition.
    throw new EvaluationError(
      field,
      `The JSONata expression '${expressionIn(value) ?? JSON.stringify(value)}' specified for the field '${field}' returned an unexpected result type. ` +
        `Expected '${type}', but was '${typeName(result)}' for value: ${JSON.stringify(result)}`,
    );
  }
}

/** Parses an expression without evaluating it; the message is JSONata's own. */
export const parseExpression = (expression: string): { ast: jsonata.ExprNode } | { message: string } => {
  try {
    return { ast: compile(expression).ast() };
  } catch (failure) {
    return { message: String((failure as { message?: unknown }).message) };
  }
};
