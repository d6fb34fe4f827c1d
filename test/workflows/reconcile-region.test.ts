import { describe, expect, it } from 'vitest';
import { WARNING_DETAIL_TYPES } from '../../events/warning.ts';
import type { Difference, Look } from '../../functions/domain/difference.ts';
import type { Warning } from '../../functions/domain/warnings.ts';
import { ledgerKey } from '../../functions/registry/keys.ts';
import type { Json } from '../../sandbox/asl/definition.ts';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import { failing, moment, NO_REPLY, onlyAttempt, payload, type Script } from './admission.ts';
import { ADMIT_CONNECTION, REVOKE_CONNECTION, reconcile, STARTED } from './reconciliation.ts';
import { filesOf, machineOf, tasksOf, textOf, waitsOf } from './support.ts';

const NOTHING: Difference = { admit: [], revoke: [], principals: [], places: [], warn: [], forget: [], left: 0 };
const look = (vpcEndpointId = ENDPOINT_ID): Look => ({ serviceId: SERVICE_ID, vpcEndpointId, because: 'it waits' });
const PLACE = {
  serviceId: SERVICE_ID,
  customerId: 'acme',
  endpointId: ENDPOINT_ID,
  takenAt: moment(-3600),
  because: 'its endpoint is gone',
};
const WARNING: Warning = {
  kind: 'contract',
  pk: `ENTITLEMENT#${SERVICE_ID}#acme`,
  sk: 'WARNED#contract',
  what: '2026-12-01T00:00:00Z 7',
  serviceId: SERVICE_ID,
  customerId: 'acme',
  at: '2026-12-01T00:00:00Z',
  sentence: 'The contract of acme ends.',
};
const REGISTRY = { tableId: 'table-1', count: 12, at: moment(), version: 3 };
const EVERYTHING: Difference = {
  admit: [look()],
  revoke: [look()],
  principals: [{ serviceId: SERVICE_ID }],
  places: [PLACE],
  warn: [WARNING],
  forget: [{ pk: 'REQUEST#1', sk: 'WARNED#pending' }],
  registry: REGISTRY,
  left: 0,
};

/** Every task's reply where all goes well. */
const WELL: Script = {
  'List the differences': [payload(EVERYTHING)],
  'Note the registry': [{}],
  'Converge a service': [payload({ outcome: 'converged' })],
  'Have it admitted': [{ ExecutionArn: STARTED }],
  'Have it revoked': [{ ExecutionArn: STARTED }],
  'Settle a place': [payload({ isReleased: true, because: 'its endpoint is gone' })],
  'Tell it': [{ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }],
  'Note that it was told': [{}],
  'Forget a warning': [{}],
  'Record the failure': [{}],
};
const found = (difference: Partial<Difference>): Json =>
  ({ schemaVersion: 1, ...NOTHING, ...difference }) as unknown as Json;

