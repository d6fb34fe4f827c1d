import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { targets } from '../../../ops/actions/targets.ts';
import { awsError } from '../../functions/support.ts';
import { bound, EXECUTION, GROUP, ofAda, RUN, withBindings } from '../support.ts';

const PLAN = {
  add: ['10.0.1.5'],
  remove: ['10.0.2.6'],
  isSwap: false,
  withheld: [{ address: '10.0.3.7', effect: 'targets-remove', because: 'DNS missed it 1 times of 3' }],
  foreign: ['10.0.9.9'],
  healthy: 2,
};
const PLANNED = { dryRun: true, bindingId: 'orders', step: 'register', because: '', plan: PLAN };
const REFRESHED = {
  ...{ outcome: 'refreshed', bindingId: 'orders', looks: 4 },
  ...{ added: ['10.0.1.5'], removed: [], plan: { ...PLAN, add: [] } },
};

/** A run that is seen like this, one look after the other. */
const world = (...looks: readonly object[]) => {
  const ada = withBindings([bound()]);
  const described = ada.sfnMock.on(DescribeExecutionCommand, { executionArn: EXECUTION });
  for (const look of looks.slice(0, -1)) described.resolvesOnce(look);
  described.resolves(looks.at(-1) ?? {});
  return ada;
};
const succeeded = (output: unknown) => ({ status: 'SUCCEEDED' as const, output: JSON.stringify(output) });
const NOT_TAGGED = `User: arn is not authorized to perform: elasticloadbalancing:RegisterTargets on resource: ${GROUP}`;
const RUNNING = { status: 'RUNNING' };
const starts = ({ wakes }: ReturnType<typeof world>) => wakes().filter(([command]) => command === 'StartExecution');
const theStart = (input: object) => [
  'StartExecution',
  {
    stateMachineArn: 'arn:aws:states:us-west-2:123456789012:stateMachine:PrivateLinkConcierge-refresh-targets',
    input: JSON.stringify(input),
  },
];

