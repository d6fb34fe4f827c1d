/**
 * Events of RDS after which addresses may change. None says that they did: there is no such event, so each is a hint to look, and keep looking.
 *
 * Proxy: 0203 created, 0204 modified, 0205 deleted, 0206 to 0208 an endpoint created, modified, deleted, 0213 to 0215 databases added and
 * removed, 0243 subnets out of addresses, 0275 clients throttled.
 *
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.events.html
 */
export const PROXY_CHANGED_PATTERN = {
  source: ['aws.rds'],
  detailType: ['RDS DB Proxy Event'],
  detail: {
    EventID: [
      'RDS-EVENT-0203',
      'RDS-EVENT-0204',
      'RDS-EVENT-0205',
      'RDS-EVENT-0206',
      'RDS-EVENT-0207',
      'RDS-EVENT-0208',
      'RDS-EVENT-0213',
      'RDS-EVENT-0214',
      'RDS-EVENT-0215',
      'RDS-EVENT-0243',
      'RDS-EVENT-0275',
    ],
  },
};

/**
 * A failover of an instance or a cluster, by its category, which all of its events have.
 *
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
 */
export const FAILOVER_PATTERN = {
  source: ['aws.rds'],
  detailType: ['RDS DB Instance Event', 'RDS DB Cluster Event'],
  detail: { EventCategories: ['failover'] },
};
