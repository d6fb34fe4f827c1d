import type { Change, Route53, Zone } from './model.ts';
import type { Records } from './record-set.ts';

/**
 * Notes a change that takes some time to be everywhere.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html
 */
export const newChange = (world: Route53, owner: string, comment?: string): Change => {
  const now = world.clock.now();
  const change: Change = {
    id: world.newId('C'),
    owner,
    submittedAt: now,
    insyncAt: now + world.within(world.settings.insync),
    comment,
  };
  world.changes.set(change.id, change);
  return change;
};

/**
 * A zone's records become others: for the API at once, for DNS some moments later, never before an earlier change and never
 * after the change is `INSYNC`.
 */
export const setRecords = (world: Route53, zone: Zone, records: Records, change: Change): void => {
  const now = world.clock.now();
  zone.records = records;
  const wanted = Math.min(now + world.within(world.settings.propagation), change.insyncAt);
  zone.servedAt = Math.max(wanted, zone.servedAt);
  change.insyncAt = Math.max(change.insyncAt, zone.servedAt);
  const serve = (): void => {
    zone.served = records;
    world.journal.write({
      kind: 'state',
      who: 'route53',
      what: `${zone.name} served`,
      detail: { hostedZoneId: zone.id, changeId: change.id, records: records.size },
    });
  };
  world.clock.after(zone.servedAt - now, serve);
};
