import nodeHttp from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../sandbox/clock/virtual-clock.ts';
import { type InProcessHttp, inProcessHttp } from '../../../sandbox/wire/in-process-http.ts';
import type { IncomingMessage, RequestOptions } from '../../../sandbox/wire/in-process-request.ts';
import type { WireHandler, WireRequest } from '../../../sandbox/wire/wire.ts';
import { failing, START, worldOf } from './world.ts';

const answering =
  (body: string | Uint8Array, seen: WireRequest[] = []): WireHandler =>
  async (request) => {
    seen.push(request);
    return { status: 201, headers: { 'content-type': 'text/plain', 'x-amzn-requestid': 'r' }, body: Buffer.from(body) };
  };
const silent: WireHandler = () => new Promise(() => undefined);

const read = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const call = (http: InProcessHttp, options: RequestOptions | string, body = ''): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = http.request(options, resolve);
    request.on('error', reject);
    request.end(body);
  });

/** What became of a request: the names of its events, in order, until it closed. */
const eventsOf = (request: ReturnType<InProcessHttp['request']>): Promise<string[]> =>
  new Promise((resolve) => {
    const seen: string[] = [];
    for (const name of ['abort', 'finish', 'response', 'timeout']) request.on(name, () => seen.push(name));
    request.on('error', (error: NodeJS.ErrnoException) =>
      seen.push(`error ${error.code ?? error.name} ${error.message}`),
    );
    request.on('close', () => resolve([...seen, 'close']));
  });

describe('the stand-in for node:http', () => {
  it('sends options and body to the handler and streams the answer', async () => {
    const seen: WireRequest[] = [];
    const http = inProcessHttp(answering('wörld', seen));
    const response = await call(
      http,
      { method: 'POST', hostname: 'h', port: 1, path: '/a?b=c', headers: { 'X-List': ['1', '2'], N: 5 } },
      'hellö',
    );
    expect(seen).toEqual([
      { method: 'POST', path: '/a?b=c', headers: { 'x-list': '1, 2', n: '5', host: 'h' }, body: Buffer.from('hellö') },
    ]);
    const { statusCode, statusMessage, headers } = response;
    expect({ statusCode, statusMessage, headers }).toEqual({
      statusCode: 201,
      statusMessage: 'Created',
      headers: { 'content-type': 'text/plain', 'x-amzn-requestid': 'r' },
    });
    expect(await read(response)).toBe('wörld');
    expect(response.complete).toBe(true);
  });

  it('takes a URL, with or without options, and gets without a body', async () => {
    const seen: WireRequest[] = [];
    const http = inProcessHttp(answering('', seen));
    await new Promise((resolve) => http.get('http://h/x?y=1', resolve));
    await new Promise((resolve) => http.request(new URL('https://h:8443/z'), { method: 'DELETE' }, resolve).end());
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /x?y=1', 'DELETE /z']);
  });

  it('closes the request once the answer has been read', async () => {
    const http = inProcessHttp(answering('x'));
    const request = http.request({}, (response) => response.resume());
    request.end();
    expect(await eventsOf(request)).toEqual(['finish', 'response', 'close']);
  });

  it('reads an answer to which nobody listens', async () => {
    const request = inProcessHttp(answering('x')).request({});
    request.end();
    expect(await new Promise((resolve) => request.on('close', () => resolve('closed')))).toBe('closed');
  });

  it.each([
    [
      'destroyed',
      (request: ReturnType<InProcessHttp['request']>) => request.destroy(),
      ['finish', 'error ECONNRESET socket hang up', 'close'],
    ],
    [
      'destroyed with a reason',
      (request: ReturnType<InProcessHttp['request']>) => request.destroy(new Error('why')),
      ['finish', 'error Error why', 'close'],
    ],
    [
      'aborted',
      (request: ReturnType<InProcessHttp['request']>) => request.abort(),
      ['finish', 'abort', 'error ECONNRESET socket hang up', 'close'],
    ],
  ])('a request that is %s before its answer fails', async (_, stop, events) => {
    const request = inProcessHttp(silent).request({});
    request.end();
    request.once('finish', () => stop(request));
    expect(await eventsOf(request)).toEqual(events);
    expect(request.destroyed).toBe(true);
  });

  it('an answer that comes after the request was destroyed is dropped', async () => {
    let release = (): void => undefined;
    const late: WireHandler = async (sent) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return answering('late')(sent);
    };
    const request = inProcessHttp(late).request({});
    const events = eventsOf(request);
    request.end();
    await new Promise((resolve) => setImmediate(resolve));
    request.destroy();
    release();
    expect(await events).toEqual(['finish', 'error ECONNRESET socket hang up', 'close']);
  });

  it('a signal ends a request', async () => {
    const controller = new AbortController();
    const request = inProcessHttp(silent).request({ signal: controller.signal });
    request.end();
    setImmediate(() => controller.abort());
    expect(await eventsOf(request)).toEqual(['finish', 'error ABORT_ERR The operation was aborted', 'close']);
  });

  it('counts idle time on the world clock', async () => {
    const clock = new VirtualClock(START);
    const request = inProcessHttp(silent, clock).request({});
    const events = eventsOf(request);
    request.setTimeout(5000, () => request.destroy());
    request.end();
    await clock.run();
    expect(clock.now() - START).toBe(5000);
    expect(await events).toEqual(['finish', 'timeout', 'error ECONNRESET socket hang up', 'close']);
  });

  it('an answer in time stops the idle time', async () => {
    const clock = new VirtualClock(START);
    const request = inProcessHttp(answering('x'), clock).request({}, (response) => response.resume());
    request.setTimeout(5000);
    request.end();
    await clock.run();
    expect(clock.now()).toBe(START);
  });
});

