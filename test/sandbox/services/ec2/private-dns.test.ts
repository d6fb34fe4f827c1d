import { describe, expect, it } from 'vitest';
import { AFTER, NAME, named } from './private-dns-world.ts';
import { failureOf, MINUTE, SECOND } from './support.ts';

const VPC = 'vpc-0123456789abcdef0';
/** What the public zone says of the name, which has a TXT record beneath it. */
const NOBODY = { code: 'NOERROR', records: [] };

describe('a private DNS name', () => {
  it('comes with a TXT record of its own, and is to be verified', async () => {
    const { configuration, states } = await named();

    expect(await configuration()).toEqual({
      State: 'pendingVerification',
      Type: 'TXT',
      Name: expect.stringMatching(/^_[a-z0-9]{20}$/),
      Value: expect.stringMatching(/^vpce:[a-zA-Z0-9]{20}$/),
    });
    expect(await states()).toEqual(['pendingVerification', 'pendingVerification']);
  });

  it.each([
    ['beneath the name', NAME, (label: string) => `${label}.${NAME}`],
    ['beneath the domain above it', NAME, (label: string) => `${label}.example.com`],
    ['at the name itself, where a provider takes no underscores', NAME, () => NAME],
    ['beneath what a wildcard is of', `*.${NAME}`, (label: string) => `${label}.${NAME}`],
  ])('is verified by the TXT record %s, some time after it is started', async (_where, name, placeOf) => {
    const { configuration, states, start, passes, zone, change } = await named({}, name);
    const { Name, Value } = await configuration();
    await change(await zone('example.com'), 'CREATE', placeOf(Name), 'somebody else’s', Value);

    expect(await states()).toEqual(['pendingVerification', 'pendingVerification']);
    expect(await start()).toEqual({ ReturnValue: true });
    await passes(AFTER - 1);
    expect(await states()).toEqual(['pendingVerification', 'pendingVerification']);
    await passes(1);
    expect(await states()).toEqual(['verified', 'verified']);
  });

  it.each([
    ['no TXT record', undefined, (value: string) => value],
    ['a value in lower case', undefined, (value: string) => value.toLowerCase()],
    ['a private zone', VPC, (value: string) => value],
  ])('fails by %s', async (what, vpc, written) => {
    const { configuration, states, start, passes, zone, change } = await named();
    const { Name, Value } = await configuration();
    const id = await zone('example.com', vpc);
    if (what !== 'no TXT record') await change(id, 'CREATE', `${Name}.${NAME}`, written(Value));

    await start();
    await passes(AFTER);
    expect(await states()).toEqual(['failed', 'failed']);
  });

  it('that failed is verified once the record is there and it is started again', async () => {
    const { states, start, passes, verified } = await named();
    await start();
    await passes(AFTER);
    expect(await states()).toEqual(['failed', 'failed']);

    await verified();
    expect(await states()).toEqual(['verified', 'verified']);
  });

  it('is looked for by the start that came last', async () => {
    const { configuration, states, start, passes } = await named();
    await start();
    await passes(AFTER - 1);
    await start();
    await passes(AFTER - 1);

    expect([(await configuration()).State, ...(await states())]).not.toContain('failed');
  });

  it('that changes is to be verified anew, by another record; the same name stays verified', async () => {
    const { configuration, modify, verified } = await named();
    await verified();
    const before = await configuration();

    await modify({ PrivateDnsName: NAME.toUpperCase() });
    expect(await configuration()).toEqual(before);
    await modify({ PrivateDnsName: 'other.example.com' });
    const after = await configuration();
    expect(after.State).toBe('pendingVerification');
    expect(after.Name).not.toBe(before.Name);
    expect(after.Value).not.toBe(before.Value);
  });

  it('that changes while EC2 looks is not judged by what was looked for', async () => {
    const { states, start, passes, modify } = await named();
    await start();
    await modify({ PrivateDnsName: 'other.example.com' });
    await passes(AFTER);

    expect(await states()).toEqual(['pendingVerification', 'pendingVerification']);
  });

  it('whose record is gone fails when it is started again', async () => {
    const { configuration, states, start, passes, zone, change } = await named();
    const { Name, Value } = await configuration();
    const id = await zone('example.com');
    await change(id, 'CREATE', `${Name}.${NAME}`, Value);
    await start();
    await passes(AFTER);
    await change(id, 'DELETE', `${Name}.${NAME}`, Value);

    await start();
    expect(await states()).toEqual(['verified', 'verified']);
    await passes(AFTER);
    expect(await states()).toEqual(['failed', 'failed']);
  });

  it.each(['example', 'a..example.com', `${'a'.repeat(64)}.example.com`, `${'a.'.repeat(130)}com`])(
    '%s is none',
    async (PrivateDnsName) => {
      const { modify } = await named();

      expect(await failureOf(modify({ PrivateDnsName }))).toMatch(/^InvalidParameterValue:/);
    },
  );
});

