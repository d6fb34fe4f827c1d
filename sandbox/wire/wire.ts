/** An HTTP request as it left an AWS client, whatever carried it: a socket or a function call. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, e.g. `/2015-03-31/functions/f/invocations?Qualifier=1`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What goes back. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * The sandbox's one door for clients. Errors are responses; it rejects, with ConnectionLost, for a region that is cut off only:
 * then no response comes.
 */
export type WireHandler = (request: WireRequest) => Promise<WireResponse>;
