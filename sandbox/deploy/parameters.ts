import { DeploymentError } from './deployment-error.ts';
import type { TemplateParameter } from './template.ts';

/** What CDK's bootstrap stack would have written: any version that satisfies the template's rule. */
const BOOTSTRAP_VERSION = '30';

const parameterValue = (name: string, { Type, Default }: TemplateParameter, given: string | undefined): unknown => {
  const value = given ?? Default;
  if (Type.startsWith('AWS::SSM::Parameter::')) {
    if (given !== undefined) return given;
    if (typeof Default === 'string' && /^\/cdk-bootstrap\/[^/]+\/version$/.test(Default)) return BOOTSTRAP_VERSION;
    throw new DeploymentError(
      `The parameter ${name} is read from SSM (${String(Default)}): give its value at deployment.`,
    );
  }
  if (value === undefined)
    throw new DeploymentError(`The parameter ${name} has no default: give its value at deployment.`);
  const isList = Type === 'CommaDelimitedList' || Type.startsWith('List<');
  return isList && typeof value === 'string' ? value.split(',').map((entry) => entry.trim()) : String(value);
};

/**
 * The value of every parameter of a template: what was given, else the default.
 *
 * @throws DeploymentError for a value that is missing, not allowed, or given to a parameter that does not exist.
 */
export const resolveParameters = (
  declared: Readonly<Record<string, TemplateParameter>>,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, unknown> => {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(declared, name));
  if (unknown !== undefined) {
    throw new DeploymentError(
      `The template has no parameter ${unknown}. It has ${Object.keys(declared).join(', ') || 'none'}.`,
    );
  }
  return new Map(
    Object.entries(declared).map(([name, parameter]) => {
      const value = parameterValue(name, parameter, given[name]);
      const allowed = parameter.AllowedValues?.map(String);
      if (allowed !== undefined && !allowed.includes(String(value))) {
        throw new DeploymentError(`The parameter ${name} is ${String(value)}: it may be ${allowed.join(', ')}.`);
      }
      return [name, value];
    }),
  );
};
