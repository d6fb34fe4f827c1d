import { describe, expect, it, onTestFinished } from 'vitest';
import { ScaledClock } from '../../../sandbox/clock/scaled-clock.ts';
import type { ZoneAuthority } from '../../../sandbox/dns/authority.ts';
import { dnsStandIn } from '../../../sandbox/dns/node-dns.ts';
import { VPC_RESOLVER } from '../../../sandbox/dns/vantages.ts';
import { openVpcResolvers } from '../../../sandbox/dns/vpc-resolvers.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import type { FunctionHost, FunctionSpec } from '../../../sandbox/run/function-host.ts';
import { simulatedHost } from '../../../sandbox/run/simulated-host.ts';
import { workerHost } from '../../../sandbox/run/worker-host.ts';
import { inProcessHttp } from '../../../sandbox/wire/in-process-http.ts';
import { functionOf } from '../run/support.ts';
import { createDns } from './dns-world.ts';

const FIRST = 'vpc-0aaaaaaaa';
const OTHER = 'vpc-0bbbbbbbb';
/** A name that each VPC sees otherwise. */
const NAME = 'db.example.internal';
const SEEN: Readonly<Record<string, string>> = { [FIRST]: '10.1.0.1', [OTHER]: '10.2.0.1' };

const worldOf = () => {
  const world = createDns({ isCaching: true, latency: [1, 1] });
  world.dns.vantages.define(VPC_RESOLVER, FIRST);
  const zones: ZoneAuthority = {
    answer: (name, type, vantage) => {
      const data = SEEN[world.dns.vantages.vpcOf(vantage) ?? ''];
      if (name !== NAME || data === undefined) return undefined;
      return { code: 'NOERROR', records: type === 'A' ? [{ type, ttl: 30, data }] : [] };
    },
  };
  world.dns.add(zones);
  return world;
};

const CODE = `const { resolve4, Resolver } = require('node:dns/promises');
  exports.handler = async () => [await resolve4('${NAME}'), await new Resolver().resolve4('${NAME}')];`;

const invoked = async (host: FunctionHost, spec: FunctionSpec): Promise<unknown> => {
  const invocation = {
    requestId: 'r',
    invokedFunctionArn: 'arn:aws:lambda:us-west-2:123456789012:function:f',
    payload: '{}',
  };
  return JSON.parse((await host.start(spec, () => undefined).invoke(invocation)).payload) as unknown;
};

describe('a function looks names up', () => {
  it.each([
    ['from its own VPC', OTHER, '10.2.0.1'],
    ['from the first one, where it has none', undefined, '10.1.0.1'],
  ])('%s, simulated', async (_what, vpcId, address) => {
    const { clock, dns } = worldOf();
    const host = simulatedHost({
      clock,
      random: seededRandom(1),
      http: inProcessHttp(async () => ({ status: 500, headers: {}, body: new Uint8Array() }), clock),
      dns: (timers, of) => dnsStandIn(dns, timers, of),
    });
    onTestFinished(() => host.close());
    const answer = invoked(host, { ...functionOf(CODE), ...(vpcId === undefined ? {} : { vpcId }) });
    let isOver = false;
    void answer.finally(() => {
      isOver = true;
    });
    await clock.run(() => isOver);

    expect(await answer).toEqual([[address], [address]]);
  });

  it('from its own VPC, served: each VPC has a port of its own', async () => {
    const { dns } = worldOf();
    const resolvers = await openVpcResolvers(() => dns);
    const clock = new ScaledClock(1);
    const host = workerHost(clock, (vpcId) => resolvers.addressOf(vpcId ?? FIRST));
    onTestFinished(async () => {
      clock.stop();
      await host.close();
      await resolvers.close();
    });

    expect(await invoked(host, { ...functionOf(CODE), vpcId: OTHER })).toEqual([['10.2.0.1'], ['10.2.0.1']]);
    expect(await invoked(host, functionOf(CODE))).toEqual([['10.1.0.1'], ['10.1.0.1']]);
  });

  it('from four VPCs at the most, served', async () => {
    const resolvers = await openVpcResolvers(() => worldOf().dns);
    onTestFinished(() => resolvers.close());
    const addresses = [FIRST, OTHER, 'vpc-3', 'vpc-4'].map((vpcId) => resolvers.addressOf(vpcId));

    expect(new Set(addresses).size).toBe(4);
    expect(resolvers.addressOf(OTHER)).toBe(addresses[1]);
    expect(() => resolvers.addressOf('vpc-5')).toThrow('Functions are in more than 4 VPCs; the sandbox serves 4.');
  });
});
