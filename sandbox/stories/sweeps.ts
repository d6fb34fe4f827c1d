import { registryKey } from '../../functions/registry/keys.ts';
import { confirmRegistry } from '../../ops/actions/confirm-registry.ts';
import { pause, resume } from '../../ops/actions/pause.ts';
import { registerCustomers } from './customers.ts';
import { ask, askAndWait, atRest, decided, enter, leave, reasonsOf, resultOf, SERVICE } from './requests.ts';
import type { Stage } from './stage.ts';
import type { CaseResult, Story } from './story.ts';

const INITECH = '555555555555';
const UMBRELLA = '666666666666';
const STRANGER = '333333333333';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Every five minutes, and what is younger than two minutes is left to its notice: after eight minutes everything was looked at. */
const SWEPT = 8 * MINUTE;
/** Changes of the registry are gathered for ten seconds. */
const HEARD_OF = 30_000;

const umbrella = (maxEndpoints: number) => ({
  customer: { customerId: 'umbrella', name: 'Umbrella', contact: 'noc@umbrella.example', status: 'active' as const },
  accounts: [UMBRELLA],
  entitlement: { maxEndpoints },
});

/** No notice comes at all: of the request, of our answer, of the customer's leaving. */
const withoutNotices = async (stage: Stage): Promise<CaseResult> => {
  const end = stage.loseNotices();
  const id = await ask(stage, INITECH);
  await stage.clock.sleep(SWEPT);
  const settled = await atRest(stage, id, decided(1));
  await stage.deleteEndpoint(INITECH, id.endpointId);
  await stage.clock.sleep(SWEPT);
  const again = await askAndWaitSwept(stage);
  end();
  return { actual: `${resultOf(settled).actual}; then ${again.actual}`, reasons: reasonsOf(settled.decisions) };
};

/** Another request of the same customer, found by a sweep. */
const askAndWaitSwept = async (stage: Stage): Promise<CaseResult> => {
  const id = await ask(stage, INITECH);
  await stage.clock.sleep(SWEPT);
  const settled = await atRest(stage, id, decided(1));
  await stage.deleteEndpoint(INITECH, id.endpointId);
  await stage.clock.sleep(SWEPT);
  return resultOf(settled);
};

/** A week without any notice, a request a day. */
const aWeek = async (stage: Stage): Promise<CaseResult> => {
  const end = stage.loseNotices();
  const outcomes: string[] = [];
  for (let day = 0; day < 7; day += 1) {
    outcomes.push((await askAndWaitSwept(stage)).actual);
    await stage.clock.sleep(DAY - 3 * SWEPT);
  }
  end();
  return { actual: [...new Set(outcomes)].join(' and '), reasons: [`${outcomes.length} requests`] };
};

/** The only place is taken; the contract is changed, and nobody says a word. */
const moreEndpoints = async (stage: Stage): Promise<CaseResult> => {
  const first = await askAndWait(stage, UMBRELLA);
  const { serviceId, endpointId } = await askAndWait(stage, UMBRELLA);
  await enter(stage, umbrella(2));
  await stage.clock.sleep(HEARD_OF);
  const settled = await atRest(stage, { serviceId, endpointId, account: UMBRELLA }, decided(2));
  await leave(stage, settled);
  await leave(stage, first);
  await enter(stage, umbrella(1));
  return resultOf(settled);
};

/** A person accepts while nobody hears of it, and the customer has one endpoint more. */
const byHand = async (stage: Stage): Promise<CaseResult> => {
  const end = stage.loseNotices();
  const id = await ask(stage, UMBRELLA);
  await stage.answerByHand('accept', id.serviceId, id.endpointId);
  await stage.clock.sleep(SWEPT);
  const adopted = await atRest(stage, id, decided(1));
  end();
  const second = await askAndWait(stage, UMBRELLA);
  await leave(stage, second);
  await leave(stage, adopted);
  return {
    actual: `${resultOf(adopted).actual}; the next is ${second.decisions[0]?.outcome}`,
    reasons: reasonsOf(second.decisions),
  };
};

/** Nothing is answered while everything is paused; what came meanwhile is answered after that. */
const paused = async (stage: Stage): Promise<CaseResult> => {
  await stage.operate(pause, { all: true, reason: 'the story wants it' });
  const one = await askAndWait(stage, INITECH);
  const other = await askAndWait(stage, STRANGER);
  await stage.operate(resume, { all: true, reason: 'it is over' });
  await stage.clock.sleep(SWEPT);
  const settled = await atRest(stage, one, decided(2));
  const turnedAway = await atRest(stage, other, decided(2));
  await leave(stage, settled);
  await leave(stage, turnedAway);
  return {
    actual: `${resultOf(settled).actual}; ${resultOf(turnedAway).actual}`,
    reasons: reasonsOf(turnedAway.decisions),
  };
};

