import {
  AssociateVPCWithHostedZoneCommand,
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  CreateVPCAssociationAuthorizationCommand,
  DeleteHostedZoneCommand,
  DeleteVPCAssociationAuthorizationCommand,
  DisassociateVPCFromHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesByVPCCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourceCommand,
  ListVPCAssociationAuthorizationsCommand,
  UpdateHostedZoneCommentCommand,
  type VPC as Vpc,
} from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { record, refusal, route53World, START, VPC } from './route53-world.ts';

const OTHER = { VPCRegion: 'eu-west-1', VPCId: 'vpc-0d4e5f6a' } satisfies Vpc;
const input = { Name: 'Example.com', CallerReference: 'r1' };

describe('a hosted zone', () => {
  it('public - with its delegation set, and the NS and SOA that tell of it', async () => {
    const { client } = route53World();

    const made = await client.send(new CreateHostedZoneCommand({ ...input, HostedZoneConfig: { Comment: 'ours' } }));

    const { Id = '' } = made.HostedZone ?? {};
    expect(Id).toMatch(/^\/hostedzone\/Z0[0-9A-F]{19}$/);
    expect(made.HostedZone).toEqual({
      Id,
      Name: 'example.com.',
      CallerReference: 'r1',
      Config: { Comment: 'ours', PrivateZone: false },
      ResourceRecordSetCount: 2,
    });
    expect(made.Location).toBe(`https://route53.amazonaws.com/2013-04-01${Id}`);
    expect(made.ChangeInfo).toMatchObject({ Status: 'PENDING', SubmittedAt: new Date(START) });
    const servers = made.DelegationSet?.NameServers ?? [];
    expect(servers.map((server) => server.replace(/\d+/g, 'N'))).toEqual([
      ...['ns-N.awsdns-N.com', 'ns-N.awsdns-N.net', 'ns-N.awsdns-N.org', 'ns-N.awsdns-N.co.uk'],
    ]);
    const { ResourceRecordSets } = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id }));
    expect(ResourceRecordSets).toEqual([
      {
        ...{ Name: 'example.com.', Type: 'NS', TTL: 172_800 },
        ResourceRecords: servers.map((server) => ({ Value: `${server}.` })),
      },
      {
        ...{ Name: 'example.com.', Type: 'SOA', TTL: 900 },
        ResourceRecords: [{ Value: `${servers[3]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400` }],
      },
    ]);
  });

  it('private - with its VPC, and no delegation set', async () => {
    const { client } = route53World();

    const made = await client.send(new CreateHostedZoneCommand({ ...input, VPC }));
    const { VPCs, HostedZone, DelegationSet } = await client.send(
      new GetHostedZoneCommand({ Id: made.HostedZone?.Id }),
    );

    expect(made.VPC).toEqual(VPC);
    expect(HostedZone?.Config).toEqual({ PrivateZone: true });
    expect({ VPCs, DelegationSet }).toEqual({ VPCs: [VPC], DelegationSet: undefined });
  });

  it.each([
    [
      'a caller reference again',
      input,
      'HostedZoneAlreadyExists: A hosted zone has already been created with the specified caller reference: r1',
    ],
    ['no name', { ...input, Name: '', CallerReference: 'r2' }, "InvalidDomainName: '' is not a valid domain name"],
    [
      'an empty label',
      { ...input, Name: 'a..com', CallerReference: 'r2' },
      "InvalidDomainName: 'a..com' is not a valid domain name",
    ],
    [
      'an id that no VPC has',
      { ...input, CallerReference: 'r2', VPC: { ...VPC, VPCId: 'vpc-x' } },
      'InvalidVPCId: The VPC ID: vpc-x is not valid.',
    ],
    [
      'a delegation set',
      { ...input, CallerReference: 'r2', DelegationSetId: 'N1' },
      'NoSuchDelegationSet: The specified delegation set N1 does not exist.',
    ],
  ])('refused: %s', async (_, again, refused) => {
    const { client } = route53World();
    await client.send(new CreateHostedZoneCommand(input));

    expect(await refusal(client.send(new CreateHostedZoneCommand(again)))).toBe(refused);
  });

  it('of the same name and VPC is refused, of the same name and no VPC is not', async () => {
    const { zone, client } = route53World();
    const id = await zone('example.com', VPC);

    const refused = await refusal(zone('example.com', VPC));
    await zone('example.com');

    expect(refused).toBe(
      `ConflictingDomainExists: The VPC vpc-0a1b2c3d in region us-west-2 has already been associated with the hosted zone ${id} with the same domain name.`,
    );
    expect((await client.send(new ListHostedZonesCommand({}))).HostedZones).toHaveLength(2);
  });

  it('is deleted when nothing but its own records is in it', async () => {
    const { zone, create, change, client } = route53World();
    const id = await zone();
    const set = record('a.example.com', 'A', '192.0.2.1');
    await create(id, set);

    const refused = await refusal(client.send(new DeleteHostedZoneCommand({ Id: id })));
    await change(id, 'DELETE', set);
    const { ChangeInfo } = await client.send(new DeleteHostedZoneCommand({ Id: id }));

    expect(refused).toBe(
      'HostedZoneNotEmpty: The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
    );
    expect(ChangeInfo?.Status).toBe('PENDING');
    expect(await refusal(client.send(new GetHostedZoneCommand({ Id: id })))).toBe(
      `NoSuchHostedZone: No hosted zone found with ID: ${id}`,
    );
  });

  it('is its owner’s alone', async () => {
    const { zone, clientOf } = route53World();
    const id = await zone();
    const stranger = clientOf('222222222222');

    expect(await refusal(stranger.send(new GetHostedZoneCommand({ Id: id })))).toContain('NoSuchHostedZone');
    expect((await stranger.send(new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
  });

  it('has a comment and tags', async () => {
    const { zone, client } = route53World();
    const Id = await zone();
    const tag = { ResourceType: 'hostedzone', ResourceId: Id } as const;
    await client.send(
      new ChangeTagsForResourceCommand({
        ...tag,
        AddTags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await client.send(
      new ChangeTagsForResourceCommand({ ...tag, AddTags: [{ Key: 'b', Value: '3' }], RemoveTagKeys: ['a'] }),
    );

    const { HostedZone } = await client.send(new UpdateHostedZoneCommentCommand({ Id, Comment: 'new' }));
    const { ResourceTagSet } = await client.send(new ListTagsForResourceCommand(tag));

    expect(HostedZone?.Config?.Comment).toBe('new');
    expect(ResourceTagSet).toEqual({ ...tag, Tags: [{ Key: 'b', Value: '3' }] });
  });

  it('is listed page by page, by creation and by name', async () => {
    const { zone, client } = route53World();
    const ids = [await zone('b.org'), await zone('a.com'), await zone('a.b.org')];

    const first = await client.send(new ListHostedZonesCommand({ MaxItems: 2 }));
    const second = await client.send(new ListHostedZonesCommand({ MaxItems: 2, Marker: first.NextMarker }));
    const named = await client.send(new ListHostedZonesByNameCommand({ MaxItems: 2 }));
    const rest = await client.send(
      new ListHostedZonesByNameCommand({ DNSName: named.NextDNSName, HostedZoneId: named.NextHostedZoneId }),
    );

    const names = (zones: readonly { readonly Name: string | undefined }[] | undefined) =>
      zones?.map(({ Name }) => Name);
    expect(names(first.HostedZones)).toEqual(['b.org.', 'a.com.']);
    expect({ IsTruncated: first.IsTruncated, NextMarker: first.NextMarker }).toEqual({
      IsTruncated: true,
      NextMarker: ids[2],
    });
    expect(names(second.HostedZones)).toEqual(['a.b.org.']);
    expect(names(named.HostedZones)).toEqual(['a.com.', 'b.org.']);
    expect(names(rest.HostedZones)).toEqual(['a.b.org.']);
    expect(rest.IsTruncated).toBe(false);
  });
});

describe('the VPCs of a private zone', () => {
  const of = (HostedZoneId: string, vpc: Vpc = OTHER) => ({ HostedZoneId, VPC: vpc });

  it('of its owner - associated and disassociated', async () => {
    const { zone, client } = route53World();
    const id = await zone('example.com', VPC);

    await client.send(new AssociateVPCWithHostedZoneCommand(of(id)));
    const { HostedZoneSummaries } = await client.send(new ListHostedZonesByVPCCommand(OTHER));
    await client.send(new DisassociateVPCFromHostedZoneCommand(of(id, VPC)));

    expect(HostedZoneSummaries).toEqual([
      { HostedZoneId: id, Name: 'example.com.', Owner: { OwningAccount: '123456789012' } },
    ]);
    expect((await client.send(new GetHostedZoneCommand({ Id: id }))).VPCs).toEqual([OTHER]);
  });

  it('of another account - by the owner’s authorization', async () => {
    const { zone, client, clientOf } = route53World();
    const id = await zone('example.com', VPC);
    const other = clientOf('222222222222');

    const refused = await refusal(other.send(new AssociateVPCWithHostedZoneCommand(of(id))));
    await client.send(new CreateVPCAssociationAuthorizationCommand(of(id)));
    const { VPCs } = await client.send(new ListVPCAssociationAuthorizationsCommand({ HostedZoneId: id }));
    await other.send(new AssociateVPCWithHostedZoneCommand(of(id)));
    await client.send(new DeleteVPCAssociationAuthorizationCommand(of(id)));

    expect(refused).toContain('NotAuthorizedException');
    expect(VPCs).toEqual([OTHER]);
    expect((await client.send(new GetHostedZoneCommand({ Id: id }))).VPCs).toEqual([VPC, OTHER]);
    expect(await refusal(client.send(new DeleteVPCAssociationAuthorizationCommand(of(id))))).toContain(
      'VPCAssociationAuthorizationNotFound',
    );
  });

  it('refused: a public zone, one that is associated, the last one, one that is not associated', async () => {
    const { zone, client } = route53World();
    const [open, closed] = [await zone('example.com'), await zone('example.com', VPC)];
    const associate = (id: string, vpc?: Vpc) =>
      refusal(client.send(new AssociateVPCWithHostedZoneCommand(of(id, vpc))));
    const leave = (id: string, vpc?: Vpc) =>
      refusal(client.send(new DisassociateVPCFromHostedZoneCommand(of(id, vpc))));

    expect(await associate(open)).toContain('PublicZoneVPCAssociation');
    expect(await associate(closed, VPC)).toContain('ConflictingDomainExists');
    expect(await leave(closed, VPC)).toContain('LastVPCAssociation');
    expect(await leave(closed)).toContain('VPCAssociationNotFound');
  });
});
