import { describe, expect, it } from 'vitest';
import { FIRST_ID, failing, form, request, send, worldOf } from './world.ts';

const connections = {
  VpcEndpointConnections: [
    {
      ServiceId: 'vpce-svc-0a1',
      VpcEndpointId: 'vpce-0b2',
      VpcEndpointOwner: '222222222222',
      VpcEndpointState: 'pendingAcceptance',
      CreationTimestamp: new Date('2026-01-02T03:04:05.678Z'),
      DnsEntries: [{ DnsName: 'a.example', HostedZoneId: 'Z1' }],
      Tags: [],
    },
  ],
  NextToken: 'more <&> "soon"',
};

describe('an EC2 request', () => {
  it('is read from its numbered parameters', async () => {
    const { handler, asked } = worldOf({ ec2: { DescribeVpcEndpointConnections: {} } });
    const body = [
      'Action=DescribeVpcEndpointConnections&Version=2016-11-15',
      'Filter.2.Name=vpc-endpoint-state&Filter.2.Value.1=available&Filter.2.Value.10=failed&Filter.2.Value.2=pending+x',
      'Filter.1.Name=service-id&Filter.1.Value.1=vpce-svc-1%2F2',
      'MaxResults=20&DryRun=false&NextToken=',
    ].join('&');
    await send(handler, form('ec2', body));
    expect(asked[0]?.input).toEqual({
      Filters: [
        { Name: 'service-id', Values: ['vpce-svc-1/2'] },
        { Name: 'vpc-endpoint-state', Values: ['available', 'pending x', 'failed'] },
      ],
      MaxResults: 20,
      DryRun: false,
      NextToken: '',
    });
  });

  it('may carry its parameters, and its signature, in the query of a GET', async () => {
    const { handler, asked } = worldOf({ ec2: { AcceptVpcEndpointConnections: {} } });
    const query = [
      'Action=AcceptVpcEndpointConnections&Version=2016-11-15&ServiceId=vpce-svc-1&VpcEndpointId.1=vpce-1',
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=222222222222%2F20260102%2Fus-west-2%2Fec2%2Faws4_request',
    ].join('&');
    const sent = request('ec2', { method: 'GET', path: `/?${query}` });
    const { authorization: _, ...headers } = sent.headers;
    await send(handler, { ...sent, headers });
    expect(asked[0]).toMatchObject({
      who: 'arn:aws:iam::222222222222:root',
      input: { ServiceId: 'vpce-svc-1', VpcEndpointIds: ['vpce-1'] },
    });
  });

  it.each([
    [
      'AcceptVpcEndpointConnections&VpcEndpointId.1=vpce-1',
      'MissingParameter',
      'The request must contain the parameter ServiceId',
    ],
    [
      'AcceptVpcEndpointConnections&ServiceId=s',
      'MissingParameter',
      'The request must contain the parameter VpcEndpointId',
    ],
    ['DescribeVpcEndpointConnections&Colour=blue', 'UnknownParameter', 'The parameter Colour is not recognized'],
    [
      'DescribeVpcEndpointConnections&Filter.1.Nmae=x',
      'UnknownParameter',
      'The parameter Filter.1.Nmae is not recognized',
    ],
    ['DescribeVpcEndpointConnections&Filter.Name=x', 'UnknownParameter', 'The parameter Filter.Name is not recognized'],
    [
      'DescribeVpcEndpointConnections&MaxResults.1=5',
      'UnknownParameter',
      'The parameter MaxResults.1 is not recognized',
    ],
    [
      'DescribeVpcEndpointConnections&MaxResults=ten',
      'InvalidParameterValue',
      'Value (ten) for parameter MaxResults is invalid. Expected a number.',
    ],
    [
      'DescribeVpcEndpointConnections&DryRun=maybe',
      'InvalidParameterValue',
      'Value (maybe) for parameter DryRun is invalid. Expected a boolean.',
    ],
    [
      'DescribeVpcEndpointConnections&Filter=x',
      'InvalidParameterValue',
      'Value (x) for parameter Filter is invalid. Expected a list.',
    ],
    ['DescribeEverything', 'InvalidAction', 'The action DescribeEverything is not valid for this web service.'],
  ])('%s is refused with %s', async (action, code, message) => {
    const { handler, asked } = worldOf({
      ec2: { AcceptVpcEndpointConnections: {}, DescribeVpcEndpointConnections: {} },
    });
    const { status, text } = await send(handler, form('ec2', `Action=${action}`));
    expect(status).toBe(400);
    expect(text).toContain(`<Code>${code}</Code><Message>${message}</Message>`);
    expect(asked).toEqual([]);
  });
});

describe('an EC2 answer', () => {
  it('is XML with items, the request id first', async () => {
    const { handler } = worldOf({ ec2: { DescribeVpcEndpointConnections: connections } });
    const { status, headers, text } = await send(handler, form('ec2', 'Action=DescribeVpcEndpointConnections'));
    expect(status).toBe(200);
    expect(headers).toEqual({
      'content-type': 'text/xml;charset=UTF-8',
      'content-length': String(Buffer.byteLength(text)),
      'x-amzn-requestid': FIRST_ID,
      date: 'Fri, 02 Jan 2026 03:04:05 GMT',
    });
    expect(text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<DescribeVpcEndpointConnectionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">' +
        `<requestId>${FIRST_ID}</requestId>` +
        '<vpcEndpointConnectionSet><item>' +
        '<serviceId>vpce-svc-0a1</serviceId><vpcEndpointId>vpce-0b2</vpcEndpointId>' +
        '<vpcEndpointOwner>222222222222</vpcEndpointOwner><vpcEndpointState>pendingAcceptance</vpcEndpointState>' +
        '<creationTimestamp>2026-01-02T03:04:05.678Z</creationTimestamp>' +
        '<dnsEntrySet><item><dnsName>a.example</dnsName><hostedZoneId>Z1</hostedZoneId></item></dnsEntrySet>' +
        '<tagSet/>' +
        '</item></vpcEndpointConnectionSet>' +
        '<nextToken>more &lt;&amp;&gt; &quot;soon&quot;</nextToken>' +
        '</DescribeVpcEndpointConnectionsResponse>',
    );
  });

  it('without a result says true', async () => {
    const { handler } = worldOf({ ec2: { DeleteVpc: undefined } });
    const { text } = await send(handler, form('ec2', 'Action=DeleteVpc&VpcId=vpc-1'));
    expect(text).toMatch(
      /<DeleteVpcResponse [^>]+><requestId>[^<]+<\/requestId><return>true<\/return><\/DeleteVpcResponse>$/,
    );
  });

  it('that holds nothing has the request id only', async () => {
    const { handler } = worldOf({ ec2: { AcceptVpcEndpointConnections: {} } });
    const sent = form('ec2', 'Action=AcceptVpcEndpointConnections&ServiceId=s&VpcEndpointId.1=e');
    expect((await send(handler, sent)).text).toMatch(
      /\/"><requestId>[^<]+<\/requestId><\/AcceptVpcEndpointConnectionsResponse>$/,
    );
  });

  it('of an error has its code, message and status', async () => {
    const unauthorised = failing('UnauthorizedOperation', 'You are not <authorized>', 403);
    const { handler } = worldOf({ ec2: { DescribeVpcs: unauthorised } });
    const { status, text } = await send(handler, form('ec2', 'Action=DescribeVpcs'));
    expect(status).toBe(403);
    expect(text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>UnauthorizedOperation</Code>' +
        '<Message>You are not &#60;authorized&#62;</Message></Error></Errors>' +
        `<RequestID>${FIRST_ID}</RequestID></Response>`,
    );
  });
});
