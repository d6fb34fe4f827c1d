import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import { connect } from 'node:net';
import * as packets from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { type DnsServer, serveDns } from '../../../sandbox/dns/server.ts';
import { createDns, HOST } from './dns-world.ts';

const open: DnsServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const served = async (): Promise<ReturnType<typeof createDns> & { readonly server: DnsServer }> => {
  const world = createDns({ isCaching: false });
  const server = await serveDns(() => world.dns, 0);
  open.push(server);
  return { ...world, server };
};

type Question = packets.Question & { readonly edns?: number };

const query = ({ edns, ...question }: Question): packets.Packet => ({
  type: 'query',
  id: 4711,
  flags: packets.RECURSION_DESIRED,
  questions: [question],
  additionals:
    edns === undefined
      ? []
      : [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: edns,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ],
});

/** Sends bytes over UDP and gives the first datagram that comes back. */
const exchange = async (port: number, bytes: Buffer): Promise<Buffer> => {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('message', resolve);
      socket.send(bytes, port, '127.0.0.1');
    });
  } finally {
    socket.close();
  }
};

/** An answer, with what its types leave out. */
type Answered = packets.DecodedPacket & { readonly rcode?: string };

const ask = async (port: number, question: Question): Promise<Answered> =>
  packets.decode(await exchange(port, packets.encode(query(question))));

const addresses = (packet: packets.Packet): readonly unknown[] =>
  (packet.answers ?? []).map((answer) => [
    answer.type,
    answer.name,
    'ttl' in answer && answer.ttl,
    'data' in answer && answer.data,
  ]);

describe('the DNS server', () => {
  it('answers as the VPC’s resolver does', async () => {
    const { server } = await served();
    const answer = await ask(server.port, { type: 'A', name: HOST });
    expect(answer).toMatchObject({
      id: 4711,
      type: 'response',
      rcode: 'NOERROR',
      flag_rd: true,
      flag_ra: true,
      flag_tc: false,
    });
    expect(addresses(answer)).toEqual([4, 5, 6].map((last) => ['A', HOST, 30, `10.0.0.${last}`]));
    expect(addresses(await ask(server.port, { type: 'AAAA', name: HOST }))).toEqual([['AAAA', HOST, 30, '2600::4']]);
  });

  it.each<[string, Question, string, number]>([
    ['a name that is not', { type: 'A', name: 'none.example.com' }, 'NXDOMAIN', 0],
    ['a type that no name has', { type: 'TXT', name: HOST }, 'NOERROR', 0],
    ['a type that no name has, of a name that is not', { type: 'TXT', name: 'none.example.com' }, 'NXDOMAIN', 0],
    ['a class other than IN', { type: 'A', name: HOST, class: 'CH' }, 'NOTIMP', 0],
    ['a client that speaks EDNS', { type: 'A', name: HOST, edns: 4096 }, 'NOERROR', 3],
  ])('%s - %j', async (_, question, rcode, answers) => {
    const { server } = await served();
    const answer = await ask(server.port, question);
    expect([answer.rcode, answer.answers?.length]).toEqual([rcode, answers]);
    expect(answer.additionals?.length).toBe(question.edns === undefined ? 0 : 1);
  });

  it('says nothing to what is no query, and goes on', async () => {
    const { server } = await served();
    const socket = createSocket('udp4');
    socket.send(Buffer.from('hello'), server.port, '127.0.0.1');
    const answer = await ask(server.port, { type: 'A', name: HOST });
    socket.close();
    expect(answer.rcode).toBe('NOERROR');
  });

  it('cuts what is too long for a datagram, and gives it whole over TCP', async () => {
    const { server, dns: world } = await served();
    const many = Array.from({ length: 30 }, (_, index) => `10.1.0.${index}`);
    world.setName('many.example.com', many);
    const question = { type: 'A', name: 'many.example.com' } as const;
    expect(await ask(server.port, question)).toMatchObject({ flag_tc: true, answers: [] });
    expect((await ask(server.port, { ...question, edns: 4096 })).answers).toHaveLength(30);

    const socket = connect(server.port, '127.0.0.1');
    const sent = packets.streamEncode(query(question));
    // In two pieces, and two queries on one connection.
    socket.write(sent.subarray(0, 5));
    socket.write(Buffer.concat([sent.subarray(5), sent]));
    let received = Buffer.alloc(0);
    const replies: packets.Packet[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      while (received.byteLength > 2 && received.byteLength >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        replies.push(packets.streamDecode(received.subarray(0, end)));
        received = received.subarray(end);
      }
      if (replies.length === 2) break;
    }
    expect(replies.map(({ answers }) => answers?.length)).toEqual([30, 30]);
  });

  it('gives Node’s resolver what fits in no datagram', async () => {
    const { server, dns: world } = await served();
    const many = Array.from({ length: 200 }, (_, index) => `10.1.0.${index}`);
    world.setName('many.example.com', many);
    const resolver = new dns.promises.Resolver();
    resolver.setServers([server.address]);
    expect((await resolver.resolve4('many.example.com')).sort()).toEqual(many.sort());
  });

  it('answers SERVFAIL as long as there is no world', async () => {
    const server = await serveDns(() => undefined, 0);
    open.push(server);
    expect((await ask(server.port, { type: 'A', name: HOST })).rcode).toBe('SERVFAIL');
  });

  it('says in words that its port is taken', async () => {
    const { server } = await served();
    await expect(serveDns(() => undefined, server.port)).rejects.toThrow(
      `DNS port ${server.port} is taken: stop the other program or give another with --dns-port.`,
    );
  });

  it.each([
    ['nxdomain', 'ENOTFOUND'],
    ['servfail', 'ESERVFAIL'],
    ['empty', 'ENODATA'],
    ['timeout', 'ETIMEOUT'],
  ] as const)('a name that ails of %s - is %s for Node’s resolver', async (kind, code) => {
    const { server, dns: world } = await served();
    const resolver = new dns.promises.Resolver({ timeout: 50, tries: 1 });
    resolver.setServers([server.address]);
    expect(await resolver.resolve4(HOST, { ttl: true })).toContainEqual({ address: '10.0.0.5', ttl: 30 });
    world.ail(HOST, { kind });
    await expect(resolver.resolve4(HOST)).rejects.toMatchObject({ code });
  });
});
