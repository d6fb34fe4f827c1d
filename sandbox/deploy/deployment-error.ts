import type { Deployment } from './deployment.ts';

/** A deployment that cannot go on: the template asks for something that the sandbox lacks, or a resource could not be made. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  /** The stack as an update left it that failed in the middle; undefined where nothing was changed. */
  readonly left: Deployment | undefined;

  constructor(message: string, { left, ...options }: ErrorOptions & { readonly left?: Deployment } = {}) {
    super(message, options);
    this.left = left;
  }
}
