import { describe, expect, it } from 'vitest';
import { tellVerified } from '../../ops/tell-verified.ts';
import { SERVICE_ID } from '../support/builders.ts';

const ABOUT = { serviceId: SERVICE_ID, privateName: 'api.example.com' };
const TXT = {
  zoneId: 'Z0123456789',
  name: 'example.com.',
  record: '_6e86.api.example.com.',
  value: 'vpce:l6p0ERxlTt45jevFwOCp',
};
const WRITTEN = '_6e86.api.example.com. TXT "vpce:l6p0ERxlTt45jevFwOCp" is in Z0123456789 now.';

describe('what a person reads of a private DNS name', () => {
  it.each([
    [
      'a plan that writes',
      { outcome: 'planned', writes: TXT },
      `_6e86.api.example.com. TXT "vpce:l6p0ERxlTt45jevFwOCp" would be written into Z0123456789 (example.com.).\nEC2 would be told to verify api.example.com of ${SERVICE_ID}. Nothing was done.`,
    ],
    [
      'a plan that writes nothing',
      { outcome: 'planned' },
      `No zone would be written.\nEC2 would be told to verify api.example.com of ${SERVICE_ID}. Nothing was done.`,
    ],
    [
      'verified',
      { outcome: 'verified', wrote: TXT },
      `${WRITTEN}\napi.example.com of ${SERVICE_ID} is now verified: customers may use it.`,
    ],
    ['it was before', { outcome: 'unchanged' }, `api.example.com of ${SERVICE_ID} is verified: customers may use it.`],
    [
      'EC2 still looks',
      { outcome: 'pending', waitsFor: 'EC2' },
      `EC2 still looks at api.example.com of ${SERVICE_ID}. Give the command again in some minutes.`,
    ],
    [
      'Route 53 takes long',
      { outcome: 'pending', waitsFor: 'Route 53', wrote: TXT },
      `${WRITTEN}\nRoute 53 has not spread it yet. Give the command again in some minutes: nothing is written twice.`,
    ],
  ] as const)('%s', (_what, result, told) => {
    expect(tellVerified({ ...ABOUT, ...result })).toBe(told);
  });
});
