import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../sandbox/cloud.ts';
import { roleSession } from '../../../sandbox/iam/principal.ts';
import { Sessions } from '../../../sandbox/iam/sessions.ts';
import { seededRandom } from '../../../sandbox/random.ts';

const FUNCTION = roleSession('arn:aws:iam::123456789012:role/f', 'f');

describe('who an access key belongs to', () => {
  it('a session that was opened - its role', () => {
    const sessions = new Sessions(seededRandom(1));
    const keys = sessions.open(FUNCTION);
    expect(keys.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(sessions.principalOf(keys.accessKeyId)).toEqual(FUNCTION);
  });

  it('two sessions of one role - two keys', () => {
    const sessions = new Sessions(seededRandom(1));
    expect(sessions.open(FUNCTION)).not.toEqual(sessions.open(FUNCTION));
  });

  it('one seed - the same keys', () => {
    expect(new Sessions(seededRandom(5)).open(FUNCTION)).toEqual(new Sessions(seededRandom(5)).open(FUNCTION));
  });

  it('12 digits - that account’s administrator', () => {
    expect(new Sessions(seededRandom(1)).principalOf('222222222222')).toEqual({
      kind: 'account',
      accountId: '222222222222',
      arn: 'arn:aws:iam::222222222222:root',
    });
  });

  it.each(['AKIAIOSFODNN7EXAMPLE', 'test', '12345678901', ''])('%j - the operator', (key) => {
    expect(new Sessions(seededRandom(1)).principalOf(key)).toBe(OPERATOR);
  });

  it('a session that nobody opened - InvalidClientTokenId', () => {
    expect(() => new Sessions(seededRandom(1)).principalOf('ASIAIOSFODNN7EXAMPLE')).toThrow(
      expect.objectContaining({
        code: 'InvalidClientTokenId',
        status: 403,
        message: 'The security token included in the request is invalid.',
      }),
    );
  });
});
