import * as v from 'valibot';
import type { Connection } from '../domain/connection.ts';
import { decideRevocation } from '../domain/decide-revocation.ts';
import type { Admission, Estate, Standing, TakenPlace } from '../domain/difference.ts';
import { malformed } from '../domain/errors.ts';
import { OUTCOMES } from '../domain/history.ts';
import { type ModesSet, modesInForce, NO_MODES_SET, withPauseOfAll } from '../domain/mode.ts';
import type { PrincipalsRecord } from '../domain/ownership.ts';
import { customerOf } from '../domain/plan.ts';
import { type AccountMatch, planPrincipals, principalsBasis, wantedPrincipals } from '../domain/principals.ts';
import type { Entitlement } from '../domain/registry.ts';
import { closestMatches, found } from '../domain/rules.ts';
import { distrustOf, nextSeen, type RegistrySeen, type RegistrySize } from '../domain/trust.ts';
import type { Warned } from '../domain/warnings.ts';
import { basisOf } from './basis.ts';
import { ADMISSION, ALL_SERVICES, ledgerKey, type MatchKind, registryKey } from './keys.ts';
import { principalsFrom } from './principals.ts';
import {
  EntitlementSchema,
  ModesSchema,
  parseWith,
  problemOf,
  RegistrySeenSchema,
  ServiceEntrySchema,
} from './schemas.ts';
import { accountMatchFrom, byKey, candidatesFrom, type Item, keyText, type Match, matchFrom, reading } from './view.ts';

/** After how many days a person is reminded where the service's entry does not say. */
const DEFAULT_REMIND_DAYS = 3;

/** Everything that one sweep read, as it was read. */
export interface Listing {
  readonly connections: readonly Connection[];
  /** All entries of the registry. */
  readonly registry: readonly Item[];
  readonly size: RegistrySize;
  /** What is in force in the ledger. */
  readonly current: readonly Item[];
  /** The services' own region. */
  readonly region: string;
  /** ISO 8601, UTC. */
  readonly now: string;
}

/**
 * Reads a listing as what there is. An entry of the registry that does not parse is its own customer's trouble; an item of the ledger that
 * does not is a fault of ours, and nothing is compared with it.
 *
 * @throws `Malformed` for an item of the ledger that we did not write.
 */
export const estateFrom = (listing: Listing): Omit<Estate, 'principals'> => {
  const { connections, registry, size, current, region, now } = listing;
  const entries = { registry: byKey(registry), ledger: byKey(current) };
  const matches = matchesOf(registry);
  const seen = parsed<RegistrySeen>(RegistrySeenSchema, entries.ledger.get(keyText(ledgerKey.registrySeen())));
  const distrust = distrustOf(seen, size);
  const next = nextSeen(seen, size, now);
  const modesOf = memo((serviceId: string): ModesSet => modesSetOf(entries.ledger, serviceId));
  const serviceOf = memo((serviceId: string) =>
    reading(ServiceEntrySchema, entries.registry, registryKey.service(serviceId), { serviceId }),
  );
  const standingOf = (connection: Connection, admission: Admission | undefined): Standing => {
    const { serviceId, endpointId, owner } = connection;
    const service = serviceOf(serviceId);
    const modesSet = modesOf(serviceId);
    const claims = matches(serviceId, 'endpoint', endpointId);
    const claimed = new Set(claims.map(({ customerId }) => customerId));
    const byAccount = matches(serviceId, 'account', owner).filter(({ customerId }) => !claimed.has(customerId));
    const candidates = candidatesFrom([...claims, ...byAccount], connection, entries);
    const { paused } = modesSet;
    const situation = {
      connection,
      serviceRegion: region,
      service,
      candidates,
      now,
      ...(distrust === undefined ? {} : { distrust }),
      ...(paused === undefined ? {} : { paused }),
    };
    const { revoke: mode } = modesInForce(modesSet, found(service));
    const isOurs = admission !== undefined && (admission.isOwned || admission.last?.outcome === 'accepted');
    const customerId = customerOf(candidates);
    return {
      isRegistered: service.kind !== 'absent',
      ...(customerId === undefined ? {} : { customerId }),
      basis: basisOf(situation, modesSet.version),
      dates: closestMatches(candidates).flatMap(({ entitlement }) => {
        const { from, until } = found(entitlement) ?? {};
        return [from, until].flatMap((date) => date ?? []);
      }),
      revocation: decideRevocation({ ...situation, mode, isOurs }),
      remindDays: found(service)?.remindDays ?? DEFAULT_REMIND_DAYS,
    };
  };
  return {
    now,
    connections,
    admissions: current.flatMap((item) => (item.sk === ADMISSION ? [admissionFrom(item)] : [])),
    places: current.flatMap((item) => (item.sk === 'PLACES' ? placesFrom(item) : [])),
    entitlements: registry.flatMap((item) => entitlementFrom(item)),
    warned: current.flatMap((item) => (String(item.sk).startsWith('WARNED#') ? [warnedFrom(item)] : [])),
    standingOf: memoByEndpoint(standingOf),
    registryVersion: seen?.version ?? 0,
    ...(next === undefined ? {} : { registry: next }),
    ...(distrust === undefined ? {} : { distrust }),
  };
};

