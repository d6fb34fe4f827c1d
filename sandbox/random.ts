/** Every random choice of a world comes from one of these: one seed, one world. */
export interface Random {
  /** A fraction in [0, 1). */
  next(): number;
  /** A whole number in [low, high], both included. */
  between(low: number, high: number): number;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
  /** A version 4 UUID. */
  uuid(): string;
}

/** The lowest and highest value of a seeded choice, both included; milliseconds unless said otherwise. */
export type Range = readonly [low: number, high: number];

/** A seeded whole number; a range of one value draws nothing. */
export const within = (random: Random, [low, high]: Range): number => (low === high ? low : random.between(low, high));

/** A small generator (mulberry32's mixing steps) that is the same on every machine; no use for secrets. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (length: number): string => {
    let digits = '';
    while (digits.length < length) digits += Math.floor(next() * 16).toString(16);
    return digits;
  };
  return {
    next,
    hex,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[Math.floor(next() * 4)]}${hex(3)}-${hex(12)}`,
  };
};
