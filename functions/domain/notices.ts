import { type Connection, isOver } from './connection.ts';
import { plainText } from './text.ts';

/** A message of the intake queue: what PrivateLink said, in a form that AWS does not document. */
export interface Notice {
  readonly messageId: string;
  readonly body: string;
}

/** What a notice comes to. */
export type NoticeFinding =
  /** A request that waits for acceptance, or that EC2 does not list yet. */
  | { readonly kind: 'requested'; readonly serviceId: string; readonly vpcEndpointId: string }
  /** A connection that is over, or on its way there: whoever held a place for it may give it back. */
  | { readonly kind: 'departed'; readonly serviceId: string; readonly vpcEndpointId: string }
  /** No ids could be taken from it. `excerpt` is its beginning, control characters replaced. */
  | { readonly kind: 'unreadable'; readonly messageId: string; readonly problem: string; readonly excerpt: string };

/** What a batch of notices asks for. */
export interface NoticePlan {
  /** The endpoints to look up, each once, sorted. */
  readonly endpointIds: readonly string[];
  /** The services that the notices name, each once, sorted. */
  readonly serviceIds: readonly string[];
  /** What follows from what EC2 says of them: requests first, in the order of their ids. */
  judge(connections: readonly Connection[]): readonly NoticeFinding[];
}

// Not inside a longer word: vpce-svc-… has an id of its own, and a nine-digit one is none.
const ENDPOINT_ID = /(?<![0-9a-z-])vpce-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9a-z])/g;
const SERVICE_ID = /(?<![0-9a-z-])vpce-svc-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9a-z])/g;
/** Nobody creates that many endpoints in one notice: past it, a notice is somebody's attempt to make work. */
const MAX_IDS_PER_NOTICE = 10;
const EXCERPT_CHARACTERS = 200;

/**
 * Takes the ids from notices, and nothing else: AWS documents no schema for them, so they are hints from a stranger.
 *
 * https://docs.aws.amazon.com/vpc/latest/privatelink/create-notification-endpoint-service.html
 */
export const planNotices = (notices: readonly Notice[]): NoticePlan => {
  const hopeless: NoticeFinding[] = [];
  const named = new Map<string, { readonly serviceId: string | undefined; readonly notice: Notice }>();
  for (const notice of notices) {
    const { body } = notice;
    const endpointIds = [...new Set(body.match(ENDPOINT_ID))];
    const [serviceId] = body.match(SERVICE_ID) ?? [];
    if (endpointIds.length === 0) hopeless.push(unreadable(notice, 'it names no endpoint'));
    else if (endpointIds.length > MAX_IDS_PER_NOTICE)
      hopeless.push(unreadable(notice, `it names more than ${MAX_IDS_PER_NOTICE} endpoints`));
    else {
      for (const endpointId of endpointIds) {
        const earlier = named.get(endpointId);
        if (earlier?.serviceId === undefined) named.set(endpointId, { serviceId, notice });
      }
    }
  }
  const endpointIds = [...named.keys()].sort();
  const serviceIds = [...new Set([...named.values()].flatMap(({ serviceId }) => serviceId ?? []))].sort();
  return {
    endpointIds,
    serviceIds,
    judge(connections) {
      const requests: NoticeFinding[] = [];
      const orphans: NoticeFinding[] = [];
      for (const vpcEndpointId of endpointIds) {
        const connection = connections.find(({ endpointId }) => endpointId === vpcEndpointId);
        if (connection !== undefined && isOver(connection.state)) {
          requests.push({ kind: 'departed', serviceId: connection.serviceId, vpcEndpointId });
          continue;
        }
        if (connection !== undefined && connection.state !== 'pendingAcceptance') continue;
        // Not listed yet, or gone: the workflow looks again for a while. It needs the service's id, which only the notice has.
        const { serviceId, notice } = named.get(vpcEndpointId) ?? {};
        const service = connection?.serviceId ?? serviceId;
        if (service !== undefined) requests.push({ kind: 'requested', serviceId: service, vpcEndpointId });
        else if (notice !== undefined) {
          orphans.push(unreadable(notice, `EC2 does not list ${vpcEndpointId}, and it names no service`));
        }
      }
      return [...requests, ...hopeless, ...orphans];
    },
  };
};

const unreadable = ({ messageId, body }: Notice, problem: string): NoticeFinding => ({
  kind: 'unreadable',
  messageId,
  problem,
  excerpt: plainText(body, EXCERPT_CHARACTERS),
});
