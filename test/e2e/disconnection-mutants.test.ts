import { describe, expect, it } from 'vitest';
import type { Interceptor } from '../../sandbox/cloud.ts';
import type { Bound, Deed, History, HistoryCustomer, Moment } from '../../sandbox/properties/history.ts';
import { playHistory } from '../../sandbox/properties/play.ts';
import { PROMISES } from '../../sandbox/properties/promises.ts';
import { assembly } from '../support/assembly.ts';
import { brokenWorkflow } from './broken-assembly.ts';

const ACME = '222222222222';

const customer = (customerId: string, account: string): HistoryCustomer => ({
  customerId,
  account,
  status: 'active',
  isMatched: true,
  terms: { maxEndpoints: 3, approval: 'automatic' },
});

/** Three customers, the first of which is connected with two endpoints within a minute or so; and what else happens. */
const history = (bound: Bound, ...steps: readonly (Deed & { when: Moment })[]): History => ({
  seed: 1,
  policy: 'plain',
  begins: 'enforce',
  bound,
  ec2: {},
  latency: 50,
  customers: [customer('acme', ACME), customer('globex', '333333333333'), customer('initech', '444444444444')],
  steps: [
    { deed: 'create', endpoint: 'e1', account: ACME, when: { at: 30_000 } },
    { deed: 'create', endpoint: 'e2', account: ACME, when: { at: 30_000 } },
    ...steps,
  ],
});

const honest: Interceptor = (_, next) => next();

/** The promises that a history breaks, and how often each was judged. */
const judged = async (
  told: History,
  { directory = assembly(), mutant = honest }: { directory?: string; mutant?: Interceptor } = {},
) => {
  const played = await playHistory(told, {
    assembly: directory,
    disturb: ({ cloud }) => void cloud.intercept(mutant),
  });
  const all = PROMISES.map(({ name, judge }) => [name, judge(played)] as const);
  return {
    broken: all.flatMap(([name, { broken }]) => (broken.length > 0 ? [name] : [])),
    times: (name: string) => all.find(([each]) => each === name)?.[1].judged,
  };
};

type Item = Readonly<Record<string, { readonly S?: string }>>;
interface ReadOutput {
  readonly Items?: readonly Item[];
  readonly Responses?: Readonly<Record<string, readonly Item[]>>;
}

/** Whoever has a role like this finds no item with this sort key. */
const blindFor = (sk: string, role: RegExp): Interceptor => {
  return async ({ principal, service }, next) => {
    const output = (await next()) as ReadOutput;
    if (service !== 'dynamodb' || !role.test(principal.arn)) return output;
    const without = (items: readonly Item[]) => items.filter((item) => item.sk?.S !== sk);
    const { Items, Responses } = output;
    return {
      ...output,
      ...(Items === undefined ? {} : { Items: without(Items) }),
      ...(Responses === undefined
        ? {}
        : {
            Responses: Object.fromEntries(Object.entries(Responses).map(([table, items]) => [table, without(items)])),
          }),
    };
  };
};

const SUSPENDED: Deed & { when: Moment } = {
  deed: 'status',
  customerId: 'acme',
  status: 'suspended',
  when: { at: 300_000 },
};

describe('it is seen when', () => {
  it('disconnections are counted, and the count is not looked at', async () => {
    const ended = history({ maxRevocations: 1, maxRevokedShare: 1 }, SUSPENDED);
    const directory = brokenWorkflow('RevokeConnection', ({ States }) => {
      const counting = States['Count it'] as { Arguments: Record<string, unknown> };
      counting.Arguments.ConditionExpression = 'attribute_exists(revoked) OR :max = :max';
    });

    const right = await judged(ended);

    expect(right.broken).toEqual([]);
    expect(right.times('keeps to the day’s bound')).toBe(1);
    expect((await judged(ended, { directory })).broken).toEqual(['keeps to the day’s bound']);
  });

  it('all entries of customers got lost, and nobody reads that the registry is frozen', async () => {
    const lost = history({ maxRevokedShare: 1 }, { deed: 'lose', when: { at: 300_000 } });

    const right = await judged(lost);

    expect(right.broken).toEqual([]);
    expect(right.times('freezes only where much was lost')).toBeGreaterThan(0);
    expect((await judged(lost, { mutant: blindFor('SEEN', /ListDifferences|DecideRevocation/) })).broken).toContain(
      'disconnects nobody for a registry that got lost',
    );
  });

  it('an allowed principal is added, and the pause is not read', async () => {
    const paused = history(
      {},
      { deed: 'pause', of: 'service', isPaused: true, when: { at: 300_000 } },
      { deed: 'match', customerId: 'initech', account: '777777777777', isMatched: true, when: { at: 310_000 } },
    );

    expect((await judged(paused)).broken).toEqual([]);
    expect((await judged(paused, { mutant: blindFor('MODES', /ConvergePrincipals/) })).broken).toEqual([
      'stands still while paused',
    ]);
  });

  it('a connection is cut off that a person had accepted', async () => {
    const byHand = history(
      {},
      { deed: 'pause', of: 'all', isPaused: true, when: { at: 0 } },
      { deed: 'answer', endpoint: 'e1', verdict: 'accept', when: { at: 120_000 } },
      { deed: 'pause', of: 'all', isPaused: false, when: { at: 200_000 } },
      SUSPENDED,
    );
    const claiming: Interceptor = async ({ principal, service }, next) => {
      const output = await next();
      return service === 'dynamodb' && /ListDifferences|DecideRevocation/.test(principal.arn)
        ? JSON.parse(JSON.stringify(output).replaceAll('"adopted"', '"accepted"'))
        : output;
    };

    expect((await judged(byHand)).broken).toEqual([]);
    expect((await judged(byHand, { mutant: claiming })).broken).toContain('disconnects only who is not entitled');
  });
});
