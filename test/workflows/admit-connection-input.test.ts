import { describe, expect, it } from 'vitest';
import { ENDPOINT_ID, SERVICE_ID } from '../support/builders.ts';
import {
  ACCEPT,
  admit,
  attemptsByState,
  decision,
  ending,
  failing,
  INPUT,
  payload,
  telling,
  unplanned,
} from './admission.ts';
import { filesOf, textOf } from './support.ts';

describe('the input', () => {
  it.each([
    ['nothing in it', {}],
    ['no service', { vpcEndpointId: ENDPOINT_ID }],
    ['no endpoint', { serviceId: SERVICE_ID }],
    ['the ids exchanged', { serviceId: ENDPOINT_ID, vpcEndpointId: SERVICE_ID }],
    ['nine digits', { ...INPUT, vpcEndpointId: 'vpce-0a1b2c3d4' }],
    ['an id and more', { ...INPUT, vpcEndpointId: `${ENDPOINT_ID}#x` }],
    ['an id in a list', { ...INPUT, vpcEndpointId: [ENDPOINT_ID] }],
    ['an id in an object', { ...INPUT, serviceId: { id: SERVICE_ID } }],
    ['a number', { ...INPUT, serviceId: 7 }],
    ['a null', { ...INPUT, serviceId: null }],
    ['a field that nobody reads', { ...INPUT, force: true }],
    ['a dry run misspelt', { ...INPUT, dryrun: true }],
    ['a dry run in words', { ...INPUT, dryRun: 'true' }],
    ['a dry run that is null', { ...INPUT, dryRun: null }],
    ['a list', [INPUT]],
    ['an empty list', []],
    ['a text', JSON.stringify(INPUT)],
    ['a number alone', 7],
    ['true', true],
    ['null', null],
  ])('%s - refused in words, with what came; nothing is called', async (_situation, input) => {
    const { status, error, cause, path, attempts } = await admit({}, input);

    expect({ status, error, path, attempts }).toEqual({
      status: 'FAILED',
      error: 'Malformed',
      path: ['Check the input', 'Refuse the input'],
      attempts: [],
    });
    expect(cause).toMatch(
      /^Give \{"serviceId": "vpce-svc-\.\.\.", "vpcEndpointId": "vpce-\.\.\."\} and, for a plan only, /,
    );
    expect(cause?.endsWith(`Got: ${typeof input === 'string' ? input : JSON.stringify(input)}`)).toBe(true);
  });

  it('one without an end - 500 characters of it are shown', async () => {
    const { cause } = await admit({}, { note: 'x'.repeat(10_000) });

    expect(cause?.replace(/^.* Got: /, '')).toBe(`{"note":"${'x'.repeat(491)}`);
  });

  it.each([
    ['two ids', INPUT],
    ['two ids of the old length', { serviceId: 'vpce-svc-0a1b2c3d', vpcEndpointId: 'vpce-0a1b2c3d' }],
    ['no dry run, in so many words', { ...INPUT, dryRun: false }],
  ])('%s - taken', async (_situation, input) => {
    const { status, path } = await admit(ACCEPT, input);

    expect(status).toBe('SUCCEEDED');
    expect(path.slice(0, 3)).toEqual(['Check the input', 'Take the admission', 'Decide']);
  });

  it.each(filesOf('examples/admit-connection/'))('the example %s - taken', async (file) => {
    const input = JSON.parse(textOf(`examples/admit-connection/${file}`));
    const { status, path } = await admit({ ...ACCEPT, 'Plan only': [payload(decision())] }, input);

    expect(status).toBe('SUCCEEDED');
    expect(path[1]).toBe(input.dryRun === true ? 'Plan only' : 'Take the admission');
  });
});

describe('a dry run', () => {
  const DRY = { ...INPUT, dryRun: true };
  const decided = decision();

  it('decides and shows the plan, and calls nothing else', async () => {
    const ran = await admit({ 'Plan only': [payload(decided)] }, DRY);
    const { item: _record, ...plan } = decided.plan as Record<string, unknown>;

    expect(ran.path).toEqual(['Check the input', 'Plan only', 'Show the plan']);
    expect(ran.attempts).toEqual([
      { state: 'Plan only', action: 'lambda:invoke', arguments: { FunctionName: 'decide:7', Payload: INPUT }, at: 0 },
    ]);
    expect(ran.output).toEqual({
      dryRun: true,
      need: 'decision',
      because: null,
      plan,
      connection: JSON.parse(JSON.stringify(decided.connection)),
    });
  });

  it.each([
    ['that needs nothing', unplanned('nothing'), null],
    ['that contradicts the ledger', unplanned('another-look', 'the ledger says rejected'), 'the ledger says rejected'],
  ])('of a request %s - says so, once', async (_situation, output, because) => {
    const ran = await admit({ 'Plan only': [payload(output)] }, DRY);

    expect(ran.output).toEqual({ dryRun: true, need: output.need, because, plan: null, connection: null });
    expect(attemptsByState(ran)).toEqual({ 'Plan only': 1 });
  });

  it('of an endpoint that is not listed - shows what would be recorded, and does not wait', async () => {
    const ran = await admit({ 'Plan only': [payload(ending('appearance', 'gone'))] }, DRY);

    expect(ran.output).toMatchObject({ need: 'appearance', plan: { verdict: 'none', outcome: 'gone' } });
    expect(ran.seconds).toBe(0);
  });

  it('of a request that was never told of - shows what would be told, and tells nobody', async () => {
    const ran = await admit({ 'Plan only': [payload(telling())] }, DRY);

    expect(ran.output).toMatchObject({ dryRun: true, need: 'telling', plan: telling().plan });
    expect(attemptsByState(ran)).toEqual({ 'Plan only': 1 });
  });

  it('that fails - fails under the error’s own name, and records nothing', async () => {
    const ran = await admit({ 'Plan only': [failing('Malformed', 'the record is unreadable')] }, DRY);

    expect(ran).toMatchObject({ status: 'FAILED', error: 'Malformed', cause: 'the record is unreadable' });
    expect(ran.path).toEqual(['Check the input', 'Plan only', 'Fail']);
  });
});
