import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWholeRegistry } from '../../functions/aws/estate.ts';
import { readServiceAccounts } from '../../functions/aws/principals.ts';
import { readRegistry } from '../../functions/aws/registry.ts';
import type { Connection } from '../../functions/domain/connection.ts';
import { decideConnection } from '../../functions/domain/decide-connection.ts';
import { wantedPrincipals } from '../../functions/domain/principals.ts';
import type { Decision } from '../../functions/domain/verdict.ts';
import { basisOf } from '../../functions/registry/basis.ts';
import { estateFrom, principalsOf } from '../../functions/registry/listing.ts';
import { TABLES } from '../functions/support.ts';
import { aConnection, HOME_REGION, NOW, SERVICE_ID, theModes } from '../support/builders.ts';
import { PATIENCE, runs, UNPRINTABLE } from './hostile.ts';
import {
  ACME,
  GLOBEX_ACCOUNT,
  OTHER_SERVICE,
  OTHERS,
  registryOf,
  SERVICE,
  type Stored,
  spoiled,
  stray,
} from './registry-items.ts';

const MATCHING = ['customer', 'entitlement', 'match'] as const;
const OF_ACME = aConnection();
const OF_GLOBEX = aConnection({ endpointId: 'vpce-0bbbbbbbbbbbbbbb2', owner: GLOBEX_ACCOUNT });
const ELSEWHERE = aConnection({
  endpointId: 'vpce-0ccccccccccccccc3',
  owner: '444444444444',
  serviceId: OTHER_SERVICE,
});

/** The table where one of acme's entries, or several, are as somebody wrote them, and things lie about. */
const table = fc
  .tuple(
    fc.record({ customer: spoiled(ACME.customer), entitlement: spoiled(ACME.entitlement), match: spoiled(ACME.match) }),
    fc.subarray([...MATCHING], { minLength: 1 }),
    fc.array(stray, { maxLength: 3 }),
  )
  .map(([wrong, which, strays]) => {
    const acme = { ...ACME, ...Object.fromEntries(which.map((kind) => [kind, wrong[kind]])) };
    return { acme, items: [SERVICE, ...Object.values<Stored>(acme), ...OTHERS, ...strays] };
  });
const untouched = [SERVICE, ...Object.values(ACME), ...OTHERS];

const decide = async (
  items: readonly Stored[],
  connection: Connection,
): Promise<Decision & { readonly basis: string }> => {
  const { service, candidates, modesSet } = await readRegistry(registryOf(items), TABLES, connection);
  const situation = { connection, serviceRegion: HOME_REGION, service, candidates, modes: theModes(), now: NOW };
  return { ...decideConnection(situation), basis: basisOf(situation, modesSet.version) };
};

const sweep = async (items: readonly Stored[]) => {
  const { items: registry, size } = await readWholeRegistry(registryOf(items), TABLES.registry);
  const connections = [OF_ACME, OF_GLOBEX, ELSEWHERE];
  const listing = { connections, registry, size, current: [], region: HOME_REGION, now: NOW };
  const { standingOf, entitlements } = estateFrom(listing);
  return {
    ofAcme: standingOf(OF_ACME, undefined),
    ofOthers: [standingOf(OF_GLOBEX, undefined), standingOf(ELSEWHERE, undefined)],
    entitlements,
    services: principalsOf(listing, 'aws'),
  };
};

/** Said of the items themselves, without any schema: what must be there before acme may be let in. */
const isAsItWas = (changed: Stored, entry: Stored, ...names: readonly string[]): boolean =>
  names.every((name) => JSON.stringify(changed[name]) === JSON.stringify(entry[name]));
const arnOf = (account: string): string => `arn:aws:iam::${account}:root`;

const [globexBefore, sweptBefore] = await Promise.all([decide(untouched, OF_GLOBEX), sweep(untouched)]);

