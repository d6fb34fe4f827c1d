/** How a client and a service speak: the protocols of the Smithy specification, https://smithy.io/2.0/aws/protocols/index.html. */
export type ProtocolName = 'ec2Query' | 'awsQuery' | 'awsJson' | 'restJson' | 'restXml';

/** What the wire must know of a service that its SDK package does not export. */
export interface WireService {
  /** What SigV4 signs with, e.g. `states`; the name of the sandbox's ServiceDefinition too. */
  readonly name: string;
  readonly protocol: ProtocolName;
  /** Also answers awsQuery: clients from before the service spoke JSON still do (AWS CLI 2.9). */
  readonly queryCompatible?: boolean;
  /** The SDK package, imported when the first request for the service comes in. */
  readonly load: () => Promise<object>;
  /** Of the XML answers. */
  readonly xmlNamespace?: string;
  /** What stands before the dot in X-Amz-Target. */
  readonly target?: string;
  /** Of awsJson: the media type is `application/x-amz-json-1.0` or `-1.1`. */
  readonly jsonVersion?: '1.0' | '1.1';
  /** How errors that the API's model names are qualified in `__type`; default: the model's own namespace. */
  readonly errorNamespace?: string;
  /** Input and output pass as JSON values, undecoded: DynamoDB's attribute values are already in wire form. */
  readonly raw?: boolean;
  /**
   * How the service words an absent required member.
   * `parameter`: "The request must contain the parameter X"; `constraint`: "Value null at 'x' failed to satisfy ...";
   * `schema`: "The content of element 'X' is not complete".
   */
  readonly missing: 'parameter' | 'constraint' | 'schema';
}

const services: readonly WireService[] = [
  {
    name: 'ec2',
    protocol: 'ec2Query',
    load: () => import('@aws-sdk/client-ec2'),
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    missing: 'parameter',
  },
  {
    name: 'sts',
    protocol: 'awsQuery',
    load: () => import('@aws-sdk/client-sts'),
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    missing: 'constraint',
  },
  {
    name: 'rds',
    protocol: 'awsQuery',
    load: () => import('@aws-sdk/client-rds'),
    xmlNamespace: 'http://rds.amazonaws.com/doc/2014-10-31/',
    missing: 'constraint',
  },
  {
    name: 'sns',
    protocol: 'awsQuery',
    load: () => import('@aws-sdk/client-sns'),
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    missing: 'constraint',
  },
  {
    name: 'elasticloadbalancing',
    protocol: 'awsQuery',
    load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    missing: 'constraint',
  },
  {
    name: 'sqs',
    protocol: 'awsJson',
    queryCompatible: true,
    load: () => import('@aws-sdk/client-sqs'),
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    target: 'AmazonSQS',
    jsonVersion: '1.0',
    missing: 'parameter',
  },
  {
    name: 'states',
    protocol: 'awsJson',
    load: () => import('@aws-sdk/client-sfn'),
    target: 'AWSStepFunctions',
    jsonVersion: '1.0',
    missing: 'constraint',
  },
  {
    name: 'dynamodb',
    protocol: 'awsJson',
    load: () => import('@aws-sdk/client-dynamodb'),
    target: 'DynamoDB_20120810',
    jsonVersion: '1.0',
    errorNamespace: 'com.amazonaws.dynamodb.v20120810',
    raw: true,
    missing: 'constraint',
  },
  // Another API of the same service: signed for the same name, told apart by its target.
  {
    name: 'dynamodb',
    protocol: 'awsJson',
    load: () => import('@aws-sdk/client-dynamodb-streams'),
    target: 'DynamoDBStreams_20120810',
    jsonVersion: '1.0',
    errorNamespace: 'com.amazonaws.dynamodb.v20120810',
    raw: true,
    missing: 'constraint',
  },
  {
    name: 'events',
    protocol: 'awsJson',
    load: () => import('@aws-sdk/client-eventbridge'),
    target: 'AWSEvents',
    jsonVersion: '1.1',
    missing: 'constraint',
  },
  {
    name: 'route53',
    protocol: 'restXml',
    load: () => import('@aws-sdk/client-route-53'),
    xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
    missing: 'schema',
  },
  // SDK for JavaScript and boto3 speak JSON, AWS CLI 2.9 the query protocol.
  {
    name: 'monitoring',
    protocol: 'awsJson',
    queryCompatible: true,
    load: () => import('@aws-sdk/client-cloudwatch'),
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    target: 'GraniteServiceVersion20100801',
    jsonVersion: '1.0',
    missing: 'constraint',
  },
  { name: 'lambda', protocol: 'restJson', load: () => import('@aws-sdk/client-lambda'), missing: 'constraint' },
  { name: 'pipes', protocol: 'restJson', load: () => import('@aws-sdk/client-pipes'), missing: 'constraint' },
  { name: 'scheduler', protocol: 'restJson', load: () => import('@aws-sdk/client-scheduler'), missing: 'constraint' },
];

/**
 * The API that signs with this name, or undefined where the wire has no codec for it. Where several do, the one that the
 * request's X-Amz-Target names, e.g. `DynamoDBStreams_20120810.GetRecords`, else the first.
 */
export const wireService = (name: string, target?: string): WireService | undefined => {
  const found = services.filter((service) => service.name === name);
  const prefix = target?.split('.')[0];
  return found.find((service) => service.target === prefix) ?? found[0];
};

/** All APIs that sign with this name. */
export const wireServicesOf = (name: string): readonly WireService[] =>
  services.filter((service) => service.name === name);

/** The signing names of all services that the wire speaks, in a stable order. */
export const wireServiceNames: readonly string[] = [...new Set(services.map((service) => service.name))];
