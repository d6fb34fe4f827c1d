/** The namespace of our own metrics in CloudWatch. */
export const METRIC_NAMESPACE = 'PrivateLinkConcierge';

/** The value of the one dimension that they all have, `service`. */
export const METRIC_SERVICE = 'privatelink-concierge';

/** Counts decisions and convergences that an entry of the registry stood in the way of, since it is missing or does not parse. */
export const UNREADABLE_ENTRIES = 'UnreadableEntries';

/** Counts runs that found a service's allowed principals to be everybody on AWS. */
export const OPEN_TO_EVERYONE = 'OpenToEveryone';

/** Counts bindings whose source DNS did not name: nothing is added or removed for them. */
export const SILENT_SOURCES = 'SilentSources';

/**
 * Counts targets that would be removed and are not: doubt or the floor keeps them. Told by each look, also when there is none. What a mode or a
 * pause keeps is somebody's decision, and not counted.
 */
export const WITHHELD_REMOVALS = 'WithheldRemovals';

/** For how many seconds the longest drift has lasted, of those that neither a mode nor a pause keeps from being acted on. */
export const DRIFT_SECONDS = 'DriftSeconds';

/** Counts looks of the watch that came to their end. */
export const WATCHES = 'Watches';

/** How many runs in a row failed, of the binding for which most did. */
export const FAILED_REFRESHES = 'FailedRefreshes';

/** Counts allowed principals that somebody else removed again and again while the registry wants them. */
export const PRINCIPALS_CONTESTED = 'PrincipalsContested';

/** The latch of a failover record, by the dimension `record`: 1 while it is failed over. Route 53 follows it through an alarm. */
export const LATCH = 'Latch';

/** Counts records whose name has record sets that we did not make: they are left alone. */
export const FOREIGN_RECORDS = 'ForeignRecords';
