import type { Call } from '../cloud.ts';
import type { Random } from '../random.ts';
import type { Next } from './make-call.ts';

/** EC2 tells of a request. */
export const isNotice = ({ service, action, principal }: Call): boolean =>
  service === 'sns' && action === 'Publish' && principal.kind === 'service';

/** A rule or a schedule starts a run or a function. The CDK names the roles of both; a workflow starts another one as itself. */
export const isDelivery = ({ service, action, principal }: Call): boolean =>
  principal.kind === 'role' &&
  ((service === 'states' && action === 'StartExecution') || (service === 'lambda' && action === 'Invoke')) &&
  /Schedule|MachineEve|EventsRol/.test(principal.arn);

/** A text in which something is cut off, doubled or something else. Something is left of it that SNS and SQS take: no empty message, no U+0000. */
export const mangled = (text: string, random: Random): string => {
  const [at, length] = [random.between(1, text.length), random.between(1, 12)];
  switch (random.between(0, 4)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return `${text.slice(0, at)}${text.slice(at + length)}`;
    case 2:
      return `${text.slice(0, at)}\u0085\ufffd{"${text.slice(at)}`;
    case 3:
      return text.replaceAll('vpce-', 'vpcx-');
    default:
      return ' ';
  }
};

/** An Accept or Reject of which nothing was done: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnsuccessfulItem.html */
export const nothingDone = (input: unknown) => {
  const { VpcEndpointIds = [] } = input as { readonly VpcEndpointIds?: readonly string[] };
  const error = { Code: 'InternalError', Message: 'An internal error has occurred (a fault).' };
  return { Unsuccessful: VpcEndpointIds.map((ResourceId) => ({ ResourceId, Error: error })) };
};

/** SQS says that the messages are deleted, and shows them again: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html */
export const nothingDeleted = (input: unknown) => {
  const { Entries = [] } = input as { readonly Entries?: readonly { readonly Id: string }[] };
  return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
};

interface BatchInput {
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly unknown[] }>>;
}

/** Items of a page that comes in pieces. */
const PIECE = 2;

/**
 * How a read comes in pieces: a batch leaves all but the first key of a table unprocessed, a query or scan ends its page after two items.
 * Undefined where it is in one piece anyhow.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export const inPieces = ({ action, input }: Call): ((next: Next) => Promise<unknown>) | undefined => {
  if (action !== 'BatchGetItem') {
    const query = input as { Limit?: number };
    if (query.Limit !== undefined && query.Limit <= PIECE) return undefined;
    return (next) => {
      query.Limit = PIECE;
      return next();
    };
  }
  const batch = input as { RequestItems: NonNullable<BatchInput['RequestItems']> };
  const whole = Object.entries(batch.RequestItems);
  if (whole.every(([, { Keys = [] }]) => Keys.length < 2)) return undefined;
  return async (next) => {
    batch.RequestItems = Object.fromEntries(
      whole.map(([table, each]) => [table, { ...each, Keys: (each.Keys ?? []).slice(0, 1) }]),
    );
    const output = (await next()) as object;
    const left = whole.flatMap(([table, each]) => {
      const Keys = (each.Keys ?? []).slice(1);
      return Keys.length === 0 ? [] : [[table, { ...each, Keys }]];
    });
    return { ...output, UnprocessedKeys: Object.fromEntries(left) };
  };
};

/** An index that shows what it showed when the same was asked before. */
export class IndexLag {
  readonly #before = new Map<string, unknown>();

  async read({ input }: Call, next: Next, happens: () => void): Promise<unknown> {
    const key = JSON.stringify(input);
    const before = this.#before.get(key);
    const now = await next();
    this.#before.set(key, now);
    if (before === undefined || JSON.stringify(before) === JSON.stringify(now)) return now;
    happens();
    return before;
  }
}
