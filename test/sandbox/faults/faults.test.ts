import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import { Cloud, OPERATOR } from '../../../sandbox/cloud.ts';
import { type Fault, faultWords } from '../../../sandbox/faults/fault.ts';
import { injectFaults } from '../../../sandbox/faults/inject.ts';
import { type Principal, roleSession, servicePrincipal } from '../../../sandbox/iam/principal.ts';
import { Journal } from '../../../sandbox/journal.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import { AwsError } from '../../../sandbox/services/errors.ts';

const START = Date.UTC(2026, 10, 23);
const FUNCTION = roleSession('arn:aws:iam::123456789012:role/AnswerRole', 'answer-connection');
const WORKFLOW = roleSession('arn:aws:iam::123456789012:role/AdmitRole', 'admit-connection');

/** A world with one action in each of some services, all of which count what was done; only FUNCTION can be killed. */
const aWorld = () => {
  const clock = new VirtualClock(START);
  const journal = new Journal(clock);
  const authorizer = { refuse: () => undefined, assumeRole: roleSession };
  const cloud = new Cloud({ clock, journal, random: seededRandom(1), authorizer });
  const done: unknown[] = [];
  const stopped: unknown[] = [];
  const killed: Principal[] = [];
  const action = (effects: unknown[]) => ({
    permissions: () => [],
    run: (input: unknown) => effects.push(input),
  });
  for (const name of ['ec2', 'dynamodb', 'lambda', 'sqs']) {
    cloud.register({ name, actions: { Accept: action(done), Describe: action([]) } });
  }
  const refused = { permissions: () => [], run: () => Promise.reject(new AwsError('ConditionalCheckFailed', 'no')) };
  cloud.register({ name: 'states', actions: { StopExecution: action(stopped), Refused: refused } });
  const endCaller = (caller: Principal): boolean => {
    if (caller === FUNCTION) killed.push(caller);
    return caller === FUNCTION;
  };
  const world = { cloud, journal, endCaller };
  /** Calls; `ok`, or the code that the caller sees. */
  const call = async (on: string, principal: Principal = FUNCTION, input: unknown = {}): Promise<string> => {
    const [service = '', name = ''] = on.split(':');
    return cloud.invoke({ service, action: name, input, principal }).then(
      () => 'ok',
      (error: unknown) => (error instanceof AwsError ? `${error.code} ${error.status}` : String(error)),
    );
  };
  return {
    clock,
    journal,
    world,
    done,
    stopped,
    killed,
    call,
    inject: (...faults: Fault[]) => injectFaults(world, faults),
  };
};

const ACCEPT = 'ec2:Accept';