/** What is known of one service's allowed principals, save what EC2 has. */
export interface ServicePrincipals {
  readonly serviceId: string;
  readonly record: PrincipalsRecord;
  /** Something differs, whatever EC2 has: the last run brought about something else, or died over it. */
  readonly isDue: boolean;
  /** Whether EC2 differs, by what it lists. */
  readonly differs: (present: readonly string[]) => boolean;
}

/** Reads from a listing what is known of the allowed principals of every service that the registry has. */
export const principalsOf = (
  { registry, size, current, now }: Listing,
  partition: string,
): readonly ServicePrincipals[] => {
  const entries = byKey(registry);
  const ledger = byKey(current);
  const seen = parsed<RegistrySeen>(RegistrySeenSchema, ledger.get(keyText(ledgerKey.registrySeen())));
  const frozen = distrustOf(seen, size) !== undefined;
  const accounts = accountsOf(registry, entries);
  return registry.flatMap((item): readonly ServicePrincipals[] => {
    if (item.sk !== 'SERVICE') return [];
    // By its key: what the entry calls itself may be another service, or no text at all.
    const serviceId = String(item.pk).replace(/^SERVICE#/, '');
    const service = reading(ServiceEntrySchema, entries, registryKey.service(serviceId), { serviceId });
    if (service.kind !== 'found') return [];
    const modesSet = modesSetOf(ledger, serviceId);
    const { paused } = modesSet;
    const modes = modesInForce(modesSet, service.entry);
    const standing = { modes, frozen, ...(paused === undefined ? {} : { paused }) };
    const { wanted, doubtful } = wantedPrincipals(accounts.get(serviceId) ?? [], partition, now);
    const record = principalsFrom(serviceId, ledger.get(keyText(ledgerKey.principals(serviceId))));
    return [
      {
        serviceId,
        record,
        isDue: record.applied !== principalsBasis(wanted, doubtful, standing),
        differs(present) {
          const { ours, reverted } = record;
          const { add, remove } = planPrincipals({ ...standing, wanted, doubtful, present, ours, reverted, now });
          return add.length + remove.length > 0;
        },
      },
    ];
  });
};

/** The accounts that the registry names, by service. */
const accountsOf = (registry: readonly Item[], entries: ReadonlyMap<string, Item>) => {
  const byService = new Map<string, AccountMatch[]>();
  for (const item of registry) {
    const account = accountMatchFrom(item, entries);
    if (account === undefined) continue;
    const serviceId = String(item.pk).replace(/^SERVICE#/, '');
    byService.set(serviceId, [...(byService.get(serviceId) ?? []), account]);
  }
  return byService;
};

const modesSetOf = (ledger: ReadonlyMap<string, Item>, serviceId: string): ModesSet => {
  const of = (id: string) => parsed<ModesSet>(ModesSchema, ledger.get(keyText(ledgerKey.modes(id)))) ?? NO_MODES_SET;
  return withPauseOfAll(of(serviceId), of(ALL_SERVICES));
};

/** The registry's entries by which a customer is found, looked through once. */
const matchesOf = (registry: readonly Item[]) => {
  const bySubject = new Map<string, Match[]>();
  for (const item of registry) {
    const [kind, by, value] = String(item.sk).split('#');
    if (kind !== 'MATCH' || (by !== 'account' && by !== 'endpoint') || value === undefined) continue;
    const subject = `${String(item.pk)} ${by} ${value}`;
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), matchFrom(item, by, value)]);
  }
  return (serviceId: string, by: MatchKind, value: string): readonly Match[] =>
    bySubject.get(`${registryKey.service(serviceId).pk} ${by} ${value}`) ?? [];
};

