import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkWorkflow } from '../../../sandbox/checks/workflow-files.ts';
import { PROMISES } from '../../../sandbox/properties/promises.ts';
import { LEANINGS } from '../../../sandbox/simulation/leanings.ts';
import { MUTANTS } from '../../../sandbox/simulation/mutants/all.ts';
import { changedDefinition, changedSource, changesOf } from '../../../sandbox/simulation/mutants/apply.ts';
import type { Touches, WorkflowName } from '../../../sandbox/simulation/mutants/mutant.ts';
import { WORLD_PROMISES } from '../../../sandbox/simulation/world-promises.ts';

const FILES: Readonly<Record<WorkflowName, string>> = {
  AdmitConnection: 'admit-connection',
  RevokeConnection: 'revoke-connection',
  Reconcile: 'reconcile',
  RefreshTargets: 'refresh-targets',
  UpdateFailover: 'update-failover',
};

const definitionOf = (workflow: WorkflowName): string =>
  readFileSync(new URL(`../../../workflows/${FILES[workflow]}.asl.json`, import.meta.url), 'utf8');

const VITAL: readonly Touches[] = ['accept', 'reject', 'revoke', 'place', 'release'];

const changes = MUTANTS.flatMap((mutant) => changesOf(mutant).map((change) => ({ name: mutant.name, change })));
const sources = changes.flatMap(({ name, change }) => ('file' in change ? [{ name, change }] : []));
const workflows = changes.flatMap(({ name, change }) => ('workflow' in change ? [{ name, change }] : []));

describe('the mutants', () => {
  it.each(sources)('$name: its text stands once in its file', ({ change }) => {
    expect(changedSource(change)).toContain(change.replace);
  });

  it.each(workflows)('$name: its state is changed, and the definition is one still', ({ change }) => {
    const definition = definitionOf(change.workflow);
    const changed = changedDefinition(definition, change);

    expect(changed).not.toBe(JSON.stringify(JSON.parse(definition)));
    expect(checkWorkflow(changed)).toEqual([]);
  });

  it.each(workflows.filter(({ change }) => change.workflow === 'UpdateFailover'))(
    '$name: is looked for where there is a standby region',
    ({ name }) => {
      const { leaning } = MUTANTS.find((each) => each.name === name) ?? {};
      expect(leaning === undefined ? undefined : LEANINGS[leaning].paired).toBe(true);
    },
  );

  it('are many, and most of those that must be caught touch what no world may let pass', () => {
    const caught = MUTANTS.filter(({ survives }) => survives === undefined);

    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(caught.length).toBeGreaterThanOrEqual(55);
    expect(caught.filter(({ touches }) => VITAL.includes(touches)).length).toBeGreaterThanOrEqual(40);
    for (const touches of VITAL) expect(caught.map((mutant) => mutant.touches)).toContain(touches);
  });

  it('say either which promise sees them or why none does', () => {
    const promises = [...[...PROMISES, ...WORLD_PROMISES].map(({ name }) => name), 'the sandbox plays it'];
    const silent = MUTANTS.filter(({ seenBy, survives }) =>
      seenBy === undefined ? survives === undefined : survives !== undefined || !promises.includes(seenBy),
    );

    expect(silent).toEqual([]);
  });

  it('are refused in words where there is nothing to change', () => {
    const source = { file: 'functions/domain/trust.ts', find: 'nobody wrote this', replace: '' };
    const definition = definitionOf('Reconcile');
    const state = { workflow: 'Reconcile', state: 'Settle a place' } as const;
    const leave = () => undefined;

    expect(() => changedSource(source)).toThrow('functions/domain/trust.ts has 0 times, not once: nobody wrote this');
    expect(() => changedSource({ ...source, find: 'seen' })).toThrow(/trust\.ts has \d+ times, not once: seen/);
    expect(() => changedDefinition(definition, { ...state, change: leave })).toThrow('Nothing of the state');
    expect(() => changedDefinition(definition, { ...state, state: 'Nowhere', change: leave })).toThrow(
      'There is not one state "Nowhere".',
    );
  });
});
