import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { makeWritable } from '../../sandbox/synth.ts';
import { assembly } from '../support/assembly.ts';
import { run, startSandbox } from './served-sandbox.ts';

const npmStart = (...options: readonly string[]) =>
  run(process.execPath, ['sandbox/start.ts', '--port', '0', ...options]);

describe.concurrent('npm start', () => {
  it('prints one JSON report and nothing else, and ends well when every case is as expected', async ({ expect }) => {
    const { code, stdout, stderr } = await npmStart('--once', '--json', '--speed', '40', '--assembly', assembly());

    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as { outcome: string; cases: Record<string, unknown>[] };
    expect(report.outcome).toBe('ok');
    expect(report.cases.map(({ name }) => name)).toContain('entitled account');
    for (const each of report.cases) {
      expect(Object.keys(each).sort()).toEqual(['actual', 'calls', 'expected', 'name', 'reasons', 'seconds']);
      expect(each.actual).toBe(each.expected);
    }
    expect(code).toBe(0);
  }, 60_000);

  it('says in a sentence that it may not write', () => {
    // A file stands where the directory should be: not even root can write into it.
    expect(() => makeWritable('package.json/assembly')).toThrow(
      /^The synthesised stack can't be written to package\.json\/assembly \(ENOTDIR\): use a copy/,
    );
  });

  it('names the stories there are when it is asked for another', async ({ expect }) => {
    const { code, stderr } = await npmStart('--story', 'nonsense');

    expect(code).toBe(1);
    expect(stderr).toBe(
      'There is no story "nonsense". Stories: all, admission, refusals, holds, modes, races, intake, leftovers, sweeps, life, estate, targets, failover, burst.\n',
    );
  });

  it.each([
    ['--port', '99999', 'Give a whole number from 0 to 65535.'],
    ['--speed', '0', 'Give a number above 0, at most 1000.'],
    ['--seed', 'x', 'Give a whole number from 0 to 4294967295.'],
  ])('refuses %s %s in a sentence', async (option, value, sentence) => {
    const { code, stderr } = await npmStart(option, value);

    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe.concurrent('npm run sandbox', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('stops cleanly on %s', async (signal) => {
    const sandbox = await startSandbox();

    expect(await sandbox.stop(signal)).toBe(0);
    await expect(fetch(sandbox.url)).rejects.toThrow('fetch failed');
  });

  it('says in a sentence that its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await run(process.execPath, ['sandbox/serve.ts', '--port', String(port)]);
    other.close();

    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(new RegExp(`^Port ${port} is taken`));
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says in a sentence that there is no such assembly', async ({ expect }) => {
    const { code, stderr } = await run(process.execPath, ['sandbox/serve.ts', '--port', '0', '--assembly', 'nowhere']);

    expect(code).toBe(1);
    expect(stderr).toContain('nowhere');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
