import type { RecordSet } from './record-set.ts';

/** Whether a record set is healthy now. */
export type Healthy = (record: RecordSet) => boolean;

/** A seeded whole number from 0 up to, not including, `below`. */
export type Draw = (below: number) => number;

/** See the MultiValueAnswer of https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
const MOST_VALUES = 8;

/**
 * The primary while it is healthy, or the secondary is not; else the secondary.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html#Route53-Type-ResourceRecordSet-Failover
 */
const byFailover = (group: readonly RecordSet[], isHealthy: Healthy): RecordSet | undefined => {
  const primary = group.find(({ failover }) => failover === 'PRIMARY');
  const secondary = group.find(({ failover }) => failover === 'SECONDARY');
  if (primary === undefined || secondary === undefined) return primary ?? secondary;
  return !isHealthy(primary) && isHealthy(secondary) ? secondary : primary;
};

const byWeight = (candidates: readonly RecordSet[], draw: Draw): RecordSet | undefined => {
  const total = candidates.reduce((sum, { weight = 0 }) => sum + weight, 0);
  // "If you set Weight to 0 for all of the records in the group, traffic is routed to all resources with equal probability."
  if (total === 0) return candidates[candidates.length < 2 ? 0 : draw(candidates.length)];
  let left = candidates.length < 2 ? 0 : draw(total);
  return candidates.find(({ weight = 0 }) => {
    left -= weight;
    return left < 0;
  });
};

/**
 * The healthy ones with a weight; where there are none, the healthy ones without; where nothing is healthy, all as if they
 * were.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 */
const weighted = (group: readonly RecordSet[], isHealthy: Healthy, draw: Draw): RecordSet | undefined => {
  const heavy = group.filter(({ weight = 0 }) => weight > 0);
  const light = group.filter(({ weight = 0 }) => weight === 0);
  for (const candidates of [heavy, light]) {
    const healthy = candidates.filter(isHealthy);
    if (healthy.length > 0) return byWeight(healthy, draw);
  }
  return byWeight(heavy.length > 0 ? heavy : light, draw);
};

/** Up to eight of the healthy ones, of all where none is; in another order each time. */
const multivalue = (group: readonly RecordSet[], isHealthy: Healthy, draw: Draw): readonly RecordSet[] => {
  const healthy = group.filter(isHealthy);
  const left = healthy.length > 0 ? healthy : [...group];
  const chosen: RecordSet[] = [];
  while (left.length > 0 && chosen.length < MOST_VALUES) {
    chosen.push(...left.splice(left.length === 1 ? 0 : draw(left.length), 1));
  }
  return chosen;
};

/** Those of one name and type by which a query is answered: one, or several multivalue ones. */
export const choose = (group: readonly RecordSet[], isHealthy: Healthy, draw: Draw): readonly RecordSet[] => {
  const [first] = group;
  switch (first?.policy) {
    case undefined:
      return [];
    case 'simple':
      return [first];
    case 'failover':
      return [byFailover(group, isHealthy)].filter((each) => each !== undefined);
    case 'weighted':
      return [weighted(group, isHealthy, draw)].filter((each) => each !== undefined);
    case 'multivalue':
      return multivalue(group, isHealthy, draw);
  }
};
