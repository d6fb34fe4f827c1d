import type { Cloud } from '../cloud.ts';
import type { Deployment } from './deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import { update } from './update.ts';

/** A stack of a world, one deployment after the other. */
export class Stack {
  readonly #cloud: Cloud;
  #deployment: Deployment;

  constructor(cloud: Cloud, deployment: Deployment) {
    this.#cloud = cloud;
    this.#deployment = deployment;
  }

  /** As it is after the newest deployment, be it a failed one. */
  get deployment(): Deployment {
    return this.#deployment;
  }

  /**
   * Deploys an assembly over what runs.
   *
   * @throws DeploymentError what {@link update} throws.
   */
  async deployOver(directory: string): Promise<Deployment> {
    try {
      this.#deployment = await update(this.#cloud, this.#deployment, { directory });
    } catch (error) {
      if (error instanceof DeploymentError && error.left !== undefined) this.#deployment = error.left;
      throw error;
    }
    return this.#deployment;
  }
}
