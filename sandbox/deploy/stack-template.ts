import { readStack } from './assembly.ts';
import { DeploymentError } from './deployment-error.ts';
import { Resolver, type ResourceValues } from './intrinsics.ts';
import { creationOrder } from './order.ts';
import { resolveParameters } from './parameters.ts';
import { judgeProperties } from './property-rules.ts';
import type { ResourceType, ResourceTypes } from './resource-type.ts';
import type { Template, TemplateResource } from './template.ts';
import { IGNORED_TYPES, RESOURCE_TYPES } from './types/all.ts';

/** A resource of a template whose type is modelled. */
export interface PlannedResource {
  readonly resource: TemplateResource;
  readonly type: ResourceType;
}

/** A stack's template, looked over. */
export interface StackTemplate {
  readonly name: string;
  /** What is to be there, each after those that it refers to: whose condition holds, and whose type is not ignored. */
  readonly plan: ReadonlyMap<string, PlannedResource>;
  readonly acceptedWithoutBehaviour: readonly string[];
  /** Evaluates the template's functions by these resources. */
  resolver(resources: ReadonlyMap<string, ResourceValues>): Resolver;
  /** By these resources. */
  outputs(resolver: Resolver): Readonly<Record<string, string>>;
}

/** What to deploy. */
export interface DeployOptions {
  /** The cloud assembly that `cdk synth` wrote, e.g. `cdk.out`. */
  readonly directory: string;
  /** May be left out where the assembly holds one stack. */
  readonly stackName?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

type Chosen = ReadonlyMap<string, TemplateResource>;

/**
 * Looks over the whole template before anything is made: every type and property that is not modelled, in one message.
 *
 * @returns what is accepted without behaviour.
 */
const judge = (chosen: Chosen, types: ResourceTypes, holds: (condition: string) => boolean): readonly string[] => {
  const problems: string[] = [];
  const accepted: string[] = [];
  for (const [id, { Type, Properties = {} }] of chosen) {
    const type = Object.hasOwn(types, Type) ? types[Type] : undefined;
    if (type === undefined) {
      problems.push(`${Type} of resource ${id} is not modelled.`);
      continue;
    }
    if (type.behaviour !== undefined) accepted.push(`${id} (${Type})`);
    if (type.properties === 'anything') continue;
    const report = judgeProperties(Properties, type.properties, holds);
    for (const path of report.unknown) problems.push(`${Type} ${path} of resource ${id} is not modelled.`);
    for (const path of report.accepted) accepted.push(`${id} (${Type}): ${path}`);
  }
  if (problems.length > 0) {
    throw new DeploymentError(`The template asks for what the sandbox does not model:\n  ${problems.join('\n  ')}`);
  }
  return accepted;
};

const chosenOf = (template: Template, resolver: Resolver): Chosen =>
  new Map(
    Object.entries(template.Resources ?? {}).filter(
      ([, { Type, Condition }]) =>
        !IGNORED_TYPES.includes(Type) && (Condition === undefined || resolver.condition(Condition)),
    ),
  );

const planned = (chosen: Chosen): StackTemplate['plan'] =>
  new Map(
    creationOrder(chosen).flatMap((id) => {
      const resource = chosen.get(id);
      const type = resource && RESOURCE_TYPES[resource.Type];
      return resource === undefined || type === undefined ? [] : [[id, { resource, type }] as const];
    }),
  );

/**
 * Reads a stack of an assembly and looks it over.
 *
 * @param pseudo `AWS::Region` and its like, for a stack of this name.
 * @throws DeploymentError naming every type and property that is not modelled.
 */
export const readStackTemplate = (
  { directory, stackName, parameters: given = {} }: DeployOptions,
  pseudo: (stackName: string) => Readonly<Record<string, unknown>>,
): StackTemplate => {
  const { name, template } = readStack(directory, stackName);
  if (template.Transform !== undefined) throw new DeploymentError(`${name} has a Transform: macros are not modelled.`);
  const scope = {
    template,
    parameters: resolveParameters(template.Parameters ?? {}, given),
    pseudo: pseudo(name),
  };
  const conditions = new Resolver({ ...scope, resources: new Map() });
  const chosen = chosenOf(template, conditions);
  const acceptedWithoutBehaviour = judge(chosen, RESOURCE_TYPES, (condition) => conditions.condition(condition));
  return {
    name,
    plan: planned(chosen),
    acceptedWithoutBehaviour,
    resolver: (resources) => new Resolver({ ...scope, resources }),
    outputs: (resolver) =>
      Object.fromEntries(
        Object.entries(template.Outputs ?? {})
          .filter(([, { Condition }]) => Condition === undefined || resolver.condition(Condition))
          .map(([output, { Value }]) => [output, String(resolver.resolve(Value, `Output ${output}`))]),
      ),
  };
};
