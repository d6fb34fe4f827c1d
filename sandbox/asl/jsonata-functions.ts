import { createHash } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../random.ts';

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The largest array that `$range` makes: AWS refuses longer ones by an evaluation-wide memory limit. */
const RANGE_LIMIT = 360_145;
const OUT_OF_MEMORY = 'Expression evaluation memory limit exceeded: Check for excessive memory usage';

const wrongArgument = (name: string, position: number): Error =>
  Object.assign(new Error(`Argument ${position} of function "${name}" does not match function signature`), {
    code: 'T0410',
  });

const numberArgument = (name: string, position: number, value: unknown): number => {
  if (typeof value !== 'number') throw wrongArgument(name, position);
  return Math.trunc(value);
};

const partition = (items: unknown, size: unknown): unknown[][] | undefined => {
  if (items === undefined || size === undefined) return undefined;
  const list = Array.isArray(items) ? items : [items];
  const length = numberArgument('partition', 2, size);
  if (length <= 0) throw new Error(`The chunk size of $partition must be a positive number, but was ${length}`);
  const chunks: unknown[][] = [];
  for (let start = 0; start < list.length; start += length) chunks.push(list.slice(start, start + length));
  return chunks;
};

const range = (first: unknown, last: unknown, step: unknown): number[] | undefined => {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  const from = numberArgument('range', 1, first);
  const to = numberArgument('range', 2, last);
  const by = numberArgument('range', 3, step);
  if (by === 0) throw new Error('The step of $range must not be 0');
  const count = Math.max(0, Math.floor((to - from) / by) + 1);
  if (count > RANGE_LIMIT) throw new Error(OUT_OF_MEMORY);
  return Array.from({ length: count }, (_, index) => from + index * by);
};

const hash = (value: unknown, algorithm: unknown): string | undefined => {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw wrongArgument('hash', 1);
  const name = HASHES[String(algorithm)];
  if (name === undefined) {
    throw new Error(`$hash knows ${Object.keys(HASHES).join(', ')}, but was asked for ${String(algorithm)}`);
  }
  return createHash(name).update(value, 'utf8').digest('hex');
};

/** Like JSONata's own, but by the world's dice. */
const shuffle = (random: Random, items: unknown): unknown[] | undefined => {
  if (items === undefined) return undefined;
  const left: unknown[] = Array.isArray(items) ? [...items] : [items];
  const shuffled: unknown[] = [];
  while (left.length > 0) shuffled.push(...left.splice(random.between(0, left.length - 1), 1));
  return shuffled;
};

/** The first double of Java's linear congruential generator with this seed, which is what AWS answers: `$random(42)` is 0.7275636800328681. */
const javaRandom = (seed: number): number => {
  const mask = (1n << 48n) - 1n;
  let state = (BigInt(Math.trunc(seed)) ^ 0x5deece66dn) & mask;
  const bits = (count: bigint): bigint => {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    return state >> (48n - count);
  };
  const high = bits(26n);
  return Number((high << 27n) + bits(27n)) / 2 ** 53;
};

/**
 * What Step Functions adds to JSONata, and what must not read the machine's own clock and dice:
 * `$partition $range $hash $random $uuid $parse`, and `$shuffle $now $millis`; `$eval` is taken away, as AWS does (calling it is
 * `T1006`). https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 * Edge cases as measured on AWS in github.com/floci-io/floci issues 2662 and 2737: arguments are cut towards zero.
 *
 * @param format JSONata's own `$fromMillis`, which `$now` with a picture needs.
 */
export const statesFunctions = (
  clock: Clock,
  random: Random,
  format: (millis: number, picture: string, zone: string | undefined) => Promise<unknown>,
): Readonly<Record<string, unknown>> => ({
  partition,
  range,
  hash,
  shuffle: (items: unknown) => shuffle(random, items),
  random: (seed?: unknown) => (typeof seed === 'number' ? javaRandom(seed) : random.next()),
  uuid: () => random.uuid(),
  parse: (text: unknown) => {
    if (text === undefined) return undefined;
    if (typeof text !== 'string') throw wrongArgument('parse', 1);
    return JSON.parse(text) as unknown;
  },
  millis: () => clock.now(),
  now: (picture?: unknown, zone?: unknown) =>
    typeof picture === 'string'
      ? format(clock.now(), picture, typeof zone === 'string' ? zone : undefined)
      : new Date(clock.now()).toISOString(),
  eval: undefined,
});
