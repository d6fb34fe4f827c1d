import { describe, expect, it } from 'vitest';
import { failing, request, send, worldOf } from './world.ts';

const INVOCATIONS =
  '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A123456789012%3Afunction%3Adecide/invocations';
const BYTES = new Uint8Array(Buffer.from('{"a":1}'));

describe('a REST-JSON request', () => {
  it('has labels, a query, headers, and a blob as its body', async () => {
    const { handler, asked } = worldOf({ lambda: { Invoke: {} } });
    const headers = { 'x-amz-invocation-type': 'Event', 'x-amz-log-type': 'Tail' };
    await send(handler, request('lambda', { path: `${INVOCATIONS}?Qualifier=7`, headers, body: '{"a":1}' }));
    expect(asked[0]?.input).toEqual({
      FunctionName: 'arn:aws:lambda:us-west-2:123456789012:function:decide',
      Qualifier: '7',
      InvocationType: 'Event',
      LogType: 'Tail',
      Payload: BYTES,
    });
  });

  it('without a body has no payload', async () => {
    const { handler, asked } = worldOf({ lambda: { Invoke: {} } });
    await send(handler, request('lambda', { path: '/2015-03-31/functions/decide/invocations' }));
    expect(asked[0]?.input).toEqual({ FunctionName: 'decide' });
  });

  it('has what is not bound elsewhere in a JSON body', async () => {
    const { handler, asked } = worldOf({ scheduler: { CreateSchedule: {} } });
    const body = {
      ScheduleExpression: 'rate(1 hour)',
      StartDate: 1767323045,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: 'a', RoleArn: 'r', RetryPolicy: { MaximumRetryAttempts: 0 } },
    };
    await send(handler, request('scheduler', { path: '/schedules/sweep', body: JSON.stringify(body) }));
    expect(asked[0]?.input).toEqual({ Name: 'sweep', ...body, StartDate: new Date('2026-01-02T03:04:05Z') });
  });

  it.each([
    ['GET', '/2015-03-31/functions', 'ListFunctions', {}],
    ['GET', '/2015-03-31/functions/?MaxItems=5', 'ListFunctions', { MaxItems: 5 }],
    ['GET', '/2015-03-31/functions/a%2Fb', 'GetFunction', { FunctionName: 'a/b' }],
    ['GET', '/2018-10-31/layers', 'ListLayers', {}],
    ['GET', '/2018-10-31/layers?find=LayerVersion&Arn=x', 'GetLayerVersionByArn', { Arn: 'x' }],
    [
      'DELETE',
      '/2017-03-31/tags/arn:aws:lambda:x?tagKeys=a&tagKeys=b',
      'UntagResource',
      { Resource: 'arn:aws:lambda:x', TagKeys: ['a', 'b'] },
    ],
  ])('%s %s is %s', async (method, path, action, input) => {
    const { handler, asked } = worldOf({
      lambda: { ListFunctions: {}, GetFunction: {}, ListLayers: {}, GetLayerVersionByArn: {}, UntagResource: {} },
    });
    await send(handler, request('lambda', { method, path }));
    expect(asked).toMatchObject([{ action, input }]);
  });

  it('that lacks required members is told of all of them', async () => {
    const { handler } = worldOf({ scheduler: { CreateSchedule: {} } });
    const body = '{"Target":{"Arn":"a"},"FlexibleTimeWindow":{"Mode":"OFF"}}';
    const { status, headers, text } = await send(handler, request('scheduler', { path: '/schedules/s', body }));
    expect({ status, type: headers['x-amzn-errortype'] }).toEqual({ status: 400, type: 'ValidationException' });
    const constraint = 'failed to satisfy constraint: Member must not be null';
    expect(JSON.parse(text)).toMatchObject({
      Message: `2 validation errors detected: Value null at 'scheduleExpression' ${constraint}; Value null at 'target.roleArn' ${constraint}`,
    });
  });

  it('with a query of the wrong type is refused', async () => {
    const { handler } = worldOf({ lambda: { ListFunctions: {} } });
    const { text } = await send(
      handler,
      request('lambda', { method: 'GET', path: '/2015-03-31/functions?MaxItems=x' }),
    );
    expect(JSON.parse(text)).toEqual({ __type: 'SerializationException', message: '"x" is not a number' });
  });

  it('to a path that the API does not have is 404', async () => {
    const { handler } = worldOf({ lambda: { Invoke: {} } });
    const { status, text } = await send(
      handler,
      request('lambda', { method: 'PATCH', path: '/2015-03-31/functions/f' }),
    );
    expect(status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ __type: 'UnknownOperationException' });
  });
});

describe('a REST-JSON answer', () => {
  it('has a status, headers and a payload', async () => {
    const { handler } = worldOf({
      lambda: { Invoke: { StatusCode: 200, FunctionError: 'Unhandled', Payload: BYTES } },
    });
    const { status, headers, text } = await send(handler, request('lambda', { path: INVOCATIONS }));
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'x-amz-function-error': 'Unhandled', 'content-length': '7' });
    expect(text).toBe('{"a":1}');
  });

  it.each([
    ['an accepted event', 'POST', INVOCATIONS, { Invoke: { StatusCode: 202 } }, 202, ''],
    ['no content', 'DELETE', '/2015-03-31/functions/f/aliases/a', { DeleteAlias: undefined }, 204, ''],
    ['a creation', 'POST', '/2015-03-31/functions/f/aliases', { CreateAlias: { Name: 'a' } }, 201, '{"Name":"a"}'],
  ])('of %s', async (_, method, path, lambda, status, text) => {
    const { handler } = worldOf({ lambda });
    const body = method === 'POST' && status === 201 ? '{"Name":"a","FunctionVersion":"1"}' : '';
    expect(await send(handler, request('lambda', { method, path, body }))).toMatchObject({ status, text });
  });

  it('of an error has the status and members of the model', async () => {
    const missing = failing('ResourceNotFoundException', 'Function not found: f', 400, { Type: 'User' });
    const { handler } = worldOf({ lambda: { Invoke: missing } });
    const { status, headers, text } = await send(handler, request('lambda', { path: INVOCATIONS }));
    expect({ status, type: headers['x-amzn-errortype'] }).toEqual({ status: 404, type: 'ResourceNotFoundException' });
    expect(JSON.parse(text)).toEqual({
      __type: 'ResourceNotFoundException',
      Type: 'User',
      Message: 'Function not found: f',
    });
  });
});
