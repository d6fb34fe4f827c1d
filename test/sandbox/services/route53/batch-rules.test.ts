import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  CreateResourceRecordSetProtectionsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { alias, NLB, NLB_ZONE, record, refusal, route53World, VPC } from './route53-world.ts';

const A = record('a.example.com', 'A', '192.0.2.1');
const CNAME = record('c.example.com', 'CNAME', 'elsewhere.example.net');
const weighted = (SetIdentifier: string, Weight = 1, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  ...record('w.example.com', 'A', '192.0.2.1'),
  SetIdentifier,
  Weight,
  ...more,
});
const failover = (
  Failover: 'PRIMARY' | 'SECONDARY',
  SetIdentifier: string = Failover,
  more: Partial<ResourceRecordSet> = {},
): ResourceRecordSet => ({ ...record('f.example.com', 'A', '192.0.2.1'), SetIdentifier, Failover, ...more });
const made = (Action: Change['Action'], ResourceRecordSet: ResourceRecordSet): Change => ({
  Action,
  ResourceRecordSet,
});
const CREATED = (set: ResourceRecordSet): Change => made('CREATE', set);
const many = (count: number, text = ''): ResourceRecordSet =>
  record('t.example.com', 'TXT', ...Array.from({ length: count }, (_, index) => `"${index}${text}"`));
const spread = (sets: number, count: number, text = ''): Change[] =>
  Array.from({ length: sets }, (_, index) => CREATED({ ...many(count, text), Name: `t${index}.example.com` }));

interface Case {
  readonly name: string;
  /** What is in the zone beforehand. */
  readonly given?: readonly ResourceRecordSet[];
  readonly changes: readonly Change[];
  readonly refused: string;
}

