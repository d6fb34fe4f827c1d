import { isDeepStrictEqual } from 'node:util';
import type { Deployment } from './deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import type { ResourceValues } from './intrinsics.ts';
import { references } from './order.ts';
import { withoutAccepted } from './property-rules.ts';
import type { ResourceType } from './resource-type.ts';
import type { PlannedResource, StackTemplate } from './stack-template.ts';
import type { Properties } from './template.ts';
import { RESOURCE_TYPES } from './types/all.ts';

/** The names of the properties that differ, in alphabetical order. */
export const changedProperties = (before: Properties, after: Properties): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .sort();

/** Whether one of these changes makes another resource. */
export const isReplacing = (type: ResourceType, changed: readonly string[]): boolean =>
  changed.some((name) => type.replacing?.includes(name));

/** Those of the changes that the type cannot follow. */
const impossible = (type: ResourceType, changed: readonly string[]): readonly string[] =>
  type.behaviour !== undefined
    ? []
    : changed.filter((name) => !type.inPlace?.includes(name) && !type.replacing?.includes(name));

/** What can be replaced can be removed too. */
const canRemove = (type: ResourceType | undefined): boolean =>
  type?.behaviour !== undefined || type?.remove !== undefined;

/**
 * Refuses an update before anything of it is done. Values that are known only once other resources are made count as
 * changed, as in CloudFormation's change sets.
 *
 * @throws DeploymentError naming, in one message, every resource, type and property that cannot be changed, and every
 * resource that cannot be deleted.
 */
export const refuseImpossible = (previous: Deployment, template: StackTemplate): void => {
  const problems: string[] = [];
  const known = new Map<string, ResourceValues>(
    [...previous.resources].map(([id, { physicalId: ref, attributes }]) => [id, { ref, attributes }]),
  );
  const resolver = template.resolver(known);
  const isKnown = (value: unknown): boolean =>
    references(value).every((name) => !template.plan.has(name) || known.has(name));

  const changesOf = (id: string, { resource, type }: PlannedResource, before: Properties): readonly string[] => {
    const given = resource.Properties ?? {};
    const used = Object.entries(type.properties === 'anything' ? given : withoutAccepted(given, type.properties));
    const open = used.filter(([, value]) => !isKnown(value)).map(([name]) => name);
    const where = `${id} (${resource.Type})`;
    const sure = used
      .filter(([name]) => !open.includes(name))
      .map(([name, value]) => [name, resolver.resolve(value, where)] as const)
      .filter(([, value]) => value !== undefined);
    const rest = Object.entries(before).filter(([name]) => !open.includes(name));
    return [...open, ...changedProperties(Object.fromEntries(rest), Object.fromEntries(sure))];
  };

  for (const [id, planned] of template.plan) {
    const { resource, type } = planned;
    const before = previous.resources.get(id);
    if (before === undefined) continue;
    const where = `${id} (${before.type})`;
    if (before.type !== resource.Type) {
      problems.push(`${where} cannot become a resource of the type ${resource.Type}.`);
      known.delete(id);
      continue;
    }
    const changed = changesOf(id, planned, before.properties);
    for (const name of impossible(type, changed)) {
      problems.push(`${where}: a change of ${name} is not modelled.`);
    }
    // From here on it is another one, of which nothing is known yet.
    if (isReplacing(type, changed)) known.delete(id);
  }
  for (const [id, { type, isRetained }] of previous.resources) {
    if (!template.plan.has(id) && !isRetained && !canRemove(RESOURCE_TYPES[type])) {
      problems.push(`${id} (${type}) cannot be deleted: that is not modelled.`);
    }
  }
  if (problems.length > 0) {
    throw new DeploymentError(`The stack cannot be updated in the sandbox:\n  ${problems.join('\n  ')}`);
  }
};
