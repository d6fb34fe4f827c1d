import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { CONTEXT, stubFunctionEnvironment } from '../support.ts';

stubFunctionEnvironment();
const { createHandler } = await import('../../../functions/runtime/handler.ts');
const { required } = await import('../../../functions/runtime/environment.ts');
const { malformed } = await import('../../../functions/domain/errors.ts');

const Input = v.strictObject({ id: v.string(), count: v.optional(v.number(), 1) });

describe('createHandler', () => {
  it('hands the parsed input and the services to the function, and its answer back', async () => {
    const services = { name: 'services' };
    const run = vi.fn(async (input: v.InferOutput<typeof Input>, given: typeof services) => ({ input, given }));

    await expect(createHandler(Input, run, services)({ id: 'x' }, CONTEXT)).resolves.toEqual({
      input: { id: 'x', count: 1 },
      given: services,
    });
  });

  it('an input that does not fit - Malformed, field by field, and the function is not called', async () => {
    const run = vi.fn(async () => 'done');

    await expect(createHandler(Input, run, {})({ id: 7, extra: true }, CONTEXT)).rejects.toMatchObject({
      name: 'Malformed',
      message: expect.stringMatching(/^The input does not fit: id: .*"?7"?; extra: /),
    });
    expect(run).not.toHaveBeenCalled();
  });

  it('an input that would fill the log or colour it - shortened and made plain', async () => {
    const answering = createHandler(
      v.picklist(['a']),
      async () => 'done',
      {},
    )(`\u001b[31m${'x'.repeat(9_000)}`, CONTEXT);

    await expect(answering).rejects.toThrow(/^The input does not fit: entry: [^\p{Cc}]{1,300}$/u);
  });

  it.each([
    ['an error of ours', malformed('no such thing', { id: 'x' })],
    ['a surprise', new TypeError('x is not a function')],
  ])('%s - passes through as it is', async (_situation, error) => {
    const handler = createHandler(Input, () => Promise.reject(error), {});

    await expect(handler({ id: 'x' }, CONTEXT)).rejects.toBe(error);
  });
});

describe('required', () => {
  it('reads a variable', () => {
    vi.stubEnv('LEDGER_TABLE', 'ledger');

    expect(required('LEDGER_TABLE')).toBe('ledger');
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
  ])('%s - an error that names it', (_situation, value) => {
    vi.stubEnv('LEDGER_TABLE', value);

    expect(() => required('LEDGER_TABLE')).toThrow('The environment variable LEDGER_TABLE is not set.');
  });
});
