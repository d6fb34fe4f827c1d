import type { Cloud } from '../cloud.ts';
import type { Changes, DeployedResource, Deployment } from './deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import { changedProperties, isReplacing, refuseImpossible } from './foresee.ts';
import type { ResourceValues } from './intrinsics.ts';
import { pseudoParameters, resolvedProperties, StackMaker } from './stack-maker.ts';
import { type DeployOptions, type PlannedResource, readStackTemplate, type StackTemplate } from './stack-template.ts';
import { isRetained } from './template.ts';
import { RESOURCE_TYPES } from './types/all.ts';

/** What an update needs beside the stack that runs. */
export type UpdateOptions = Omit<DeployOptions, 'stackName'>;

/** One update under way. */
class StackUpdate {
  readonly #previous: Deployment;
  readonly #template: StackTemplate;
  readonly #maker: StackMaker;
  /** What there is now: what was, with the changes so far. */
  readonly #resources: Map<string, DeployedResource>;
  readonly #values = new Map<string, ResourceValues>();
  readonly #timesMade: Map<string, number>;
  /** What goes at the end, by logical id: those that others have taken the place of. */
  readonly #replaced = new Map<string, DeployedResource>();
  readonly #changes: { readonly [kind in keyof Changes]: string[] } = {
    created: [],
    updated: [],
    deleted: [],
    kept: [],
  };

  constructor(cloud: Cloud, previous: Deployment, template: StackTemplate) {
    this.#previous = previous;
    this.#template = template;
    this.#resources = new Map(previous.resources);
    this.#timesMade = new Map(previous.timesMade);
    const { stackName } = previous;
    this.#maker = new StackMaker(cloud, { stackName, timesMade: this.#timesMade, resources: this.#resources });
  }

  async run(): Promise<Deployment> {
    try {
      const resolver = this.#template.resolver(this.#values);
      for (const [id, planned] of this.#template.plan) {
        await this.#bring(id, planned, resolvedProperties(id, planned, resolver));
      }
      await this.#cleanUp();
      const inOrder = [...this.#template.plan.keys()].flatMap((id) => {
        const resource = this.#resources.get(id);
        return resource === undefined ? [] : [[id, resource] as const];
      });
      return this.#deployment(new Map(inOrder), this.#template.outputs(resolver));
    } catch (cause) {
      const left = this.#deployment(this.#resources, this.#previous.outputs);
      throw new DeploymentError((cause as Error).message, { cause, left });
    }
  }

  /** Has a resource be as the template wants it. */
  async #bring(id: string, planned: PlannedResource, properties: DeployedResource['properties']): Promise<void> {
    const { resource, type } = planned;
    const before = this.#previous.resources.get(id);
    const changed = before === undefined ? [] : changedProperties(before.properties, properties);
    const isMade = before === undefined || isReplacing(type, changed);
    let values: ResourceValues;
    if (isMade) {
      values = await this.#maker.make(id, planned, properties);
      if (before !== undefined && !isRetained(resource.UpdateReplacePolicy)) this.#replaced.set(id, before);
    } else {
      if (changed.length > 0) await this.#maker.change(id, type, before, properties);
      values = { ref: before.physicalId, attributes: before.attributes };
    }
    this.#values.set(id, values);
    this.#resources.set(id, {
      type: resource.Type,
      physicalId: values.ref,
      attributes: values.attributes,
      properties,
      isRetained: isRetained(resource.DeletionPolicy),
    });
    if (before === undefined) this.#changes.created.push(id);
    else if (isMade || changed.length > 0) this.#changes.updated.push(id);
    else this.#changes.kept.push(id);
  }

  /** Takes away what the template has no longer and what was replaced, the newest first. */
  async #cleanUp(): Promise<void> {
    for (const [id, before] of [...this.#previous.resources].reverse()) {
      const isWanted = this.#template.plan.has(id);
      const old = isWanted ? this.#replaced.get(id) : before;
      if (old === undefined) continue;
      const type = RESOURCE_TYPES[old.type];
      if (type === undefined || (!isWanted && old.isRetained)) {
        this.#changes.kept.push(id);
      } else {
        await this.#maker.remove(id, type, old);
        if (!isWanted) this.#changes.deleted.push(id);
      }
      if (!isWanted) this.#resources.delete(id);
    }
  }

  #deployment(resources: Deployment['resources'], outputs: Deployment['outputs']): Deployment {
    const { stackName, stackId, region } = this.#previous;
    const { acceptedWithoutBehaviour } = this.#template;
    const [timesMade, changes] = [this.#timesMade, this.#changes];
    return { stackName, stackId, region, outputs, resources, timesMade, changes, acceptedWithoutBehaviour };
  }
}

/**
 * Deploys a stack over the one that runs, as CloudFormation's UpdateStack does: what has not changed is left alone, what
 * has is changed by the actions that a client would call, what is new is made, and what the template has no longer goes at
 * the end. There is no rollback.
 *
 * @throws DeploymentError before anything is changed, naming every type, property and change that is not modelled; or in
 * the middle, with the stack as it is then in `left`: another update goes on from there.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 */
export const update = async (cloud: Cloud, previous: Deployment, options: UpdateOptions): Promise<Deployment> => {
  const { stackName, stackId } = previous;
  const template = readStackTemplate({ ...options, stackName }, (name) =>
    pseudoParameters(cloud.region, name, stackId),
  );
  refuseImpossible(previous, template);
  return new StackUpdate(cloud, previous, template).run();
};
