import { CreateVpcEndpointCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decisions } from '../../ops/actions/decisions.ts';
import type { DecisionRecord } from '../../ops/records.ts';
import { type Finished, run, type ServedSandbox, startSandbox } from './served-sandbox.ts';

let sandbox: ServedSandbox;
let service: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  service = /vpce-svc-[0-9a-f]+/.exec(sandbox.serviceName)?.[0] ?? '';
}, 60_000);
afterAll(async () => {
  await sandbox.stop('SIGTERM');
});

/** Gives an operator's command, as `npm run ops -- ...` does, against the sandbox or where `url` says. */
const ops = (words: readonly string[], url = sandbox.url): Promise<Finished> =>
  run(process.execPath, ['ops/main.ts', ...words], {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-west-2',
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: 'none',
  });

/** A customer, by its account, creates an endpoint. @returns its id. */
const createEndpoint = async (account: string): Promise<string> => {
  const credentials = { accessKeyId: account, secretAccessKey: 'none' };
  const ec2 = new EC2Client({ endpoint: sandbox.url, region: 'us-west-2', credentials });
  const { VpcEndpoint } = await ec2.send(
    new CreateVpcEndpointCommand({
      VpcEndpointType: 'Interface',
      ServiceName: sandbox.serviceName,
      VpcId: 'vpc-0a1b2c3d',
      SubnetIds: ['subnet-0a1b2c3d'],
    }),
  );
  ec2.destroy();
  return VpcEndpoint?.VpcEndpointId ?? '';
};

/** The last decision of an endpoint, once it is another than `before`. @throws Error where none comes for half a minute. */
const nextDecision = async (endpoint: string, before?: DecisionRecord): Promise<DecisionRecord> => {
  for (let looks = 0; looks < 25; looks += 1) {
    const { stdout } = await ops(['decisions', '--endpoint', endpoint, '--most', '1', '--json']);
    const [last] = (JSON.parse(stdout) as Decisions).decisions;
    if (last !== undefined && last.generation !== before?.generation) return last;
  }
  throw new Error(`Nothing was decided of ${endpoint}.`);
};

describe('npm run ops', () => {
  it('an operator sets a mode, sees who is held, approves, and is told when it is too late', async () => {
    const reason = ['--reason', 'We look at the first ones.'];
    const set = await ops(['set-mode', '--service', service, '--effect', 'accept', '--mode', 'propose', ...reason]);
    expect(set).toMatchObject({ code: 0, stderr: '' });
    expect(set.stdout).toMatch(/^before {2}accept \w+, reject \w+, .*\nafter {3}accept propose, reject /m);

    const endpoint = await createEndpoint('222222222222');
    const request = ['--service', service, '--endpoint', endpoint];
    const first = await nextDecision(endpoint);
    expect(first).toMatchObject({ outcome: 'held', customerId: 'acme', proposed: 'accept' });
    const held = await ops(['held', '--service', service]);
    expect(held.stdout).toContain(endpoint);

    const approved = await ops(['approve', ...request, '--reason', 'Their order came in.', '--json']);
    expect(JSON.parse(approved.stdout)).toMatchObject({
      outcome: 'said',
      by: 'arn:aws:iam::123456789012:user/operator',
      proposed: 'accept',
    });
    expect(await nextDecision(endpoint, first)).toMatchObject({ outcome: 'accepted', code: 'entitled' });

    const tooLate = await ops(['deny', ...request, '--reason', 'Or rather not.']);
    expect(tooLate).toMatchObject({ code: 1, stdout: '' });
    expect(tooLate.stderr).toMatch(
      new RegExp(`^${endpoint} is not held: it was accepted at \\S+ \\(entitled\\)\\.\n$`),
    );
  }, 120_000);

  it('a customer claims the endpoint of an account that nobody registered, and gets in', async () => {
    const reason = ['--reason', 'Accounts come and go.'];
    await ops(['set-mode', '--service', service, '--effect', 'reject', '--mode', 'propose', ...reason]);
    await ops(['set-mode', '--service', service, '--effect', 'accept', '--mode', 'enforce', ...reason]);
    const endpoint = await createEndpoint('333333333333');
    const request = ['--service', service, '--endpoint', endpoint];
    const first = await nextDecision(endpoint);
    expect(first).toMatchObject({ outcome: 'held', proposed: 'reject' });

    const claim = await ops(['claim-endpoint', ...request, '--customer', 'acme']);
    expect(claim).toMatchObject({ code: 0, stderr: '' });
    expect(await nextDecision(endpoint, first)).toMatchObject({ outcome: 'accepted', customerId: 'acme' });
    const second = await ops(['claim-endpoint', ...request, '--customer', 'initech']);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toContain(`${endpoint} is claimed by acme already (entered by arn:aws:iam::`);
  }, 120_000);

  it('an operator pauses a service, sees that and the modes, and resumes it', async () => {
    const of = ['--service', service];
    await ops(['set-mode', ...of, '--effect', 'revoke', '--mode', 'propose', '--reason', 'Ask us first.']);
    const paused = await ops(['pause', ...of, '--reason', 'An incident.']);
    expect(paused).toMatchObject({ code: 0, stderr: '' });

    const status = await ops(['status']);
    expect(status.stdout).toMatch(
      new RegExp(`^${service} is paused by arn:aws:iam::\\S+ since \\S+: "An incident."\\.$`, 'm'),
    );
    expect(status.stdout).toMatch(new RegExp(`^${service} .* propose `, 'm'));

    const resumed = await ops(['resume', ...of, '--reason', 'It is over.', '--json']);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      outcome: 'resumed',
      held: 0,
      ended: { reason: 'An incident.' },
      executionArn: expect.stringContaining('reconcile'),
    });
    expect(await ops(['status'])).toMatchObject({ stdout: expect.stringMatching(/^Nothing is paused\.$/m) });
  }, 60_000);

  it('adopting and disconnecting what nobody knows, and confirming what is not frozen, are refused', async () => {
    const request = ['--service', service, '--endpoint', 'vpce-00000000', '--reason', 'A slip of the hand.'];
    const refusals = [
      await ops(['adopt', ...request]),
      await ops(['revoke', ...request]),
      await ops(['confirm-registry', '--count', '1000000', '--reason', 'A slip of the hand.']),
    ];

    expect(refusals.map(({ code, stdout }) => [code, stdout])).toEqual(refusals.map(() => [1, '']));
    expect(refusals.map(({ stderr }) => stderr.split(' ').slice(0, 2).join(' '))).toEqual([
      'The Concierge',
      'The Concierge',
      expect.stringMatching(/^(Nothing is|The registry)$/),
    ]);
  }, 60_000);

  it('another stack is none, and says so', async () => {
    const { code, stdout, stderr } = await ops(['held', '--stack', 'Nowhere']);

    expect(stderr).toMatch(/Is --stack Nowhere right, and the region\?\n$/);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('nobody is there - a sentence', async () => {
    const { code, stderr } = await ops(['held'], 'http://127.0.0.1:9');

    expect(stderr).toMatch(/^AWS can't be reached: .+\n$/);
    expect(code).toBe(1);
  });
});