describe('entries of a customer that anybody may have written', () => {
  it(
    'let nobody in whom they do not name in so many words, and are held where they can’t be read',
    async () => {
      const property = fc.asyncProperty(table, async ({ acme, items }) => {
        const { verdict, rules, sentence, customerId } = await decide(items, OF_ACME);
        const isNamed =
          isAsItWas(acme.customer, ACME.customer, 'customerId', 'status') &&
          isAsItWas(acme.entitlement, ACME.entitlement, 'customerId', 'serviceId') &&
          isAsItWas(acme.match, ACME.match, 'customerId');
        const isUnreadable = rules.some(({ code }) => code === 'entry-unreadable');

        expect(verdict === 'accept' && !isNamed).toBe(false);
        expect(isUnreadable && verdict !== 'hold').toBe(false);
        // Nothing that was written wrongly makes of a customer a stranger.
        expect(rules.some(({ code }) => code === 'requester-unknown')).toBe(false);
        expect(`${sentence}${rules.map(({ saw }) => saw).join('')}`).not.toMatch(UNPRINTABLE);
        expect(customerId).toBe('acme');
      });
      await fc.assert(property, runs());
    },
    PATIENCE,
  );

  it(
    'change nothing for anybody else at the door',
    async () => {
      const property = fc.asyncProperty(table, async ({ items }) => {
        expect(await decide(items, OF_GLOBEX)).toEqual(globexBefore);
      });
      await fc.assert(property, runs());
    },
    PATIENCE,
  );

  it(
    'do not stop the sweep, change nothing in it for anybody else, and have nobody disconnected',
    async () => {
      const property = fc.asyncProperty(table, async ({ acme, items }) => {
        const { ofAcme, ofOthers, entitlements, services } = await sweep(items);

        expect(ofOthers).toEqual(sweptBefore.ofOthers);
        expect(entitlements).toEqual(
          expect.arrayContaining(sweptBefore.entitlements.filter(({ customerId }) => customerId !== 'acme')),
        );
        expect(services.map(({ serviceId }) => serviceId)).toEqual([SERVICE_ID, OTHER_SERVICE]);
        expect(services[1]?.isDue).toBe(sweptBefore.services[1]?.isDue);
        const { customer, entitlement } = acme;
        const isSaid = customer.status?.S === 'suspended' || entitlement.until !== undefined;
        expect(ofAcme.revocation.verdict === 'revoke' && !isSaid).toBe(false);
      });
      await fc.assert(property, runs());
    },
    PATIENCE,
  );

  it(
    'take no allowed principal from anybody else, and give none to whom they do not name',
    async () => {
      const property = fc.asyncProperty(table, async ({ acme, items }) => {
        const { service, matches } = await readServiceAccounts(registryOf(items), TABLES.registry, SERVICE_ID);
        const { wanted, doubtful, problems } = wantedPrincipals(matches, 'aws', NOW);

        expect(service.kind).toBe('found');
        expect(wanted).toContain(arnOf(GLOBEX_ACCOUNT));
        const isNamed = isAsItWas(acme.match, ACME.match, 'customerId');
        expect(wanted.includes(arnOf(OF_ACME.owner)) && !isNamed).toBe(false);
        expect(doubtful.includes(arnOf(OF_ACME.owner)) && wanted.includes(arnOf(OF_ACME.owner))).toBe(false);
        expect(problems.join('')).not.toMatch(UNPRINTABLE);
      });
      await fc.assert(property, runs());
    },
    PATIENCE,
  );
});

describe('an entry of a service that anybody may have written', () => {
  const items = spoiled(SERVICE).map((service): readonly Stored[] => [service, ...Object.values(ACME), ...OTHERS]);

  it(
    'lets nobody in where it can’t be read, turns nobody away, and leaves the other service alone',
    async () => {
      const property = fc.asyncProperty(items, async (registry) => {
        const [decided, elsewhere] = await Promise.all([decide(registry, OF_ACME), decide(registry, ELSEWHERE)]);
        const { ofOthers, services } = await sweep(registry);
        const isRead = decided.rules.every(({ code }) => code !== 'entry-unreadable');

        expect(decided.verdict).toBe(isRead ? 'accept' : 'hold');
        expect(elsewhere.verdict).toBe('accept');
        expect(ofOthers[1]).toEqual(sweptBefore.ofOthers[1]);
        expect(services.map(({ serviceId }) => serviceId)).toEqual(
          isRead ? [SERVICE_ID, OTHER_SERVICE] : [OTHER_SERVICE],
        );
      });
      await fc.assert(property, runs());
    },
    PATIENCE,
  );
});
