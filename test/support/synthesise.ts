import type { TestProject } from 'vitest/node';
import { synthesise } from '../../sandbox/synth.ts';

/** Synthesises the stacks once, before any test file: two that wrote one directory at once would read each other's halves. */
export const setup = async (project: TestProject): Promise<void> => {
  project.provide('assembly', await synthesise('.sandbox/test-assembly'));
  project.provide('assemblyOfTwoRegions', await synthesise('.sandbox/test-standby', 'sandbox-with-standby'));
};