const BATCH: readonly Case[] = [
  {
    name: 'CREATE of what is there',
    given: [A],
    changes: [CREATED(A)],
    refused: "[Tried to create resource record set [name='a.example.com.', type='A'] but it already exists]",
  },
  {
    name: 'CREATE of a set identifier that is there',
    given: [weighted('one')],
    changes: [CREATED(weighted('one'))],
    refused:
      "[Tried to create resource record set [name='w.example.com.', type='A', set-identifier='one'] but it already exists]",
  },
  {
    name: 'DELETE of what is not there',
    changes: [made('DELETE', A)],
    refused: "[Tried to delete resource record set [name='a.example.com.', type='A'] but it was not found]",
  },
  ...[
    { ...A, TTL: 61 },
    record('a.example.com', 'A', '192.0.2.2'),
    record('a.example.com', 'A', '192.0.2.1', '192.0.2.2'),
    alias('a.example.com'),
  ].map((set, index) => ({
    name: `DELETE with other values (${index + 1})`,
    given: [A],
    changes: [made('DELETE', set)],
    refused:
      "[Tried to delete resource record set [name='a.example.com.', type='A'] but the values provided do not match the current values]",
  })),
  ...[
    ['CREATE', 'CREATE'],
    ['UPSERT', 'UPSERT'],
    ['CREATE', 'DELETE'],
  ].map(([first, second]) => ({
    name: `${first} and ${second} of one record set`,
    changes: [made(first as Change['Action'], A), made(second as Change['Action'], A)],
    refused: "[The request contains an invalid set of changes for a resource record set 'A a.example.com.']",
  })),
  {
    name: 'DELETE twice',
    given: [A],
    changes: [made('DELETE', A), made('DELETE', A)],
    refused: "[The request contains an invalid set of changes for a resource record set 'A a.example.com.']",
  },
  {
    name: 'a name outside the zone',
    changes: [CREATED(record('a.example.org', 'A', '192.0.2.1'))],
    refused: '[RRSet with DNS name a.example.org. is not permitted in zone example.com.]',
  },
  {
    name: 'a name that only ends like the zone',
    changes: [CREATED(record('notexample.com', 'A', '192.0.2.1'))],
    refused: '[RRSet with DNS name notexample.com. is not permitted in zone example.com.]',
  },
  {
    name: 'an empty label',
    changes: [CREATED(record('a..example.com', 'A', '192.0.2.1'))],
    refused: "[FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com']",
  },
  {
    name: 'a CNAME at the apex',
    changes: [CREATED(record('example.com', 'CNAME', 'x.example.net'))],
    refused: '[RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.]',
  },
  {
    name: 'an address beside a CNAME',
    given: [CNAME],
    changes: [CREATED(record('c.example.com', 'A', '192.0.2.1'))],
    refused:
      '[RRSet of type A with DNS name c.example.com. is not permitted because a conflicting RRSet of type  CNAME with the same DNS name already exists in zone example.com.]',
  },
  {
    name: 'a CNAME beside an address',
    given: [A],
    changes: [CREATED(record('a.example.com', 'CNAME', 'x.example.net'))],
    refused:
      '[RRSet of type CNAME with DNS name a.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]',
  },
  {
    name: 'a simple record beside weighted ones',
    given: [weighted('one')],
    changes: [made('UPSERT', record('w.example.com', 'A', '192.0.2.1'))],
    refused:
      '[RRSet with DNS name w.example.com., type A cannot be created as other RRSets exist with the same name and type.]',
  },
  {
    name: 'a weighted record beside a simple one',
    given: [record('w.example.com', 'A', '192.0.2.1')],
    changes: [CREATED(weighted('one'))],
    refused:
      '[RRSet with DNS name w.example.com., type A, SetIdentifier one cannot be created as a non-weighted set exists with the same name and type.]',
  },
  {
    name: 'a multivalue answer beside a simple one',
    given: [record('w.example.com', 'A', '192.0.2.1')],
    changes: [CREATED({ ...record('w.example.com', 'A', '192.0.2.2'), SetIdentifier: 'm', MultiValueAnswer: true })],
    refused:
      '[RRSet with DNS name w.example.com., type A, SetIdentifier m cannot be created because a non multivalue answer rrset exists with the same name and type.]',
  },
  {
    name: 'a weighted record beside failover ones',
    given: [failover('SECONDARY')],
    changes: [CREATED({ ...weighted('one'), Name: 'f.example.com' })],
    refused:
      '[RRSet with DNS name f.example.com., type A, SetIdentifier one cannot be created as a non-weighted set exists with the same name and type.]',
  },
  {
    name: 'weighted records with other TTLs',
    given: [weighted('one')],
    changes: [CREATED(weighted('two', 1, { TTL: 30 }))],
    refused:
      '[RRSet with DNS name w.example.com. and type A, SetIdentifier two cannot be created as weighted sets must contain the same TTL.]',
  },
  {
    name: 'a second SECONDARY',
    given: [failover('SECONDARY')],
    changes: [CREATED(failover('SECONDARY', 'other'))],
    refused:
      '[RRSet with DNS name f.example.com., type A, SetIdentifier other, and Failover Type=SECONDARY cannot be created because a failover RRSet with the same name, type and failover type already exists.]',
  },
  {
    name: 'a PRIMARY that is no alias, without a health check',
    changes: [CREATED(failover('PRIMARY'))],
    refused: '[A non-alias primary ResourceRecordSet must have an associated health check. No changes made.]',
  },
  {
    name: 'a failover alias that does not evaluate its target',
    changes: [
      CREATED({
        ...{ Name: 'f.example.com', Type: 'A', SetIdentifier: 'p', Failover: 'PRIMARY' },
        AliasTarget: { HostedZoneId: NLB_ZONE, DNSName: NLB, EvaluateTargetHealth: false },
      }),
    ],
    refused:
      '[RRSet with DNS name f.example.com., type A, SetIdentifier p cannot be created as a failover alias must evaluate the health of its target.]',
  },
  {
    name: 'an alias to what is not there, named in the wrong zone',
    changes: [CREATED(alias('a.example.com', NLB, 'Z35SXDOTRQ7X7K'))],
    refused: `[Tried to create an alias that targets ${NLB}., type A in zone Z35SXDOTRQ7X7K, but the alias target name does not lie within the target zone, Tried to create an alias that targets ${NLB}., type A in zone Z35SXDOTRQ7X7K, but that target was not found]`,
  },
  {
    name: 'an alias to an unknown load balancer',
    changes: [CREATED(alias('a.example.com', 'gone.elb.us-west-2.amazonaws.com'))],
    refused: `[Tried to create an alias that targets gone.elb.us-west-2.amazonaws.com., type A in zone ${NLB_ZONE}, but that target was not found]`,
  },
  {
    name: 'an alias without a name',
    changes: [CREATED(alias('a.example.com', ''))],
    refused: "[FATAL problem: DomainNameEmpty (Domain name is empty) encountered with '']",
  },
  {
    name: 'an address that is none',
    changes: [CREATED(record('a.example.com', 'A', 'ns-738.awsdns-28.net.'))],
    refused:
      "[Invalid Resource Record: FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'ns-738.awsdns-28.net.']",
  },
  {
    name: 'an IPv6 address that is none',
    changes: [CREATED(record('a.example.com', 'AAAA', '192.0.2.1'))],
    refused:
      "[Invalid Resource Record: FATAL problem: AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address) encountered with '192.0.2.1']",
  },
  {
    name: 'a text without quotation marks',
    changes: [CREATED(record('a.example.com', 'TXT', 'hello'))],
    refused:
      "[Invalid Resource Record: FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 'hello']",
  },
  {
    name: 'a text of 256 characters in one string',
    changes: [CREATED(record('a.example.com', 'TXT', `"${'x'.repeat(256)}"`))],
    refused: `[Invalid Resource Record: FATAL problem: CharacterStringTooLong (Value is too long) encountered with '"${'x'.repeat(256)}"']`,
  },
  {
    name: 'a value twice',
    changes: [CREATED(record('a.example.com', 'A', '192.0.2.1', '192.0.2.1'))],
    refused: "[Duplicate Resource Record: '192.0.2.1']",
  },
  {
    name: '401 values in one record set',
    changes: [CREATED(many(401))],
    refused: '[Cannot have more than 400 records in a RRSet.]',
  },
  { name: '1,001 values', changes: spread(7, 143), refused: '[Number of records limit of 1000 exceeded.]' },
  {
    name: '501 values by UPSERT, which count twice',
    changes: spread(3, 167).map((each) => ({ ...each, Action: 'UPSERT' as const })),
    refused: '[Number of records limit of 1000 exceeded.]',
  },
  {
    name: 'more than 32,000 characters',
    changes: spread(3, 100, 'x'.repeat(120)),
    refused: '[Number of characters limit of 32000 exceeded.]',
  },
  {
    name: 'everything that is wrong, in one list',
    given: [A],
    changes: [CREATED(A), made('DELETE', CNAME), CREATED(record('b.example.com', 'A', 'x'))],
    refused: [
      "[Tried to create resource record set [name='a.example.com.', type='A'] but it already exists",
      "Tried to delete resource record set [name='c.example.com.', type='CNAME'] but it was not found",
      "Invalid Resource Record: FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'x']",
    ].join(', '),
  },
];

