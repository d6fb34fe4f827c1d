import { describe, expect, it } from 'vitest';
import type { Interceptor } from '../../sandbox/cloud.ts';
import type { History } from '../../sandbox/properties/history.ts';
import { playHistory } from '../../sandbox/properties/play.ts';
import { PROMISES } from '../../sandbox/properties/promises.ts';
import { simulate } from '../../sandbox/simulated.ts';
import { holds } from '../../sandbox/stories/holds.ts';
import { leftovers } from '../../sandbox/stories/leftovers.ts';
import { races } from '../../sandbox/stories/races.ts';
import { isAsExpected, type Story } from '../../sandbox/stories/story.ts';
import { assembly } from '../support/assembly.ts';
import type { Machine } from '../workflows/support.ts';
import { brokenWorkflow, deafRule } from './broken-assembly.ts';

type Mutable = { -readonly [Key in keyof Machine['States'][string]]: unknown };

/** `admit-connection` with one of its states changed. */
const withState = (name: string, change: (state: Mutable) => void): string =>
  brokenWorkflow('AdmitConnection', ({ States }) => {
    const state = States[name];
    if (state === undefined) throw new Error(`There is no state "${name}".`);
    change(state);
  });

const argumentsOf = (state: Mutable): Record<string, unknown> => state.Arguments as Record<string, unknown>;

/** A state's conditions, with one piece of text replaced by another. */
const replaceIn = (state: Mutable, text: string, by: string): void => {
  state.Choices = JSON.parse(JSON.stringify(state.Choices).replaceAll(text, by));
};

/** Of a story only the case that is asked for, whether it goes as it should. */
const goesWell = async (story: Story, name: string, directory: string): Promise<boolean> => {
  const cases = story.cases.filter((each) => each.name === name);
  if (cases.length !== 1) throw new Error(`The story has ${cases.length} cases "${name}".`);
  const { played } = await simulate({ ...story, cases }, { assembly: directory, seed: 1, patience: 300_000 });
  return played.every(isAsExpected);
};

/** One customer with room for two asks twice, and one of the executions is started twice. */
const TWICE: History = {
  seed: 1,
  policy: 'plain',
  begins: 'enforce',
  // Both notices come in one batch, and calls take long enough: what is decided is decided at once.
  ec2: { timings: { notice: [1_000, 1_000] } },
  latency: 500,
  customers: [
    {
      customerId: 'acme',
      account: '222222222222',
      status: 'active',
      isMatched: true,
      terms: { maxEndpoints: 2, approval: 'automatic' },
    },
  ],
  steps: [
    { deed: 'create', endpoint: 'e1', account: '222222222222', when: { at: 500 } },
    { deed: 'create', endpoint: 'e2', account: '222222222222', when: { at: 500 } },
    // The first execution is that of the sweep which the new entries bring.
    { deed: 'again', call: 'states:StartExecution', nth: 2, waits: [0] },
  ],
};

const nothing: Interceptor = (_, next) => next();

/** The promises that a history breaks. */
const brokenIn = async (
  history: History,
  { directory = assembly(), interceptor = nothing }: { directory?: string; interceptor?: Interceptor } = {},
): Promise<readonly string[]> => {
  const played = await playHistory(history, {
    assembly: directory,
    disturb: ({ cloud }) => void cloud.intercept(interceptor),
  });
  return PROMISES.flatMap(({ name, judge }) => (judge(played).broken.length > 0 ? [name] : []));
};

describe('it is seen when', () => {
  it('a place is read, and then written without a condition', async () => {
    const directory = withState('Take a place', (state) => {
      delete argumentsOf(state).ConditionExpression;
      delete (argumentsOf(state).ExpressionAttributeValues as Record<string, unknown>)[':max'];
    });

    const [acme] = TWICE.customers;
    if (acme?.terms === undefined) throw new Error('The history has no customer.');
    const rush: History = { ...TWICE, customers: [{ ...acme, terms: { ...acme.terms, maxEndpoints: 1 } }] };

    expect(await brokenIn(rush)).toEqual([]);
    expect(await brokenIn(rush, { directory })).toContain('keeps to maxEndpoints');
  });

  it('a place is taken again after a lost reply, and mine already does not count', async () => {
    const directory = withState('Take a place', (state) => {
      argumentsOf(state).ConditionExpression = 'size(places) < :max';
      delete argumentsOf(state).ExpressionAttributeNames;
      argumentsOf(state).ExpressionAttributeNames = { '#me': '{% $endpointId %}' };
    });
    const name = 'the place taken, and its reply lost';

    expect(await goesWell(races, name, assembly())).toBe(true);
    expect(await goesWell(races, name, directory)).toBe(false);
  });

  it('a place is released before a fresh read shows that its endpoint is gone', async () => {
    const directory = withState('Go by its need', (state) =>
      replaceIn(state, '($decided.isSeen or $looks >= 5)', 'true'),
    );
    // Long after both were connected somebody has one looked at, and EC2 leaves it out of its list for once.
    const looked: History = {
      ...TWICE,
      steps: [...TWICE.steps, { deed: 'start', endpoint: 'e1', input: 'right', when: { at: 400_000 } }],
    };
    const forgetful = (): Interceptor => {
      let isAsked = false;
      return async ({ action, principal }, next) => {
        if (action === 'StartExecution' && principal.kind === 'account') isAsked = true;
        const output = await next();
        if (action !== 'DescribeVpcEndpointConnections' || !isAsked) return output;
        isAsked = false;
        return { VpcEndpointConnections: [] };
      };
    };

    expect(await brokenIn(looked, { interceptor: forgetful() })).toEqual([]);
    expect(await brokenIn(looked, { directory, interceptor: forgetful() })).toContain(
      'places are the live connections that we accepted or adopted',
    );
  });

  it('the admission is taken without its condition', async () => {
    const directory = withState('Take the admission', (state) => {
      delete argumentsOf(state).ConditionExpression;
      delete (argumentsOf(state).ExpressionAttributeValues as Record<string, unknown>)[':done'];
    });

    expect(await brokenIn(TWICE)).toEqual([]);
    expect(await brokenIn(TWICE, { directory })).toContain('one run at a time has a request in hand');
  });

  it('only the first page of connections is read', async () => {
    const paged: History = { ...TWICE, ec2: { ...TWICE.ec2, defaultPage: 1, uncertain: { endpointIdFilter: false } } };
    const firstPage: Interceptor = async ({ action, principal }, next) => {
      const output = (await next()) as { readonly NextToken?: string };
      if (action !== 'DescribeVpcEndpointConnections' || principal.kind !== 'role') return output;
      const { NextToken: _more, ...rest } = output;
      return rest;
    };

    expect(await brokenIn(paged)).toEqual([]);
    expect(await brokenIn(paged, { interceptor: firstPage })).toContain('connects who is entitled throughout');
  });

  it('the rule on the status of executions is not there', async () => {
    const directory = deafRule('RunFailed');

    expect(await goesWell(leftovers, 'stopped before our Accept', assembly())).toBe(true);
    expect(await goesWell(leftovers, 'stopped before our Accept', directory)).toBe(false);
  });

  it('a run that waits is not woken', async () => {
    const directory = withState('Leave it or take over', (state) =>
      replaceIn(state, "$token != ''", "$token = 'none'"),
    );

    expect(await goesWell(holds, 'a person approves', assembly())).toBe(true);
    expect(await goesWell(holds, 'a person approves', directory)).toBe(false);
  });
});
