import { AssociateVPCWithHostedZoneCommand, type ResourceRecordSet } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { AT_ONCE, alias, NLB, NLB_ZONE, record, route53World, SECOND, VPC } from './route53-world.ts';

const OTHER_VPC = 'vpc-0d4e5f6a';
const ENDPOINT = 'vpce-1.vpce-svc-1.us-west-2.vpce.amazonaws.com';
const OF_VPCE = 'Z1YSA3EXCYUU9Z';

/** A world whose DNS knows changes at once, with a zone in which there are these. */
const world = async (sets: readonly ResourceRecordSet[] = [], vpc?: typeof VPC) => {
  const made = route53World(AT_ONCE);
  const id = await made.zone('example.com', vpc);
  if (sets.length > 0) await made.create(id, ...sets);
  await made.passes(0);
  return { ...made, id };
};

/** The share of each first answer among a thousand. */
const shares = ({ ask }: Pick<Awaited<ReturnType<typeof world>>, 'ask'>, name: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (let query = 0; query < 1_000; query += 1) {
    const answer = ask(name);
    const first = typeof answer === 'string' ? answer : (answer[0] ?? 'nothing');
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
};

describe('what a zone answers', () => {
  it('records of each type, CNAMEs followed, names that are not there', async () => {
    const { ask } = await world([
      record('a.example.com', 'A', '192.0.2.1'),
      record('a.example.com', 'AAAA', '2001:db8::1'),
      record('a.example.com', 'TXT', '"one" "two"'),
      record('mail.example.com', 'MX', '10 a.example.com.'),
      record('c.example.com', 'CNAME', 'd.example.com.'),
      record('d.example.com', 'CNAME', 'A.example.com'),
      record('x.y.example.com', 'A', '192.0.2.9'),
    ]);

    expect(ask('A.EXAMPLE.com.')).toEqual(['192.0.2.1']);
    expect(ask('a.example.com', 'AAAA')).toEqual(['2001:db8::1']);
    expect(ask('a.example.com', 'TXT')).toEqual(['"one" "two"']);
    expect(ask('mail.example.com', 'MX')).toEqual(['10 a.example.com.']);
    expect(ask('c.example.com')).toEqual(['d.example.com', 'A.example.com', '192.0.2.1']);
    expect(ask('c.example.com', 'CNAME')).toEqual(['d.example.com']);
    expect(ask('a.example.com', 'MX')).toEqual([]);
    expect(ask('y.example.com')).toEqual([]); // there is a name below it
    expect(ask('nobody.example.com')).toBe('NXDOMAIN');
    expect(ask('example.org')).toBe('NXDOMAIN');
  });

  it('a wildcard, where nothing nearer is', async () => {
    const { ask } = await world([record('*.example.com', 'A', '192.0.2.1'), record('b.example.com', 'TXT', '"t"')]);

    expect(ask('any.example.com')).toEqual(['192.0.2.1']);
    expect(ask('any.deeper.example.com')).toEqual(['192.0.2.1']);
    expect(ask('b.example.com')).toEqual([]);
    expect(ask('below.b.example.com')).toBe('NXDOMAIN');
  });

  it('a circle of CNAMEs is a failure of the server', async () => {
    const { ask } = await world([
      record('a.example.com', 'CNAME', 'b.example.com'),
      record('b.example.com', 'CNAME', 'a.example.com'),
    ]);

    expect(ask('a.example.com')).toBe('SERVFAIL');
  });

  it('an answer is kept by the resolver until its TTL is over', async () => {
    const made = route53World(AT_ONCE, {});
    const id = await made.zone();
    await made.create(id, record('a.example.com', 'A', '192.0.2.1'));
    await made.passes(0);

    const seen = [made.ask('a.example.com')];
    await made.change(id, 'UPSERT', record('a.example.com', 'A', '192.0.2.2'));
    await made.passes(59 * SECOND);
    seen.push(made.ask('a.example.com'));
    await made.passes(SECOND);
    seen.push(made.ask('a.example.com'));

    expect(seen).toEqual([['192.0.2.1'], ['192.0.2.1'], ['192.0.2.2']]);
  });
});

describe('whom a private zone answers', () => {
  it('the VPCs that are associated: before the public zone, and with NXDOMAIN for what it lacks', async () => {
    const { ask, id, zone, create, client, passes, dns } = await world([record('a.example.com', 'A', '10.0.0.1')], VPC);
    const open = await zone('example.com');
    await create(open, record('a.example.com', 'A', '192.0.2.1'), record('b.example.com', 'A', '192.0.2.2'));
    await passes(0);

    expect(ask('a.example.com', 'A', VPC.VPCId)).toEqual(['10.0.0.1']);
    expect(ask('b.example.com', 'A', VPC.VPCId)).toBe('NXDOMAIN');
    expect(ask('a.example.com', 'A', OTHER_VPC)).toEqual(['192.0.2.1']);
    expect(ask('a.example.com')).toEqual(['192.0.2.1']);

    await client.send(
      new AssociateVPCWithHostedZoneCommand({ HostedZoneId: id, VPC: { VPCRegion: 'eu-west-1', VPCId: OTHER_VPC } }),
    );
    expect(ask('a.example.com', 'A', OTHER_VPC)).toEqual(['10.0.0.1']);
    dns.vantages.define('10.0.0.2', OTHER_VPC);
    expect(ask('a.example.com')).toEqual(['10.0.0.1']);
  });

  it('of two, the one with the longer name', async () => {
    const { ask, zone, create, passes } = await world([record('a.sub.example.com', 'A', '10.0.0.1')], VPC);
    const nearer = await zone('sub.example.com', VPC);
    await create(nearer, record('b.sub.example.com', 'A', '10.0.0.2'));
    await passes(0);

    expect(ask('a.sub.example.com', 'A', VPC.VPCId)).toBe('NXDOMAIN');
    expect(ask('b.sub.example.com', 'A', VPC.VPCId)).toEqual(['10.0.0.2']);
  });
});

describe('failover', () => {
  const set = (Failover: 'PRIMARY' | 'SECONDARY', address: string, HealthCheckId?: string): ResourceRecordSet => ({
    ...record('f.example.com', 'A', address),
    ...{ SetIdentifier: Failover, Failover },
    ...(HealthCheckId === undefined ? {} : { HealthCheckId }),
  });

  // https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html (Failover)
  it.each([
    { primary: true, secondary: true, answer: 'primary' },
    { primary: true, secondary: false, answer: 'primary' },
    { primary: false, secondary: true, answer: 'secondary' },
    { primary: false, secondary: false, answer: 'primary' },
    { primary: true, secondary: undefined, answer: 'primary' },
    { primary: false, secondary: undefined, answer: 'secondary' },
    { primary: undefined, secondary: true, answer: 'primary' },
    { primary: undefined, secondary: false, answer: 'primary' },
  ])('primary healthy: $primary, secondary healthy: $secondary - $answer', async ({ primary, secondary, answer }) => {
    const made = route53World({ ...AT_ONCE, uncertain: { primaryNeedsHealthCheck: false } });
    const checkFor = async (healthy: boolean | undefined): Promise<string | undefined> => {
      if (healthy === undefined) return undefined;
      const id = await made.check({ Type: 'TCP', IPAddress: '192.0.2.1', Port: 5432 });
      made.control.answers(id, healthy);
      return id;
    };
    const id = await made.zone();
    const [one, two] = [await checkFor(primary), await checkFor(secondary)];
    await made.create(id, set('PRIMARY', '192.0.2.1', one), set('SECONDARY', '192.0.2.2', two));
    await made.passes(120 * SECOND);

    expect(made.ask('f.example.com')).toEqual([answer === 'primary' ? '192.0.2.1' : '192.0.2.2']);
  });

  it('to and fro by the data of an alarm, with no call to the API', async () => {
    const made = route53World(AT_ONCE);
    const AlarmIdentifier = { Region: 'us-west-2', Name: 'unhealthy' } as const;
    const check = await made.check({ Type: 'CLOUDWATCH_METRIC', AlarmIdentifier });
    await made.create(await made.zone(), set('PRIMARY', '192.0.2.1', check), set('SECONDARY', '192.0.2.2'));
    await made.passes(10 * SECOND);
    const { calls } = made.control.controlPlane;

    const seen = [made.ask('f.example.com')];
    made.data.set('UnHealthyHostCount', 'ALARM');
    await made.passes(10 * SECOND);
    seen.push(made.ask('f.example.com'));
    made.data.set('UnHealthyHostCount', 'OK');
    await made.passes(10 * SECOND);
    seen.push(made.ask('f.example.com'));

    expect(seen).toEqual([['192.0.2.1'], ['192.0.2.2'], ['192.0.2.1']]);
    expect(made.control.controlPlane.calls).toEqual(calls);
  });

  it('of aliases, by the health of what they lead to', async () => {
    const { ask, targets } = await world([
      { ...alias('f.example.com'), SetIdentifier: 'p', Failover: 'PRIMARY' },
      { ...alias('f.example.com', ENDPOINT, OF_VPCE), SetIdentifier: 's', Failover: 'SECONDARY' },
    ]);
    const [balancer, endpoint] = [targets.get(NLB), targets.get(ENDPOINT)];
    if (balancer === undefined || endpoint === undefined) throw new Error('no targets');
    Object.assign(endpoint, { ipv4: ['10.201.1.1'] });

    const seen = [ask('f.example.com')];
    balancer.isHealthy = false;
    seen.push(ask('f.example.com'));
    endpoint.isHealthy = false;
    seen.push(ask('f.example.com'));

    expect(seen).toEqual([['10.200.1.1'], ['10.201.1.1'], ['10.200.1.1']]);
  });

  it('of aliases to records of the zone: a group is healthy if one of it is', async () => {
    const made = await world();
    const [one, two] = [
      await made.check({ Type: 'TCP', IPAddress: '192.0.2.1', Port: 1 }),
      await made.check({ Type: 'TCP', IPAddress: '192.0.2.2', Port: 1 }),
    ];
    const weighted = (SetIdentifier: string, address: string, HealthCheckId: string): ResourceRecordSet => ({
      ...record('w.example.com', 'A', address),
      ...{ SetIdentifier, Weight: 1, HealthCheckId },
    });
    await made.create(
      made.id,
      weighted('one', '192.0.2.1', one),
      weighted('two', '192.0.2.2', two),
      record('backup.example.com', 'A', '192.0.2.9'),
      { ...alias('f.example.com', 'w.example.com', made.id), SetIdentifier: 'p', Failover: 'PRIMARY' },
      { ...alias('f.example.com', 'backup.example.com', made.id), SetIdentifier: 's', Failover: 'SECONDARY' },
    );
    made.control.answers(one, false);
    await made.passes(120 * SECOND);
    const partly = shares(made, 'f.example.com');
    made.control.answers(two, false);
    await made.passes(120 * SECOND);

    expect(partly).toEqual({ '192.0.2.2': 1_000 });
    expect(shares(made, 'f.example.com')).toEqual({ '192.0.2.9': 1_000 });
  });

  it('of an alias to a record of the zone that does not ask for its target’s health: well whatever happens', async () => {
    const made = await world();
    const step = (Name: string, DNSName: string, HostedZoneId: string): ResourceRecordSet => ({
      ...{ Name, Type: 'A' },
      AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth: false },
    });
    const [balancer, endpoint] = [made.targets.get(NLB), made.targets.get(ENDPOINT)];
    if (balancer === undefined || endpoint === undefined) throw new Error('no targets');
    Object.assign(endpoint, { ipv4: ['10.201.1.1'] });
    const HealthCheckId = await made.check({ Type: 'TCP', IPAddress: '192.0.2.1', Port: 1 });
    await made.create(
      made.id,
      step('_p.f.example.com', NLB, NLB_ZONE),
      step('_s.f.example.com', ENDPOINT, OF_VPCE),
      {
        ...alias('f.example.com', '_p.f.example.com', made.id),
        ...{ SetIdentifier: 'p', Failover: 'PRIMARY', HealthCheckId },
      },
      { ...alias('f.example.com', '_s.f.example.com', made.id), SetIdentifier: 's', Failover: 'SECONDARY' },
    );
    await made.passes(60 * SECOND);
    const seen = [made.ask('f.example.com')];
    balancer.isHealthy = false;
    seen.push(made.ask('f.example.com'));
    made.control.answers(HealthCheckId, false);
    await made.passes(120 * SECOND);
    seen.push(made.ask('f.example.com'));
    Object.assign(balancer, { isHealthy: true });
    endpoint.isHealthy = false;
    seen.push(made.ask('f.example.com'));

    expect(seen).toEqual([['10.200.1.1'], ['10.200.1.1'], ['10.201.1.1'], ['10.201.1.1']]);
  });

  it.each([
    ['while-available', '10.200.1.1'],
    ['always', '10.201.1.1'],
  ] as const)('where AWS is uncertain: an endpoint is healthy %s', async (endpointHealth, answer) => {
    const made = route53World({ ...AT_ONCE, uncertain: { endpointHealth } });
    const id = await made.zone();
    await made.create(
      id,
      { ...alias('f.example.com', ENDPOINT, OF_VPCE), SetIdentifier: 'p', Failover: 'PRIMARY' },
      { ...alias('f.example.com'), SetIdentifier: 's', Failover: 'SECONDARY' },
    );
    Object.assign(made.targets.get(ENDPOINT) ?? {}, { ipv4: ['10.201.1.1'], isHealthy: false });
    await made.passes(0);

    expect(made.ask('f.example.com')).toEqual([answer]);
  });
});