describe("the SDK's own HTTP handler over the stand-in", () => {
  const originals = { request: nodeHttp.request, get: nodeHttp.get, Agent: nodeHttp.Agent };
  const replaceHttp = (parts: object): void => {
    Object.assign(nodeHttp, parts);
    syncBuiltinESMExports(); // the SDK imports node:http when it first sends
  };
  afterEach(() => replaceHttp(originals));

  const clientOver = (handler: WireHandler, requestHandler: object = {}): SFNClient => {
    const { request, get, Agent } = inProcessHttp(handler);
    replaceHttp({ request, get, Agent });
    const credentials = { accessKeyId: '222222222222', secretAccessKey: 'any' };
    const endpoint = 'http://127.0.0.1:4599';
    return new SFNClient({ region: 'us-west-2', endpoint, credentials, maxAttempts: 1, requestHandler });
  };

  it('sends a request and reads its answer, though nothing listens on the port', async () => {
    const { handler, asked } = worldOf({ states: { StartExecution: { executionArn: 'e' } } });
    const started = await clientOver(handler).send(
      new StartExecutionCommand({ stateMachineArn: 'm', input: '{"é":1}' }),
    );
    expect(started.executionArn).toBe('e');
    expect(asked[0]?.input).toEqual({ stateMachineArn: 'm', input: '{"é":1}' });
  });

  it('reads an error', async () => {
    const { handler } = worldOf({ states: { StartExecution: failing('StateMachineDoesNotExist', 'gone') } });
    const call = clientOver(handler).send(new StartExecutionCommand({ stateMachineArn: 'm' }));
    await expect(call).rejects.toMatchObject({ name: 'StateMachineDoesNotExist', message: 'gone' });
  });

  it('aborts', async () => {
    const controller = new AbortController();
    const entered: WireHandler = () => {
      controller.abort();
      return new Promise(() => undefined);
    };
    const call = clientOver(entered).send(new StartExecutionCommand({ stateMachineArn: 'm' }), {
      abortSignal: controller.signal,
    });
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });
});
