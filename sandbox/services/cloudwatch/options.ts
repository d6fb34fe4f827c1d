/** How CloudWatch behaves where AWS leaves it open. Durations in milliseconds. */
export interface CloudWatchSettings {
  /**
   * How long after the end of a minute the alarms are evaluated. AWS documents "every minute"; alarms are seen to look at a
   * minute half a minute to a minute after it ended.
   */
  readonly delay: number;
  /** The same for alarms with a period of 10, 20 or 30 seconds, which are evaluated every 10 seconds. */
  readonly highResolutionDelay: number;
  /**
   * How many periods more than EvaluationPeriods are retrieved. AWS documents one example, 5 for 3, and says that the number
   * depends on period and resolution.
   */
  readonly extraPeriods: number;
  /**
   * What becomes of an alarm that treats missing data as missing when all the data there is breaches, but is fewer and newer
   * than it takes to alarm (`- - - - X` for 3 out of 3): AWS says only that it does not go into ALARM.
   */
  readonly tooEarly: 'OK' | 'as it was';
}

/** What a world may choose; the rest is as we believe AWS to be. */
export type CloudWatchOptions = Partial<CloudWatchSettings>;

/** The settings of a world. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
export const settingsFrom = (options: CloudWatchOptions = {}): CloudWatchSettings => ({
  delay: 30_000,
  highResolutionDelay: 5_000,
  extraPeriods: 2,
  tooEarly: 'OK',
  ...options,
});