/** The registry is emptied by mistake: nobody is turned away for it, and nobody cut off. */
const emptied = async (stage: Stage): Promise<CaseResult> => {
  const connected = await askAndWait(stage, INITECH);
  const entries = await stage.registry();
  for (const { pk, sk } of entries) await stage.unregister({ pk: String(pk), sk: String(sk) });
  await stage.clock.sleep(SWEPT);
  const { serviceId, endpointId, ...request } = await askAndWait(stage, INITECH);
  const still = await stage.endpointState(INITECH, connected.endpointId);
  for (const { pk, sk, ...entry } of entries) await stage.register({ pk: String(pk), sk: String(sk) }, entry);
  await stage.clock.sleep(SWEPT);
  await stage.operate(confirmRegistry, { count: entries.length, reason: 'it is back' });
  await stage.clock.sleep(SWEPT);
  const settled = await atRest(stage, { ...request, serviceId, endpointId }, decided(2));
  await leave(stage, settled);
  await leave(stage, connected);
  return { actual: `${still} all the time; ${resultOf(settled).actual}`, reasons: reasonsOf(settled.decisions) };
};

/** The account of a customer is not found any more, and everything else is. */
const forgotten = async (stage: Stage): Promise<CaseResult> => {
  const { serviceId } = await stage.endpointService(SERVICE);
  const key = registryKey.match(serviceId, 'account', INITECH, 'initech');
  await stage.unregister(key);
  await stage.clock.sleep(HEARD_OF);
  const settled = await askAndWait(stage, INITECH);
  await stage.register(key, { customerId: 'initech' });
  await leave(stage, settled);
  return resultOf(settled);
};

/** A contract comes to its end, and is then cut short: who has to know it is told in time, and told once. */
const warned = async (stage: Stage): Promise<CaseResult> => {
  const endsIn = async (milliseconds: number): Promise<void> => {
    const until = new Date(stage.clock.now() + milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
    await enter(stage, { ...umbrella(1), entitlement: { maxEndpoints: 1, until } });
    await stage.clock.sleep(2 * HOUR);
  };
  await endsIn(7 * DAY + HOUR);
  await endsIn(DAY + HOUR);
  const told = await stage.heard('Contract Ending');
  await stage.clock.sleep(DAY);
  const late = await askAndWait(stage, UMBRELLA);
  await leave(stage, late);
  await enter(stage, umbrella(1));
  const days = told.map(({ sentence }) => /within (a day|\d+ days)/.exec(String(sentence))?.[1]);
  return { actual: `${days.join(', ')}; then ${resultOf(late).actual}`, reasons: reasonsOf(late.decisions) };
};

/** Something changes that no request hangs on: nothing is started, and nothing is written. */
const quiet = async (stage: Stage): Promise<CaseResult> => {
  await stage.clock.sleep(2 * HOUR);
  const before = (await stage.executions('ReconcileArn')).length;
  await stage.clock.sleep(DAY);
  const after = (await stage.executions('ReconcileArn')).length;
  return { actual: `${after - before} runs in a day`, reasons: [] };
};

/** What no event tells is found, and what nobody needs to do is left alone. */
export const sweeps: Story = {
  name: 'sweeps',
  title:
    'Notices are lost, the registry changes or is emptied, everything is paused: the sweep finds what is to be done',
  prepare: async (stage) => {
    await registerCustomers(stage, (await stage.endpointService(SERVICE)).serviceId);
    await stage.openPortal();
    await stage.clock.sleep(SWEPT);
  },
  cases: [
    { name: 'nothing happens', who: 'nobody', expected: '0 runs in a day', play: quiet },
    {
      name: 'no notice comes',
      who: 'initech',
      expected: 'accepted, available; then accepted, available',
      play: withoutNotices,
    },
    { name: 'the contract is changed', who: 'umbrella', expected: 'held, accepted, available', play: moreEndpoints },
    {
      name: 'a person accepts unheard',
      who: 'umbrella',
      expected: 'adopted, available; the next is held',
      play: byHand,
    },
    {
      name: 'everything is paused for a while',
      who: 'initech',
      expected: 'held, accepted, available; held, rejected, rejected',
      play: paused,
    },
    {
      name: 'the registry is emptied',
      who: 'initech',
      expected: 'available all the time; held, accepted, available',
      play: emptied,
    },
    { name: 'an account is taken out', who: 'initech', expected: 'rejected, rejected', play: forgotten },
    {
      name: 'a contract ends',
      who: 'umbrella',
      expected: '30 days, 7 days, 7 days, a day; then held, pendingAcceptance',
      play: warned,
    },
    { name: 'a week without any notice', who: 'initech', expected: 'accepted, available', play: aWeek },
  ],
};
