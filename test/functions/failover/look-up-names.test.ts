import { describe, expect, it } from 'vitest';
import type { Lookup } from '../../../functions/aws/lookups.ts';
import type { Answer } from '../../../functions/domain/addresses.ts';
import { CONTEXT, stubFunctionEnvironment } from '../support.ts';

stubFunctionEnvironment();
const { handler, run } = await import('../../../functions/failover/look-up-names.ts');

/** A resolver that knows these names, and how many questions were open at once. */
const resolver = (answers: Readonly<Record<string, Answer>>) => {
  const asked: string[] = [];
  const open = { now: 0, most: 0 };
  const lookup: Lookup = async (name, family) => {
    asked.push(`${name} ${family}`);
    open.now += 1;
    open.most = Math.max(open.most, open.now);
    await Promise.resolve();
    open.now -= 1;
    return answers[name] ?? { kind: 'empty' };
  };
  return { lookup, asked, open };
};
const question = (name: string, type: 'A' | 'AAAA' = 'A') => ({ name, type });

describe('what names answer', () => {
  it('addresses sorted; nobody where DNS says so; null where it does not answer: that is not the same', async () => {
    const { lookup, asked } = resolver({
      'a.example': { kind: 'addresses', addresses: ['10.0.0.2', '10.0.0.1'] },
      'silent.example': { kind: 'failed', problem: 'silent.example: ETIMEOUT' },
    });
    const questions = [question('a.example'), question('none.example', 'AAAA'), question('silent.example')];

    await expect(run({ questions }, { lookup })).resolves.toEqual({
      answers: { 'a.example': ['10.0.0.1', '10.0.0.2'], 'none.example': [], 'silent.example': null },
    });
    expect(asked).toEqual(['a.example ipv4', 'none.example ipv6', 'silent.example ipv4']);
  });

  it('no question - no answer', async () => {
    await expect(run({ questions: [] }, resolver({}))).resolves.toEqual({ answers: {} });
  });

  it('many - each once, fifty open at a time', async () => {
    const { lookup, asked, open } = resolver({});
    const questions = Array.from({ length: 120 }, (_, index) => question(`n${index}.example`));
    const { answers } = await run({ questions }, { lookup });

    expect(Object.keys(answers)).toHaveLength(120);
    expect([asked.length, open.most]).toEqual([120, 50]);
  });

  it('a surprise - thrown as it is', async () => {
    const lookup: Lookup = () => Promise.reject(new Error('a surprise'));

    await expect(run({ questions: [question('a.example')] }, { lookup })).rejects.toThrow('a surprise');
  });

  it.each([
    ['nothing', {}],
    ['a name that is none', { questions: [question('a b')] }],
    ['another type', { questions: [{ name: 'a.example', type: 'TXT' }] }],
    ['too many', { questions: Array.from({ length: 1_001 }, () => question('a.example')) }],
  ])('its input: %s - refused in words', async (_situation, input) => {
    await expect(handler(input, CONTEXT)).rejects.toMatchObject({ name: 'Malformed' });
  });
});
