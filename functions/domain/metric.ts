/** The namespace of our own metrics in CloudWatch. */
export const METRIC_NAMESPACE = 'PrivateLinkConcierge';

/** The value of the one dimension that they all have, `service`. */
export const METRIC_SERVICE = 'privatelink-concierge';

/** Counts decisions that an entry of the registry stood in the way of, since it is missing or does not parse. */
export const UNREADABLE_ENTRIES = 'UnreadableEntries';
