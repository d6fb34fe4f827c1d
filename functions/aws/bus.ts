import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ConciergeError } from '../domain/errors.ts';
import { calling } from './errors.ts';

/** An event of ours: its detail-type, and what it says. */
export interface Told {
  readonly detailType: string;
  readonly detail: object;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MOST_ENTRIES = 10;

/**
 * Tells our bus, ten events in a call.
 *
 * @throws `Throttled`, also where the bus takes a call and not all of its entries; `Denied`.
 */
export const tellBus = async (
  events: EventBridgeClient,
  { bus, source }: { readonly bus: string; readonly source: string },
  told: readonly Told[],
): Promise<void> => {
  for (let start = 0; start < told.length; start += MOST_ENTRIES) {
    const entries = told.slice(start, start + MOST_ENTRIES).map(({ detailType, detail }) => ({
      EventBusName: bus,
      Source: source,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    }));
    const { Entries = [] } = await calling('tell the bus', () =>
      events.send(new PutEventsCommand({ Entries: entries })),
    );
    // The bus answers 200 to an entry that it did not take.
    const [failed] = Entries.filter(({ ErrorCode }) => ErrorCode !== undefined);
    if (failed !== undefined) {
      throw new ConciergeError('Throttled', `tell the bus: ${failed.ErrorCode}: ${failed.ErrorMessage}`);
    }
  }
};
