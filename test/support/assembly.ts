import { inject } from 'vitest';

/** The cloud assembly that was synthesised once for this run of the tests, by `test/support/synthesise.ts`. */
export const assembly = (): string => inject('assembly');

/** The same with the standby region's stack. */
export const assemblyOfTwoRegions = (): string => inject('assemblyOfTwoRegions');

declare module 'vitest' {
  interface ProvidedContext {
    assembly: string;
    assemblyOfTwoRegions: string;
  }
}
