import { paginateQuery } from '@aws-sdk/client-dynamodb';
import { CURRENT, CURRENT_INDEX, ledgerKey, registryKey } from '../../functions/registry/keys.ts';
import { adopt } from '../../ops/actions/adopt.ts';
import { decisions } from '../../ops/actions/decisions.ts';
import { held } from '../../ops/actions/held.ts';
import { setMode } from '../../ops/actions/set-mode.ts';
import { status } from '../../ops/actions/status.ts';
import {
  changesBetween,
  countOf,
  createEstate,
  handOver,
  lookAt,
  type OldEndpoint,
  type OldService,
  SERVICES,
  type Seen,
} from './estate-before.ts';
import { importRegistry } from './estate-registry.ts';
import type { Stage } from './stage.ts';
import type { Case, CaseResult, Story } from './story.ts';

const EFFECTS = ['accept', 'reject', 'revoke', 'principals-add', 'principals-remove'] as const;
const SWEEP = 5 * 60_000;
/** Longer than AWS takes to connect what was accepted. */
const PROVISIONED = 2 * 60_000;
/** What writes, on AWS or in our own tables, or costs an execution. */
const WRITES = /:(Put|Update|Delete|Batch|Start|Accept|Reject|Modify|Create)/;
/** Twenty services' allowed principals, one look at the registry's table, the schedule's own call, and the pages of what there is. */
const QUIET_CALLS = 30;

/** Connected, by customers whom the registry will name; by accounts of nobody, or of two customers. */
const OURS = countOf(({ kind, isPending }) => kind === 'customer' && !isPending);
const OTHERS = countOf(({ kind, isPending }) => kind !== 'customer' && !isPending);
/** Waiting, of customers; of an account of two. */
const PENDING = countOf(({ kind, isPending }) => kind === 'customer' && isPending);
const UNCLEAR = countOf(({ kind, isPending }) => kind !== 'customer' && isPending);

/** One endpoint, and the service that it is connected to. */
interface Endpoint extends OldEndpoint {
  readonly serviceId: string;
}

/** The estate, from case to case. */
interface Estate {
  services: readonly OldService[];
  before: Seen;
}

const endpointsOf = ({ services }: Estate): readonly Endpoint[] =>
  services.flatMap(({ serviceId, endpoints }) => endpoints.map((endpoint) => ({ ...endpoint, serviceId })));

/** Sweeps until one finds nothing to do. @returns how many it took, with the calls of the quiet one. */
const untilQuiet = async (stage: Stage): Promise<{ sweeps: number; calls: number }> => {
  for (let sweeps = 1; sweeps < 40; sweeps += 1) {
    const count = stage.countCalls();
    await stage.clock.sleep(SWEEP);
    const counts = count();
    if (Object.keys(counts).some((call) => WRITES.test(call))) continue;
    return { sweeps, calls: Object.values(counts).reduce((sum, each) => sum + each, 0) };
  }
  throw new Error('The sweeps find something every time.');
};

/** What became of somebody on EC2 since the case before: `nothing changed`. */
const changes = async (stage: Stage, estate: Estate): Promise<string> => {
  const after = await lookAt(stage, estate.services);
  const changed = changesBetween(estate.before, after);
  estate.before = after;
  for (const output of ['ReconcileArn', 'AdmitConnectionArn', 'RevokeConnectionArn']) {
    const failed = (await stage.executions(output)).find(
      ({ status: ended }) => ended !== 'RUNNING' && ended !== 'SUCCEEDED',
    );
    if (failed !== undefined) throw new Error(await stage.endOf(failed));
  }
  return changed.length === 0 ? 'nothing changed' : changed.toSorted().join(', ');
};

/** Each endpoint's last outcome. */
const outcomes = async (stage: Stage): Promise<ReadonlyMap<string, string>> => {
  const day = new Date(stage.clock.now()).toISOString().slice(0, 10);
  const listed = await stage.operate(decisions, { day, most: 10_000 });
  // Newest first.
  return new Map(listed.decisions.map(({ endpointId, outcome }) => [endpointId, outcome] as const).reverse());
};

