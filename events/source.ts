/** The `source` of every event of ours, on our own bus. */
export const EVENT_SOURCE = 'privatelink-concierge';
