import { registryKey } from '../../functions/registry/keys.ts';
import { registerCustomers } from './customers.ts';
import { ask, askAndWait, atRest, decided, enter, leave, reasonsOf, resultOf, SERVICE } from './requests.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

const ACCOUNT = '222222222222';
const ACME = { customerId: 'acme', name: 'Acme Corporation', status: 'active' } as const;

type Terms = NonNullable<Parameters<typeof enter>[1]['entitlement']>;

/** The moment so many seconds from now, as the registry writes it. */
const inSeconds = (stage: Stage, seconds: number): string =>
  `${new Date(stage.clock.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;

/** More than the other stories leave of it. */
const ROOM = { maxEndpoints: 9 };

/** Acme with these terms creates an endpoint; afterwards it is gone again. */
const under = (termsOf: (stage: Stage) => Terms, decisions = 1): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    await enter(stage, { customer: ACME, accounts: [ACCOUNT], entitlement: { ...ROOM, ...termsOf(stage) } });
    const settled = await askAndWait(stage, ACCOUNT, decided(decisions));
    await leave(stage, settled);
    return resultOf(settled);
  };
};

const cases: readonly Case[] = [
  {
    name: 'another region only',
    who: 'acme',
    expected: 'held, pendingAcceptance',
    play: under(() => ({ regions: ['eu-central-1'] })),
  },
  {
    name: 'a contract that has ended',
    who: 'acme',
    expected: 'held, pendingAcceptance',
    play: under((stage) => ({ until: inSeconds(stage, -1) })),
  },
  {
    name: 'a contract that begins in five minutes',
    who: 'acme',
    expected: 'held, accepted, available',
    play: under((stage) => ({ from: inSeconds(stage, 300) }), 2),
  },
  {
    name: 'every endpoint in use',
    who: 'umbrella',
    expected: 'accepted, held',
    async play(stage) {
      const account = '666666666666';
      const first = await askAndWait(stage, account);
      const second = await askAndWait(stage, account);
      const decisions = [...first.decisions, ...second.decisions];
      await leave(stage, second);
      await leave(stage, first);
      return { actual: decisions.map(({ outcome }) => outcome).join(', '), reasons: reasonsOf(decisions) };
    },
  },
  {
    name: 'an account of two customers',
    who: 'acme, globex',
    expected: 'held, pendingAcceptance',
    async play(stage) {
      await enter(stage, { customer: ACME, accounts: [ACCOUNT], entitlement: ROOM });
      const { serviceId } = await stage.endpointService(SERVICE);
      const shared = registryKey.match(serviceId, 'account', ACCOUNT, 'globex');
      await stage.register(shared, { customerId: 'globex' });
      const settled = await askAndWait(stage, ACCOUNT);
      await stage.unregister(shared);
      await leave(stage, settled);
      return resultOf(settled);
    },
  },
  {
    name: 'the same, with the endpoint claimed',
    who: 'acme, globex',
    expected: 'accepted, available',
    async play(stage) {
      await enter(stage, { customer: ACME, accounts: [ACCOUNT], entitlement: ROOM });
      const { serviceId } = await stage.endpointService(SERVICE);
      const shared = registryKey.match(serviceId, 'account', ACCOUNT, 'globex');
      await stage.register(shared, { customerId: 'globex' });
      const id = await ask(stage, ACCOUNT);
      await stage.register(registryKey.match(serviceId, 'endpoint', id.endpointId, 'acme'), { customerId: 'acme' });
      const settled = await atRest(stage, id);
      await stage.unregister(shared);
      await leave(stage, settled);
      return resultOf(settled);
    },
  },
  {
    name: 'an entry that does not parse',
    who: 'acme',
    expected: 'held, pendingAcceptance; initech: accepted, available',
    async play(stage) {
      await enter(stage, { customer: ACME, accounts: [ACCOUNT], entitlement: ROOM });
      await stage.register(registryKey.customer('acme'), { ...ACME, name: '<b>\u202e'.repeat(3_000) });
      const settled = await askAndWait(stage, ACCOUNT);
      const other = await askAndWait(stage, '555555555555');
      await leave(stage, settled);
      await leave(stage, other);
      return {
        actual: `${resultOf(settled).actual}; initech: ${resultOf(other).actual}`,
        reasons: reasonsOf([...settled.decisions, ...other.decisions]),
      };
    },
  },
  {
    name: 'a policy that rejects what has ended',
    who: 'acme',
    expected: 'rejected, rejected',
    async play(stage) {
      const { serviceId } = await stage.endpointService(SERVICE);
      const policy = { 'contract-ended': 'reject' };
      await stage.register(registryKey.service(serviceId), { serviceId, origin: 'created', verdicts: policy });
      const result = await under((at) => ({ until: inSeconds(at, -1) }))(stage);
      await stage.register(registryKey.service(serviceId), { serviceId, origin: 'created' });
      return result;
    },
  },
  {
    name: 'a service that is not registered',
    who: 'acme',
    expected: 'held, pendingAcceptance',
    async play(stage) {
      const { serviceId } = await stage.endpointService(SERVICE);
      await stage.unregister(registryKey.service(serviceId));
      const result = await under(() => ({}))(stage);
      await stage.register(registryKey.service(serviceId), { serviceId, origin: 'created' });
      return result;
    },
  },
];

/** Every rule of the registry, seen to refuse. */
export const refusals: Story = {
  name: 'refusals',
  title: 'Who is not simply let in: regions, dates, places, doubts',
  prepare: async (stage) => {
    await registerCustomers(stage, (await stage.endpointService(SERVICE)).serviceId);
    await stage.openPortal();
  },
  cases,
};
