import crypto from 'node:crypto';
import type { Random } from '../../random.ts';
import { moduleWith, refusal } from './refuse.ts';

const bytes = (random: Random, length: number): Buffer => Buffer.from(random.hex(2 * length), 'hex');

/** Works in the thread pool, hence outside virtual time: each has a synchronous sibling. */
const POOLED = ['pbkdf2', 'scrypt', 'hkdf', 'generateKeyPair', 'generateKey', 'generatePrime', 'checkPrime'] as const;

/** `node:crypto` with the world's random numbers, and the global of that name. Hashes, signatures and ciphers are real. */
export const seededCrypto = (random: Random) => {
  const fill = <T extends NodeJS.ArrayBufferView>(view: T): T => {
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(bytes(random, view.byteLength));
    return view;
  };
  const randomBytes = (size: number, done?: (error: null, bytes: Buffer) => void): Buffer | undefined => {
    const made = bytes(random, size);
    if (done === undefined) return made;
    process.nextTick(done, null, made);
    return undefined;
  };
  const randomInt = (first: number, second?: unknown, third?: (error: null, n: number) => void): number | undefined => {
    const [low, high] = typeof second === 'number' ? [first, second] : [0, first];
    const done = typeof second === 'function' ? (second as typeof third) : third;
    const made = random.between(low, high - 1);
    if (done === undefined) return made;
    process.nextTick(done, null, made);
    return undefined;
  };
  const randomUUID = (): string => random.uuid();
  const subtle = new Proxy({}, { get: (_, key) => refusal(`crypto.subtle.${String(key)}`) });
  const global = { getRandomValues: fill, randomUUID, subtle };
  return {
    global,
    module: moduleWith(crypto, {
      ...Object.fromEntries(POOLED.map((name) => [name, refusal(`crypto.${name}`)])),
      randomUUID,
      randomBytes,
      pseudoRandomBytes: randomBytes,
      randomInt,
      getRandomValues: fill,
      randomFillSync: fill,
      randomFill: refusal('crypto.randomFill'),
      subtle,
      webcrypto: global,
    }),
  };
};
