/**
 * Matches `CloudWatch Alarm State Change` on the default bus. Which alarms records go by is data, so every alarm of the account is asked about.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export const ALARM_STATE_CHANGED = { source: ['aws.cloudwatch'], detailType: ['CloudWatch Alarm State Change'] };
