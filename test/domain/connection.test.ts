import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTION_STATES, parseConnectionState } from '../../functions/domain/connection.ts';

describe('parseConnectionState', () => {
  it.each(CONNECTION_STATES)('reads %s as EC2 writes it, and as the SDK names it', (state) => {
    expect(parseConnectionState(state)).toBe(state);
    expect(parseConnectionState(state.charAt(0).toUpperCase() + state.slice(1))).toBe(state);
  });

  it('reads a state in any case of letters', () => {
    const inAnyCase = fc
      .constantFrom(...CONNECTION_STATES)
      .chain((state) => fc.mixedCase(fc.constant<string>(state)).map((text) => ({ state, text })));

    fc.assert(
      fc.property(inAnyCase, ({ state, text }) => {
        expect(parseConnectionState(text)).toBe(state);
      }),
      { seed: 20_261_123 },
    );
  });

  it.each([
    ['a state that AWS adds later', 'migrating'],
    ['a state with a blank', ' available'],
    ['nothing', ''],
    ['no state at all', undefined],
    ['what every object has', 'constructor'],
  ])('%s - unknown, and no error', (_situation, text) => {
    expect(parseConnectionState(text)).toBe('unknown');
  });
});