describe('targets', () => {
  it('a dry run, and its plan when it has ended', async () => {
    const ada = world(RUNNING, RUNNING, succeeded(PLANNED));

    await expect(targets({ bindingId: 'orders' }, ada.services)).resolves.toEqual({
      outcome: 'planned',
      bindingId: 'orders',
      plan: PLAN,
      executionArn: EXECUTION,
    });
    expect(starts(ada)).toEqual([theStart({ bindingId: 'orders', dryRun: true })]);
    expect(ada.waits).toEqual([1000, 1000]);
    expect(ada.writes()).toEqual([]);
  });

  it('--apply - a real run, and what it did', async () => {
    const ada = world(...Array.from({ length: 12 }, () => RUNNING), succeeded(REFRESHED));

    await expect(targets({ bindingId: 'orders', apply: true }, ada.services)).resolves.toEqual({
      outcome: 'applied',
      bindingId: 'orders',
      added: ['10.0.1.5'],
      removed: [],
      plan: { ...PLAN, add: [] },
      executionArn: EXECUTION,
    });
    expect(starts(ada)).toEqual([theStart({ bindingId: 'orders' })]);
    expect(ada.waits).toEqual([...Array.from({ length: 10 }, () => 1000), 5000, 5000]);
  });

  it('words of others in a plan - plain text', async () => {
    const withheld = [{ ...PLAN.withheld[0], because: 'so\u001b[2J' }];
    const { services } = world(succeeded({ ...PLANNED, plan: { ...PLAN, withheld, doubt: 'DNS\u202e' } }));

    await expect(targets({ bindingId: 'orders' }, services)).resolves.toMatchObject({
      plan: { withheld: [{ because: 'so·[2J' }], doubt: 'DNS·' },
    });
  });

  it.each([
    ['a plan', {}, 180],
    ['a run', { apply: true }, 1200],
  ])('%s that does not end - nobody waits any longer than so many seconds', async (_what, apply, seconds) => {
    const { services, waits } = world(RUNNING);

    await expect(targets({ bindingId: 'orders', ...apply }, services)).resolves.toEqual({
      outcome: 'running',
      bindingId: 'orders',
      executionArn: EXECUTION,
    });
    expect(waits.reduce((sum, each) => sum + each, 0)).toBe(seconds * 1000);
  });

  it.each([
    [
      'another run has it in hand',
      succeeded({ outcome: 'busy', bindingId: 'orders', heldBy: RUN, heldUntil: '2026-11-23T12:05:00.000Z' }),
      `orders is busy: ${RUN} has it in hand (until 2026-11-23T12:05:00.000Z, or longer). Nothing was done. That run looks again before it ends: see "bindings".`,
    ],
    [
      'others have it, one after the other',
      succeeded({ outcome: 'busy', bindingId: 'orders', heldBy: '', heldUntil: '' }),
      'orders is busy: one run after the other has it in hand. Nothing was done. That run looks again before it ends: see "bindings".',
    ],
    [
      'new targets did not get healthy',
      { status: 'FAILED', error: 'UnsafePlan', cause: '10.0.1.5 did not get healthy and was withdrawn.' },
      `The run for orders failed: UnsafePlan: 10.0.1.5 did not get healthy and was withdrawn (${EXECUTION}). See why the new targets are not healthy: docs/runbook.md#unsafe-plan.`,
    ],
    [
      'the target group is not ours to write',
      { status: 'FAILED', error: 'ElasticLoadBalancingV2.ElasticLoadBalancingV2Exception', cause: NOT_TAGGED },
      `The run for orders failed: ElasticLoadBalancingV2.ElasticLoadBalancingV2Exception: ${NOT_TAGGED} (${EXECUTION}). Does the target group carry the tag privatelink-concierge=managed?`,
    ],
    [
      'AWS is overrun',
      { status: 'FAILED', error: 'Throttled', cause: 'describe target health: Rate exceeded' },
      `The run for orders failed: Throttled: describe target health: Rate exceeded (${EXECUTION}). Give the command again in some minutes.`,
    ],
    [
      'a function fails',
      {
        status: 'FAILED',
        error: 'Malformed',
        cause: JSON.stringify({ errorType: 'Malformed', errorMessage: "It can't be read.", trace: ['at x'] }),
      },
      `The run for orders failed: Malformed: It can't be read (${EXECUTION}).`,
    ],
    [
      'a cause that is JSON, and none of a function',
      { status: 'FAILED', error: 'Odd', cause: 'null' },
      `The run for orders failed: Odd: null (${EXECUTION}).`,
    ],
    [
      'it fails otherwise',
      { status: 'FAILED', error: 'Some\u001bError', cause: '' },
      `The run for orders failed: Some·Error (${EXECUTION}).`,
    ],
    ['somebody stopped it', { status: 'ABORTED' }, `The run for orders failed: ABORTED (${EXECUTION}).`],
  ])('%s - refused', async (_what, seen, because) => {
    const { services } = world(seen);

    await expect(targets({ bindingId: 'orders', apply: true }, services)).resolves.toEqual({
      outcome: 'refused',
      because,
    });
  });

  it.each([
    ['there is no such binding', [], 'There is no binding orders. "bindings" lists those that there are.'],
    [
      "it can't be read",
      [bound({ port: 0 })],
      `The binding orders can't be read: BINDING#orders: port: not a whole number from 1 to 65535. Put it right with "bind --binding orders --replace" and all of its options.`,
    ],
    [
      'it overlaps with another',
      [bound(), bound({ bindingId: 'billing' })],
      `billing and orders would fight over port 5432 of ${GROUP}: nothing is done for them. Take all but one away: "unbind".`,
    ],
  ])('%s - refused, and nothing is started', async (_what, entries, because) => {
    const { services, wakes } = withBindings(entries);

    await expect(targets({ bindingId: 'orders' }, services)).resolves.toEqual({ outcome: 'refused', because });
    expect(wakes()).toEqual([]);
  });

  it('AWS does not know it yet - looked at again', async () => {
    const ada = world(succeeded(PLANNED));
    ada.sfnMock
      .on(DescribeExecutionCommand, { executionArn: EXECUTION })
      .rejectsOnce(awsError('ExecutionDoesNotExist'))
      .resolves(succeeded(PLANNED));

    await expect(targets({ bindingId: 'orders' }, ada.services)).resolves.toMatchObject({ outcome: 'planned' });
  });

  it('it can not be looked at - thrown, with the run that goes on', async () => {
    const ada = world(RUNNING);
    ada.sfnMock.on(DescribeExecutionCommand).rejects(awsError('AccessDeniedException'));

    await expect(targets({ bindingId: 'orders', apply: true }, ada.services)).rejects.toMatchObject({
      name: 'NotFollowed',
      message: `It was started, and nobody sees what becomes of it (${EXECUTION})`,
      cause: { name: 'AccessDeniedException' },
    });
  });

  it('it can not be started - thrown as it is', async () => {
    const ada = world(RUNNING);
    ada.sfnMock.on(StartExecutionCommand).rejects(awsError('AccessDeniedException'));

    await expect(targets({ bindingId: 'orders' }, ada.services)).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it.each([
    ['none', {}],
    ['a plan of another form', { plan: {} }],
  ])('an output that is not ours: %s - Malformed', async (_what, output) => {
    const { services } = world(succeeded(output));

    await expect(targets({ bindingId: 'orders' }, services)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/^What the run gave out can't be read: .* Is this program as new as the stack\?$/),
    });
  });

  it('an id that is none - BadInput', async () => {
    const { services } = ofAda();

    await expect(targets({ bindingId: 'BINDING#x' }, services)).rejects.toMatchObject({
      faults: [{ field: 'bindingId' }],
    });
  });
});
