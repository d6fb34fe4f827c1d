import { DeploymentError } from './deployment-error.ts';
import { attributeOf, intrinsicOf, isRecord, type Properties, substitutions, type Template } from './template.ts';

/** What Ref and Fn::GetAtt answer for a resource. */
export interface ResourceValues {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a template's expressions may refer to. */
export interface Scope {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, unknown>;
  /** `AWS::Region` and its like. */
  readonly pseudo: Readonly<Record<string, unknown>>;
  /** The resources made so far, by logical id. */
  readonly resources: ReadonlyMap<string, ResourceValues>;
}

/** What `AWS::NoValue` gives: the property, or the entry of the list, is left out. */
const NOTHING = Symbol('AWS::NoValue');

type Evaluate = (argument: unknown, where: string) => unknown;

/**
 * Evaluates a template's intrinsic functions.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export class Resolver {
  readonly #scope: Scope;
  readonly #conditions = new Map<string, boolean>();
  readonly #functions: Readonly<Record<string, Evaluate>> = {
    Ref: (argument, where) => this.#ref(String(argument), where),
    Condition: (argument) => this.condition(String(argument)),
    'Fn::GetAtt': (argument, where) => this.#attribute(argument, where),
    'Fn::Join': (argument, where) => {
      const [separator, parts] = this.#list(argument, 2, where);
      return this.#list(parts, undefined, where).map(String).join(String(separator));
    },
    'Fn::Sub': (argument, where) => this.#substitute(argument, where),
    'Fn::Select': (argument, where) => {
      const [index, list] = this.#list(argument, 2, where);
      const chosen = this.#list(list, undefined, where)[Number(index)];
      if (chosen === undefined) throw new DeploymentError(`${where}: Fn::Select finds nothing at ${String(index)}.`);
      return chosen;
    },
    'Fn::Split': (argument, where) => {
      const [separator, text] = this.#list(argument, 2, where);
      return String(text).split(String(separator));
    },
    'Fn::If': (argument, where) => {
      const [name, whenTrue, whenFalse] = argument as readonly unknown[];
      return this.#evaluate(this.condition(String(name)) ? whenTrue : whenFalse, where);
    },
    'Fn::Equals': (argument, where) => {
      const [left, right] = this.#list(argument, 2, where);
      return String(left) === String(right);
    },
    'Fn::And': (argument, where) => this.#list(argument, undefined, where).every(isTrue),
    'Fn::Or': (argument, where) => this.#list(argument, undefined, where).some(isTrue),
    'Fn::Not': (argument, where) => !isTrue(this.#list(argument, 1, where)[0]),
    'Fn::FindInMap': (argument, where) => this.#findInMap(argument, where),
    'Fn::GetAZs': () => ['a', 'b', 'c'].map((zone) => `${String(this.#scope.pseudo['AWS::Region'])}${zone}`),
    'Fn::Base64': (argument, where) => Buffer.from(String(this.#evaluate(argument, where))).toString('base64'),
  };

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /**
   * The value of an expression, intrinsic functions done and `AWS::NoValue` left out.
   *
   * @param where for messages: `Queue Intake (AWS::SQS::Queue)`.
   * @throws DeploymentError for a function that is not modelled and for references that lead nowhere.
   */
  resolve(value: unknown, where: string): unknown {
    const result = this.#evaluate(value, where);
    return result === NOTHING ? undefined : result;
  }

  /** @throws DeploymentError for a condition that the template does not have. */
  condition(name: string): boolean {
    const known = this.#conditions.get(name);
    if (known !== undefined) return known;
    const expression = this.#scope.template.Conditions?.[name];
    if (expression === undefined) throw new DeploymentError(`The template has no condition ${name}.`);
    const value = isTrue(this.#evaluate(expression, `Condition ${name}`));
    this.#conditions.set(name, value);
    return value;
  }

  #evaluate(value: unknown, where: string): unknown {
    if (Array.isArray(value)) {
      return value.map((entry) => this.#evaluate(entry, where)).filter((entry) => entry !== NOTHING);
    }
    if (typeof value === 'string' && value.includes('{{resolve:')) {
      throw new DeploymentError(`${where}: the dynamic reference ${value} is not modelled.`);
    }
    if (!isRecord(value)) return value;
    const intrinsic = intrinsicOf(value);
    if (intrinsic !== undefined && !isConditionBlock(intrinsic)) {
      const [name, argument] = intrinsic;
      const evaluate = Object.hasOwn(this.#functions, name) ? this.#functions[name] : undefined;
      if (evaluate === undefined) throw new DeploymentError(`${where}: ${name} is not modelled.`);
      return evaluate(argument, where);
    }
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, entry]) => [key, this.#evaluate(entry, where)] as const)
        .filter(([, entry]) => entry !== NOTHING),
    );
  }

  #list(argument: unknown, length: number | undefined, where: string): readonly unknown[] {
    const list = this.#evaluate(argument, where);
    if (!Array.isArray(list) || (length !== undefined && list.length !== length)) {
      const wanted = length === undefined ? 'a list' : `a list of ${length}`;
      throw new DeploymentError(`${where}: ${JSON.stringify(argument)} should be ${wanted}.`);
    }
    return list;
  }

  #ref(name: string, where: string): unknown {
    if (name === 'AWS::NoValue') return NOTHING;
    const { pseudo, parameters, resources } = this.#scope;
    if (Object.hasOwn(pseudo, name)) return pseudo[name];
    if (parameters.has(name)) return parameters.get(name);
    const resource = resources.get(name);
    if (resource === undefined) throw new DeploymentError(`${where} refers to ${name}, which the stack does not have.`);
    return resource.ref;
  }

  #attribute(argument: unknown, where: string): string {
    const [name, given] = attributeOf(argument);
    const attribute = String(this.#evaluate(given, where));
    const resource = this.#scope.resources.get(name);
    if (resource === undefined) throw new DeploymentError(`${where} refers to ${name}, which the stack does not have.`);
    const value = Object.hasOwn(resource.attributes, attribute) ? resource.attributes[attribute] : undefined;
    if (value === undefined) {
      const type = this.#scope.template.Resources?.[name]?.Type;
      const known = Object.keys(resource.attributes).join(', ') || 'none';
      throw new DeploymentError(
        `${where}: the attribute ${attribute} of ${name} (${type}) is not modelled. Known: ${known}.`,
      );
    }
    return value;
  }

  #substitute(argument: unknown, where: string): string {
    const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
    const variables = this.#evaluate(own, where) as Properties;
    const values = new Map(
      substitutions(String(text)).map((name) => {
        if (Object.hasOwn(variables, name)) return [name, variables[name]];
        return [name, name.includes('.') ? this.#attribute(name, where) : this.#ref(name, where)];
      }),
    );
    return String(text)
      .replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => String(values.get(name.trim())))
      .replace(/\$\{!/g, '${');
  }

  #findInMap(argument: unknown, where: string): unknown {
    const [map, first, second] = this.#list(argument, 3, where).map(String);
    const found = this.#scope.template.Mappings?.[map ?? '']?.[first ?? '']?.[second ?? ''];
    if (found === undefined) {
      throw new DeploymentError(`${where}: the mapping ${map} has nothing under ${first}, ${second}.`);
    }
    return found;
  }
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** A policy statement's element `Condition` holds an object; a reference to a template's condition holds its name. */
const isConditionBlock = ([name, argument]: readonly [string, unknown]): boolean =>
  name === 'Condition' && typeof argument !== 'string';
