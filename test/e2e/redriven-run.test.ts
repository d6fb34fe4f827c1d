import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { History } from '../../sandbox/properties/history.ts';
import { playHistory } from '../../sandbox/properties/play.ts';
import { MUTANTS } from '../../sandbox/simulation/mutants/all.ts';
import { mutatedAssembly } from '../../sandbox/simulation/mutants/apply.ts';
import { WORLD_PROMISES } from '../../sandbox/simulation/world-promises.ts';
import { assembly } from '../support/assembly.ts';

const MINUTE = 60_000;

/** A run is stopped as it is about to register, others follow the source meanwhile, and then an operator redrives the first. */
const redriven: History = {
  seed: 1,
  policy: 'plain',
  begins: 'enforce',
  customers: [],
  ec2: {},
  latency: 0,
  lasts: 20 * MINUTE,
  estate: {
    proxies: [],
    hosts: [{ name: 'h1', addresses: ['10.200.0.11', '10.200.1.12'] }],
    groups: [{ name: 'g1', isCrossZone: true, saidBy: 'group', drains: 0 }],
    bindings: [{ name: 'b1', service: 'orders', group: 'g1', port: 5432, source: 'h1' }],
    elbv2: {},
    rds: {},
    dns: {},
  },
  steps: [
    { deed: 'fault', fault: { kind: 'stop-at-state', on: 'Register', by: 'refresh-targets' } },
    { deed: 'redrive', when: { at: 15 * MINUTE } },
  ],
};

const brokenIn = async (directory: string): Promise<readonly string[]> => {
  const played = await playHistory(redriven, { assembly: directory });
  return WORLD_PROMISES.flatMap(({ name, judge }) => (judge(played).broken.length > 0 ? [name] : []));
};

describe('a run of refresh-targets that is redriven when others had the target group since', () => {
  it('looks again before it writes anything', async () => {
    expect(await brokenIn(assembly())).toEqual([]);
  });

  it('and without that it writes what it may no longer: worlds see it', async () => {
    const mutant = MUTANTS.find(({ name }) => name === 'a redriven run registers by the lease that it once had');
    const room = mkdtempSync(join(tmpdir(), 'mutants-'));
    onTestFinished(() => rmSync(room, { recursive: true }));
    if (mutant === undefined) throw new Error('There is no such mutant.');

    expect(await brokenIn(await mutatedAssembly(assembly(), mutant, room))).toEqual([
      'one run at a time has a target group in hand',
    ]);
  });
});
