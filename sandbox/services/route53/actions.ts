import type { ServiceDefinition } from '../../cloud.ts';
import { AwsError } from '../errors.ts';
import { healthActions } from './actions-health.ts';
import { protectionActions } from './actions-protections.ts';
import { recordActions } from './actions-records.ts';
import { tagActions } from './actions-tags.ts';
import { vpcActions } from './actions-vpcs.ts';
import { zoneListActions } from './actions-zone-lists.ts';
import { zoneActions } from './actions-zones.ts';
import type { Route53 } from './model.ts';

/** Amazon Route 53, one for all regions: hosted zones, record sets, health checks, of as many accounts as call. */
export const route53Service = (world: Route53): ServiceDefinition => ({
  name: 'route53',
  isGlobal: true,
  actions: {
    ...zoneActions(world),
    ...zoneListActions(world),
    ...vpcActions(world),
    ...recordActions(world),
    ...protectionActions(world),
    ...healthActions(world),
    ...tagActions(world),
  },
  denied: (message) => new AwsError('AccessDenied', message, 403),
  notModelled: [
    'Latency, geolocation, geoproximity and IP-based routing, traffic policies: record sets that name them are refused by name.',
    'Health checks of the type RECOVERY_CONTROL, refused by name; health checkers look at no network: an endpoint answers until the world is told otherwise.',
    'Aliases to anything but network load balancers, interface endpoints, record sets of the same zone, and CloudFront (which has no addresses here).',
    'DNSSEC, query logging, reusable delegation sets, CIDR collections, accelerated recovery (UpdateHostedZoneFeatures), TestDNSAnswer, GetAccountLimit and its like.',
    'Delegation: a public zone answers whether or not its parent names its name servers, and NS records below the apex delegate nothing.',
    'Whose a VPC is: a zone’s owner associates any VPC, everybody else needs his authorization, and anybody may disassociate. An association counts at once.',
    'Quotas of zones, of record sets in a zone, of health checks; the limit of zones for each VPC.',
    'Values of the types CAA, DS, HTTPS, NAPTR, SSHFP, SVCB and TLSA are kept unread, and not answered by DNS.',
    'The sentences of a second PRIMARY, of aliases to CloudFront, of protections and of health checks’ configurations are the sandbox’s own: nobody reports AWS’s.',
  ],
});