describe('what a caller sees, and what was done', () => {
  it.each([
    [{ kind: 'error-before', on: ACCEPT }, 'InternalError 500', 0],
    [{ kind: 'error-before', on: ACCEPT, code: 'InvalidState' }, 'InvalidState 400', 0],
    [{ kind: 'error-before', on: ACCEPT, code: 'Unavailable', status: 503 }, 'Unavailable 503', 0],
    [{ kind: 'lost-reply', on: ACCEPT }, 'InternalError 500', 1],
    [{ kind: 'throttle', on: ACCEPT }, 'RequestLimitExceeded 503', 0],
    [{ kind: 'throttle', on: 'dynamodb:Accept' }, 'ProvisionedThroughputExceededException 400', 0],
    [{ kind: 'throttle', on: 'lambda:Accept' }, 'TooManyRequestsException 429', 0],
    [{ kind: 'throttle', on: 'sqs:Accept' }, 'RequestThrottled 400', 0],
    [{ kind: 'throttle', on: 'states:Refused' }, 'ThrottlingException 400', 0],
    [{ kind: 'kill-before', on: ACCEPT }, 'CallerKilled 500', 0],
    [{ kind: 'kill-after', on: ACCEPT }, 'ok', 1],
  ] satisfies [Fault, string, number][])('%j - %s, done %i times', async (fault, seen, times) => {
    const { call, done, killed, inject } = aWorld();
    const { injected } = inject(fault);

    expect(await call(fault.on)).toBe(seen);
    expect(done).toHaveLength(times);
    expect(killed).toEqual(fault.kind.startsWith('kill') ? [FUNCTION] : []);
    expect(injected).toEqual([{ at: START, fault, who: FUNCTION.arn }]);
  });

  it('a reply that is lost was lost even where AWS refused', async () => {
    const { call, inject } = aWorld();
    inject({ kind: 'lost-reply', on: 'states:Refused' });

    expect(await call('states:Refused')).toBe('InternalFailure 500');
  });

  it('a silent loss - done, and nobody ever hears', async () => {
    const { clock, call, done, inject } = aWorld();
    inject({ kind: 'lost-reply', how: 'silence', on: ACCEPT });
    const heard: string[] = [];
    void call(ACCEPT).then((seen) => heard.push(seen));
    await clock.run();

    expect(done).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  it.each([
    ['request', 0],
    ['reply', 1],
  ] as const)('a late %s - done %i times until it is there', async (of, atOnce) => {
    const { clock, call, done, inject } = aWorld();
    inject({ kind: 'delay', of, milliseconds: 5000, on: ACCEPT });
    const heard: string[] = [];
    void call(ACCEPT).then((seen) => heard.push(seen));
    await clock.run(undefined, START + 4999);
    const before = { done: done.length, heard: [...heard] };
    await clock.run();

    expect(before).toEqual({ done: atOnce, heard: [] });
    expect(done).toHaveLength(1);
    expect(heard).toEqual(['ok']);
    expect(clock.now()).toBe(START + 5000);
  });
});

describe('which call', () => {
  const seenBy = async (fault: Fault, principals: readonly Principal[]): Promise<readonly string[]> => {
    const { call, inject } = aWorld();
    inject(fault);
    const seen: string[] = [];
    for (const principal of principals) seen.push(await call(ACCEPT, principal));
    return seen;
  };
  const THROTTLED = 'RequestLimitExceeded 503';
  const four = [FUNCTION, FUNCTION, FUNCTION, FUNCTION];
  const throttle = { kind: 'throttle', on: ACCEPT } as const;

  it('the next one, unless it is said', async () => {
    expect(await seenBy(throttle, four)).toEqual([THROTTLED, 'ok', 'ok', 'ok']);
  });

  it('the third', async () => {
    expect(await seenBy({ ...throttle, nth: 3 }, four)).toEqual(['ok', 'ok', THROTTLED, 'ok']);
  });

  it('every one', async () => {
    expect(await seenBy({ ...throttle, nth: 'every' }, four)).toEqual([THROTTLED, THROTTLED, THROTTLED, THROTTLED]);
  });

  it("not a client's, which is not counted either", async () => {
    expect(await seenBy(throttle, [OPERATOR, FUNCTION])).toEqual(['ok', THROTTLED]);
  });

  it("a client's where it is meant", async () => {
    expect(await seenBy({ ...throttle, by: 'user/operator' }, [FUNCTION, OPERATOR])).toEqual(['ok', THROTTLED]);
  });

  it('that of one function', async () => {
    expect(await seenBy({ ...throttle, by: 'answer' }, [WORKFLOW, FUNCTION])).toEqual(['ok', THROTTLED]);
  });

  it('that of a service, by what it acts for', async () => {
    const topic = servicePrincipal('sns.amazonaws.com', 'arn:aws:sns:us-west-2:123456789012:intake');

    expect(await seenBy({ ...throttle, by: ':intake' }, [FUNCTION, topic])).toEqual(['ok', THROTTLED]);
  });

  it('the one that is about an endpoint', async () => {
    const { call, inject } = aWorld();
    inject({ ...throttle, about: 'vpce-2' });

    expect(await call(ACCEPT, FUNCTION, { VpcEndpointIds: ['vpce-1'] })).toBe('ok');
    expect(await call(ACCEPT, FUNCTION, { VpcEndpointIds: ['vpce-2'] })).toBe(THROTTLED);
  });

  it('of another action of the same name, none', async () => {
    const { call, inject } = aWorld();
    const faults = inject(throttle);

    expect(await call('dynamodb:Accept')).toBe('ok');
    expect(faults.waiting).toEqual([throttle]);
  });
});

describe('several faults', () => {
  it('at one call go one inside the other, the first outermost', async () => {
    const { clock, call, done, inject } = aWorld();
    inject({ kind: 'delay', on: ACCEPT, milliseconds: 1000 }, { kind: 'lost-reply', on: ACCEPT });
    const seen = call(ACCEPT);
    await clock.run();

    expect(await seen).toBe('InternalError 500');
    expect(done).toHaveLength(1);
    expect(clock.now()).toBe(START + 1000);
  });

  it('behind a throttle do not happen', async () => {
    const { call, done, inject } = aWorld();
    const faults = inject({ kind: 'throttle', on: ACCEPT }, { kind: 'kill-after', on: ACCEPT });
    await call(ACCEPT);

    expect(done).toEqual([]);
    expect(faults.waiting.map(({ kind }) => kind)).toEqual(['kill-after']);
  });

  it('end when they are taken away', async () => {
    const { call, inject } = aWorld();
    const faults = inject({ kind: 'throttle', on: ACCEPT, nth: 'every' });
    faults.stop();

    expect(await call(ACCEPT)).toBe('ok');
    expect(faults.injected).toEqual([]);
  });

  it('are lines of the journal', async () => {
    const { call, journal, inject } = aWorld();
    inject({ kind: 'throttle', on: ACCEPT, by: 'answer', about: 'vpce-2' });
    await call(ACCEPT, FUNCTION, 'vpce-2');

    expect(journal.entries.map(({ kind, who, what, detail }) => [kind, who, what, detail])).toEqual([
      ['state', 'faults', 'throttle at the 1st ec2:Accept by answer about vpce-2', { who: FUNCTION.arn }],
      ['call', FUNCTION.arn, ACCEPT, { error: 'RequestLimitExceeded' }],
    ]);
  });
});

describe('stop-at-state', () => {
  const execution = 'arn:aws:states:us-west-2:123456789012:execution:admit-connection:4f1c';
  const enter = (journal: Journal, state: string) =>
    journal.write({ kind: 'state', who: execution, what: `entered ${state}` });

  it('stops the execution that enters the state, at that moment', () => {
    const { journal, stopped, inject } = aWorld();
    inject({ kind: 'stop-at-state', on: 'Answer', by: 'admit-connection', nth: 2 });
    enter(journal, 'Decide');
    enter(journal, 'Answer');
    const early = [...stopped];
    enter(journal, 'Answer');
    enter(journal, 'Answer');

    expect(early).toEqual([]);
    expect(stopped).toEqual([expect.objectContaining({ executionArn: execution, error: 'Fault' })]);
  });

  it('leaves the executions of other machines alone', () => {
    const { journal, stopped, inject } = aWorld();
    const faults = inject({ kind: 'stop-at-state', on: 'Answer', by: 'reconcile' });
    enter(journal, 'Answer');

    expect(stopped).toEqual([]);
    expect(faults.waiting).toHaveLength(1);
  });
});

describe('a script that makes no sense', () => {
  it.each([
    [{ kind: 'throttle', on: 'ec2:Acept' }, 'There is no action Acept in ec2, which has: Accept, Describe.'],
    [
      { kind: 'throttle', on: 'Accept' },
      "'Accept' names no service: write SERVICE:Action with one of dynamodb, ec2, lambda, sqs, states.",
    ],
    [
      { kind: 'throttle', on: ACCEPT, nth: 0 },
      `throttle at ${ACCEPT}: nth is 0, and must be 1 for the next one, 2, ...`,
    ],
    [{ kind: 'delay', on: ACCEPT, milliseconds: Number.NaN }, 'milliseconds is NaN, and must be 0 or more.'],
    [{ kind: 'stop-at-state', on: '' }, 'on is empty, and must be the name of a state.'],
    [{ kind: 'explode', on: ACCEPT } as unknown as Fault, "'explode' is no kind of fault: error-before, lost-reply,"],
  ] satisfies [Fault, string][])('%j is refused at once, in words', (fault, words) => {
    const { inject } = aWorld();

    expect(() => inject(fault)).toThrow(words);
  });

  it('a kill of what is no function is refused in words, and the call is made', async () => {
    const { call, done, inject } = aWorld();
    const faults = inject({ kind: 'kill-after', on: ACCEPT }, { kind: 'kill-before', on: ACCEPT });

    expect(await call(ACCEPT, WORKFLOW)).toBe('ok');
    expect(done).toHaveLength(1);
    expect(faults.injected).toEqual([]);
    expect(() => faults.stop()).toThrow(
      `kill-after at the 1st ${ACCEPT}: ${WORKFLOW.arn} made that call and is no function: choose a call of a function, or stop-at-state.`,
    );
  });

  it.each([
    { kind: 'delay', on: ACCEPT, by: 'operator', milliseconds: 1 },
    { kind: 'lost-reply', how: 'silence', on: ACCEPT, by: 'operator' },
  ] satisfies Fault[])('a client does not wait: %j', async (fault) => {
    const { call, inject } = aWorld();
    const faults = inject(fault);

    expect(await call(ACCEPT, OPERATOR)).toBe('ok');
    expect(() => faults.stop()).toThrow('is a client, and simulated time stands still while a client waits');
  });
});

describe('a fault in words', () => {
  it.each([
    [{ kind: 'throttle', on: ACCEPT, nth: 2 }, 'throttle at the 2nd ec2:Accept'],
    [{ kind: 'throttle', on: ACCEPT, nth: 3 }, 'throttle at the 3rd ec2:Accept'],
    [{ kind: 'throttle', on: ACCEPT, nth: 12 }, 'throttle at the 12th ec2:Accept'],
    [{ kind: 'throttle', on: ACCEPT, nth: 21 }, 'throttle at the 21st ec2:Accept'],
    [{ kind: 'stop-at-state', on: 'Answer', nth: 'every' }, 'stop-at-state at every Answer'],
  ] satisfies [Fault, string][])('%j - %s', (fault, words) => {
    expect(faultWords(fault)).toBe(words);
  });
});
