/** An error that a client is to see, as AWS would send it. Anything else that an action throws is a defect of the sandbox. */
export class AwsError extends Error {
  /** The wire code, e.g. `InvalidVpcEndpointId.NotFound` or `ConditionalCheckFailedException`. */
  readonly code: string;
  /** The HTTP status; below 500 the sender is at fault. */
  readonly status: number;
  /** Further modelled members of the error's shape. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.members = members;
  }
}
