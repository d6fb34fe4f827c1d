import { describe, expect, it } from 'vitest';
import { preloadApis } from '../../../sandbox/wire/api.ts';
import { FIRST_ID, FORM, failing, form, json, request, send, worldOf } from './world.ts';

const WHO = 'Action=GetCallerIdentity&Version=2011-06-15';

describe('the router', () => {
  it('knows the principal by the access key id of the credential scope', async () => {
    const { handler, asked } = worldOf({ sts: { GetCallerIdentity: {} } });
    await send(handler, form('sts', WHO, '222222222222'));
    await send(handler, form('sts', WHO, 'AKIDANYBODY'));
    expect(asked.map(({ who }) => who)).toEqual([
      'arn:aws:iam::222222222222:root',
      'arn:aws:iam::123456789012:user/operator',
    ]);
  });

  it('reads a scope without a region, as SigV4A has it', async () => {
    const { handler, asked } = worldOf({ sts: { GetCallerIdentity: {} } });
    const authorization = 'AWS4-ECDSA-P256-SHA256 Credential=333333333333/20260102/sts/aws4_request, Signature=00';
    await send(handler, request('sts', { headers: { ...FORM, authorization }, body: WHO }));
    expect(asked[0]?.who).toBe('arn:aws:iam::333333333333:root');
  });

  it.each([
    ['a form', { headers: FORM, body: WHO }, '<Code>MissingAuthenticationToken</Code>'],
    [
      'JSON',
      { headers: { 'x-amz-target': 'AmazonSQS.ListQueues' }, body: '{}' },
      '"MissingAuthenticationTokenException"',
    ],
    ['anything else', { method: 'GET' }, '"MissingAuthenticationTokenException"'],
  ])('refuses %s that is not signed', async (_, parts, code) => {
    const { handler, journal } = worldOf({});
    const { authorization: __, ...headers } = request('sts', parts).headers;
    const { status, text } = await send(handler, { ...request('sts', parts), headers });
    expect(status).toBe(403);
    expect(text).toContain(code);
    expect(journal.entries).toMatchObject([{ kind: 'call', who: 'nobody' }]);
  });

  it.each([
    [form('ec2', 'Action=DescribeVpcs', 'ASIAGONE'), 401, '<Code>AuthFailure</Code>'],
    [form('sts', WHO, 'ASIAGONE'), 403, '<Code>InvalidClientTokenId</Code>'],
    [{ ...json('sqs', 'AmazonSQS.ListQueues', '{}') }, 403, '"InvalidClientTokenId"'],
    [{ ...json('states', 'AWSStepFunctions.ListStateMachines', '{}') }, 400, '"UnrecognizedClientException"'],
  ])('words an unknown session key as the service does (%#)', async (sent, status, code) => {
    const { handler } = worldOf({});
    const authorization = (sent.headers.authorization ?? '').replace('AKIDTEST', 'ASIAGONE');
    const answer = await send(handler, { ...sent, headers: { ...sent.headers, authorization } });
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(code);
  });

  it('says by name what it does not model, in the form of the protocol', async () => {
    const { handler, journal } = worldOf({ ec2: {} });
    const action = await send(handler, form('ec2', 'Action=RunInstances&ImageId=ami-1'));
    expect(action.status).toBe(501);
    expect(action.text).toContain(
      '<Code>NotImplemented</Code><Message>The sandbox does not model ec2:RunInstances.</Message>',
    );
    const service = await send(handler, json('workmail', 'WorkMail.ListUsers', '{}'));
    expect(service.status).toBe(501);
    expect(JSON.parse(service.text)).toEqual({
      __type: 'NotImplemented',
      message: 'The sandbox does not model the service workmail.',
    });
    expect(journal.entries.map(({ what, detail }) => ({ what, detail }))).toEqual([
      { what: 'ec2:RunInstances', detail: { error: 'NotImplemented' } },
      { what: 'workmail', detail: { error: 'NotImplemented' } },
    ]);
  });

  it('turns a defect into InternalFailure and keeps its stack in the journal', async () => {
    const broken = () => {
      throw new TypeError('connections is undefined');
    };
    const { handler, journal } = worldOf({ ec2: { DescribeVpcs: broken } });
    const { status, text } = await send(handler, form('ec2', 'Action=DescribeVpcs'));
    expect(status).toBe(500);
    expect(text).toContain('<Code>InternalFailure</Code><Message>connections is undefined</Message>');
    const [called, logged] = journal.entries;
    expect(called).toMatchObject({ kind: 'call', what: 'ec2:DescribeVpcs', detail: { error: 'InternalFailure' } });
    expect(logged).toMatchObject({
      kind: 'log',
      who: 'wire',
      what: 'InternalFailure',
      detail: { call: 'ec2:DescribeVpcs' },
    });
    expect(JSON.stringify(logged?.detail)).toContain('TypeError: connections is undefined');
  });

  it('does so too where an action gives what its schema does not allow', async () => {
    const { handler } = worldOf({ ec2: { DescribeVpcEndpointConnections: { VpcEndpointConnections: 5 } } });
    expect((await send(handler, form('ec2', 'Action=DescribeVpcEndpointConnections'))).status).toBe(500);
  });

  it('journals each call once', async () => {
    const { handler, journal } = worldOf({ sts: { GetCallerIdentity: failing('Throttling', 'Rate exceeded') } });
    await send(handler, form('sts', WHO));
    expect(journal.entries).toHaveLength(1);
  });

  it('takes ids and dates from the world, so that two worlds with one seed answer alike', async () => {
    const answers = await Promise.all(
      [1, 2].map(async () => {
        const { handler } = worldOf({ sts: { GetCallerIdentity: { Account: '1' } } });
        return send(handler, form('sts', WHO));
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.headers).toMatchObject({ 'x-amzn-requestid': FIRST_ID, date: 'Fri, 02 Jan 2026 03:04:05 GMT' });
  });

  it('can load schemas ahead, and says which services it speaks', async () => {
    await preloadApis(['sts', 'sqs']);
    await expect(preloadApis(['s3'])).rejects.toThrow('The wire has no codec for the service "s3"; it speaks ec2, sts');
  });
});