describe('a batch of changes that Route 53 refuses', () => {
  it.each(BATCH)('$name', async ({ given = [], changes, refused }) => {
    const { zone, create, batch, list } = route53World();
    const id = await zone();
    if (given.length > 0) await create(id, ...given);
    const before = await list(id);

    expect(await refusal(batch(id, ...changes))).toBe(`InvalidChangeBatch: ${refused}`);

    expect(await list(id)).toEqual(before);
  });

  it('leaves the zone its own two records', async () => {
    const { zone, change, model } = route53World();
    const id = await zone();
    const [ns, soa] = [...(model.zones.get(id)?.records.values() ?? [])].map(({ name, type, ttl, values }) => ({
      ...record(name, type as 'NS', ...values),
      TTL: ttl,
    }));

    const refused = await refusal(change(id, 'DELETE', ns ?? A, soa ?? A));

    expect(refused).toBe(
      'InvalidChangeBatch: [A HostedZone must contain exactly one SOA record., A HostedZone must contain at least one NS record for the zone itself.]',
    );
  });

  it('names a health check that is not there', async () => {
    const { zone, create } = route53World();
    const HealthCheckId = '00000000-0000-4000-8000-000000000000';

    const refused = await refusal(create(await zone(), failover('PRIMARY', 'p', { HealthCheckId })));

    expect(refused).toBe(`NoSuchHealthCheck: A health check with id ${HealthCheckId} does not exist.`);
  });

  it('may name a health check of another account: a consumer’s zone fails over by its provider’s', async () => {
    const { check, clientOf, model } = route53World();
    const HealthCheckId = await check({ Type: 'CALCULATED', HealthThreshold: 0 });
    const consumer = clientOf('222222222222');
    const { HostedZone } = await consumer.send(
      new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'theirs' }),
    );

    const ResourceRecordSet = failover('PRIMARY', 'p', { HealthCheckId });
    await consumer.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: HostedZone?.Id,
        ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet }] },
      }),
    );
    expect([...model.zones.values()].flatMap(({ records }) => [...records.values()])).toContainEqual(
      expect.objectContaining({ healthCheckId: HealthCheckId }),
    );
  });

  it('holds CloudFront in a private zone', async () => {
    const { zone, create } = route53World();
    const target = alias('a.example.com', 'd1.cloudfront.net', 'Z2FDTNDATAQYW2');

    const refused = await refusal(create(await zone('example.com', VPC), target));

    expect(refused).toContain('but an alias in a private hosted zone cannot target a CloudFront distribution');
  });

  it('touches what is protected, as a whole', async () => {
    const { zone, create, change, client, list } = route53World();
    const id = await zone();
    await create(id, A);
    const Protections = [{ RecordName: 'A.example.com', RecordType: 'A', Comment: 'owned by failover' } as const];
    await client.send(new CreateResourceRecordSetProtectionsCommand({ HostedZoneId: id, Protections }));

    const refused = await refusal(change(id, 'UPSERT', record('b.example.com', 'A', '192.0.2.2'), { ...A, TTL: 5 }));

    expect(refused).toContain('InvalidChangeBatch: [RRSet with DNS name a.example.com., type A is protected');
    expect(refused).toContain('owned by failover');
    expect(await list(id)).toEqual(['a.example.com. A 192.0.2.1']);
  });
});

