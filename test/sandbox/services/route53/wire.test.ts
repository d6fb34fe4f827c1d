import { describe, expect, it } from 'vitest';
import { request, send } from '../../wire/world.ts';
import { route53World } from './route53-world.ts';

const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';
const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const masked = (text: string): string =>
  text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replace(/\b([ZC])0[0-9A-F]{19}/g, '$1');

/** What comes back for a request that is written out by hand. */
const asked = async () => {
  const world = route53World();
  const id = await world.zone();
  const ask = async (method: string, path: string, body = '') => {
    const sent = request('route53', { method, path: `/2013-04-01/${path}`, body });
    const { status, text, headers } = await send(world.handler, sent);
    return { status, text: masked(text), headers };
  };
  const change = (inside: string) =>
    ask(
      'POST',
      `hostedzone/${id}/rrset/`,
      `<?xml version="1.0" encoding="UTF-8"?>
<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}">
<ChangeBatch><!-- a comment --><Comment>by &lt;hand&gt; &amp; &#x66;oot</Comment><Changes>${inside}</Changes></ChangeBatch>
</ChangeResourceRecordSetsRequest>`,
    );
  return { ...world, id, ask, change };
};

const set = (inside: string): string =>
  `<Change><Action>CREATE</Action><ResourceRecordSet>${inside}</ResourceRecordSet></Change>`;
const RECORD =
  '<Name>a.example.com</Name><Type>A</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>';
const error = (code: string, message: string, type = 'Sender'): string =>
  `${XML}<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>ID</RequestId></ErrorResponse>`;

describe('Route 53 on the wire', () => {
  it('a change and its status', async () => {
    const { change } = await asked();

    expect(await change(set(RECORD))).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/xml' },
      text: `${XML}<ChangeResourceRecordSetsResponse xmlns="${NAMESPACE}"><ChangeInfo><Id>/change/C</Id><Status>PENDING</Status><SubmittedAt>2026-11-23T00:00:00Z</SubmittedAt><Comment>by &lt;hand&gt; &amp; foot</Comment></ChangeInfo></ChangeResourceRecordSetsResponse>`,
    });
  });

  it('a page of record sets', async () => {
    const { change, ask, id } = await asked();
    await change(set(RECORD));

    expect((await ask('GET', `hostedzone/${id}/rrset?name=a.example.com&type=A&maxitems=1`)).text).toBe(
      `${XML}<ListResourceRecordSetsResponse xmlns="${NAMESPACE}"><ResourceRecordSets><ResourceRecordSet><Name>a.example.com.</Name><Type>A</Type><TTL>60</TTL>` +
        '<ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></ResourceRecordSets>' +
        '<IsTruncated>false</IsTruncated><MaxItems>1</MaxItems></ListResourceRecordSetsResponse>',
    );
  });

  it('a zone that is made - 201, and where it is', async () => {
    const { ask } = await asked();
    const body = `<CreateHostedZoneRequest xmlns="${NAMESPACE}"><Name>example.org</Name><VPC><VPCRegion>us-west-2</VPCRegion><VPCId>vpc-0a1b2c3d</VPCId></VPC><CallerReference>r</CallerReference></CreateHostedZoneRequest>`;

    const { status, headers, text } = await ask('POST', 'hostedzone', body);

    expect(status).toBe(201);
    expect(masked(headers.location ?? '')).toBe('https://route53.amazonaws.com/2013-04-01/hostedzone/Z');
    expect(text).toBe(
      `${XML}<CreateHostedZoneResponse xmlns="${NAMESPACE}"><HostedZone><Id>/hostedzone/Z</Id><Name>example.org.</Name><CallerReference>r</CallerReference>` +
        '<Config><PrivateZone>true</PrivateZone></Config><ResourceRecordSetCount>2</ResourceRecordSetCount></HostedZone>' +
        '<ChangeInfo><Id>/change/C</Id><Status>PENDING</Status><SubmittedAt>2026-11-23T00:00:00Z</SubmittedAt></ChangeInfo>' +
        '<VPC><VPCRegion>us-west-2</VPCRegion><VPCId>vpc-0a1b2c3d</VPCId></VPC></CreateHostedZoneResponse>',
    );
  });

  it('errors', async () => {
    const { change, ask, control } = await asked();
    await change(set(RECORD));

    expect(await change(set(RECORD))).toMatchObject({
      status: 400,
      text: error(
        'InvalidChangeBatch',
        "[Tried to create resource record set [name='a.example.com.', type='A'] but it already exists]",
      ),
    });
    expect(await ask('GET', 'hostedzone/Z1')).toMatchObject({
      status: 404,
      text: error('NoSuchHostedZone', 'No hosted zone found with ID: Z1'),
    });
    control.controlPlane.down();
    expect(await ask('GET', 'hostedzone/Z1')).toMatchObject({
      status: 503,
      text: error('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', 'Receiver'),
    });
  });

  it.each([
    ['nothing', '', "The content of element 'Request' is not complete."],
    ['no XML', 'hello', 'Premature end of file.'],
    ['two documents', '<a/><b/>', 'The markup in the document following the root element must be well-formed.'],
    [
      'an element that does not end',
      '<a><b></b>',
      'XML document structures must start and end within the same entity.',
    ],
    ['ends that cross', '<a><b></a></b>', 'must be terminated by the matching end-tag'],
    ['a declaration of entities', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'DOCTYPE is disallowed.'],
    ['an unknown entity', '<a>&x;</a>', 'was referenced, but not declared.'],
    ['elements in elements without end', '<a>'.repeat(100_000), 'The document nests too deeply.'],
  ])('a body that is %s', async (_, body, words) => {
    const { ask, id } = await asked();

    const { status, text } = await ask('POST', `hostedzone/${id}/rrset`, body);

    expect(status).toBe(400);
    expect(text).toContain('<Code>InvalidInput</Code><Message>Invalid XML ; ');
    expect(text.replaceAll('&apos;', "'").replaceAll('&#39;', "'")).toContain(words);
  });

  it.each([
    [
      'a required element that is missing',
      set('<Name>a</Name>'),
      "The content of element 'ResourceRecordSet' is not complete.",
    ],
    [
      'a number that is none',
      set('<Name>a</Name><Type>A</Type><TTL>soon</TTL>'),
      "'soon' is not a valid value for 'TTL'.",
    ],
    [
      'an element twice',
      set('<Name>a</Name><Name>b</Name><Type>A</Type>'),
      "Invalid content was found starting with element 'Name'.",
    ],
  ])('%s', async (_, inside, words) => {
    const { change } = await asked();

    expect((await change(inside)).text).toContain(words);
  });
});
