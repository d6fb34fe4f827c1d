import { intrinsicOf, isRecord, type Properties } from './template.ts';

/**
 * What the sandbox does with a property: `used` makes a difference, `accepted` makes none and is reported so; an object or
 * a list of one says it for the members of a structure. A property that has no rule is refused.
 */
export type PropertyRule = 'used' | 'accepted' | readonly [PropertyRule] | PropertyRules;
export interface PropertyRules {
  readonly [property: string]: PropertyRule;
}

/** The same rule for several properties: `each('used', 'Name', 'Description')`. */
export const each = (rule: PropertyRule, ...names: readonly string[]): PropertyRules =>
  Object.fromEntries(names.map((name) => [name, rule]));

/** Paths of properties such as `Targets.DeadLetterConfig`, each once, in order. */
export interface PropertyReport {
  readonly unknown: ReadonlySet<string>;
  readonly accepted: ReadonlySet<string>;
}

/** The properties without those that are accepted: services are not asked for what they do not do. */
export const withoutAccepted = (properties: Properties, rules: PropertyRules): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => rules[name] !== 'accepted'));

/**
 * Holds a resource's properties, as the template has them, against the rules of its type.
 *
 * @param holds whether a condition of the template holds: of an Fn::If only the branch that counts is judged.
 */
export const judgeProperties = (
  properties: Properties,
  rules: PropertyRules,
  holds: (condition: string) => boolean,
): PropertyReport => {
  const unknown = new Set<string>();
  const accepted = new Set<string>();

  const judge = (value: unknown, rule: PropertyRule, path: string): void => {
    const [name, argument] = intrinsicOf(value) ?? [];
    if (name === 'Fn::If' && Array.isArray(argument)) {
      judge(argument[holds(String(argument[0])) ? 1 : 2], rule, path);
    } else if (name === 'Ref' && argument === 'AWS::NoValue') {
      // The property is not there.
    } else if (rule === 'accepted') {
      accepted.add(path);
    } else if (rule === 'used' || name !== undefined) {
      // The value of any other function is known only at deployment, and is a text or a list of texts in all that CDK writes.
    } else if (isList(rule)) {
      for (const entry of Array.isArray(value) ? value : [value]) judge(entry, rule[0], path);
    } else if (isRecord(value)) {
      for (const [member, entry] of Object.entries(value)) {
        const inner = path === '' ? member : `${path}.${member}`;
        const memberRule = Object.hasOwn(rule, member) ? rule[member] : undefined;
        if (memberRule === undefined) unknown.add(inner);
        else judge(entry, memberRule, inner);
      }
    }
  };

  judge(properties, rules, '');
  return { unknown, accepted };
};

const isList = (rule: PropertyRules | readonly [PropertyRule]): rule is readonly [PropertyRule] => Array.isArray(rule);
