import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DECISION_PREFIX, registryKey, requestKey } from '../../functions/registry/keys.ts';
import { run, startSandbox } from './served-sandbox.ts';

const SCRIPT = 'test/clients/ten_consumers.py';

/** Where boto3 is missing its tests are left out, in words: they prove nothing without it. */
const players = async (): Promise<readonly string[]> => {
  if ((await run('python3', ['-c', 'import boto3'])).code === 0) return ['boto3'];
  console.warn(
    'LEFT OUT: boto3 is not installed (Debian package python3-boto3); ten consumers at once were not played.',
  );
  return [];
};

/** Has the script compare what it would find, were EC2 to say this of every endpoint and the registry expect `available`. */
const COMPARE = `
import sys
sys.path.insert(0, 'test/clients')
import ten_consumers as ten
class Provider:
    def expected(self, consumer):
        return ten.Counter(available=consumer.endpoints)
    def reasons(self, endpoint):
        return [] if endpoint.endswith('10') else ['entitled']
requests = [ten.Request(each, 'vpce-' + each.account) for each in ten.CONSUMERS for _ in range(each.endpoints)]
states = {request.endpoint: 'rejected' if request.endpoint.endswith('05') else 'available' for request in requests}
print(' '.join(row[0] for row in ten.compare(Provider(), requests, states)))
`;

describe.each(await players())('%s', () => {
  it('plays ten consumers and their provider at once, and EC2 does what the registry says', async () => {
    const sandbox = await startSandbox();
    const { code, stdout, stderr } = await run('python3', [SCRIPT, sandbox.url, sandbox.serviceName, '120']);
    await sandbox.stop('SIGTERM');
    const marks = stdout.split('\n').map((line) => line.slice(0, 2));

    expect(stderr).toBe('');
    expect(stdout).not.toMatch(/^NO/m); // shows the table
    expect(marks.filter((mark) => mark === 'ok')).toHaveLength(10);
    expect(code).toBe(0);
  }, 180_000);

  it('sees where EC2 says otherwise than the registry, and where nothing was decided', async () => {
    const { stdout, stderr } = await run('python3', ['-B', '-c', COMPARE]);

    expect(stderr).toBe('');
    expect(stdout.trim()).toBe('ok ok ok ok NO ok ok ok ok NO');
  });

  it('is told how to call it', async () => {
    const { code, stderr } = await run('python3', [SCRIPT]);

    expect(code).toBe(2);
    expect(stderr).toBe('Usage: python3 ten_consumers.py URL SERVICE_NAME [SECONDS]\n');
  });
});

it('the script enters customers and reads decisions under the keys that the product uses', () => {
  const service = '{self.service_id}';
  const customer = '{customer_id}';
  const script = readFileSync(SCRIPT, 'utf8');

  expect(script).toContain(`f"${registryKey.customer(customer).pk}", "${registryKey.customer(customer).sk}"`);
  expect(script).toContain(`f"${registryKey.entitlement(service, customer).pk}"`);
  expect(script).toContain(`f"${registryKey.entitlement(service, customer).sk}"`);
  expect(script).toContain(`f"${registryKey.match(service, 'account', '{consumer.account}', customer).sk}"`);
  expect(script).toContain(`f"${requestKey(service, '{endpoint}')}"`);
  expect(script).toContain(`"${DECISION_PREFIX}"`);
});
