import type { WireHandler, WireRequest } from './wire.ts';

/** As much of an SDK's HttpRequest as the wire needs. */
export interface SdkRequest {
  readonly method: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** As much of an SDK's HttpResponse as its protocols need. */
export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** An SDK v3 client's `requestHandler`. */
export interface InProcessHandler {
  handle(request: SdkRequest, options?: { readonly abortSignal?: unknown }): Promise<{ response: SdkResponse }>;
  destroy(): void;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
  readonly metadata: { readonly handlerProtocol: string };
}

const queryText = (query: SdkRequest['query'] = {}): string => {
  const parts = Object.entries(query).flatMap(([name, value]) => {
    const key = encodeURIComponent(name);
    const values = value === null ? [null] : typeof value === 'string' ? [value] : value;
    return values.map((each) => (each === null ? key : `${key}=${encodeURIComponent(each)}`));
  });
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
};

/** A body as the SDK's serialisers leave it: text, bytes, or a stream of either. */
const bytesOf = async (body: unknown): Promise<Uint8Array> => {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (typeof body === 'object' && Symbol.asyncIterator in body) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body as AsyncIterable<string | Uint8Array>) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }
  throw new TypeError(`A request body of type ${Object.prototype.toString.call(body)} can't be sent in process.`);
};

const aborted = (): Error => Object.assign(new Error('Request aborted'), { name: 'AbortError' });

interface Signal {
  readonly aborted: boolean;
  addEventListener?: (type: 'abort', listener: () => void) => void;
  removeEventListener?: (type: 'abort', listener: () => void) => void;
}

/** The work's result, or an AbortError as soon as the signal says so. */
const unlessAborted = <T>(signal: Signal | undefined, work: () => Promise<T>): Promise<T> => {
  if (signal === undefined) return work();
  if (signal.aborted) return Promise.reject(aborted());
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(aborted());
    signal.addEventListener?.('abort', stop);
    const done = (): void => signal.removeEventListener?.('abort', stop);
    work().then(resolve, reject).finally(done);
  });
};

/**
 * Gives an SDK v3 client the sandbox without a socket:
 * `new EC2Client({ region, credentials, requestHandler: inProcessHandler(handler) })`.
 * It proceeds by microtasks only, so a virtual clock waits for it.
 */
export const inProcessHandler = (handler: WireHandler): InProcessHandler => ({
  metadata: { handlerProtocol: 'http/1.1' },
  handle: (request, options) =>
    unlessAborted(options?.abortSignal as Signal | undefined, async () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
      );
      const sent: WireRequest = {
        method: request.method,
        path: `${request.path}${queryText(request.query)}`,
        headers,
        body: await bytesOf(request.body),
      };
      // Without its Date: the client lives in the machine's time, takes the world's for a skewed clock, and retries.
      const { status, headers: answered, body } = await handler(sent);
      const { date: _, ...received } = answered;
      // A copy: the SDK changes the prototype of the bytes that it is given.
      return { response: { statusCode: status, headers: received, body: new Uint8Array(body) } };
    }),
  destroy: () => undefined,
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
});
