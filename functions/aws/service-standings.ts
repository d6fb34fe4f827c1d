import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Modes, modesInForce, type Pause, withPauseOfAll } from '../domain/mode.ts';
import { ALL_SERVICES, ledgerKey, registryKey } from '../registry/keys.ts';
import { ServiceEntrySchema } from '../registry/schemas.ts';
import { byKey, keyText, reading } from '../registry/view.ts';
import { chunksOf } from './chunks.ts';
import { modesFrom, readItems } from './ledger.ts';
import type { Tables } from './registry.ts';

/** What may be done for a service at the moment. */
export interface ServiceStanding {
  readonly modes: Modes;
  /** Of the service, or of everything. */
  readonly paused?: Pause;
}

/** BatchGetItem takes 100 keys, and one of them is that of everything. */
const PER_READ = 99;

/**
 * Reads the modes and pauses of services, each by its id.
 *
 * @throws `Throttled`, `Denied`, `Malformed`.
 */
export const readServiceStandings = async (
  dynamo: DynamoDBClient,
  tables: Tables,
  serviceIds: readonly string[],
): Promise<ReadonlyMap<string, ServiceStanding>> => {
  const standings = new Map<string, ServiceStanding>();
  for (const ids of chunksOf([...new Set(serviceIds)], PER_READ)) {
    const [entries, items] = await Promise.all([
      readItems(dynamo, tables.registry, ids.map(registryKey.service)),
      readItems(dynamo, tables.ledger, [...ids, ALL_SERVICES].map(ledgerKey.modes)),
    ]);
    const [services, modes] = [byKey(entries), byKey(items)];
    const setFor = (id: string) => modesFrom(id, modes.get(keyText(ledgerKey.modes(id))));
    for (const serviceId of ids) {
      const service = reading(ServiceEntrySchema, services, registryKey.service(serviceId), { serviceId });
      const modesSet = withPauseOfAll(setFor(serviceId), setFor(ALL_SERVICES));
      const { paused } = modesSet;
      standings.set(serviceId, {
        modes: modesInForce(modesSet, service.kind === 'found' ? service.entry : undefined),
        ...(paused === undefined ? {} : { paused }),
      });
    }
  }
  return standings;
};
