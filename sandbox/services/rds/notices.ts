import { servicePrincipal } from '../../iam/principal.ts';
import type { DbCluster, DbInstance } from './databases.ts';
import { type DbProxy, later, type RdsModel } from './model.ts';

const DETAIL_TYPES = {
  DB_PROXY: 'RDS DB Proxy Event',
  DB_INSTANCE: 'RDS DB Instance Event',
  CLUSTER: 'RDS DB Cluster Event',
} as const;

/** The category of each event. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html */
const CATEGORIES = {
  '0203': 'creation',
  '0204': 'configuration change',
  '0205': 'deletion',
  '0206': 'creation',
  '0207': 'configuration change',
  '0208': 'deletion',
  '0213': 'configuration change',
  '0214': 'configuration change',
  '0215': 'configuration change',
  '0243': 'failure',
  '0275': 'failure',
  '0005': 'creation',
  '0006': 'availability',
  '0013': 'failover',
  '0015': 'failover',
  '0034': 'failover',
  '0049': 'failover',
  '0170': 'creation',
  '0071': 'failover',
  '0072': 'failover',
  '0073': 'failover',
} as const;

/** An event's number: `0203` stands for `RDS-EVENT-0203`. */
type EventNumber = keyof typeof CATEGORIES;

interface Notice {
  readonly number: EventNumber;
  readonly sourceType: keyof typeof DETAIL_TYPES;
  readonly sourceArn: string;
  readonly sourceIdentifier: string;
  readonly message: string;
}

/**
 * Tells of what happens to a proxy.
 *
 * @param identifier - whose name `SourceIdentifier` is: an endpoint's for 0206 to 0208. `SourceArn` is the proxy's always.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.events.html
 */
export const tellOfProxy = (
  model: RdsModel,
  proxy: DbProxy,
  number: EventNumber,
  message: string,
  identifier: string = proxy.name,
): void =>
  tell(model, {
    number,
    sourceType: 'DB_PROXY',
    sourceArn: proxy.arn,
    sourceIdentifier: identifier,
    message,
  });

/** Tells of what happens to a database. */
export const tellOfDatabase = (
  model: RdsModel,
  database: DbInstance | DbCluster,
  number: EventNumber,
  message: string,
): void =>
  tell(model, {
    number,
    sourceType: database.kind === 'cluster' ? 'CLUSTER' : 'DB_INSTANCE',
    sourceArn: database.arn,
    sourceIdentifier: database.id,
    message,
  });

/** Best effort, as on AWS: lost, doubled and late as the options say. */
const tell = (model: RdsModel, notice: Notice): void => {
  const { lost, doubled, delay } = model.settings.delivery;
  const happens = (fraction: number): boolean => fraction > 0 && model.cloud.random.next() < fraction;
  if (happens(lost)) {
    model.note(`event RDS-EVENT-${notice.number} lost`, { source: notice.sourceIdentifier });
    return;
  }
  const date = model.cloud.clock.now();
  const copies = happens(doubled) ? 2 : 1;
  for (let copy = 0; copy < copies; copy += 1) later(model, delay, () => void put(model, notice, date));
};

/** In a world without EventBridge nobody hears of it. */
const put = async (model: RdsModel, notice: Notice, date: number): Promise<void> => {
  const { cloud } = model;
  if (cloud.action('events', 'PutEvents') === undefined) return;
  const detail = {
    EventCategories: [CATEGORIES[notice.number]],
    SourceType: notice.sourceType,
    SourceArn: notice.sourceArn,
    Date: new Date(date).toISOString(),
    Message: notice.message,
    SourceIdentifier: notice.sourceIdentifier,
    EventID: `RDS-EVENT-${notice.number}`,
  };
  const entry = {
    Time: new Date(date),
    Source: 'aws.rds',
    DetailType: DETAIL_TYPES[notice.sourceType],
    Resources: [notice.sourceArn],
    Detail: JSON.stringify(detail),
  };
  try {
    await cloud.invoke({
      service: 'events',
      action: 'PutEvents',
      input: { Entries: [entry] },
      principal: servicePrincipal('rds.amazonaws.com', notice.sourceArn),
    });
  } catch (error) {
    model.note(`event RDS-EVENT-${notice.number} lost`, { source: notice.sourceIdentifier, error: String(error) });
  }
};
