import { registerCustomers } from './customers.ts';
import { ask, atRest, leave, resultOf, SERVICE } from './requests.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

const ACME = '222222222222';
/** What SNS takes at the most. */
const LARGEST = 262_144;

/** What a dead letter of the rule for unreadable notices says. */
interface Letter {
  readonly detail?: { readonly problem: string; readonly excerpt: string };
}

/** The reason of the dead letter whose notice begins like this. */
const deadLetter = (stage: Stage, excerpt: string): Promise<string> =>
  stage.until(`a dead letter about "${excerpt}"`, async () => {
    const letters = (await stage.deadLetters()).map((text) => (JSON.parse(text) as Letter).detail);
    return letters.find((detail) => detail?.excerpt.startsWith(excerpt))?.problem;
  });

/** Something arrives that nobody can read: it lies there with its reason, and a customer who asks meanwhile gets in. */
const unreadable = (notice: string, excerpt: string): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    await stage.notify(notice);
    const id = await ask(stage, ACME);
    const problem = await deadLetter(stage, excerpt);
    const settled = await atRest(stage, id);
    await leave(stage, id);
    const { actual, reasons } = resultOf(settled);
    return { actual: `dead letter; ${actual}`, reasons: [problem, ...reasons] };
  };
};

/** A notice about an endpoint that EC2 does not list, whoever's service it names. */
const unlisted = (serviceId: string | undefined, endpointId: string): ((stage: Stage) => Promise<CaseResult>) => {
  return async (stage) => {
    const ours = (await stage.endpointService(SERVICE)).serviceId;
    const id = { serviceId: serviceId ?? ours, endpointId, account: ACME };
    await stage.notify(JSON.stringify({ ServiceId: id.serviceId, VpcEndpointId: endpointId, event: 'Connect' }));
    return resultOf(await atRest(stage, id));
  };
};

const cases: readonly Case[] = [
  {
    name: 'a notice that is no JSON',
    who: 'acme',
    expected: 'dead letter; accepted, available',
    play: unreadable('{"oops', '{"oops'),
  },
  {
    name: 'a notice without ids, with control characters',
    who: 'acme',
    expected: 'dead letter; accepted, available',
    play: unreadable('<script>\t\u202eevil</script> vpce-nothex vpce-svc-', '<script>··evil'),
  },
  {
    name: 'a notice of 256 KB',
    who: 'acme',
    expected: 'dead letter; accepted, available',
    play: unreadable('vpce-'.repeat(LARGEST / 5), 'vpce-vpce-'),
  },
  {
    name: 'a notice that names too many endpoints',
    who: 'acme',
    expected: 'dead letter; accepted, available',
    play: unreadable(
      Array.from({ length: 30 }, (_, index) => `vpce-0000000000000${1000 + index}`).join(' '),
      'vpce-00000000000001000',
    ),
  },
  {
    name: 'ids of nobody',
    who: 'nobody',
    expected: 'gone, deleted',
    play: unlisted(undefined, 'vpce-0f0f0f0f0f0f0f0f0'),
  },
  {
    name: 'ids of a service that is not ours',
    who: 'nobody',
    expected: 'gone, deleted',
    play: unlisted('vpce-svc-0f0f0f0f0f0f0f0f0', 'vpce-0e0e0e0e0e0e0e0e0'),
  },
  {
    name: 'one bad notice among good ones',
    who: 'acme',
    expected: 'dead letter; 5 accepted',
    async play(stage) {
      const [, ...ids] = await Promise.all([
        stage.notify('the bad one'),
        // EC2 takes four at once from an account.
        ...Array.from({ length: 4 }, () => ask(stage, '555555555555')),
        ask(stage, ACME),
      ]);
      await deadLetter(stage, 'the bad one');
      const settled = await Promise.all(ids.map((id) => atRest(stage, id)));
      for (const id of ids) await stage.deleteEndpoint(id.account, id.endpointId);
      const accepted = settled.filter(({ decisions }) => decisions[0]?.outcome === 'accepted');
      return { actual: `dead letter; ${accepted.length} accepted`, reasons: [] };
    },
  },
];

/** What nobody can read, and what is about nobody: kept with its reason, in nobody's way. */
export const intake: Story = {
  name: 'intake',
  title: 'Notices that nobody can read, and notices about nobody',
  prepare: async (stage) => {
    await registerCustomers(stage, (await stage.endpointService(SERVICE)).serviceId);
    await stage.openPortal();
  },
  cases,
};