/** How many endpoints came to each end: `800 adopted`. */
const tally = (endpoints: readonly Endpoint[], outcomeOf: ReadonlyMap<string, string>): string => {
  const counts: Record<string, number> = {};
  for (const { endpointId } of endpoints) {
    const outcome = outcomeOf.get(endpointId) ?? 'unknown to the ledger';
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return Object.entries(counts)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
};

/** The same in the order of what they are: customers', of nobody, requests. */
const tallies = async (stage: Stage, estate: Estate): Promise<string> => {
  const outcomeOf = await outcomes(stage);
  const endpoints = endpointsOf(estate);
  const live = endpoints.filter(({ isPending }) => !isPending);
  const [ours, others] = [
    live.filter(({ kind }) => kind === 'customer'),
    live.filter(({ kind }) => kind !== 'customer'),
  ];
  const pending = endpoints.filter(({ isPending }) => isPending);
  return [ours, others, pending].map((each) => tally(each, outcomeOf)).join('; ');
};

/** How many endpoints have a place, whosever. */
const placesTaken = (stage: Stage): Promise<number> =>
  stage.onDynamo(async (client) => {
    const query = {
      TableName: stage.output('LedgerTable'),
      IndexName: CURRENT_INDEX.name,
      KeyConditionExpression: '#current = :current AND begins_with(pk, :pk)',
      ExpressionAttributeNames: { '#current': CURRENT_INDEX.attribute },
      ExpressionAttributeValues: { ':current': { S: CURRENT }, ':pk': { S: 'ENTITLEMENT#' } },
    };
    let taken = 0;
    for await (const { Items = [] } of paginateQuery({ client }, query)) {
      for (const { places } of Items) taken += Object.keys(places?.M ?? {}).length;
    }
    return taken;
  });

/** Nothing differs: nobody is told, nothing is started, and nothing written. */
const quiet = async (stage: Stage, estate: Estate): Promise<CaseResult> => {
  const { sweeps, calls } = await untilQuiet(stage);
  const isCheap = calls <= QUIET_CALLS ? 'it costs little' : 'it costs too much';
  return {
    actual: `${sweeps === 1 ? 'quiet at once' : `quiet after ${sweeps} sweeps`}, ${isCheap}; ${await changes(stage, estate)}`,
    reasons: [`${calls} calls for ${SERVICES} services`],
  };
};

/** Sets every mode of every service. */
const enforce = async (stage: Stage, { services }: Estate): Promise<void> => {
  for (const { serviceId } of services) {
    for (const effect of EFFECTS) {
      await stage.operate(setMode, { serviceId, effect, mode: 'enforce', reason: 'the estate was looked through' });
    }
  }
};

const liveOf = (estate: Estate, kind: Endpoint['kind']): readonly Endpoint[] =>
  endpointsOf(estate).filter((each) => each.kind === kind && !each.isPending);

const casesOf = (estate: Estate): readonly Case[] => [
  {
    name: 'estate: it is there, and nobody has entered any of it',
    who: 'everybody',
    expected: `nothing changed; ${OURS} unknown to the ledger; ${OTHERS} unknown to the ledger; ${PENDING + UNCLEAR} held`,
    async play(stage) {
      const { sweeps } = await untilQuiet(stage);
      return {
        actual: `${await changes(stage, estate)}; ${await tallies(stage, estate)}`,
        reasons: [`${sweeps} sweeps`],
      };
    },
  },
  {
    name: 'estate: its registry is imported',
    who: 'everybody',
    expected: `nothing changed; ${OURS} adopted; ${OTHERS} overtaken; ${PENDING + UNCLEAR} observed; ${OURS} places`,
    async play(stage) {
      await handOver(stage, estate.services);
      const entries = await importRegistry(stage, estate.services);
      const { sweeps } = await untilQuiet(stage);
      return {
        actual: [await changes(stage, estate), await tallies(stage, estate), `${await placesTaken(stage)} places`].join(
          '; ',
        ),
        reasons: [`${entries} entries`, `${sweeps} sweeps`],
      };
    },
  },
  {
    name: 'estate: nothing is left to do',
    who: 'nobody',
    expected: 'quiet at once, it costs little; nothing changed',
    play: (stage) => quiet(stage, estate),
  },
  {
    name: 'estate: everything is enforced',
    who: 'everybody',
    expected: `${PENDING} accepted; ${OURS} adopted; ${OTHERS} overtaken; ${PENDING} accepted, ${UNCLEAR} held; ${OURS + PENDING} places`,
    async play(stage) {
      await enforce(stage, estate);
      const { sweeps } = await untilQuiet(stage);
      const changed = (await changes(stage, estate)).split(', ');
      const isAccepted = (each: string): boolean => each.endsWith('pendingAcceptance -> available');
      const others = changed.filter((each) => !isAccepted(each));
      const shown = await stage.operate(status, {});
      const services = shown.outcome === 'listed' ? shown.services : [];
      const { held: waiting } = await stage.operate(held, {});
      return {
        actual: [
          [`${changed.filter(isAccepted).length} accepted`, ...others].join(', '),
          await tallies(stage, estate),
          `${await placesTaken(stage)} places`,
        ].join('; '),
        reasons: [
          `${sweeps} sweeps`,
          `modes of ${services.length} services`,
          ...new Set(waiting.map(({ code }) => code)),
        ],
      };
    },
  },
  {
    name: 'estate: nothing is left to do once it is enforced',
    who: 'nobody',
    expected: 'quiet at once, it costs little; nothing changed',
    play: (stage) => quiet(stage, estate),
  },
  {
    name: 'estate: the account of a connection is entered later',
    who: 'customer-0',
    expected: 'adopted with a place; nothing changed',
    async play(stage) {
      const [stranger] = liveOf(estate, 'unknown');
      if (stranger === undefined) throw new Error('The estate has nobody whom nobody knows.');
      const { serviceId, endpointId, account } = stranger;
      const customerId = 'customer-0';
      const terms = { customerId, serviceId, maxEndpoints: 3, approval: 'automatic' };
      await stage.register(registryKey.entitlement(serviceId, customerId), terms);
      await stage.register(registryKey.match(serviceId, 'account', account, customerId), { customerId });
      const { sweeps } = await untilQuiet(stage);
      const places = await stage.recorded(ledgerKey.places(serviceId, customerId));
      const hasPlace = Object.hasOwn(places?.places ?? {}, endpointId);
      const outcome = (await outcomes(stage)).get(endpointId);
      return {
        actual: `${outcome} ${hasPlace ? 'with' : 'without'} a place; ${await changes(stage, estate)}`,
        reasons: [`${sweeps} sweeps`],
      };
    },
  },
  {
    name: 'estate: a person says that two of others are ours',
    who: 'nobody’s, and two customers’',
    expected: 'nobody’s is disconnected, and nothing else changed; quiet at once, it costs little; nothing changed',
    async play(stage) {
      const ours = [liveOf(estate, 'unknown').at(-1), liveOf(estate, 'shared').at(-1)].filter(
        (each) => each !== undefined,
      );
      for (const { serviceId, endpointId } of ours) {
        await stage.operate(adopt, { serviceId, endpointId, reason: 'we looked who it is' });
      }
      const { sweeps } = await untilQuiet(stage);
      const changed = await changes(stage, estate);
      const isIt = changed === `${ours[0]?.endpointId} available -> rejected`;
      const after = await quiet(stage, estate);
      return {
        actual: `${isIt ? 'nobody’s is disconnected, and nothing else changed' : changed}; ${after.actual}`,
        reasons: [`${sweeps} sweeps`, ...after.reasons],
      };
    },
  },
];

const state: Estate = { services: [], before: { states: new Map(), principals: new Set() } };

/** Customers who were there before the Concierge lose nothing to it. */
export const estate: Story = {
  name: 'estate',
  title: `An estate of ${SERVICES} services is adopted from outside without one disconnect`,
  async prepare(stage) {
    // The stack is deployed over what is there: until then nobody sweeps.
    await stage.sweepEvery('rate(1 day)');
    state.services = await createEstate(stage);
    await stage.clock.sleep(PROVISIONED);
    state.before = await lookAt(stage, state.services);
    await stage.sweepEvery('rate(5 minutes)');
  },
  cases: casesOf(state),
};
