import { secondsAt } from './acceptances.ts';
import { isBelieved } from './belief.ts';
import { servicesOf } from './keeper.ts';
import type { Played } from './play.ts';
import type { Promised } from './promised.ts';
import { sizeOf } from './registry-losses.ts';
import { isPaused, type RegistryTruth, truthOf } from './registry-truth.ts';

const arnOf = (account: string): string => `arn:aws:iam::${account}:root`;

/** What the registry wants of an account: to be allowed, not to be, or nothing that anybody could say. */
type Wish = 'allowed' | 'forbidden' | 'unclear';

/** @param seconds - since the history's beginning. */
const wishOf = (truth: RegistryTruth, service: string, account: string, seconds: number): Wish => {
  const { terms, matches } = truthOf(truth, service);
  const wishes = [...(matches.get(`account ${account}`) ?? [])].map((customerId): Wish => {
    const own = terms.get(customerId);
    const status = truth.statuses.get(customerId);
    if (own === undefined) return 'forbidden';
    if (own.maxEndpoints < 1) return 'unclear';
    if (seconds >= (own.until ?? Number.POSITIVE_INFINITY)) return own.whenEnded === 'revoke' ? 'forbidden' : 'unclear';
    if (status === undefined) return 'unclear';
    return status === 'active' ? 'allowed' : 'forbidden';
  });
  if (wishes.includes('allowed')) return 'allowed';
  return wishes.includes('unclear') ? 'unclear' : 'forbidden';
};

/** All accounts that the registry ever named for a service. */
const accountsOf = ({ registry }: Played, service: string): readonly string[] => [
  ...new Set(
    registry
      .between(0, Number.POSITIVE_INFINITY)
      .flatMap((truth) => [...truthOf(truth, service).matches.keys()])
      .flatMap((key) => (key.startsWith('account ') ? [key.slice('account '.length)] : [])),
  ),
];

/**
 * At quiet, an account may create endpoints for a service if the registry wants it, and may not if it does not and we had allowed it: where the
 * service was made for the Concierge, nothing is paused and the registry is believed.
 *
 * Left out, and counted: of whom the registry says one thing and then another since the last sweeps; of whom nobody can say; and whom a
 * person allowed or forbade by hand, which is their word.
 */
const allowsWhomTheRegistryWants: Promised = {
  name: 'allows whom the registry wants',
  judge: (played) => {
    const { history, registry, settling, quietAt, writeWatch, idOf, allowed } = played;
    const truths = registry.between(settling.mark, Number.POSITIVE_INFINITY);
    const isFrozen = writeWatch.seen.at(-1)?.isFrozen === true;
    let judged = 0;
    let leftOut = 0;
    const broken = servicesOf(history).flatMap(({ name, policy, begins }) => {
      if (policy === 'none' || begins !== 'enforce' || truths.some((truth) => isPaused(truth, name))) return [];
      const changes = writeWatch.principals.filter(({ serviceId }) => serviceId === idOf(name));
      return accountsOf(played, name).flatMap((account) => {
        const arn = arnOf(account);
        const touching = changes.filter(({ added, removed }) => added.includes(arn) || removed.includes(arn));
        const wishes = new Set(
          truths.flatMap((truth) =>
            [settling.at, quietAt].map((at) => wishOf(truth, name, account, secondsAt(played, at))),
          ),
        );
        const [wish] = wishes;
        const isByHand = touching.some(({ by }) => by === 'hand');
        if (wishes.size > 1 || wish === 'unclear' || isByHand || (wish === 'forbidden' && isFrozen)) {
          leftOut += 1;
          return [];
        }
        if (wish === 'forbidden' && touching.length === 0) return [];
        judged += 1;
        const is = allowed.get(name)?.includes(arn) === true;
        if (is === (wish === 'allowed')) return [];
        return [
          `${account} is ${is ? 'allowed' : 'not allowed'} to connect to ${name}, and the registry wants it ${wish}`,
        ];
      });
    });
    return { judged, leftOut, broken };
  },
};

/** Nobody is forbidden to create endpoints because of a registry that is not believed. */
const forbidsNobodyForALoss: Promised = {
  name: 'forbids nobody for a registry that got lost',
  judge: (played) => {
    const removals = played.writeWatch.principals.filter(({ by, removed }) => by === 'us' && removed.length > 0);
    const broken = removals.flatMap((change) =>
      isBelieved(played, change)
        ? []
        : [`${change.removed.join(', ')} was forbidden, and the registry was not to be believed`],
    );
    return { judged: removals.length, broken };
  },
};

/** Without the registry's size a loss can't be told: at quiet the ledger knows at least as many entries as there are, or that it is frozen. */
const knowsTheRegistrysSize: Promised = {
  name: 'knows the registry’s size',
  judge: ({ registry, writeWatch }) => {
    const last = writeWatch.seen.at(-1);
    const size = sizeOf(registry.last);
    if (last?.isFrozen === true || (last?.count ?? 0) >= size) return { judged: 1, broken: [] };
    return {
      judged: 1,
      broken: [`the registry has ${size} entries, and the ledger knows of ${last?.count ?? 'none'}`],
    };
  },
};

/** What is promised of allowed principals, and of the registry that they follow. */
export const PRINCIPAL_PROMISES: readonly Promised[] = [
  allowsWhomTheRegistryWants,
  forbidsNobodyForALoss,
  knowsTheRegistrysSize,
];
