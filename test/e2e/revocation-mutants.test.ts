import { describe, expect, it } from 'vitest';
import type { Interceptor } from '../../sandbox/cloud.ts';
import type { Deed, History, Moment } from '../../sandbox/properties/history.ts';
import { playHistory } from '../../sandbox/properties/play.ts';
import { PROMISES } from '../../sandbox/properties/promises.ts';
import { assembly } from '../support/assembly.ts';
import { deafRule } from './broken-assembly.ts';

const ACME = '222222222222';

/** One customer, who is connected after a minute; and what else happens. */
const history = (status: 'active' | 'suspended', ...steps: readonly (Deed & { when: Moment })[]): History => ({
  seed: 1,
  policy: 'plain',
  begins: 'enforce',
  ec2: {},
  latency: 50,
  customers: [
    {
      customerId: 'acme',
      account: ACME,
      status,
      isMatched: true,
      terms: { maxEndpoints: 2, approval: 'automatic' },
    },
  ],
  steps: [{ deed: 'create', endpoint: 'e1', account: ACME, when: { at: 60_000 } }, ...steps],
});

const honest: Interceptor = (_, next) => next();

/** The promises that a history breaks, and how often each was judged. */
const judged = async (
  played: History,
  { directory = assembly(), mutant = honest }: { directory?: string; mutant?: Interceptor } = {},
) => {
  const world = await playHistory(played, {
    assembly: directory,
    disturb: ({ cloud }) => void cloud.intercept(mutant),
  });
  const all = PROMISES.map(({ name, judge }) => [name, judge(world)] as const);
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

/** A read of DynamoDB by a role, with every item as `change` makes it; undefined takes it away. */
const reading = (role: RegExp, change: (item: Item) => Item | undefined): Interceptor => {
  return async ({ principal }, next) => {
    const output = (await next()) as ReadOutput | undefined;
    if (!role.test(principal.arn) || output === undefined) return output;
    const changed = (items: readonly Item[]) => items.flatMap((item) => change(item) ?? []);
    const { Items, Responses } = output;
    return {
      ...output,
      ...(Items === undefined ? {} : { Items: changed(Items) }),
      ...(Responses === undefined
        ? {}
        : {
            Responses: Object.fromEntries(Object.entries(Responses).map(([table, items]) => [table, changed(items)])),
          }),
    };
  };
};

const suspension = history('active', {
  deed: 'status',
  customerId: 'acme',
  status: 'suspended',
  when: { at: 300_000 },
});

describe('it is seen when', () => {
  it('a customer is suspended, and nobody works off what the sweep finds', async () => {
    const right = await judged(suspension);
    const wrong = await judged(suspension, { directory: deafRule('DifferenceFound') });

    expect(right.broken).toEqual([]);
    expect(right.times('disconnects who is to go')).toBe(1);
    expect(right.times('disconnects only who is not entitled')).toBe(1);
    expect(wrong.broken).toContain('disconnects who is to go');
  });

  it('who is active again is cut off on an old copy of the registry', async () => {
    const again = history('suspended', { deed: 'status', customerId: 'acme', status: 'active', when: { at: 20_000 } });
    const old = reading(/ListDifferencesRole|DecideRevocationRole/, (item) =>
      item.sk?.S === 'CUSTOMER' ? { ...item, status: { S: 'suspended' } } : item,
    );

    expect((await judged(again)).broken).toEqual([]);
    expect((await judged(again, { mutant: old })).broken).toContain('disconnects only who is not entitled');
  });

  it('a pause is not read before an answer', async () => {
    // The second message is the answer: the first is the notice.
    const paused = history('active', {
      deed: 'pause',
      of: 'service',
      isPaused: true,
      when: { side: 'after', call: 'sqs:SendMessage', nth: 2 },
    });
    const blind = reading(/AnswerConnectionsRole/, (item) => (item.sk?.S === 'MODES' ? undefined : item));

    expect((await judged(paused)).broken).toEqual([]);
    expect((await judged(paused, { mutant: blind })).broken).toContain('acts as far as the mode allows');
  });
});