describe('what it is about', () => {
  it.each<[what: string, input: Json]>([
    ['everything', {}],
    ['one service', { serviceId: SERVICE_ID }],
  ])('%s - listed first, with just that', async (_what, input) => {
    const ran = await reconcile({ ...WELL, 'List the differences': [payload(NOTHING)] }, input);

    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: { settled: true, admit: 0, left: 0 } });
    expect(ran.attempts.map(({ state, arguments: given }) => [state, given])).toEqual([
      ['List the differences', { FunctionName: 'list-differences:3', Payload: input }],
    ]);
  });

  it('what a sweep found - worked off; it is not listed again', async () => {
    const ran = await reconcile(WELL, found(EVERYTHING));

    expect(ran).toMatchObject({
      status: 'SUCCEEDED',
      output: { settled: true, admit: 1, revoke: 1, principals: 1, places: 1, warn: 1, left: 0 },
    });
    expect(ran.attempts.map(({ state }) => state)).toEqual([
      'Note the registry',
      'Converge a service',
      'Have it admitted',
      'Settle a place',
      'Have it revoked',
      'Tell it',
      'Note that it was told',
      'Forget a warning',
    ]);
  });

  it.each(filesOf('examples/reconcile/').filter((file) => file !== 'one-endpoint.json'))(
    'the example %s - can be pasted',
    async (file) => {
      const input = JSON.parse(textOf(`examples/reconcile/${file}`)) as Json;

      expect(await reconcile(WELL, input)).toMatchObject({ status: 'SUCCEEDED' });
    },
  );

  it.each<[situation: string, input: Json]>([
    ['a part is missing', { schemaVersion: 1, admit: [] }],
    ['a part is no list', found({ places: 'all' as never })],
    ['the version is another', { ...(found({}) as object), schemaVersion: 2 }],
    ['nobody says how much is left', { ...(found({}) as object), left: null }],
    // Whoever may start a sweep need not be able to write into the ledger: it holds modes, pauses and approvals.
    ['a warning to forget is none', found({ forget: [{ pk: `SERVICE#${SERVICE_ID}`, sk: 'MODES' }] })],
    ['one of two warnings to forget has no key', found({ forget: [WARNING, { pk: 'REQUEST#1' } as never] })],
    ['a warning to note is none', found({ warn: [{ ...WARNING, sk: 'APPROVAL#0001' }] })],
    ['the registry is a list', found({ registry: [] as never })],
    ['the registry has no version', found({ registry: { tableId: 't', count: 1, at: moment() } as never })],
    ['what froze the registry is a text', found({ registry: { ...REGISTRY, frozen: 'it shrank' as never } })],
    ['a warning is a text', found({ warn: ['WARNED#' as never] })],
  ])('a difference of which %s - refused, and nothing is done', async (_situation, input) => {
    expect(await reconcile({}, input)).toMatchObject({ status: 'FAILED', error: 'Malformed', attempts: [] });
  });
});

