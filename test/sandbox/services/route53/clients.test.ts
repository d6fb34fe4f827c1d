import { describe, expect, it, onTestFinished } from 'vitest';
import { type DnsServer, serveDns } from '../../../../sandbox/dns/server.ts';
import { serve } from '../../../../sandbox/wire/server.ts';
import { run } from '../../../e2e/served-sandbox.ts';
import { AT_ONCE, record, route53World } from './route53-world.ts';

/** A call as boto3 names it, with its parameters. */
type Call = readonly [method: string, parameters: Readonly<Record<string, unknown>>];

/** A client that is not the JavaScript SDK. */
interface Client {
  readonly name: string;
  /** What comes of each call, in order: JSON, or whatever it says of a failure. */
  calls(url: string, calls: readonly Call[]): Promise<readonly string[]>;
}

const ACCOUNT = '123456789012';
/** Ten processes that start at once on a busy machine. */
const PATIENCE = 120_000;

const python: Client = {
  name: 'boto3',
  calls: async (url, calls) => {
    const parameters = ['test/clients/boto3_calls.py', url, ACCOUNT, 'route53', JSON.stringify(calls)];
    const { stdout, stderr } = await run('python3', parameters);
    if (stderr !== '') throw new Error(stderr);
    return (JSON.parse(stdout) as object[]).map((outcome) => JSON.stringify(outcome));
  },
};

/** Debian's, where it is: another `aws` on the PATH may be a newer one, or none at all. */
const CLI = '/usr/bin/aws';
const dashed = (name: string): string => name.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

const cli: Client = {
  name: 'AWS CLI',
  calls: async (url, calls) => {
    const common = ['--region', 'us-west-2', '--endpoint-url', url, '--output', 'json', 'route53'];
    const env = {
      ...{ AWS_ACCESS_KEY_ID: ACCOUNT, AWS_SECRET_ACCESS_KEY: 'any' },
      ...{ AWS_PAGER: '', AWS_MAX_ATTEMPTS: '1' },
    };
    const said: string[] = [];
    for (const [method, input] of calls) {
      const parameters = Object.entries(input).flatMap(([name, value]) => [
        `--${dashed(name)}`,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]);
      const { stdout, stderr } = await run(CLI, [...common, method.replaceAll('_', '-'), ...parameters], env);
      said.push(stdout + stderr);
    }
    return said;
  },
};

const installed = async (): Promise<readonly Client[]> => {
  const trials = [
    { client: python, program: 'python3', parameters: ['-c', 'import boto3'], get: 'python3-boto3' },
    { client: cli, program: CLI, parameters: ['--version'], get: 'awscli' },
  ];
  const clients: Client[] = [];
  for (const { client, program, parameters, get } of trials) {
    if ((await run(program, parameters)).code === 0) clients.push(client);
    else console.warn(`LEFT OUT: ${client.name} is not installed (Debian package ${get}); its tests did not run.`);
  }
  return clients;
};

const A = record('a.example.com', 'A', '192.0.2.1');
const changing = (HostedZoneId: string, Action: string, ...sets: object[]): Call => [
  'change_resource_record_sets',
  { HostedZoneId, ChangeBatch: { Changes: sets.map((ResourceRecordSet) => ({ Action, ResourceRecordSet })) } },
];

