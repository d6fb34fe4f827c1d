import { CreateVpcEndpointCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
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

/** How an SDK client acts as the operator. */
const asOperator = () => ({
  endpoint: sandbox.url,
  region: 'us-west-2',
  credentials: { accessKeyId: 'operator', secretAccessKey: 'none' },
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

  it('an operator binds a target group, sees what would be done, has it done, and takes the binding away', async () => {
    const elb = new ElasticLoadBalancingV2Client(asOperator());
    const { TargetGroups = [] } = await elb.send(
      new CreateTargetGroupCommand({
        ...{ Name: 'orders', Protocol: 'TCP', Port: 5432, TargetType: 'ip', VpcId: 'vpc-0a1b2c3d' },
        Tags: [{ Key: 'privatelink-concierge', Value: 'managed' }],
      }),
    );
    const group = TargetGroups[0]?.TargetGroupArn ?? '';
    const add = ['set-mode', '--service', service, '--effect', 'targets-add', '--reason', 'Step by step.'];
    await ops([...add, '--mode', 'observe']);
    const binding = ['--binding', 'orders'];
    const what = ['--service', service, '--target-group', group, '--port', '5432', '--addresses', '10.0.1.5'];
    const bound = await ops(['bind', ...binding, ...what]);
    expect(bound).toMatchObject({ code: 0, stderr: '' });
    expect(bound.stdout).toContain('targets-add observe, targets-remove enforce.');
    const again = await ops(['bind', ...binding, ...what]);
    expect(again.stderr).toMatch(/^There is a binding orders already \(by arn:aws:iam::/);

    const planned = await ops(['targets', ...binding]);
    expect(planned.stdout).toMatch(/^withheld {2}targets-add 10\.0\.1\.5: the mode of targets-add is observe$/m);
    await ops([...add, '--mode', 'enforce']);
    // The watch may be quicker: then another run has it in hand, for a moment.
    let applied = await ops(['targets', ...binding, '--apply']);
    while (applied.stderr.includes(' is busy: ')) applied = await ops(['targets', ...binding, '--apply']);
    expect(applied).toMatchObject({ code: 0, stdout: expect.stringMatching(/^orders is in line, /) });
    const { TargetHealthDescriptions = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: group }),
    );
    expect(TargetHealthDescriptions.map(({ Target }) => Target)).toMatchObject([{ Id: '10.0.1.5', Port: 5432 }]);
    elb.destroy();
    const ours = await ops(['adopt-target', ...binding, '--address', '10.0.1.5', '--reason', 'A slip of the hand.']);
    expect(ours).toMatchObject({ code: 1, stderr: "10.0.1.5 is the Concierge's already: it registered it.\n" });

    const listed = await ops(['bindings']);
    expect(listed.stdout).toMatch(/^orders {3}10\.0\.1\.5 {2}/m);
    const unbound = await ops(['unbind', ...binding, '--reason', 'It was a try.']);
    expect(unbound).toMatchObject({ code: 0, stdout: expect.stringContaining('ours are 10.0.1.5.') });
    expect(await ops(['bindings'])).toMatchObject({ stdout: 'There are no bindings.\n' });
  }, 120_000);

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
