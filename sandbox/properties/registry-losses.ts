import { matchKey, type RegistryTruth, type ServiceTruth, truthOf, withService } from './registry-truth.ts';

/** One entry of the registry that somebody takes away, or puts back. */
export type Entry =
  | {
      readonly kind: 'match';
      readonly service: string;
      readonly of: 'account' | 'endpoint';
      readonly id: string;
      readonly customerId: string;
    }
  | { readonly kind: 'entitlement'; readonly service: string; readonly customerId: string }
  | { readonly kind: 'customer'; readonly customerId: string };

const matchesOf = (service: string, { matches }: ServiceTruth): readonly Entry[] =>
  [...matches].flatMap(([key, customers]) => {
    const [of, id = ''] = key.split(' ');
    return [...customers].map(
      (customerId): Entry => ({
        kind: 'match',
        service,
        of: of === 'account' ? of : 'endpoint',
        id,
        customerId,
      }),
    );
  });

/** Every entry about a customer, or about all of them, in the order in which a careful person removes them: who stands for nobody first. */
export const entriesOf = ({ statuses, services }: RegistryTruth, customerId?: string): readonly Entry[] => {
  const all = [...services];
  return [
    ...all.flatMap(([service, truth]) => matchesOf(service, truth)),
    ...all.flatMap(([service, { terms }]) =>
      [...terms.keys()].map((each): Entry => ({ kind: 'entitlement', service, customerId: each })),
    ),
    ...[...statuses.keys()].map((each): Entry => ({ kind: 'customer', customerId: each })),
  ].filter((entry) => customerId === undefined || entry.customerId === customerId);
};

/** Whether a registry has an entry. */
export const hasEntry = (truth: RegistryTruth, entry: Entry): boolean => {
  if (entry.kind === 'customer') return truth.statuses.has(entry.customerId);
  const { terms, matches } = truthOf(truth, entry.service);
  if (entry.kind === 'entitlement') return terms.has(entry.customerId);
  return matches.get(matchKey(entry.of, entry.id))?.has(entry.customerId) === true;
};

const changed = <T>(map: ReadonlyMap<string, T>, key: string, value: T | undefined): ReadonlyMap<string, T> => {
  const others = [...map].filter(([each]) => each !== key);
  return new Map(value === undefined ? others : [...others, [key, value]]);
};

/** A registry with an entry as another one has it, which may be not at all. */
export const withEntryOf = (truth: RegistryTruth, entry: Entry, other: RegistryTruth | undefined): RegistryTruth => {
  const { customerId } = entry;
  if (entry.kind === 'customer') {
    return { ...truth, statuses: changed(truth.statuses, customerId, other?.statuses.get(customerId)) };
  }
  const { terms, matches } = truthOf(truth, entry.service);
  const there = other === undefined ? undefined : truthOf(other, entry.service);
  if (entry.kind === 'entitlement') {
    return withService(truth, entry.service, { terms: changed(terms, customerId, there?.terms.get(customerId)) });
  }
  const key = matchKey(entry.of, entry.id);
  const rest = [...(matches.get(key) ?? [])].filter((each) => each !== customerId);
  const named = new Set(there?.matches.get(key)?.has(customerId) === true ? [...rest, customerId] : rest);
  return withService(truth, entry.service, { matches: changed(matches, key, named) });
};

/** How many entries a registry has. */
export const sizeOf = (truth: RegistryTruth): number =>
  entriesOf(truth).length + [...truth.services.values()].filter(({ policy }) => policy !== 'none').length;
