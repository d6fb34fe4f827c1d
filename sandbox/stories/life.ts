import { ledgerKey, registryKey } from '../../functions/registry/keys.ts';
import { approve } from '../../ops/actions/answer-held.ts';
import { pause, resume } from '../../ops/actions/pause.ts';
import { revoke } from '../../ops/actions/revoke.ts';
import { registerCustomer } from './customers.ts';
import {
  ask,
  askAndWait,
  atRest,
  decided,
  enter,
  type Requested,
  type RequestId,
  reasonsOf,
  resultOf,
  SERVICE,
} from './requests.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

const INITECH = { customerId: 'initech', name: 'Initech', contact: 'ops@initech.example' } as const;
const FIRST_ACCOUNT = '555555555555';
const SECOND_ACCOUNT = '666666666666';
const DAY_MILLISECONDS = 86_400_000;
/** Two sweeps: what follows from a change of the registry has happened by then. */
const TWO_SWEEPS = 600_000;

/** What the customer has at the moment, by a word of the story: endpoints outlive the case that creates them. */
interface Life {
  readonly endpoints: Map<string, RequestId>;
  until: string | undefined;
}

/** Enters the customer as it is meant to be from now on. */
const enterAs = (stage: Stage, { until }: Pick<Life, 'until'>, status: 'active' | 'suspended' = 'active') =>
  enter(stage, {
    customer: { ...INITECH, status },
    accounts: [FIRST_ACCOUNT],
    entitlement: {
      maxEndpoints: 3,
      approval: 'first-manual',
      whenEnded: 'revoke',
      ...(until === undefined ? {} : { until }),
    },
  });

const secondsOf = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

const endpointNamed = ({ endpoints }: Life, name: string): RequestId => {
  const id = endpoints.get(name);
  if (id === undefined) throw new Error(`There is no ${name} endpoint: the case that creates it failed.`);
  return id;
};

/** Waits until endpoints were disconnected; each with how it was told, and within how many sweeps. */
const disconnected = async (
  stage: Stage,
  life: Life,
  names: readonly string[],
  begun = stage.clock.now(),
): Promise<CaseResult> => {
  const ends: Requested[] = [];
  for (const name of names) {
    const isRevoked = ({ outcome }: { readonly outcome: string }): boolean => outcome === 'revoked';
    ends.push(await atRest(stage, endpointNamed(life, name), ({ decisions }) => decisions.some(isRevoked)));
    life.endpoints.delete(name);
  }
  const isInTime = stage.clock.now() - begun <= TWO_SWEEPS;
  const last = ends.map(({ decisions, published, state }) => {
    const decision = decisions.at(-1);
    return { said: `${decision?.outcome}, ${published.at(-1)}, ${state}`, code: String(decision?.code) };
  });
  return {
    actual: [...last.map(({ said }) => said), ...(isInTime ? [] : ['too late'])].join('; '),
    reasons: last.map(({ code }) => code),
  };
};

/** Whether endpoints are as they were, after time enough for two sweeps. */
const kept = async (stage: Stage, life: Life, names: readonly string[], reasons: readonly string[] = []) => {
  await stage.clock.sleep(TWO_SWEEPS);
  const views = await Promise.all(names.map((name) => atRest(stage, endpointNamed(life, name))));
  return {
    actual: views.map(({ decisions, state }) => `${decisions.at(-1)?.outcome}, ${state}`).join('; '),
    reasons: reasons.length > 0 ? reasons : views.flatMap(({ decisions }) => reasonsOf(decisions)),
  };
};

const REVOKED = 'revoked, Connection Revoked, rejected';

