import { inject } from 'vitest';

/** The cloud assembly that was synthesised once for this run of the tests, by `test/support/synthesise.ts`. */
export const assembly = (): string => inject('assembly');

declare module 'vitest' {
  interface ProvidedContext {
    assembly: string;
  }
}
