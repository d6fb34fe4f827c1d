import { describe, expect, it, onTestFinished } from 'vitest';
import { OPERATOR } from '../../../../sandbox/cloud.ts';
import { serve } from '../../../../sandbox/wire/server.ts';
import { run } from '../../../e2e/served-sandbox.ts';
import { AFTER, type Configuration, NAME, named } from './private-dns-world.ts';
import { MINUTE } from './support.ts';

const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0;
if (!hasBoto3) console.warn('LEFT OUT: boto3 is not installed (Debian package python3-boto3); its tests did not run.');

describe.runIf(hasBoto3)('boto3', { timeout: 120_000 }, () => {
  it('puts the TXT record into Route 53, starts the verification and sees `verified`; and hears AWS’s codes', async () => {
    const world = await named();
    const server = await serve({ port: 0, host: '127.0.0.1', handler: world.handler });
    onTestFinished(() => server.close());
    const { Name, Value } = await world.configuration();
    const id = await world.zone('example.com');
    const calls = async (service: string, ...all: readonly (readonly [string, object])[]) => {
      const parameters = ['test/clients/boto3_calls.py', server.url, OPERATOR.accountId, service, JSON.stringify(all)];
      const { stdout, stderr } = await run('python3', parameters);
      if (stderr !== '') throw new Error(stderr);
      return JSON.parse(stdout) as Record<string, never>[];
    };
    const start = 'start_vpc_endpoint_service_private_dns_verification';
    const { ServiceId } = world;
    const read = ['describe_vpc_endpoint_service_configurations', { ServiceIds: [ServiceId] }] as const;
    const stateIn = (outcome: object | undefined) =>
      (outcome as { ServiceConfigurations: [{ PrivateDnsNameConfiguration: Configuration }] }).ServiceConfigurations[0]
        .PrivateDnsNameConfiguration;

    await calls('route53', [
      'change_resource_record_sets',
      {
        HostedZoneId: id,
        ChangeBatch: {
          Changes: [
            {
              Action: 'CREATE',
              ResourceRecordSet: {
                ...{ Name: `${Name}.${NAME}`, Type: 'TXT', TTL: 1800 },
                ResourceRecords: [{ Value: `"${Value}"` }],
              },
            },
          ],
        },
      },
    ]);
    await world.passes(2 * MINUTE);
    const [unknown, malformed, dryRun, started, before] = await calls(
      'ec2',
      [start, { ServiceId: 'vpce-svc-0aaaaaaaaaaaaaaaa' }],
      [start, { ServiceId: 'api' }],
      [start, { ServiceId, DryRun: true }],
      [start, { ServiceId }],
      read,
    );
    expect(unknown).toMatchObject({
      error: 'InvalidVpcEndpointServiceId.NotFound',
      message: expect.stringContaining("The VpcEndpointService Id 'vpce-svc-0aaaaaaaaaaaaaaaa' does not exist"),
    });
    expect(malformed).toMatchObject({ error: 'InvalidVpcEndpointServiceIdId.Malformed' });
    expect(dryRun).toMatchObject({ error: 'DryRunOperation' });
    expect(started).toEqual({ ReturnValue: true });
    expect(stateIn(before)).toEqual({ State: 'pendingVerification', Type: 'TXT', Name, Value });

    await world.passes(AFTER);
    const [after] = await calls('ec2', read);
    expect(stateIn(after)).toEqual({ State: 'verified', Type: 'TXT', Name, Value });

    await world.modify({ RemovePrivateDnsName: true });
    const [nameless] = await calls('ec2', [start, { ServiceId }]);
    expect(nameless).toMatchObject({
      error: 'InvalidParameter',
      message: expect.stringContaining(`The VpcEndpointService Id '${ServiceId}' has no private DNS name to verify.`),
    });
  });
});
