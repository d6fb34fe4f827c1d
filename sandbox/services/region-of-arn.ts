/** The region that an ARN names, `us-west-2` of `arn:aws:sqs:us-west-2:123456789012:intake`; '' of what is global, and of what is no ARN. */
export const regionOfArn = (arn: string): string => arn.split(':')[3] ?? '';