describe.each(await installed())('$name', { timeout: PATIENCE }, (client) => {
  const served = async () => {
    const world = route53World(AT_ONCE);
    const server = await serve({ port: 0, host: '127.0.0.1', handler: world.handler });
    onTestFinished(() => server.close());
    return { ...world, id: await world.zone(), calls: (...all: Call[]) => client.calls(server.url, all) };
  };

  it('makes a zone, a change and a health check, and lists what is there', async () => {
    const { id, calls } = await served();

    const said = await calls(
      ['create_hosted_zone', { Name: 'example.org', CallerReference: 'r' }],
      changing(id, 'UPSERT', A),
      ['list_resource_record_sets', { HostedZoneId: id, MaxItems: '3' }],
      [
        'create_health_check',
        { CallerReference: 'r', HealthCheckConfig: { Type: 'TCP', IPAddress: '192.0.2.1', Port: 5432 } },
      ],
    );

    expect(said.map((each) => JSON.parse(each) as unknown)).toEqual([
      expect.objectContaining({
        HostedZone: expect.objectContaining({ Name: 'example.org.', ResourceRecordSetCount: 2 }),
      }),
      { ChangeInfo: expect.objectContaining({ Id: expect.stringMatching(/^\/change\/C0/), Status: 'PENDING' }) },
      expect.objectContaining({
        ResourceRecordSets: [
          expect.objectContaining({ Type: 'NS' }),
          expect.objectContaining({ Type: 'SOA' }),
          { Name: 'a.example.com.', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] },
        ],
      }),
      expect.objectContaining({
        HealthCheck: expect.objectContaining({
          HealthCheckConfig: expect.objectContaining({ RequestInterval: 30, FailureThreshold: 3 }),
        }),
      }),
    ]);
  });

  it("is refused with AWS's codes and in AWS's words", async () => {
    const { id, create, calls } = await served();
    await create(id, A);
    const alarm = { Type: 'CLOUDWATCH_METRIC', AlarmIdentifier: { Region: 'us-west-2', Name: 'gone' } };

    const said = await calls(
      changing(id, 'CREATE', A),
      changing(id, 'DELETE', { ...A, TTL: 5 }),
      changing(id, 'CREATE', record('b.example.org', 'A', '192.0.2.1'), record('b.example.com', 'TXT', 't')),
      changing(id, 'CREATE', { ...A, Weight: 1 }),
      changing('Z1', 'CREATE', A),
      ['create_health_check', { CallerReference: 'r', HealthCheckConfig: alarm }],
    );

    for (const [index, [code, words]] of [
      [
        'InvalidChangeBatch',
        "[Tried to create resource record set [name='a.example.com.', type='A'] but it already exists]",
      ],
      [
        'InvalidChangeBatch',
        "[Tried to delete resource record set [name='a.example.com.', type='A'] but the values provided do not match the current values]",
      ],
      [
        'InvalidChangeBatch',
        "[RRSet with DNS name b.example.org. is not permitted in zone example.com., Invalid Resource Record: FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 't']",
      ],
      [
        'InvalidInput',
        "Invalid request: Missing field 'SetIdentifier' in Change with [Action=CREATE, Name=a.example.com, Type=A, SetIdentifier=null]",
      ],
      ['NoSuchHostedZone', 'No hosted zone found with ID: Z1'],
      ['InvalidInput', 'The CloudWatch alarm gone does not exist in the region us-west-2.'],
    ].entries()) {
      expect(said[index]).toContain(code);
      expect(said[index]).toContain(words);
    }
  });

  it('is told that a change is INSYNC, that a zone is busy, that the control plane is down', async () => {
    const { id, create, passes, calls, control, model } = await served();
    const { ChangeInfo } = await create(id, A);
    await passes(60_000);
    Object.assign(model.zones.get(id) ?? {}, { busyUntil: Number.POSITIVE_INFINITY });

    const [status, busy] = await calls(['get_change', { Id: ChangeInfo?.Id }], changing(id, 'UPSERT', A));
    control.controlPlane.down();
    const [down] = await calls(changing(id, 'UPSERT', A));

    expect(JSON.parse(status ?? '')).toMatchObject({ ChangeInfo: { Status: 'INSYNC' } });
    expect(busy).toContain('PriorRequestNotComplete');
    expect(busy).toContain('The request was rejected because Route 53 was still processing a prior request.');
    expect(down).toContain('ServiceUnavailable');
    expect(control.controlPlane.calls.changes).toBe(3);
  });
});

const hasDig = (await run('dig', ['-v'])).code === 0;
if (!hasDig) console.warn('LEFT OUT: dig is not installed (Debian package bind9-dnsutils); its tests did not run.');

describe.runIf(hasDig)('dig', () => {
  it('shows CNAMEs on the way, texts, and names that are not there', async () => {
    const { zone, create, passes, dns } = route53World(AT_ONCE);
    await create(
      await zone(),
      A,
      record('a.example.com', 'AAAA', '2001:db8::1'),
      record('c.example.com', 'CNAME', 'd.example.com.'),
      record('d.example.com', 'CNAME', 'a.example.com.'),
      record('t.example.com', 'TXT', '"one" "two; three"', `"${'x'.repeat(255)}"`),
      record('example.com', 'MX', '10 a.example.com.'),
      record('_pg._tcp.example.com', 'SRV', '1 2 5432 a.example.com.'),
    );
    await passes(0);
    const server: DnsServer = await serveDns(() => dns, 0);
    try {
      const dig = async (...question: readonly string[]): Promise<readonly string[]> => {
        const { stdout } = await run('dig', [
          '@127.0.0.1',
          '-p',
          String(server.port),
          '+noall',
          '+answer',
          '+comments',
          ...question,
        ]);
        const lines = stdout
          .split('\n')
          .filter((line) => /^[^;]/.test(line))
          .map((line) => line.replace(/\s+/g, ' '));
        return [/status: (\w+)/.exec(stdout)?.[1] ?? stdout, ...lines];
      };

      expect(await dig('c.example.com')).toEqual([
        'NOERROR',
        'c.example.com. 60 IN CNAME d.example.com.',
        'd.example.com. 60 IN CNAME a.example.com.',
        'a.example.com. 60 IN A 192.0.2.1',
      ]);
      expect(await dig('a.example.com', 'AAAA')).toEqual(['NOERROR', 'a.example.com. 60 IN AAAA 2001:db8::1']);
      expect((await dig('t.example.com', 'TXT')).toSorted()).toEqual([
        'NOERROR',
        't.example.com. 60 IN TXT "one" "two; three"',
        `t.example.com. 60 IN TXT "${'x'.repeat(255)}"`,
      ]);
      expect(await dig('example.com', 'MX')).toEqual(['NOERROR', 'example.com. 60 IN MX 10 a.example.com.']);
      expect(await dig('_pg._tcp.example.com', 'SRV')).toEqual([
        'NOERROR',
        '_pg._tcp.example.com. 60 IN SRV 1 2 5432 a.example.com.',
      ]);
      expect((await dig('example.com', 'SOA'))[1]).toMatch(
        /^example\.com\. 900 IN SOA ns-\d+\.awsdns-\d\d\.co\.uk\. awsdns-hostmaster\.amazon\.com\. 1 7200 900 1209600 86400$/,
      );
      expect(await dig('example.com', 'NS')).toHaveLength(5);
      expect(await dig('t.example.com')).toEqual(['NOERROR']);
      expect(await dig('nobody.example.com')).toEqual(['NXDOMAIN']);
    } finally {
      await server.close();
    }
  });
});
