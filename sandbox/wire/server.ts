import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WireHandler, WireRequest, WireResponse } from './wire.ts';

/** How to listen. */
export interface ServeOptions {
  readonly handler: WireHandler;
  /** 0 takes any free port. */
  readonly port: number;
  /** Default: 127.0.0.1, so that nobody else on the network reaches a sandbox that believes every signature. */
  readonly host?: string;
}

/** A server that listens. */
export interface Served {
  /** e.g. `http://127.0.0.1:4599`. */
  readonly url: string;
  /** Ends all connections, idle or not, and frees the port. Calling it again does nothing. */
  close(): Promise<void>;
}

/** More than any request of the AWS APIs here may hold: Lambda takes 6 MB, EventBridge and SQS 1 MB. */
const BODY_LIMIT = 10 * 1024 * 1024;
/** Longer than SDK clients keep an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000;

const joined = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

/** The whole body, or undefined where it passes the limit: the rest is then read and dropped, so that the client hears why. */
const readBody = async (incoming: IncomingMessage): Promise<Uint8Array | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size <= BODY_LIMIT) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= BODY_LIMIT ? Buffer.concat(chunks) : undefined;
};

const tooLarge: WireResponse = {
  status: 413,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(
    JSON.stringify({
      __type: 'RequestEntityTooLargeException',
      message: `The request's body is larger than ${BODY_LIMIT} bytes, which is the sandbox's limit.`,
    }),
  ),
};

/**
 * The Date is the machine's, not the world's: a client on a socket lives in the machine's time. Where the world's clock runs
 * faster, an SDK would take the difference for a skewed clock and retry what was refused.
 */
const send = (outgoing: ServerResponse, { status, headers, body }: WireResponse): void => {
  const { date: _, ...rest } = headers;
  outgoing.writeHead(status, rest);
  outgoing.end(body);
};

const listeningError = (error: NodeJS.ErrnoException, port: number, host: string): Error => {
  const reason: Record<string, string> = {
    EADDRINUSE: `Port ${port} is taken: stop the other program or give another with --port.`,
    EACCES: `Port ${port} is not open to this user: give one above 1023 with --port.`,
    EADDRNOTAVAIL: `This machine has no address ${host}: give one that it has, or none.`,
  };
  return new Error(reason[error.code ?? ''] ?? `Could not listen on ${host}:${port}: ${error.message}`, {
    cause: error,
  });
};

/**
 * Opens the sandbox's door on a TCP port.
 *
 * @throws Error in one sentence, where the port is taken or not allowed.
 */
export const serve = async ({ handler, port, host = '127.0.0.1' }: ServeOptions): Promise<Served> => {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, outgoing) => {
    const answer = async (): Promise<void> => {
      const body = await readBody(incoming);
      if (body === undefined) return send(outgoing, tooLarge);
      const { method = 'GET', url = '/' } = incoming;
      const request: WireRequest = { method, path: url, headers: joined(incoming.headers), body };
      send(outgoing, await handler(request));
    };
    answer().catch(() => outgoing.destroy()); // the client went away while it was sending
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listeningError(error, port, host)));
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
