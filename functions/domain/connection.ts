/**
 * The states of a VPC endpoint connection, as EC2 puts them on the wire. The SDK's enum writes them in PascalCase, which
 * never occurs in a reply: compare with {@link parseConnectionState}.
 *
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpointConnection.html
 */
export const CONNECTION_STATES = [
  'pendingAcceptance',
  'pending',
  'available',
  'deleting',
  'deleted',
  'rejected',
  'failed',
  'expired',
  'partial',
] as const;

/** One of EC2's nine states, or `unknown`: a state that AWS adds later. Nobody acts on `unknown`. */
export type ConnectionState = (typeof CONNECTION_STATES)[number] | 'unknown';

/** Reads a state in any case of letters; what is not one of the nine is `unknown`, never an error. */
export const parseConnectionState = (text: string | undefined): ConnectionState =>
  CONNECTION_STATES.find((state) => state.toLowerCase() === text?.toLowerCase()) ?? 'unknown';

const OVER: ReadonlySet<ConnectionState> = new Set(['deleting', 'deleted', 'expired', 'failed', 'rejected']);

/** Whether a connection serves nobody any more, and will not by itself. What is not listed is another question. */
export const isOver = (state: ConnectionState): boolean => OVER.has(state);

/** What the provider sees of one consumer's endpoint. EC2 does not tell its VPC, nor who created it beyond the account. */
export interface Connection {
  /** e.g. `vpce-svc-0123456789abcdef0`. */
  readonly serviceId: string;
  /** e.g. `vpce-0123456789abcdef0`; never used again by AWS. */
  readonly endpointId: string;
  /** The consumer's account, 12 digits. */
  readonly owner: string;
  /** The endpoint's region; differs from the service's for a cross-region endpoint. */
  readonly region: string;
  readonly state: ConnectionState;
  /** ISO 8601, UTC. Absent where EC2 did not say. */
  readonly createdAt?: string;
  /** The endpoint's DNS names, those of its zones after the regional one; empty until EC2 lists them. */
  readonly dnsNames: readonly string[];
}