describe('weighted records', () => {
  const weighted = (SetIdentifier: string, Weight: number, HealthCheckId?: string): ResourceRecordSet => ({
    ...record('w.example.com', 'A', `192.0.2.${SetIdentifier}`),
    ...{ SetIdentifier, Weight },
    ...(HealthCheckId === undefined ? {} : { HealthCheckId }),
  });

  it('are answered as often as they weigh', async () => {
    const made = await world([weighted('1', 1), weighted('2', 3), weighted('3', 0)]);

    const { '192.0.2.1': light = 0, '192.0.2.2': heavy = 0, ...others } = shares(made, 'w.example.com');

    expect(others).toEqual({});
    expect(light).toBeGreaterThan(200);
    expect(light).toBeLessThan(300);
    expect(heavy).toBe(1_000 - light);
  });

  it('of no weight are all alike', async () => {
    const made = await world([weighted('1', 0), weighted('2', 0)]);

    const { '192.0.2.1': one = 0, '192.0.2.2': two = 0 } = shares(made, 'w.example.com');

    expect(one + two).toBe(1_000);
    expect(Math.abs(one - two)).toBeLessThan(120);
  });

  // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
  it.each([
    { name: 'all are healthy', failing: [], answered: ['192.0.2.1', '192.0.2.2'] },
    { name: 'one of weight fails', failing: [0], answered: ['192.0.2.2'] },
    { name: 'all of weight fail', failing: [0, 1], answered: ['192.0.2.3'] },
    { name: 'all fail', failing: [0, 1, 2], answered: ['192.0.2.1', '192.0.2.2'] },
  ])('$name - $answered', async ({ failing, answered }) => {
    const made = await world();
    const checks = await Promise.all(
      [1, 2, 3].map((port) => made.check({ Type: 'TCP', IPAddress: '192.0.2.1', Port: port })),
    );
    await made.create(made.id, weighted('1', 1, checks[0]), weighted('2', 1, checks[1]), weighted('3', 0, checks[2]));
    for (const index of failing) made.control.answers(checks[index] ?? '', false);
    await made.passes(120 * SECOND);

    expect(Object.keys(shares(made, 'w.example.com')).sort()).toEqual(answered);
  });
});

describe('multivalue answers', () => {
  it('are up to eight healthy ones', async () => {
    const made = await world();
    const check = await made.check({ Type: 'TCP', IPAddress: '192.0.2.1', Port: 1 });
    const sets = Array.from(
      { length: 10 },
      (_, index): ResourceRecordSet => ({
        ...record('m.example.com', 'A', `192.0.2.${index}`),
        ...{ SetIdentifier: `m${index}`, MultiValueAnswer: true },
        ...(index === 0 ? { HealthCheckId: check } : {}),
      }),
    );
    await made.create(made.id, ...sets);
    made.control.answers(check, false);
    await made.passes(120 * SECOND);

    const answers = Array.from({ length: 50 }, () => made.ask('m.example.com'));

    expect(answers.every((answer) => answer.length === 8 && !answer.includes('192.0.2.0'))).toBe(true);
    expect(new Set(answers.flat()).size).toBe(9);
  });
});