describe('what is done', () => {
  it('admits - by starting the workflow that reads everything again, with the ids only', async () => {
    expect(onlyAttempt(await reconcile(WELL, found({ admit: [look()] })), 'Have it admitted')).toMatchObject({
      action: 'sfn:startExecution',
      arguments: {
        StateMachineArn: ADMIT_CONNECTION,
        Input: JSON.stringify({ serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID }),
      },
    });
  });

  it('converges principals - of the services that are named', async () => {
    const ran = await reconcile(WELL, found({ principals: [{ serviceId: SERVICE_ID }] }));

    expect(onlyAttempt(ran, 'Converge a service').arguments).toEqual({
      FunctionName: 'converge-principals:4',
      Payload: { serviceId: SERVICE_ID },
    });
  });

  it('revokes, after everybody was admitted - by starting the workflow that decides again, with the ids only', async () => {
    expect(onlyAttempt(await reconcile(WELL, found({ revoke: [look()] })), 'Have it revoked')).toMatchObject({
      action: 'sfn:startExecution',
      arguments: {
        StateMachineArn: REVOKE_CONNECTION,
        Input: JSON.stringify({ serviceId: SERVICE_ID, vpcEndpointId: ENDPOINT_ID }),
      },
    });
  });

  it('settles a place - the taking of it that was seen', async () => {
    expect(onlyAttempt(await reconcile(WELL, found({ places: [PLACE] })), 'Settle a place').arguments).toEqual({
      FunctionName: 'settle-place:2',
      Payload: { serviceId: SERVICE_ID, customerId: 'acme', vpcEndpointId: ENDPOINT_ID, takenAt: PLACE.takenAt },
    });
  });

  it.each(Object.entries(WARNING_DETAIL_TYPES))(
    'warns of %s - as %s, and notes it only then',
    async (kind, detailType) => {
      const ran = await reconcile(WELL, found({ warn: [{ ...WARNING, kind: kind as Warning['kind'] }] }));
      const { pk, sk, what, ...told } = { ...WARNING, kind };

      expect(onlyAttempt(ran, 'Tell it').arguments).toEqual({
        Entries: [
          {
            EventBusName: 'bus',
            Source: 'privatelink-concierge',
            DetailType: detailType,
            Detail: { schemaVersion: 1, ...told },
          },
        ],
      });
      expect(onlyAttempt(ran, 'Note that it was told').arguments).toEqual({
        TableName: 'ledger-table',
        Item: { pk: { S: pk }, sk: { S: sk }, what: { S: what }, current: { S: 'yes' }, toldAt: { S: moment() } },
      });
      expect(ran.attempts.map(({ state }) => state)).toEqual(['Tell it', 'Note that it was told']);
    },
  );

  it('what could not be told - is not noted: the next sweep finds it again', async () => {
    const ran = await reconcile({ ...WELL, 'Tell it': [failing('Surprise')] }, found({ warn: [WARNING] }));

    expect(ran).toMatchObject({ status: 'FAILED', error: 'NotSettled' });
    expect(ran.path).not.toContain('Note that it was told');
  });

  const frozen = { tableId: 'table-2', count: 1, because: 'it shrank', at: moment() };
  const frozenItem = { tableId: { S: 'table-2' }, count: { N: '1' }, because: { S: 'it shrank' }, at: { S: moment() } };

  it.each<[situation: string, registry: NonNullable<Difference['registry']>, item: object]>([
    ['as it is', REGISTRY, {}],
    ['frozen', { ...REGISTRY, frozen }, { frozen: { M: frozenItem } }],
  ])('remembers the registry, %s - before anything else, on what was read', async (_situation, registry, more) => {
    const ran = await reconcile(WELL, found({ ...EVERYTHING, registry }));

    expect(ran.attempts[0]).toMatchObject({ state: 'Note the registry', action: 'dynamodb:putItem' });
    expect(ran.attempts[0]?.arguments).toEqual({
      TableName: 'ledger-table',
      Item: {
        pk: { S: ledgerKey.registrySeen().pk },
        sk: { S: ledgerKey.registrySeen().sk },
        current: { S: 'yes' },
        tableId: { S: 'table-1' },
        count: { N: '12' },
        at: { S: moment() },
        version: { N: '4' },
        ...more,
      },
      ConditionExpression: 'attribute_not_exists(pk) OR #version = :read',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':read': { N: '3' } },
    });
  });

  it('a person confirmed the registry meanwhile - theirs stands, and the rest is done', async () => {
    const script = { ...WELL, 'Note the registry': [failing('DynamoDb.ConditionalCheckFailedException')] };

    expect(await reconcile(script, found(EVERYTHING))).toMatchObject({ status: 'SUCCEEDED', output: { admit: 1 } });
  });

  it('two hundred of each - within the history of an execution', async () => {
    const many = <T>(one: T): readonly T[] => Array.from({ length: 200 }, () => one);
    const ran = await reconcile(
      WELL,
      found({
        admit: many(look()),
        principals: many({ serviceId: SERVICE_ID }),
        revoke: many(look()),
        places: many(PLACE),
        warn: many(WARNING),
        forget: many({ pk: 'REQUEST#1', sk: 'WARNED#pending' }),
      }),
    );

    expect(ran.status).toBe('SUCCEEDED');
    // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    expect(ran.historyEvents).toBeLessThan(25_000);
  });
});

describe('the pace, since each begins with a look at EC2, which gives the account twenty a second', () => {
  const many = (count: number) => found({ admit: Array.from({ length: count }, () => look()) });
  const services = (count: number) =>
    found({ principals: Array.from({ length: count }, () => ({ serviceId: SERVICE_ID })) });
  /** The most attempts of a state within one second. */
  const fastest = async (state: string, input: Json): Promise<number> => {
    const { attempts } = await reconcile(WELL, input);
    const times = attempts.filter((attempt) => attempt.state === state).map(({ at }) => at);
    return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1).length));
  };

  it.each([
    ['a few requests', 'Have it admitted', many(20), 20],
    ['many requests', 'Have it admitted', many(200), 10],
    ['a few services', 'Converge a service', services(20), 20],
    ['many services', 'Converge a service', services(200), 5],
  ])('%s', async (_what, state, input, most) => {
    expect(await fastest(state, input)).toBe(most);
  });
});

