import type { TestProject } from 'vitest/node';
import { synthesise } from '../../sandbox/synth.ts';

/** Synthesises the stack once, before any test file. */
export const setup = async (project: TestProject): Promise<void> => {
  project.provide('assembly', await synthesise('.sandbox/test-assembly'));
};