const Place = v.object({ takenAt: v.string() });
const PlacesSchema = v.object({ pk: v.string(), places: v.record(v.string(), Place) });

const placesFrom = (item: Item): readonly TakenPlace[] => {
  const { pk, places } = required(PlacesSchema, item);
  const [, serviceId = '', customerId = ''] = pk.split('#');
  return Object.entries(places).map(([endpointId, { takenAt }]) => ({ serviceId, customerId, endpointId, takenAt }));
};

const AdmissionSchema = v.object({
  pk: v.string(),
  status: v.picklist(['running', 'done']),
  takenAt: v.string(),
  waiting: v.exactOptional(v.object({ token: v.string() })),
  basis: v.exactOptional(v.string()),
  lookAt: v.exactOptional(v.string()),
  owned: v.exactOptional(v.object({ by: v.string() })),
  last: v.exactOptional(
    v.object({
      outcome: v.exactOptional(v.picklist(OUTCOMES)),
      code: v.exactOptional(v.string()),
      recordedAt: v.exactOptional(v.string()),
      customerId: v.exactOptional(v.string()),
    }),
  ),
});

const admissionFrom = (item: Item): Admission => {
  const { pk, status, takenAt, waiting, owned, last, ...rest } = required(AdmissionSchema, item);
  const [, serviceId = '', endpointId = ''] = pk.split('#');
  const { outcome, code, ...more } = last ?? {};
  return {
    ...rest,
    serviceId,
    endpointId,
    takenAt,
    isRunning: status === 'running',
    isWaiting: status === 'running' && waiting !== undefined,
    isOwned: owned !== undefined,
    ...(outcome === undefined || code === undefined ? {} : { last: { ...more, outcome, code } }),
  };
};

const WarnedSchema = v.object({ pk: v.string(), sk: v.string(), what: v.string() });

const warnedFrom = (item: Item): Warned => required(WarnedSchema, item);

/** What does not parse is held at the door; nobody can be warned of its end. */
const entitlementFrom = (item: Item): readonly Entitlement[] => {
  if (!String(item.sk).startsWith('ENTITLEMENT#')) return [];
  const { success, output } = parseWith(EntitlementSchema, item);
  return success ? [output] : [];
};

const parsed = <T>(schema: v.GenericSchema<unknown, T>, item: Item | undefined): T | undefined =>
  item === undefined ? undefined : required(schema, item);

const required = <T>(schema: v.GenericSchema<unknown, T>, item: Item): T => {
  const result = parseWith(schema, item);
  if (result.success) return result.output;
  throw malformed(`The ledger's ${String(item.pk)} ${String(item.sk)} can't be read: ${problemOf(result.issues)}`);
};

const memo = <T>(compute: (key: string) => T): ((key: string) => T) => {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
};

/** A connection's standing is asked for up to three times. */
const memoByEndpoint = (compute: Estate['standingOf']): Estate['standingOf'] => {
  const known = new Map<Connection, Standing>();
  return (connection, admission) => {
    const value = known.get(connection) ?? compute(connection, admission);
    known.set(connection, value);
    return value;
  };
};
