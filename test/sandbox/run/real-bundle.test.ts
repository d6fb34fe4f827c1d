import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleAll } from '../../../infra/bundling.ts';
import type { WireHandler, WireRequest } from '../../../sandbox/wire/wire.ts';
import { functionOf, START, simulation } from './support.ts';

const ENTRY = 'test/sandbox/run/fixtures/count-connections.ts';
let directory: string;
beforeAll(() => {
  directory = bundleAll([ENTRY], mkdtempSync(join(tmpdir(), 'bundles-'))).get(ENTRY) ?? '';
}, 60_000);

const CONNECTIONS = `<DescribeVpcEndpointConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><vpcEndpointConnectionSet><item><vpcEndpointId>vpce-1</vpcEndpointId></item></vpcEndpointConnectionSet></DescribeVpcEndpointConnectionsResponse>`;
const THROTTLED = `<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>r</RequestID></Response>`;

/** EC2 that throttles the first two calls, and DynamoDB that knows the owner. */
const aws = (seen: WireRequest[]): WireHandler => {
  let throttles = 2;
  return async (request) => {
    seen.push(request);
    if (request.headers['x-amz-target'] !== undefined) {
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      return { status: 200, headers, body: Buffer.from('{"Item":{"owner":{"S":"Ada"}}}') };
    }
    const headers = { 'content-type': 'text/xml' };
    if (throttles-- > 0) return { status: 503, headers, body: Buffer.from(THROTTLED) };
    return { status: 200, headers, body: Buffer.from(CONNECTIONS) };
  };
};

const run = async (seed: number) => {
  const seen: WireRequest[] = [];
  const world = simulation(seed, aws(seen));
  const instance = world.start(functionOf('', { directory, timeoutSeconds: 30, logFormat: 'JSON' }));
  const result = await world.call(instance, { service: 'vpce-svc-1' });
  await world.host.close();
  const requests = seen.map(({ headers, body, ...rest }) => ({ ...rest, headers, body: Buffer.from(body).toString() }));
  return { result, lines: world.lines, requests, took: world.clock.now() - START };
};

describe('a bundle with middy, Powertools and SDK clients, in virtual time', () => {
  it('does its work through the in-process wire, with retries by the virtual clock', async () => {
    const { result, lines, requests, took } = await run(1);
    expect(result).toEqual({ count: 1, owner: 'Ada' });
    expect(requests).toHaveLength(4);
    expect(requests[0]?.headers.authorization).toMatch(
      /Credential=ASIAEXAMPLE\/20260102\/us-west-2\/ec2\/aws4_request/,
    );
    expect(requests[0]?.headers['x-amz-date']).toBe('20260102T030405Z');
    expect(took).toBeGreaterThan(0);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'INFO',
        message: 'counted',
        cold_start: true,
        function_request_id: 'request-1',
        timestamp: new Date(START + took).toISOString(),
        owner: 'Ada',
      }),
    ]);
  });

  it('is the same byte for byte with the same seed, and differs with another', async () => {
    const first = JSON.stringify(await run(5));
    expect(JSON.stringify(await run(5))).toBe(first);
    expect(JSON.stringify(await run(6))).not.toBe(first);
  });
});
