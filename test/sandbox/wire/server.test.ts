import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Served, serve } from '../../../sandbox/wire/server.ts';
import type { WireRequest } from '../../../sandbox/wire/wire.ts';

const open: Served[] = [];
const started = async (handler: (request: WireRequest) => Promise<string>, port = 0) => {
  const served = await serve({
    port,
    handler: async (request) => ({
      status: 200,
      headers: { 'content-type': 'text/plain', date: 'Fri, 02 Jan 2026 03:04:05 GMT' },
      body: Buffer.from(await handler(request)),
    }),
  });
  open.push(served);
  return served;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((served) => served.close()));
});

describe('the server', () => {
  it('hands over method, path, headers and body', async () => {
    const { url } = await started(async ({ method, path, headers, body }) =>
      JSON.stringify([method, path, headers['x-test'], Buffer.from(body).toString()]),
    );
    const answer = await fetch(`${url}/a%2Fb?c=d`, {
      method: 'PUT',
      headers: { 'X-Test': 'é'.normalize('NFD').slice(0, 1) },
      body: 'ü',
    });
    expect(await answer.json()).toEqual(['PUT', '/a%2Fb?c=d', 'e', 'ü']);
  });

  it("dates its answers by the machine's clock, by which its clients live", async () => {
    const { url } = await started(async () => 'x');
    const dates = (await fetch(url)).headers.get('date') ?? '';
    expect(Math.abs(Date.parse(dates) - Date.now())).toBeLessThan(60_000);
  });

  it('keeps connections open between requests', async () => {
    const { url } = await started(async () => 'x');
    const answer = await fetch(url);
    expect(answer.headers.get('connection')).toBe('keep-alive');
    await answer.text();
  });

  it('refuses a body above its limit', async () => {
    const { url } = await started(async () => 'too late');
    const answer = await fetch(url, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual({
      __type: 'RequestEntityTooLargeException',
      message: "The request's body is larger than 10485760 bytes, which is the sandbox's limit.",
    });
  });

  it('says in words that its port is taken', async () => {
    const { url } = await started(async () => 'first');
    const port = Number(new URL(url).port);
    await expect(started(async () => 'second', port)).rejects.toThrow(
      `Port ${port} is taken: stop the other program or give another with --port.`,
    );
  });

  it('ends idle and open connections when it closes, and closes twice without complaint', async () => {
    let entered = (): void => undefined;
    const isIn = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const served = await started(() => {
      entered();
      return new Promise(() => undefined);
    });
    const idle = connect(Number(new URL(served.url).port), '127.0.0.1');
    const idleClosed = new Promise((resolve) => idle.once('close', resolve));
    await new Promise((resolve) => idle.once('connect', resolve));
    const hanging = fetch(served.url).catch(() => 'cut');
    await isIn;
    await served.close();
    await served.close();
    await idleClosed;
    expect(await hanging).toBe('cut');
    await expect(fetch(served.url)).rejects.toThrow('fetch failed');
  });
});