const told = (Name: string, SetIdentifier: string | null = null): string =>
  `in Change with [Action=CREATE, Name=${Name}, Type=A, SetIdentifier=${SetIdentifier}]`;
const CONTENT = 'Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]';
const POLICIES =
  'Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig]';
const range = (value: unknown, member: string, words: string): string =>
  `1 validation error detected: Value '${value}' at 'changeBatch.changes.1.member.${member}' failed to satisfy constraint: Member must ${words}`;

describe('a request that Route 53 does not even look at', () => {
  const bare = { Name: 'a.example.com', Type: 'A' } as const;
  it.each([
    ['neither values nor an alias', bare, `Invalid request: ${CONTENT}, but found none ${told('a.example.com')}`],
    [
      'values without a TTL',
      { ...A, TTL: undefined },
      `Invalid request: ${CONTENT}, but found none ${told('a.example.com')}`,
    ],
    [
      'an alias with a TTL',
      { ...alias('a.example.com'), TTL: 60 },
      `Invalid request: ${CONTENT}, but found more than one ${told('a.example.com')}`,
    ],
    [
      'a weight without a set identifier',
      { ...A, Weight: 1 },
      `Invalid request: Missing field 'SetIdentifier' ${told('a.example.com')}`,
    ],
    [
      'a set identifier without a policy',
      { ...A, SetIdentifier: 's' },
      `Invalid request: ${POLICIES}, but found none ${told('a.example.com', 's')}`,
    ],
    [
      'two policies',
      { ...A, SetIdentifier: 's', Weight: 1, Failover: 'SECONDARY' as const },
      `Invalid request: ${POLICIES}, but found more than one ${told('a.example.com', 's')}`,
    ],
    [
      'a weight of 256',
      weighted('s', 256),
      range(256, 'resourceRecordSet.weight', 'have value less than or equal to 255'),
    ],
    [
      'a weight below 0',
      weighted('s', -1),
      range(-1, 'resourceRecordSet.weight', 'have value greater than or equal to 0'),
    ],
    [
      'a TTL beyond 31 bits',
      { ...A, TTL: 2_147_483_648 },
      range(2_147_483_648, 'resourceRecordSet.tTL', 'have value less than or equal to 2147483647'),
    ],
  ])('%s', async (_, set, refused) => {
    const { zone, create } = route53World();

    expect(await refusal(create(await zone(), set))).toBe(`InvalidInput: ${refused}`);
  });

  it('no changes at all', async () => {
    const { zone, batch } = route53World();

    expect(await refusal(batch(await zone()))).toContain("InvalidInput: 1 validation error detected: Value '[]'");
  });

  it('a routing policy that the sandbox does not have - by its name', async () => {
    const { zone, create } = route53World();
    const set: ResourceRecordSet = { ...A, SetIdentifier: 's', Region: 'us-west-2' };

    expect(await refusal(create(await zone(), set))).toBe(
      'NotImplemented: The sandbox does not model record sets with Region.',
    );
  });
});

