/** A deployment that cannot go on: the template asks for something that the sandbox lacks, or a resource could not be made. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}
