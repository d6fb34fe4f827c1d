/**
 * Recorded cases in which this sandbox is known to differ from AWS: the case's id, and why it is left so. The command
 * prints them and does not fail for them.
 */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {};