describe('a batch that Route 53 accepts', () => {
  const HEALTHY = { Type: 'HTTP', FullyQualifiedDomainName: 'app.example.com' } as const;
  it.each<{ name: string; given?: ResourceRecordSet[]; changes: Change[]; there: string[] }>([
    {
      name: 'UPSERT makes what is not there',
      changes: [made('UPSERT', A)],
      there: ['a.example.com. A 192.0.2.1'],
    },
    {
      name: 'UPSERT replaces by name, type and set identifier',
      given: [weighted('one'), weighted('two')],
      changes: [made('UPSERT', weighted('two', 5, { ResourceRecords: [{ Value: '192.0.2.9' }] }))],
      there: ['w.example.com. A one 192.0.2.1', 'w.example.com. A two 192.0.2.9'],
    },
    {
      name: 'DELETE, values in another order, the name in another case',
      given: [record('a.example.com', 'A', '192.0.2.1', '192.0.2.2')],
      changes: [made('DELETE', record('A.Example.COM.', 'A', '192.0.2.2', '192.0.2.1'))],
      there: [],
    },
    {
      name: 'DELETE and then CREATE of one record set',
      given: [A],
      changes: [made('DELETE', A), CREATED(record('a.example.com', 'A', '192.0.2.9'))],
      there: ['a.example.com. A 192.0.2.9'],
    },
    {
      name: 'a CNAME that takes the place of an address, whatever comes first',
      given: [A],
      changes: [CREATED(record('a.example.com', 'CNAME', 'x.example.net')), made('DELETE', A)],
      there: ['a.example.com. CNAME x.example.net'],
    },
    {
      name: 'an alias to a record of the same batch',
      changes: [CREATED(A), CREATED(alias('b.example.com', 'a.example.com', 'SELF'))],
      there: ['a.example.com. A 192.0.2.1', 'b.example.com. A'],
    },
    {
      name: 'a wildcard, a slash, an underscore',
      changes: ['*.example.com', '0/27.example.com', '_x.example.com', '\\052.b.example.com'].map((name) =>
        CREATED(record(name, 'TXT', '"t"')),
      ),
      there: [
        '\\052.example.com. TXT "t"',
        '0\\05727.example.com. TXT "t"',
        '_x.example.com. TXT "t"',
        '\\052.b.example.com. TXT "t"',
      ],
    },
    {
      name: 'two strings in one text, a quotation mark, a semicolon',
      changes: [CREATED(record('t.example.com', 'TXT', `"${'x'.repeat(255)}" "a \\" b; c"`))],
      there: [`t.example.com. TXT "${'x'.repeat(255)}" "a \\" b; c"`],
    },
  ])('$name', async ({ given = [], changes, there }) => {
    const { zone, create, batch, list } = route53World();
    const id = await zone();
    const own = changes.map((each) => {
      const set = each.ResourceRecordSet;
      return set?.AliasTarget?.HostedZoneId === 'SELF'
        ? { ...each, ResourceRecordSet: { ...set, AliasTarget: { ...set.AliasTarget, HostedZoneId: id } } }
        : each;
    });
    if (given.length > 0) await create(id, ...given);

    await batch(id, ...own);

    expect(await list(id)).toEqual(there);
  });

  it('two failover records swap their roles in one batch', async () => {
    const { zone, create, change, check, list } = route53World();
    const id = await zone();
    const HealthCheckId = await check(HEALTHY);
    const one = failover('PRIMARY', 'one', { HealthCheckId });
    const two = failover('SECONDARY', 'two', { HealthCheckId });
    await create(id, one, two);

    await change(id, 'UPSERT', { ...one, Failover: 'SECONDARY' }, { ...two, Failover: 'PRIMARY' });

    expect(await list(id)).toEqual(['f.example.com. A one 192.0.2.1', 'f.example.com. A two 192.0.2.1']);
  });

  it.each<[order: string, given: readonly ResourceRecordSet[], action: Change['Action']]>([
    ['created after it', [], 'CREATE'],
    ['there, and changed after it', [A], 'UPSERT'],
  ])('where AWS is uncertain: an alias whose target is %s', async (_order, given, action) => {
    const play = async (aliasTargetComesFirst: boolean): Promise<string> => {
      const { zone, create, batch, list } = route53World({ uncertain: { aliasTargetComesFirst } });
      const id = await zone();
      if (given.length > 0) await create(id, ...given);
      const refused = await refusal(batch(id, CREATED(alias('b.example.com', 'a.example.com', id)), made(action, A)));
      return refused === 'nothing was refused' ? String(await list(id)) : refused.replace(id, 'SELF');
    };

    await expect(play(true)).resolves.toBe(
      'InvalidChangeBatch: [Tried to create an alias that targets a.example.com., type A in zone SELF, but that target was not found]',
    );
    await expect(play(false)).resolves.toBe('a.example.com. A 192.0.2.1,b.example.com. A');
  });

  it.each([
    ['primaryNeedsHealthCheck', failover('PRIMARY')],
    [
      'failoverAliasNeedsTargetHealth',
      {
        ...{ Name: 'f.example.com', Type: 'A' as const, SetIdentifier: 'p', Failover: 'PRIMARY' as const },
        AliasTarget: { HostedZoneId: NLB_ZONE, DNSName: NLB, EvaluateTargetHealth: false },
      },
    ],
  ])('where AWS is uncertain: %s', async (uncertain, set) => {
    const { zone, create, list } = route53World({ uncertain: { [uncertain]: false } });
    const id = await zone();

    await create(id, set);

    expect(await list(id)).toHaveLength(1);
  });
});
