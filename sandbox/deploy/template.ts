/** JSON, as templates hold it. */
export type Properties = Readonly<Record<string, unknown>>;

/** One resource of a template. */
export interface TemplateResource {
  /** e.g. `AWS::SQS::Queue`. */
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DependsOn?: string | readonly string[];
  /** The name of a condition without which the resource is not made. */
  readonly Condition?: string;
  /** What becomes of it when the template has it no longer: `Delete`, which is the default, or `Retain`. */
  readonly DeletionPolicy?: string;
  /** The same for when another takes its place. */
  readonly UpdateReplacePolicy?: string;
}

/** One parameter of a template. */
export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number | boolean;
  readonly AllowedValues?: readonly unknown[];
}

/**
 * A CloudFormation template, as far as it is read. `Rules` (CDK's check of its bootstrap version), `Metadata` and
 * `Description` change nothing here.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
 */
export interface Template {
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Properties>>>>;
  readonly Conditions?: Properties;
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>;
  readonly Transform?: unknown;
}

/** Whether a DeletionPolicy or UpdateReplacePolicy says that the resource stays. */
export const isRetained = (policy: string | undefined): boolean =>
  policy === 'Retain' || policy === 'RetainExceptOnCreate';

export const isRecord = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `['Fn::Join', ['', [...]]]` of `{ 'Fn::Join': ['', [...]] }`; undefined for what is no intrinsic function. */
export const intrinsicOf = (value: unknown): readonly [string, unknown] | undefined => {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1) return undefined;
  const [name] = entry;
  return name === 'Ref' || name === 'Condition' || name.startsWith('Fn::') ? entry : undefined;
};

/** `['Queue', 'Arn']` of either form of Fn::GetAtt: a list or `Queue.Arn`. */
export const attributeOf = (argument: unknown): readonly [string, unknown] => {
  if (Array.isArray(argument)) return [String(argument[0]), argument[1]];
  const text = String(argument);
  const dot = text.indexOf('.');
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
};

/** The names between `${` and `}` of an Fn::Sub text, in order; `${!Literal}` is none. */
export const substitutions = (text: string): readonly string[] =>
  [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name.trim());
