import { EventEmitter } from 'node:events';
import { STATUS_CODES } from 'node:http';
import { Readable, Writable } from 'node:stream';
import type { Cancel, Clock } from '../clock/clock.ts';
import type { WireHandler, WireResponse } from './wire.ts';

/** What callers give `request`: Node's own options, as far as they are read here. */
export interface RequestOptions {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly host?: string | null | undefined;
  readonly hostname?: string | null | undefined;
  readonly port?: number | string | null | undefined;
  readonly headers?: Readonly<Record<string, string | number | readonly string[] | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly [other: string]: unknown;
}

const RESET = 'ECONNRESET';
const connectionError = (message: string): Error => Object.assign(new Error(message), { code: RESET });

/** What stands for a connection: open from the start, and silent unless a clock counts its idle time. */
class Socket extends EventEmitter {
  readonly connecting = false;
  readonly encrypted = false;
  readonly remoteAddress = '127.0.0.1';
  destroyed = false;
  readonly #clock: Clock | undefined;
  #cancel: Cancel | undefined;

  constructor(clock: Clock | undefined) {
    super();
    this.#clock = clock;
  }

  setTimeout(milliseconds: number, listener?: () => void): this {
    this.#cancel?.();
    this.#cancel = undefined;
    if (listener !== undefined) this.once('timeout', listener);
    if (milliseconds > 0) this.#cancel = this.#clock?.after(milliseconds, () => this.emit('timeout'));
    return this;
  }

  destroy(): this {
    this.destroyed = true;
    this.setTimeout(0);
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** The answer as Node gives it: a stream with a status and headers. */
export class IncomingMessage extends Readable {
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly httpVersion = '1.1';
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;
  readonly trailers = {};
  readonly socket: Socket;
  complete = false;
  #body: Uint8Array | undefined;

  constructor(response: WireResponse, socket: Socket) {
    super();
    this.statusCode = response.status;
    this.statusMessage = STATUS_CODES[response.status] ?? '';
    this.headers = { ...response.headers };
    this.rawHeaders = Object.entries(response.headers).flat();
    this.socket = socket;
    this.#body = response.body;
  }

  override _read(): void {
    const body = this.#body;
    this.#body = undefined;
    // A copy: readers may keep or change what they are given.
    if (body !== undefined && body.byteLength > 0) this.push(Buffer.from(body));
    this.complete = true;
    this.push(null);
  }

  setTimeout(milliseconds: number, listener?: () => void): this {
    this.socket.setTimeout(milliseconds, listener);
    return this;
  }
}

/** A request under way; the handler sees it once it has ended. */
export class ClientRequest extends Writable {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly protocol = 'http:';
  readonly socket: Socket;
  readonly #handler: WireHandler;
  readonly #headers = new Map<string, string>();
  readonly #chunks: Buffer[] = [];
  #response: IncomingMessage | undefined;
  aborted = false;
  reusedSocket = false;

  constructor(handler: WireHandler, options: RequestOptions, clock: Clock | undefined) {
    super({ autoDestroy: false }); // it lives on after its body has ended, until the answer has been read
    this.#handler = handler;
    this.method = (options.method ?? 'GET').toUpperCase();
    this.path = options.path ?? '/';
    this.host = options.hostname ?? options.host ?? 'localhost';
    this.socket = new Socket(clock);
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      if (value !== undefined) this.setHeader(name, value);
    }
    if (!this.#headers.has('host')) this.setHeader('host', this.host);
    const { signal } = options;
    if (signal !== undefined) this.#obey(signal);
    this.once('finish', () => {
      this.#send().catch((error: unknown) => this.destroy(error as Error)); // no answer comes: a connection that was lost
    });
    process.nextTick(() => {
      if (!this.destroyed) this.emit('socket', this.socket);
    });
  }

  get connection(): Socket {
    return this.socket;
  }

  setHeader(name: string, value: string | number | readonly string[]): this {
    this.#headers.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value));
    return this;
  }

  getHeader(name: string): string | undefined {
    return this.#headers.get(name.toLowerCase());
  }

  hasHeader(name: string): boolean {
    return this.#headers.has(name.toLowerCase());
  }

  getHeaders(): Record<string, string> {
    return Object.fromEntries(this.#headers);
  }

  getHeaderNames(): string[] {
    return [...this.#headers.keys()];
  }

  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }

  flushHeaders(): void {
    // everything is sent at once, at the end
  }

  setNoDelay(): void {
    // there is no connection to tune
  }

  setSocketKeepAlive(): void {
    // there is no connection to keep
  }

  setTimeout(milliseconds: number, listener?: () => void): this {
    if (listener !== undefined) this.once('timeout', listener);
    this.socket.setTimeout(milliseconds, () => this.emit('timeout'));
    return this;
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    process.nextTick(() => this.emit('abort'));
    this.destroy();
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk));
    done();
  }

  /** Before an answer, the request fails as a connection that was cut; after it, the answer's stream does, if still open. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket.destroy();
    const response = this.#response;
    if (response !== undefined && !response.complete) response.destroy(error ?? connectionError('aborted'));
    done(response === undefined ? (error ?? connectionError('socket hang up')) : error);
  }

  async #send(): Promise<void> {
    const body = Buffer.concat(this.#chunks);
    const response = await this.#handler({ method: this.method, path: this.path, headers: this.getHeaders(), body });
    if (this.destroyed) return;
    const incoming = new IncomingMessage(response, this.socket);
    this.#response = incoming;
    incoming.once('close', () => this.destroy());
    if (!this.emit('response', incoming)) incoming.resume(); // as Node does where nobody listens
  }

  #obey(signal: AbortSignal): void {
    const stop = (): void => {
      this.destroy(Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' }));
    };
    if (signal.aborted) process.nextTick(stop);
    signal.addEventListener('abort', stop, { once: true });
    this.once('close', () => signal.removeEventListener('abort', stop));
  }
}
