import type { Cloud } from '../cloud.ts';
import type { DeployedResource, Deployment } from './deployment.ts';
import type { ResourceValues } from './intrinsics.ts';
import { newStackId, pseudoParameters, resolvedProperties, StackMaker } from './stack-maker.ts';
import { type DeployOptions, readStackTemplate } from './stack-template.ts';
import { isRetained } from './template.ts';

/**
 * Deploys one stack of a synthesised app into a world: what is tested is what is deployed. A resource is made by the same
 * action that a client would call, as the operator, in the order of its references.
 *
 * @throws DeploymentError naming every type and property that is not modelled, before anything is made; or the logical id,
 * the type and the cause of the first resource that could not be made. What was made before stays.
 */
export const deploy = async (cloud: Cloud, options: DeployOptions): Promise<Deployment> => {
  let stackId = '';
  const template = readStackTemplate(options, (stackName) => {
    stackId = newStackId(cloud, stackName);
    return pseudoParameters(cloud.region, stackName, stackId);
  });
  const values = new Map<string, ResourceValues>();
  const resources = new Map<string, DeployedResource>();
  const timesMade = new Map<string, number>();
  const resolver = template.resolver(values);
  const maker = new StackMaker(cloud, { stackName: template.name, timesMade, resources });
  for (const [id, planned] of template.plan) {
    const properties = resolvedProperties(id, planned, resolver);
    const made = await maker.make(id, planned, properties);
    values.set(id, made);
    const { Type, DeletionPolicy } = planned.resource;
    resources.set(id, {
      type: Type,
      physicalId: made.ref,
      attributes: made.attributes,
      properties,
      isRetained: isRetained(DeletionPolicy),
    });
  }
  return {
    stackName: template.name,
    stackId,
    region: cloud.region,
    outputs: template.outputs(resolver),
    resources,
    timesMade,
    changes: { created: [...resources.keys()], updated: [], deleted: [], kept: [] },
    acceptedWithoutBehaviour: template.acceptedWithoutBehaviour,
  };
};
