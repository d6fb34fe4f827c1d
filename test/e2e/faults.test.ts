import { describe, expect, it } from 'vitest';
import type { Fault } from '../../sandbox/faults/fault.ts';
import { injectFaults } from '../../sandbox/faults/inject.ts';
import { createSimulatedWorld } from '../../sandbox/simulated.ts';
import { registerCustomers } from '../../sandbox/stories/customers.ts';
import { Stage } from '../../sandbox/stories/stage.ts';
import { assembly } from '../support/assembly.ts';

/** Longer than any chain of retries, time-outs and second runs that one fault starts: five restarts, each after a longer rest. */
const UNTIL_ALL_IS_QUIET = 120 * 60_000;
const ACME = '222222222222';

/** An entitled customer creates an endpoint in a world where something goes wrong; what became of it two hours later. */
const requestWith = async (...faults: readonly Fault[]) => {
  const world = await createSimulatedWorld({ assembly: assembly(), seed: 1 });
  const stage = new Stage(world);
  const scene = async () => {
    const { serviceId, serviceName } = await stage.endpointService('orders');
    await registerCustomers(stage, serviceId);
    await stage.openPortal();
    const injection = injectFaults(world, faults);
    const endpointId = await stage.createEndpoint(ACME, serviceName);
    await stage.clock.sleep(UNTIL_ALL_IS_QUIET);
    injection.stop();
    const executions = await stage.executions('AdmitConnectionArn');
    return {
      happened: injection.injected.map(({ fault }) => fault),
      decisions: (await stage.request(serviceId, endpointId)).decisions.map(({ outcome }) => outcome),
      state: await stage.endpointState(ACME, endpointId),
      executions: executions.map(({ status }) => status),
    };
  };
  let isOver = false;
  const playing = scene().finally(() => {
    isOver = true;
  });
  playing.catch(() => undefined);
  await world.clock.run(() => isOver);
  await world.host.close();
  const { entries } = world.journal;
  return {
    ...(await playing),
    /** How often EC2 did accept, whatever its caller heard. */
    acceptances: entries.filter(({ who, what }) => who === 'ec2' && /^vpce-\w+ pending$/.test(what)).length,
    entries,
    log: world.journal.toText(),
  };
};

const ACCEPT = 'ec2:AcceptVpcEndpointConnections';
const DESCRIBE = 'ec2:DescribeVpcEndpointConnections';
/** The one right end for an entitled customer. */
const RIGHT = { decisions: ['accepted'], state: 'available', acceptances: 1 };

describe('an entitled request is accepted once, and no run of it fails,', () => {
  it.each<[string, readonly Fault[]]>([
    ['where the reply to our Accept is lost', [{ kind: 'lost-reply', on: ACCEPT }]],
    ["where EC2's listing is throttled", [1, 2, 3, 4].map((nth) => ({ kind: 'throttle', on: DESCRIBE, nth }))],
    ['where our Accept is throttled', [{ kind: 'throttle', on: ACCEPT }]],
    ['where Lambda is busy', [{ kind: 'throttle', on: 'lambda:Invoke', by: 'AdmitConnection' }]],
    ['where the decision is recorded and the reply is lost', [{ kind: 'lost-reply', on: 'dynamodb:PutItem' }]],
    ['where DynamoDB never answers', [{ kind: 'lost-reply', how: 'silence', on: 'dynamodb:PutItem' }]],
    ['where the function that reads the notice dies', [{ kind: 'kill-before', on: DESCRIBE, by: 'ReadRequests' }]],
    ['where the rule starts it twice', [{ kind: 'lost-reply', on: 'states:StartExecution' }]],
  ])('%s', async (_, faults) => {
    const { happened, decisions, state, acceptances, executions } = await requestWith(...faults);

    expect(happened).toEqual(faults);
    expect({ decisions, state, acceptances }).toEqual(RIGHT);
    expect(executions).not.toContain('FAILED');
  });
});

describe('an entitled request is accepted once, whatever became of the run that began it,', () => {
  it.each<[string, Fault]>([
    ['where the function dies before our Accept', { kind: 'kill-before', on: ACCEPT }],
    ['where the function dies after our Accept', { kind: 'kill-after', on: ACCEPT }],
    ['where our Accept is done, and never answered', { kind: 'lost-reply', how: 'silence', on: ACCEPT }],
    ['where our Accept arrives after we gave up waiting', { kind: 'delay', milliseconds: 40_000, on: ACCEPT }],
    ['where the function dies while it decides', { kind: 'kill-before', on: 'dynamodb:Query', by: 'DecideConnection' }],
  ])('%s', async (_, fault) => {
    const { happened, decisions, state, acceptances } = await requestWith(fault);

    expect(happened).toEqual([fault]);
    expect({ decisions, state, acceptances }).toEqual(RIGHT);
  });

  it.each(['Decide', 'Answer', 'Record', 'Publish'])('where it is stopped as it enters %s', async (on) => {
    const { decisions, state, acceptances, entries } = await requestWith({ kind: 'stop-at-state', on });
    const stop = entries.findIndex(({ who }) => who === 'faults');
    const stopped = entries[stop + 1]?.who.split(':').at(-1) ?? 'nobody';
    const done = entries.slice(stop).filter(({ kind, who }) => kind === 'call' && who.endsWith(`/${stopped}`));

    expect(entries[stop + 1]?.what).toBe('execution ABORTED');
    expect(done).toEqual([]); // not even the call of the state that it entered
    expect({ decisions, state, acceptances }).toEqual(RIGHT);
  });
});

it('a request that EC2 never lets us answer is not decided, and every run of it is seen to fail', async () => {
  const { decisions, state, executions } = await requestWith({ kind: 'throttle', on: ACCEPT, nth: 'every' });

  expect({ decisions, state }).toEqual({ decisions: [], state: 'pendingAcceptance' });
  // After an hour a run gives up, and another one tries: the newest may be at it.
  const [newest, ...earlier] = executions;
  expect(['RUNNING', 'FAILED']).toContain(newest);
  expect(new Set(earlier)).toEqual(new Set(['FAILED']));
});

it('a workflow can be stopped and not killed: the script says so', async () => {
  await expect(requestWith({ kind: 'kill-after', on: 'dynamodb:PutItem' })).rejects.toThrow(
    /made that call and is no function: choose a call of a function, or stop-at-state\.$/,
  );
});

it('one seed and one script give one log, byte for byte', async () => {
  const faults: readonly Fault[] = [
    { kind: 'kill-after', on: ACCEPT },
    { kind: 'delay', of: 'reply', milliseconds: 700, on: 'dynamodb:UpdateItem', nth: 2 },
  ];
  const first = await requestWith(...faults);
  const second = await requestWith(...faults);

  expect(first.happened).toHaveLength(2);
  expect(second.log).toBe(first.log);
});