describe('one that fails', () => {
  it('does not keep the others from being done; the run says so in the end, and the record has it', async () => {
    const ran = await reconcile(
      { ...WELL, 'Have it admitted': [failing('Surprise', 'of the first'), { ExecutionArn: STARTED }] },
      found({ ...EVERYTHING, admit: [look(), look('vpce-0bbbbbbbbbbbbbbb2')] }),
    );

    expect(ran).toMatchObject({
      status: 'FAILED',
      error: 'NotSettled',
      cause: '1 of what differs could not be worked off, the first: Surprise: of the first',
    });
    expect(ran.attempts.map(({ state }) => state)).toEqual([
      'Note the registry',
      'Converge a service',
      ...['Have it admitted', 'Have it admitted'],
      'Settle a place',
      'Have it revoked',
      ...['Tell it', 'Note that it was told'],
      'Forget a warning',
      'Record the failure',
    ]);
    expect(onlyAttempt(ran, 'Record the failure').arguments).toMatchObject({
      Item: { pk: { S: 'RECONCILE' }, error: { S: 'NotSettled' } },
    });
  });

  it.each(['List the differences', 'Note the registry'])(
    '%s, for good - recorded, and nothing is done',
    async (state) => {
      const ran = await reconcile(
        { ...WELL, [state]: [failing('Surprise', 'it is so')] },
        state === 'List the differences' ? {} : found(EVERYTHING),
      );

      expect(ran).toMatchObject({ status: 'FAILED', error: 'Surprise', cause: 'it is so' });
      expect(ran.path.slice(-3)).toEqual([state, 'Record the failure', 'Fail']);
      expect(ran.path).not.toContain('Have it admitted');
      expect(ran.path).not.toContain('Have it revoked');
    },
  );
});

describe('what passes by itself', () => {
  const tasks = tasksOf(machineOf('reconcile.asl.json')).filter(
    ([state]) => state in WELL && state !== 'Record the failure',
  );
  const on = (state: string, replies: (usual: unknown) => readonly unknown[]) =>
    reconcile(
      { ...WELL, [state]: replies(WELL[state]?.[0]) },
      state === 'List the differences' ? {} : found(EVERYTHING),
    );
  const errors = tasks.flatMap(([state, { Retry = [] }]) =>
    Retry.flatMap(({ ErrorEquals }) => ErrorEquals.map((error) => [state, error] as const)),
  );

  it.each(errors)('%s, %s - tried again', async (state, error) => {
    const ran = await on(state, (usual) => [failing(error), usual]);

    expect(ran.status).toBe('SUCCEEDED');
    expect(ran.attempts.filter((each) => each.state === state)).toHaveLength(2);
  });

  it.each(tasks)('%s - without a reply it is made again with the same arguments', async (state) => {
    const ran = await on(state, (usual) => [NO_REPLY, usual]);
    const [first, second, ...more] = ran.attempts.filter((each) => each.state === state);

    expect(ran.status).toBe('SUCCEEDED');
    expect(second?.arguments).toEqual(first?.arguments);
    expect(more).toEqual([]);
  });

  it.each(tasks)('%s - given up after as many tries as it says', async (state, { Retry = [] }) => {
    const [retrier] = Retry;
    const ran = await on(state, () => [failing(retrier?.ErrorEquals[0] ?? '', 'for good')]);

    expect(ran.status).toBe('FAILED');
    expect(ran.attempts.filter((each) => each.state === state)).toHaveLength(
      1 + waitsOf(retrier ?? { ErrorEquals: [] }).length,
    );
  });
});