describe('what AWS does not document of private DNS names, both ways', () => {
  it.each([
    [true, 'pendingVerification'],
    [false, 'failed'],
  ])('a failed name starts over: %s', async (failedNameStartsOver, state) => {
    const { states, start, passes } = await named({ uncertain: { failedNameStartsOver } });
    await start();
    await passes(AFTER);

    await start();
    expect(await states()).toEqual([state, state]);
  });

  it('EC2 looks of its own accord: verified without a start, failed after two days without a record', async () => {
    const own = { uncertain: { namesVerifyThemselves: true } };
    const { configuration, states, passes, zone, change } = await named(own);
    const { Name, Value } = await configuration();
    await change(await zone('example.com'), 'CREATE', `${Name}.${NAME}`, Value);
    await passes(10 * MINUTE);
    expect(await states()).toEqual(['verified', 'verified']);

    const without = await named(own);
    await without.passes(48 * 60 * MINUTE - 1);
    expect(await without.states()).toEqual(['pendingVerification', 'pendingVerification']);
    await without.passes(1);
    expect(await without.states()).toEqual(['failed', 'failed']);
  });
});

describe('an endpoint with private DNS', () => {
  it('is refused before the name is verified, and where there is none', async () => {
    const { endpoint, modify, ServiceName } = await named();

    expect(await failureOf(endpoint())).toBe(
      `InvalidParameter: Private DNS can't be enabled because the service ${ServiceName} has not verified the private DNS name.`,
    );
    await modify({ RemovePrivateDnsName: true });
    expect(await failureOf(endpoint())).toBe(
      `InvalidParameter: Private DNS can't be enabled because the service ${ServiceName} does not provide a private DNS name.`,
    );
  });

  it('has the name in its VPC, and nowhere else; what becomes of the name later changes nothing', async () => {
    const { endpoint, verified, passes, modify, dns } = await named();
    await verified();
    const { VpcEndpoint } = await endpoint();
    expect(VpcEndpoint).toMatchObject({ PrivateDnsEnabled: true, DnsEntries: [{}, { DnsName: NAME }] });
    expect(dns.resolve(NAME, 'A', VPC)).toEqual(NOBODY);
    await passes(SECOND);

    const its = dns.resolve(VpcEndpoint.DnsEntries[0].DnsName, 'A', VPC);
    expect(its).toMatchObject({ code: 'NOERROR', records: [{ address: expect.stringMatching(/^10\.201\./) }] });
    expect(dns.resolve(NAME, 'A', VPC)).toEqual(its);
    expect(dns.resolve(NAME, 'A', 'vpc-0aaaaaaaaaaaaaaaa')).toEqual(NOBODY);
    await modify({ RemovePrivateDnsName: true });
    expect(dns.resolve(NAME, 'A', VPC)).toEqual(its);
  });

  it('has every name of a wildcard', async () => {
    const { endpoint, configuration, start, passes, zone, change, dns } = await named({}, `*.${NAME}`);
    const { Name, Value } = await configuration();
    await change(await zone('example.com'), 'CREATE', `${Name}.${NAME}`, Value);
    await start();
    await passes(AFTER);
    await endpoint();
    await passes(SECOND);

    expect(dns.resolve(`acme.${NAME}`, 'A', VPC).code).toBe('NOERROR');
    expect(dns.resolve(`acme.${NAME}`, 'A', VPC)).not.toEqual(NOBODY);
    expect(dns.resolve(NAME, 'A', VPC)).toEqual(NOBODY);
  });
});
