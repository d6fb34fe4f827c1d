import { queryOf } from './protocol.ts';
import type { WireRequest } from './wire.ts';

/** Who signed a request, and for which service. The signature itself is not looked at. */
export interface Credential {
  /** A 12-digit account id, a session key, or anything: see the router's `principalOf`. */
  readonly accessKeyId: string;
  /** Absent where it is signed for several regions. */
  readonly region?: string;
  /** The name that the client signs with, e.g. `states`. */
  readonly service: string;
}

/**
 * Reads the credential scope: `AKID/20260102/us-west-2/ec2/aws4_request`, or without the region where it is signed for
 * several (SigV4A). It stands in the Authorization header, or in the query as `X-Amz-Credential`.
 *
 * @returns undefined for a request that is not signed.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
export const readCredential = (request: WireRequest): Credential | undefined => {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1];
  const scope = header ?? queryOf(request).get('X-Amz-Credential') ?? undefined;
  const parts = scope?.split('/') ?? [];
  const service = parts.at(-2);
  const accessKeyId = parts[0];
  if (parts.length < 4 || !accessKeyId || !service || parts.at(-1) !== 'aws4_request') return undefined;
  const region = parts.length > 4 ? parts.at(-3) : undefined;
  return { accessKeyId, service, ...(region === undefined ? {} : { region }) };
};
