import { AwsError } from '../errors.ts';

/**
 * RDS's errors by the names of their shapes; the wire turns them into the codes and statuses of the API's model, e.g.
 * `DBInstanceNotFoundFault` into `DBInstanceNotFound`. See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html
 */
export const rdsErrors = {
  invalid: (message: string): AwsError => new AwsError('InvalidParameterValue', message),
  combination: (message: string): AwsError => new AwsError('InvalidParameterCombination', message),
  notModelled: (what: string): AwsError => new AwsError('NotImplemented', `The sandbox does not model ${what}.`, 501),
  unknownProxy: (name: string): AwsError =>
    new AwsError('DBProxyNotFoundFault', `DBProxy '${name}' cannot be found.`, 404),
  proxyExists: (name: string): AwsError =>
    new AwsError('DBProxyAlreadyExistsFault', `DB Proxy already exists: ${name}`),
  proxyState: (name: string, status: string): AwsError =>
    new AwsError('InvalidDBProxyStateFault', `DBProxy ${name} is in the state ${status}; it must be available.`),
  unknownEndpoint: (name: string): AwsError =>
    new AwsError('DBProxyEndpointNotFoundFault', `DBProxyEndpoint '${name}' cannot be found.`, 404),
  endpointExists: (name: string): AwsError =>
    new AwsError('DBProxyEndpointAlreadyExistsFault', `DB Proxy Endpoint already exists: ${name}`),
  endpointState: (message: string): AwsError => new AwsError('InvalidDBProxyEndpointStateFault', message),
  unknownGroup: (name: string): AwsError =>
    new AwsError('DBProxyTargetGroupNotFoundFault', `DBProxyTargetGroup '${name}' cannot be found.`, 404),
  unknownTarget: (name: string): AwsError =>
    new AwsError('DBProxyTargetNotFoundFault', `The target ${name} is not registered.`, 404),
  alreadyRegistered: (name: string): AwsError =>
    new AwsError('DBProxyTargetAlreadyRegisteredFault', `The target ${name} is already registered.`),
  subnets: (): AwsError =>
    new AwsError('InvalidSubnet', 'DBProxy must have at least two subnets in two Availability Zones.'),
  unknownInstance: (id: string): AwsError =>
    new AwsError('DBInstanceNotFoundFault', `DBInstance ${id} not found.`, 404),
  instanceExists: (): AwsError => new AwsError('DBInstanceAlreadyExistsFault', 'DB instance already exists'),
  instanceState: (id: string, status: string): AwsError =>
    new AwsError('InvalidDBInstanceStateFault', `Instance ${id} is not in available state but ${status}.`),
  unknownCluster: (id: string): AwsError => new AwsError('DBClusterNotFoundFault', `DBCluster ${id} not found.`, 404),
  clusterExists: (): AwsError => new AwsError('DBClusterAlreadyExistsFault', 'DB Cluster already exists'),
  clusterState: (message: string): AwsError => new AwsError('InvalidDBClusterStateFault', message),
} as const;
