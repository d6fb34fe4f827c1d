import { type Cloud, HOME_REGION } from '../cloud.ts';
import { type Assets, readStacks } from './assembly.ts';
import { deploy } from './deploy.ts';
import type { Deployment } from './deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import { Stack } from './stack.ts';

/** Where stacks are deployed, and where their code lies. */
export interface StacksParts {
  readonly assets: Assets;
  /** The cloud of a region; undefined where the world has no such region. */
  readonly cloudOf: (region: string) => Cloud | undefined;
}

/** All stacks of a world. Each lives in the region that its assembly names; one that leaves it open lives at home. */
export class Stacks {
  readonly #parts: StacksParts;
  readonly #stacks = new Map<string, Stack>();
  #isDeploying = false;

  constructor(parts: StacksParts) {
    this.#parts = parts;
  }

  /** The stack in the home region that was deployed first; where there is none there, the first of all. @throws DeploymentError before any is deployed. */
  get home(): Deployment {
    const all = [...this.deployments.values()];
    const found = all.find(({ region }) => region === HOME_REGION) ?? all[0];
    if (found === undefined) throw new DeploymentError('Nothing is deployed yet.');
    return found;
  }

  /** Each as it is after its newest deployment, by its name. */
  get deployments(): ReadonlyMap<string, Deployment> {
    return new Map([...this.#stacks].map(([name, stack]) => [name, stack.deployment]));
  }

  /**
   * Deploys an assembly, one stack after the other: one that runs is updated, the others are made. A stack that the assembly
   * does not have stays as it is, as with `cdk deploy`. Where one fails, those before it stay and those after it wait.
   *
   * @throws DeploymentError what {@link deploy} and {@link Stack.deployOver} throw; for a region that the world does not have
   * or that is cut off, and for a stack that runs in another region, before anything is done; and while another deployment is under way.
   */
  async deploy(directory: string): Promise<readonly Deployment[]> {
    if (this.#isDeploying) throw new DeploymentError('Another deployment is under way: wait until it has ended.');
    this.#isDeploying = true;
    try {
      const planned = readStacks(directory).map(({ name, region = HOME_REGION }) => ({
        name,
        cloud: this.#cloudOf(name, region),
      }));
      this.#parts.assets.add(directory);
      const deployments: Deployment[] = [];
      for (const { name, cloud } of planned) deployments.push(await this.#deployOne(directory, name, cloud));
      return deployments;
    } finally {
      this.#isDeploying = false;
    }
  }

  async #deployOne(directory: string, stackName: string, cloud: Cloud): Promise<Deployment> {
    const running = this.#stacks.get(stackName);
    if (running !== undefined) return running.deployOver(directory);
    const deployment = await deploy(cloud, { directory, stackName });
    this.#stacks.set(stackName, new Stack(cloud, deployment));
    return deployment;
  }

  #cloudOf(name: string, region: string): Cloud {
    const running = this.#stacks.get(name)?.deployment.region;
    if (running !== undefined && running !== region) {
      throw new DeploymentError(`${name} runs in ${running}: it cannot move to ${region}.`);
    }
    const cloud = this.#parts.cloudOf(region);
    if (cloud === undefined)
      throw new DeploymentError(`${name} is for ${region}, a region that the sandbox does not have.`);
    if (cloud.outage.isCut) throw new DeploymentError(`${name} cannot be deployed: ${region} is cut off.`);
    return cloud;
  }
}
