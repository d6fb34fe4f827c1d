import { matchKey, type RegistryTruth } from './registry-truth.ts';

/** One entry of the registry that somebody takes away, or puts back. */
export type Entry =
  | { readonly kind: 'match'; readonly of: 'account' | 'endpoint'; readonly id: string; readonly customerId: string }
  | { readonly kind: 'entitlement' | 'customer'; readonly customerId: string };

/** Every entry about a customer, or about all of them, in the order in which a careful person removes them: who stands for nobody first. */
export const entriesOf = ({ statuses, terms, matches }: RegistryTruth, customerId?: string): readonly Entry[] => {
  const isMeant = (id: string): boolean => customerId === undefined || id === customerId;
  return [
    ...[...matches].flatMap(([key, customers]) => {
      const [of, id = ''] = key.split(' ');
      return [...customers]
        .filter(isMeant)
        .map((each): Entry => ({ kind: 'match', of: of === 'account' ? of : 'endpoint', id, customerId: each }));
    }),
    ...[...terms.keys()].filter(isMeant).map((each): Entry => ({ kind: 'entitlement', customerId: each })),
    ...[...statuses.keys()].filter(isMeant).map((each): Entry => ({ kind: 'customer', customerId: each })),
  ];
};

/** Whether a registry has an entry. */
export const hasEntry = ({ statuses, terms, matches }: RegistryTruth, entry: Entry): boolean => {
  if (entry.kind === 'match') return matches.get(matchKey(entry.of, entry.id))?.has(entry.customerId) === true;
  return (entry.kind === 'customer' ? statuses : terms).has(entry.customerId);
};

const changed = <T>(map: ReadonlyMap<string, T>, key: string, value: T | undefined): ReadonlyMap<string, T> => {
  const others = [...map].filter(([each]) => each !== key);
  return new Map(value === undefined ? others : [...others, [key, value]]);
};

/** A registry with an entry as another one has it, which may be not at all. */
export const withEntryOf = (truth: RegistryTruth, entry: Entry, other: RegistryTruth | undefined): RegistryTruth => {
  const { customerId } = entry;
  switch (entry.kind) {
    case 'customer':
      return { ...truth, statuses: changed(truth.statuses, customerId, other?.statuses.get(customerId)) };
    case 'entitlement':
      return { ...truth, terms: changed(truth.terms, customerId, other?.terms.get(customerId)) };
    case 'match': {
      const key = matchKey(entry.of, entry.id);
      const rest = [...(truth.matches.get(key) ?? [])].filter((each) => each !== customerId);
      const named = new Set(other?.matches.get(key)?.has(customerId) === true ? [...rest, customerId] : rest);
      return { ...truth, matches: changed(truth.matches, key, named) };
    }
  }
};

/** How many entries a registry has. */
export const sizeOf = ({ policy, statuses, terms, matches }: RegistryTruth): number =>
  (policy === 'none' ? 0 : 1) +
  statuses.size +
  terms.size +
  [...matches.values()].reduce((sum, customers) => sum + customers.size, 0);
