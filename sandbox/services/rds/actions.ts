import type { ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { databaseActions } from './actions-databases.ts';
import { endpointActions } from './actions-endpoints.ts';
import { proxyActions } from './actions-proxies.ts';
import { targetActions } from './actions-targets.ts';
import type { RdsModel } from './model.ts';

/**
 * RDS proxies with their endpoints, and as much of databases as proxies need.
 * See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/
 *
 * @param model - also what `ProxyLife` moves and DNS reads.
 */
export const rdsService = (model: RdsModel): ServiceDefinition => ({
  name: 'rds',
  actions: {
    ...proxyActions(model),
    ...endpointActions(model),
    ...targetActions(model),
    ...databaseActions(model),
  },
  denied: (message) => new AwsError('AccessDenied', message, 403),
  notModelled: [
    'Nothing speaks MySQL or PostgreSQL: a node or a database serves, or it does not.',
    'Databases have a name, an address and failovers, and cannot be changed or deleted; every other property is accepted and forgotten. All are in the subnets of the option `databaseSubnets`: subnet groups are not looked up.',
    'How many nodes an endpoint has does not follow from the databases: the option `nodes`, and `scale`.',
    'The states of proxies `incompatible-network`, `insufficient-resource-limits`, `suspended` and `reactivating`; the target reason PENDING_PROXY_CAPACITY.',
    'Other names for proxies and endpoints (NewDBProxyName, NewDBProxyEndpointName); ModifyDBProxyTargetGroup; tags; filters, which AWS ignores for proxies too.',
    'Subnets, groups, roles and secrets are not looked up: a subnet is in the next of three zones unless the world says otherwise.',
    'Interfaces of databases; an endpoint of network type IPV6 has interfaces without an IPv4 address.',
    'Quotas, throttling, eventual reads.',
    'Events other than RDS-EVENT-0203 to 0208, 0213 to 0215, 0243, 0275 of proxies, 0005, 0006, 0013, 0015, 0034, 0049 of instances, 0071 to 0073, 0170 of clusters.',
  ],
});
