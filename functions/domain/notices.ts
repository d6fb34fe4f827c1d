import { type Connection, type ConnectionState, isOver } from './connection.ts';
import type { Answer } from './mode.ts';
import { plainText } from './text.ts';

/** A message of the intake queue: what PrivateLink said, in a form that AWS does not document. */
export interface Notice {
  readonly messageId: string;
  readonly body: string;
}

/** What a notice comes to. */
export type NoticeFinding =
  /** A request that waits for acceptance, or that EC2 does not list yet. */
  | {
      readonly kind: 'requested';
      readonly serviceId: string;
      readonly vpcEndpointId: string;
      readonly connection?: Connection;
    }
  /** A connection that somebody else changed: its consumer deleted it, or a person answered it. */
  | { readonly kind: 'changed'; readonly serviceId: string; readonly vpcEndpointId: string }
  /** No ids could be taken from it. `excerpt` is its beginning, control characters replaced. */
  | { readonly kind: 'unreadable'; readonly messageId: string; readonly problem: string; readonly excerpt: string };

/** What a batch of notices asks for. */
export interface NoticePlan {
  /** The endpoints to look up, each once, sorted. */
  readonly endpointIds: readonly string[];
  /** The services that the notices name, each once, sorted. */
  readonly serviceIds: readonly string[];
  /** The connections that were answered, by us or by somebody else: the ledger knows. */
  answered(connections: readonly Connection[]): readonly Connection[];
  /**
   * What follows from what EC2 says of them: requests first, in the order of their ids.
   *
   * @param intents - what our runs meant to answer, by endpoint id, of {@link answered} at least.
   */
  judge(connections: readonly Connection[], intents: ReadonlyMap<string, Answer | undefined>): readonly NoticeFinding[];
}

/** The answer that leads to a state, where one does. */
const answerBehind = (state: ConnectionState): Answer | undefined => {
  if (state === 'pending' || state === 'available') return 'accept';
  return state === 'rejected' ? 'reject' : undefined;
};

// Not inside a longer word: vpce-svc-… has an id of its own, and a nine-digit one is none. Within JSON, the letter of an escaped line break
// (`\n`, `\u000a`) belongs to no word.
const ENDPOINT_ID = /(?:(?<![0-9a-z-])|(?<=\\(?:[bfnrt]|u[0-9a-f]{4})))vpce-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9a-z])/g;
const SERVICE_ID =
  /(?:(?<![0-9a-z-])|(?<=\\(?:[bfnrt]|u[0-9a-f]{4})))vpce-svc-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9a-z])/g;
/** What a notice may be of. AWS documents the names, and not where in a notice they stand: one that we don't see costs a look, no more. */
const EVENT_NAME = /\b(?:accept|connect|delete|reject)\b/gi;
/**
 * A bus takes ten events at once from a pipe, which calls it not at all where its enrichment answers with more: one bad notice would
 * silence nine good ones. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
 */
const MAX_FINDINGS = 10;
const EXCERPT_CHARACTERS = 200;

/**
 * Takes the ids from notices: AWS documents no schema for them, so they are hints from a stranger. The name of the event, where it is seen,
 * only spares a look.
 *
 * https://docs.aws.amazon.com/vpc/latest/privatelink/create-notification-endpoint-service.html
 */
export const planNotices = (notices: readonly Notice[]): NoticePlan => {
  const hopeless: NoticeFinding[] = [];
  const told = new Map<string, ReadonlySet<string>[]>();
  const named = new Map<string, { readonly serviceId: string | undefined; readonly notice: Notice }>();
  const read = notices.map((notice) => ({ notice, endpointIds: [...new Set(notice.body.match(ENDPOINT_ID))] }));
  // A notice is of one endpoint. One that names more has them looked up where there is room beside the others.
  let room = MAX_FINDINGS - notices.length;
  for (const { notice, endpointIds } of read) {
    const [serviceId] = notice.body.match(SERVICE_ID) ?? [];
    const more = endpointIds.length - 1;
    if (more < 0) hopeless.push(unreadable(notice, 'it names no endpoint'));
    else if (more > 0 && more > room) hopeless.push(unreadable(notice, `it names ${endpointIds.length} endpoints`));
    else {
      room -= more;
      const eventNames = new Set(notice.body.match(EVENT_NAME)?.map((name) => name.toLowerCase()));
      for (const endpointId of endpointIds) {
        told.set(endpointId, [...(told.get(endpointId) ?? []), eventNames]);
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
    answered: (connections) => connections.filter(({ state }) => answerBehind(state) !== undefined),
    judge(connections, intents) {
      const requests: NoticeFinding[] = [];
      const orphans: NoticeFinding[] = [];
      for (const vpcEndpointId of endpointIds) {
        const connection = connections.find(({ endpointId }) => endpointId === vpcEndpointId);
        const answer = connection === undefined ? undefined : answerBehind(connection.state);
        const isOurs =
          answer !== undefined &&
          intents.get(vpcEndpointId) === answer &&
          told.get(vpcEndpointId)?.every((eventNames) => isOf(eventNames, answer)) === true;
        if (connection !== undefined && (answer === undefined ? isOver(connection.state) : !isOurs)) {
          requests.push({ kind: 'changed', serviceId: connection.serviceId, vpcEndpointId });
          continue;
        }
        if (connection !== undefined && connection.state !== 'pendingAcceptance') continue;
        // Not listed yet, or gone: the workflow looks again for a while. It needs the service's id, which only the notice has.
        const { serviceId, notice } = named.get(vpcEndpointId) ?? {};
        const service = connection?.serviceId ?? serviceId;
        const listed = connection === undefined ? {} : { connection };
        if (service !== undefined) requests.push({ kind: 'requested', serviceId: service, vpcEndpointId, ...listed });
        else if (notice !== undefined) {
          orphans.push(unreadable(notice, `EC2 does not list ${vpcEndpointId}, and it names no service`));
        }
      }
      return [...requests, ...hopeless, ...orphans];
    },
  };
};

/**
 * Whether a notice tells of an answer and of nothing else: it has the one word for it, or for what follows an acceptance. Any other may be
 * of a change that EC2's list does not show yet.
 */
const isOf = (eventNames: ReadonlySet<string>, answer: Answer): boolean =>
  eventNames.size === 1 && (eventNames.has(answer) || (answer === 'accept' && eventNames.has('connect')));

const unreadable = ({ messageId, body }: Notice, problem: string): NoticeFinding => ({
  kind: 'unreadable',
  messageId,
  problem,
  excerpt: plainText(body, EXCERPT_CHARACTERS),
});