const casesOf = (life: Life): readonly Case[] => {
  const connect = async (stage: Stage, name: string, account = FIRST_ACCOUNT): Promise<Requested> => {
    const settled = await askAndWait(stage, account);
    life.endpoints.set(name, settled);
    return settled;
  };
  return [
    {
      name: 'life: its first endpoint, approved by a person',
      who: 'initech',
      expected: 'held, accepted, available',
      async play(stage) {
        life.endpoints.clear();
        life.until = secondsOf(stage.clock.now() + 2 * DAY_MILLISECONDS);
        await enterAs(stage, life);
        const request = await connect(stage, 'first');
        const { serviceId, endpointId } = request;
        await stage.operate(approve, { serviceId, endpointId, reason: 'their order came in' });
        return resultOf(await atRest(stage, request, decided(2)));
      },
    },
    {
      name: 'life: its second endpoint, by itself',
      who: 'initech',
      expected: 'accepted, available',
      play: async (stage) => resultOf(await connect(stage, 'second')),
    },
    {
      name: 'life: an endpoint of a second account',
      who: 'initech',
      expected: 'accepted, available',
      async play(stage) {
        const { serviceId } = await stage.endpointService(SERVICE);
        const match = registryKey.match(serviceId, 'account', SECOND_ACCOUNT, INITECH.customerId);
        await stage.register(match, { customerId: INITECH.customerId });
        return resultOf(await connect(stage, 'third', SECOND_ACCOUNT));
      },
    },
    {
      name: 'life: suspended during a pause: nobody is cut off',
      who: 'initech',
      expected: 'accepted, available; accepted, available; accepted, available',
      async play(stage) {
        const { serviceId } = await stage.endpointService(SERVICE);
        await stage.operate(pause, { serviceId, reason: 'a migration' });
        await enterAs(stage, life, 'suspended');
        const result = await kept(stage, life, ['first', 'second', 'third'], ['customer-suspended', 'paused']);
        await enterAs(stage, life);
        await stage.operate(resume, { serviceId, reason: 'it is over' });
        return result;
      },
    },
    {
      name: 'life: a person disconnects one',
      who: 'initech',
      expected: REVOKED,
      async play(stage) {
        const { serviceId, endpointId } = endpointNamed(life, 'third');
        await stage.operate(revoke, { serviceId, endpointId, reason: 'as they asked' });
        return disconnected(stage, life, ['third']);
      },
    },
    {
      name: 'life: its contract ends within a day: people are told',
      who: 'initech',
      expected: 'warned; accepted, available; accepted, available',
      async play(stage) {
        const { serviceId } = await stage.endpointService(SERVICE);
        const until = Date.parse(life.until ?? '');
        await stage.clock.sleep(until - DAY_MILLISECONDS - stage.clock.now());
        const { actual, reasons } = await kept(stage, life, ['first', 'second'], ['contract']);
        const { pk } = ledgerKey.places(serviceId, INITECH.customerId);
        const warned = await stage.recorded({ pk, sk: 'WARNED#contract' });
        const isOfADay = warned?.what === `${life.until} 1`;
        return { actual: `${isOfADay ? 'warned' : 'not warned'}; ${actual}`, reasons };
      },
    },
    {
      name: 'life: its contract ends, and with it what is connected',
      who: 'initech',
      expected: `${REVOKED}; ${REVOKED}`,
      async play(stage) {
        const end = Date.parse(life.until ?? '');
        await stage.clock.sleep(end - stage.clock.now());
        return disconnected(stage, life, ['first', 'second'], end);
      },
    },
    {
      name: 'life: renewed, and a new endpoint',
      who: 'initech',
      expected: 'held, accepted, available',
      async play(stage) {
        life.until = undefined;
        await enterAs(stage, life);
        const request = await connect(stage, 'renewed');
        const { serviceId, endpointId } = request;
        await stage.operate(approve, { serviceId, endpointId, reason: 'they signed again' });
        return resultOf(await atRest(stage, request, decided(2)));
      },
    },
    {
      name: 'life: suspended',
      who: 'initech',
      expected: REVOKED,
      async play(stage) {
        await enterAs(stage, life, 'suspended');
        return disconnected(stage, life, ['renewed']);
      },
    },
    {
      name: 'life: resumed, and a new endpoint',
      who: 'initech',
      expected: 'held, accepted, available',
      async play(stage) {
        await enterAs(stage, life);
        const request = await ask(stage, FIRST_ACCOUNT);
        life.endpoints.set('resumed', request);
        const held = await atRest(stage, request);
        const { serviceId, endpointId } = held;
        await stage.operate(approve, { serviceId, endpointId, reason: 'they paid' });
        return resultOf(await atRest(stage, request, decided(2)));
      },
    },
    {
      name: 'life: removed',
      who: 'initech',
      expected: REVOKED,
      async play(stage) {
        const { serviceId } = await stage.endpointService(SERVICE);
        for (const account of [FIRST_ACCOUNT, SECOND_ACCOUNT]) {
          await stage.unregister(registryKey.match(serviceId, 'account', account, INITECH.customerId));
        }
        await stage.unregister(registryKey.entitlement(serviceId, INITECH.customerId));
        await stage.unregister(registryKey.customer(INITECH.customerId));
        return disconnected(stage, life, ['resumed']);
      },
    },
  ];
};

/** A customer from its first order to its last day. */
export const life: Story = {
  name: 'life',
  title: 'A customer’s life: added, approved, warned, ended, renewed, suspended, resumed, removed',
  async prepare(stage) {
    const { serviceId } = await stage.endpointService(SERVICE);
    // A small service: a tenth of it would be one a day.
    await stage.register(registryKey.service(serviceId), { serviceId, origin: 'created', maxRevokedShare: 1 });
    await registerCustomer(stage, serviceId, {
      customer: { customerId: 'acme', name: 'Acme Corporation', status: 'active' },
      accounts: ['222222222222'],
      entitlement: { maxEndpoints: 5 },
    });
    await stage.openPortal();
  },
  cases: casesOf({ endpoints: new Map(), until: undefined }),
};
