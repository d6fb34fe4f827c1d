import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { answerPacket } from './packets.ts';
import type { WorldDns } from './world-dns.ts';

const HOST = '127.0.0.1';
/** How often a free UDP port is looked for of which the TCP port is free as well. */
const ATTEMPTS = 10;

/** A DNS server that listens, on UDP and TCP. */
export interface DnsServer {
  /** e.g. `127.0.0.1:5353`, as `dns.setServers` takes it. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

const taken = (error: NodeJS.ErrnoException, port: number): Error =>
  new Error(
    error.code === 'EADDRINUSE'
      ? `DNS port ${port} is taken: stop the other program or give another with --dns-port.`
      : `Could not listen for DNS on ${HOST}:${port}: ${error.message}`,
    { cause: error },
  );

/** Reads packets off a stream, each after its length in two bytes (RFC 1035, section 4.2.2). */
const readStream = (socket: Socket, answer: (packet: Buffer) => Buffer | undefined): void => {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.byteLength >= 2 && rest.byteLength >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0);
      const reply = answer(rest.subarray(2, end));
      rest = rest.subarray(end);
      if (reply === undefined) continue;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.byteLength);
      socket.write(Buffer.concat([length, reply]));
    }
  });
  socket.on('error', () => socket.destroy());
};

const listen = async (
  port: number,
  answer: (packet: Buffer, isStream: boolean) => Buffer | undefined,
): Promise<DnsServer> => {
  const udp = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    udp.once('error', (error) => reject(taken(error, port)));
    udp.bind(port, HOST, resolve);
  });
  const bound = udp.address().port;
  udp.on('message', (packet, { port: from, address }) => {
    const reply = answer(packet, false);
    if (reply !== undefined) udp.send(reply, from, address);
  });
  udp.on('error', () => undefined); // an answer that could not be sent is lost, as on any network
  const open = new Set<Socket>();
  const tcp = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    readStream(socket, (packet) => answer(packet, true));
  });
  try {
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', (error) => reject(taken(error, bound)));
      tcp.listen(bound, HOST, resolve);
    });
  } catch (error) {
    udp.close();
    throw error;
  }
  return {
    address: `${HOST}:${bound}`,
    port: bound,
    close: async () => {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
};

/**
 * Serves a world's names to `dig`, to served functions and to anybody else on this machine.
 *
 * @param dns - the world's, `undefined` as long as there is none: then the answer is SERVFAIL.
 * @param port - 0 = any free port.
 * @param vantage - the VPC in which whoever asks here is. @default whoever asks uses the resolver of functions without a VPC of their own
 * @throws Error in one sentence, where the port is taken or not allowed.
 */
export const serveDns = async (
  dns: () => WorldDns | undefined,
  port: number,
  vantage: () => string | undefined = () => undefined,
): Promise<DnsServer> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listen(port, (packet, isStream) => answerPacket(dns(), packet, isStream, vantage()));
    } catch (error) {
      if (port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
};
