import { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { markSet, type RecordSet } from '../../../functions/domain/dns-record.ts';
import {
  ARMED,
  aSimple,
  atAddresses,
  atTargets,
  aWeighted,
  PRIMARY_GROUP,
  RECORD_ID,
  RECORD_NAME,
} from '../../support/dns-records.ts';
import { awsError, CONTEXT, callsOf, stubFunctionEnvironment } from '../support.ts';
import { ALL_PAUSED, ENFORCED, healthy, NO_ANSWER, OBSERVED, toRoute53, world } from './world.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/failover/compare-record.ts');

const INPUT = { recordId: RECORD_ID, weights: null };
const SIMPLE = aSimple(atAddresses('10.0.0.1'));
const MARK = markSet(SIMPLE);
const SET: RecordSet = { name: `${RECORD_NAME}.`, type: 'A', ttl: 30, values: ['10.0.0.1'] };

describe('what a run would write', () => {
  it('shown, and nothing is written or made', async () => {
    const given = world({ records: [SIMPLE], state: undefined });

    await expect(run(INPUT, given.services)).resolves.toEqual({
      plan: { kind: 'change', changes: [SET, MARK].map((set) => ({ action: 'CREATE', set })) },
      silent: [],
    });
    expect(given.written()).toEqual([]);
    expect(callsOf(given.route53).map(([command]) => command)).toEqual(['ListResourceRecordSets']);
  });

  it('nothing differs - said so', async () => {
    const given = world({ records: [SIMPLE], zone: [SET, MARK].map(toRoute53) });

    await expect(run(INPUT, given.services)).resolves.toEqual({ plan: { kind: 'nothing' }, silent: [] });
  });

  it('a record whose health checks are still to be made - with that in their place', async () => {
    const given = world({ state: undefined });

    await expect(run(INPUT, given.services)).resolves.toMatchObject({
      plan: { changes: [{ set: { failover: 'PRIMARY', healthCheckId: 'not made yet' } }, {}, {}] },
    });
    expect(given.written()).toEqual([]);
  });

  it('one whose checks are made - by their id', async () => {
    await expect(run(INPUT, world({ state: ARMED }).services)).resolves.toMatchObject({
      plan: { changes: [{ set: { healthCheckId: 'check-primary' } }, {}, {}] },
    });
  });

  it('a shift that is tried first - with the weights that it would set beside those that were set', async () => {
    const given = world({
      records: [aWeighted({ blue: 80, green: 20, red: 1 })],
      state: { version: 1, weights: { red: 7 } },
    });

    await expect(run({ ...INPUT, weights: { green: 0 } }, given.services)).resolves.toMatchObject({
      plan: { changes: [{ set: { weight: 80 } }, { set: { weight: 0 } }, { set: { weight: 7 } }, {}] },
    });
  });

  it('weights as entered again - without those that were set', async () => {
    const given = world({
      records: [aWeighted({ blue: 80, green: 20 })],
      state: { version: 1, weights: { green: 7 } },
    });

    await expect(run({ ...INPUT, weights: 'as-entered' }, given.services)).resolves.toMatchObject({
      plan: { changes: [{ set: { weight: 80 } }, { set: { weight: 20 } }, {}] },
    });
  });

  it.each([
    ['observed', [OBSERVED], 'the mode of dns is observe'],
    ['paused', [ENFORCED, ALL_PAUSED], 'everything is paused by jo'],
  ])('%s - the plan all the same, and what bars it', async (_situation, modes, bar) => {
    await expect(run(INPUT, world({ records: [SIMPLE], modes }).services)).resolves.toMatchObject({
      plan: { kind: 'change' },
      bar,
    });
  });

  it('a region that does not answer - a doubt, and which side', async () => {
    const given = world({
      records: [aSimple(atTargets(PRIMARY_GROUP))],
      state: undefined,
      targets: { [PRIMARY_GROUP]: NO_ANSWER },
    });

    await expect(run(INPUT, given.services)).resolves.toEqual({
      plan: { kind: 'doubt', because: 'port 5432 of orders could not be read' },
      silent: ['simple'],
    });
  });

  it('targets - as they are now, not as they were written', async () => {
    const state = { version: 1, applied: { simple: ['10.0.1.9'] } };
    const given = world({ records: [aSimple(atTargets(PRIMARY_GROUP))], state, targets: healthy('10.0.1.10') });

    await expect(run(INPUT, given.services)).resolves.toMatchObject({
      plan: { changes: [{ set: { values: ['10.0.1.10'] } }, {}] },
    });
  });

  it.each([
    ['Throttling', 'Throttled'],
    ['AccessDenied', 'Denied'],
  ])('Route 53 says %s - %s', async (code, name) => {
    const given = world({ records: [SIMPLE] });
    given.route53.on(ListResourceRecordSetsCommand).rejects(awsError(code));

    await expect(run(INPUT, given.services)).rejects.toMatchObject({ name });
  });

  it.each([
    ['nothing', {}],
    ['an id with a key in it', { ...INPUT, recordId: 'x#y' }],
    ['a weight of 256', { ...INPUT, weights: { blue: 256 } }],
    ['no word of weights', { recordId: RECORD_ID }],
  ])('its input: %s - refused in words', async (_situation, input) => {
    await expect(handler(input, CONTEXT)).rejects.toMatchObject({ name: 'Malformed' });
  });
});
