import { EC2Client } from '@aws-sdk/client-ec2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { verifyName } from '../../ops/actions/verify-name.ts';
import { tellVerified } from '../../ops/tell-verified.ts';
import { holding } from '../../sandbox/clock/clock.ts';
import { inProcessHandler } from '../../sandbox/wire/in-process.ts';
import { ofAda } from '../ops/support.ts';
import { NAME, named } from '../sandbox/services/ec2/private-dns-world.ts';
import { MINUTE } from '../sandbox/services/ec2/support.ts';

/** The services of whoever gives the command, by real SDK clients, in a world of virtual time. */
const commanded = async () => {
  const world = await named({ uncertain: { failedNameStartsOver: false } });
  const { clock, dns } = world;
  const config = {
    region: 'us-west-2',
    endpoint: 'http://127.0.0.1:4599',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'any' },
    maxAttempts: 1,
    requestHandler: inProcessHandler(world.handler),
  };
  const held = <Client extends { send: (...parameters: never[]) => unknown }>(client: Client): Client => {
    const send = client.send.bind(client) as (...parameters: never[]) => Promise<unknown>;
    return Object.assign(client, { send: (...parameters: never[]) => holding(clock, () => send(...parameters)) });
  };
  const services = {
    ...ofAda().services,
    ec2: held(new EC2Client(config)),
    route53: held(new Route53Client(config)),
    lookUpTxt: async (name: string) => dns.publicTxt(name),
    wait: (milliseconds: number) => clock.sleep(milliseconds),
  };
  const give = async (more: object = {}) => {
    let isOver = false;
    const running = verifyName({ serviceId: world.ServiceId, ...more }, services).finally(() => {
      isOver = true;
    });
    await clock.run(() => isOver);
    return running;
  };
  const sets = async (HostedZoneId: string): Promise<readonly { readonly Type: string }[]> => {
    const { ResourceRecordSets } = await world.call('route53', 'ListResourceRecordSets', { HostedZoneId });
    return ResourceRecordSets;
  };
  return { ...world, give, sets };
};

describe('verify-name in the sandbox', () => {
  it('writes the TXT record into the public zone and has the name verified; given again, writes nothing', async () => {
    const { give, zone, sets, states, configuration } = await commanded();
    const id = await zone('example.com');
    await zone('api.example.com', 'vpc-0123456789abcdef0');
    const planned = await give({ dryRun: true });
    expect(planned).toMatchObject({ outcome: 'planned', writes: { name: 'example.com.' } });
    expect(await sets(id)).toHaveLength(2);

    const result = await give();
    const { Name, Value } = await configuration();
    expect(await states()).toEqual(['verified', 'verified']);
    expect(await sets(id)).toContainEqual({
      ...{ Name: `${Name}.${NAME}.`, Type: 'TXT', TTL: 1800 },
      ResourceRecords: [{ Value: `"${Value}"` }],
    });
    expect(result).toMatchObject({ outcome: 'verified', wrote: { record: `${Name}.${NAME}.` } });
    const told = tellVerified(result as Parameters<typeof tellVerified>[0]);
    expect(told).toBe(
      `${Name}.${NAME}. TXT "${Value}" is in ${id.replace('/hostedzone/', '')} now.\n${NAME} of ${(result as { serviceId: string }).serviceId} is now verified: customers may use it.`,
    );
    const before = await sets(id);
    expect(await give()).toMatchObject({ outcome: 'unchanged' });
    expect(await sets(id)).toEqual(before);
  });

  it('says what to put where, where the zone is somebody else’s; once it is there, has it verified', async () => {
    const { give, configuration, call, passes, states, sets } = await commanded();
    const { HostedZone } = await call(
      'route53',
      'CreateHostedZone',
      { Name: 'example.com', CallerReference: 'theirs' },
      '222222222222',
    );
    const { Name, Value } = await configuration();
    expect(await give()).toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(
        `a TXT record "${Value}" at ${Name}.api.example.com or ${Name}.example.com, and nobody sees it from here. Your account has no public hosted zone for it`,
      ),
    });
    expect(await states()).toEqual(['pendingVerification', 'pendingVerification']);

    const change = {
      Action: 'CREATE',
      ResourceRecordSet: {
        ...{ Name: `${Name}.example.com`, Type: 'TXT', TTL: 60 },
        ResourceRecords: [{ Value: `"${Value}"` }],
      },
    };
    const batch = { HostedZoneId: HostedZone.Id, ChangeBatch: { Changes: [change] } };
    await call('route53', 'ChangeResourceRecordSets', batch, '222222222222');
    await passes(2 * MINUTE);
    expect(await give()).toEqual({ outcome: 'verified', serviceId: expect.any(String), privateName: NAME });
    const theirs = await call('route53', 'ListResourceRecordSets', { HostedZoneId: HostedZone.Id }, '222222222222');
    expect(theirs.ResourceRecordSets).toHaveLength(3);
    await expect(sets(HostedZone.Id)).rejects.toThrow();
  });

  it('EC2 finds nothing - told, and a failure of before is not taken for one of now', async () => {
    const { give, states, zone, configuration } = await commanded();
    expect(await give({ force: true })).toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining('EC2 did not find what it looked for.'),
    });
    expect(await states()).toEqual(['failed', 'failed']);

    await zone('example.com');
    expect(await give()).toMatchObject({ outcome: 'verified', wrote: { value: (await configuration()).Value } });
  });
});
