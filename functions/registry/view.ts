import type * as v from 'valibot';
import type { AccountMatch } from '../domain/principals.ts';
import type { Reading } from '../domain/registry.ts';
import type { Candidate } from '../domain/situation.ts';
import { plainText } from '../domain/text.ts';
import { type Key, ledgerKey, type MatchKind, matchPrefix, registryKey } from './keys.ts';
import {
  AccountId,
  CustomerId,
  CustomerSchema,
  EntitlementSchema,
  MatchSchema,
  parseWith,
  problemOf,
} from './schemas.ts';

/** An item of a table as it was read: anybody may have written it. */
export type Item = Readonly<Record<string, unknown>>;

/** Items of both tables by {@link keyText}. */
export interface Entries {
  readonly registry: ReadonlyMap<string, Item>;
  readonly ledger: ReadonlyMap<string, Item>;
}

/** A key as one text. */
export const keyText = ({ pk, sk }: Key): string => `${pk}|${sk}`;

/** Items by {@link keyText}. */
export const byKey = (items: readonly Item[]): ReadonlyMap<string, Item> =>
  new Map(items.map((item) => [`${String(item.pk)}|${String(item.sk)}`, item]));

/** Which customer an account or an endpoint stands for, as an entry says. */
export interface Match {
  readonly customerId: string;
  readonly matchedBy: MatchKind;
  /** Why it can't be relied on: the request is then held for the unreadable entry, not rejected for want of a match. */
  readonly problem?: string;
}

/** Reads a match out of its item; `value` is the account or endpoint id that its key has. */
export const matchFrom = (item: Item, matchedBy: MatchKind, value: string): Match => {
  const customerId = String(item.sk).slice(matchPrefix(matchedBy, value).length);
  const parsed = parseWith(MatchSchema, item);
  if (parsed.success && parsed.output.customerId === customerId) return { customerId, matchedBy };
  const said = parsed.success ? 'its customerId is another one than its key says' : problemOf(parsed.issues);
  return {
    customerId: plainText(customerId, 63),
    matchedBy,
    problem: `a match of ${value} can't be relied on: ${said}`,
  };
};

/** `MATCH#account#222222222222#acme`. What names no account, or no customer, stands for nobody: no decision finds it either. */
export const accountMatchOf = (sk: string): { readonly account: string; readonly customerId: string } | undefined => {
  const [what, kind, account, customerId, ...more] = sk.split('#');
  if (what !== 'MATCH' || kind !== 'account' || more.length > 0) return undefined;
  const [isAccount, isCustomer] = [parseWith(AccountId, account), parseWith(CustomerId, customerId)];
  if (!isAccount.success || !isCustomer.success) return undefined;
  return { account: isAccount.output, customerId: isCustomer.output };
};

/** The account that an item of a service names, with its customer's entries; undefined where the item names none. */
export const accountMatchFrom = (
  { pk, sk }: Item,
  entries: ReadonlyMap<string, Item>,
  customers: ReadonlyMap<string, Item> = entries,
): AccountMatch | undefined => {
  const named = accountMatchOf(String(sk));
  if (named === undefined || !String(pk).startsWith('SERVICE#')) return undefined;
  const { account, customerId } = named;
  const serviceId = String(pk).replace(/^SERVICE#/, '');
  const match = reading(MatchSchema, entries, registryKey.match(serviceId, 'account', account, customerId), {
    customerId,
  });
  // A match that can't be relied on says nothing about the account, whatever the other entries say.
  if (match.kind === 'unreadable') return { account, customer: match, entitlement: match };
  return {
    account,
    customer: reading(CustomerSchema, customers, registryKey.customer(customerId), { customerId }),
    entitlement: reading(EntitlementSchema, entries, registryKey.entitlement(serviceId, customerId), {
      customerId,
      serviceId,
    }),
  };
};

/** Everyone whom the registry names for a request, with entries and places; what is not among the entries is absent. */
export const candidatesFrom = (
  matches: readonly Match[],
  { serviceId, endpointId }: { readonly serviceId: string; readonly endpointId: string },
  entries: Entries,
): readonly Candidate[] =>
  matches.map(({ customerId, matchedBy, problem }): Candidate => {
    if (problem !== undefined) {
      const unreadable = { kind: 'unreadable', problem } as const;
      const places = { taken: 0, mine: false };
      return { customerId, matchedBy, customer: unreadable, entitlement: unreadable, places };
    }
    const places = entries.ledger.get(keyText(ledgerKey.places(serviceId, customerId)))?.places;
    const taken = typeof places === 'object' && places !== null ? Object.keys(places) : [];
    return {
      customerId,
      matchedBy,
      customer: reading(CustomerSchema, entries.registry, registryKey.customer(customerId), { customerId }),
      entitlement: reading(EntitlementSchema, entries.registry, registryKey.entitlement(serviceId, customerId), {
        customerId,
        serviceId,
      }),
      places: { taken: taken.length, mine: taken.includes(endpointId) },
    };
  });

/** An entry counts only where its own ids are those of its key: one that was copied to another key belongs to nobody. */
export const reading = <T extends object>(
  schema: v.GenericSchema<unknown, T>,
  items: ReadonlyMap<string, Item>,
  key: Key,
  ids: Readonly<Partial<Record<keyof T, string>>>,
): Reading<T> => {
  const item = items.get(keyText(key));
  if (item === undefined) return { kind: 'absent' };
  const parsed = parseWith(schema, item);
  if (!parsed.success) return { kind: 'unreadable', problem: `${key.sk}: ${problemOf(parsed.issues)}` };
  const strange = (Object.keys(ids) as (keyof T & string)[]).find((name) => parsed.output[name] !== ids[name]);
  return strange === undefined
    ? { kind: 'found', entry: parsed.output }
    : { kind: 'unreadable', problem: `${key.sk}: its ${strange} is another one than its key's` };
};
