import type { Cloud } from '../cloud.ts';
import type { Assets } from './assembly.ts';
import type { Deployment } from './deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import { update } from './update.ts';

/** The stack of a world, one deployment after the other. */
export class Stack {
  readonly #cloud: Cloud;
  readonly #assets: Assets;
  #deployment: Deployment;
  #isUpdating = false;

  constructor(cloud: Cloud, assets: Assets, deployment: Deployment) {
    this.#cloud = cloud;
    this.#assets = assets;
    this.#deployment = deployment;
  }

  /** As it is after the newest deployment, be it a failed one. */
  get deployment(): Deployment {
    return this.#deployment;
  }

  /**
   * Deploys an assembly over what runs.
   *
   * @throws DeploymentError what {@link update} throws; and while another deployment is under way, as CloudFormation does.
   */
  async deployOver(directory: string): Promise<Deployment> {
    if (this.#isUpdating) throw new DeploymentError('Another deployment is under way: wait until it has ended.');
    this.#isUpdating = true;
    try {
      this.#assets.add(directory);
      this.#deployment = await update(this.#cloud, this.#deployment, { directory });
    } catch (error) {
      if (error instanceof DeploymentError && error.left !== undefined) this.#deployment = error.left;
      throw error;
    } finally {
      this.#isUpdating = false;
    }
    return this.#deployment;
  }
}
