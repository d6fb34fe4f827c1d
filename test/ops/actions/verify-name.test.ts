import {
  DescribeVpcEndpointServiceConfigurationsCommand,
  StartVpcEndpointServicePrivateDnsVerificationCommand,
} from '@aws-sdk/client-ec2';
import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  type HostedZone,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { verifyName } from '../../../ops/actions/verify-name.ts';
import { awsError, callsOf } from '../../functions/support.ts';
import { SERVICE_ID } from '../../support/builders.ts';
import { ofAda } from '../support.ts';

const INPUT = { serviceId: SERVICE_ID };
const VALUE = 'vpce:l6p0ERxlTt45jevFwOCp';
const WANTED = `Public DNS must have a TXT record "${VALUE}" at _6e86.api.example.com or _6e86.example.com`;
const AGAIN = 'wait for its TTL, and give the command again; --force has EC2 look all the same.';
const ZONE = 'Z0123456789ABCDEFGHIJ';
const RECORD = '_6e86.api.example.com.';
const ABOUT = { serviceId: SERVICE_ID, privateName: '*.api.example.com' };
const WROTE = { zoneId: ZONE, name: 'example.com.', record: RECORD, value: VALUE };

const aZone = (Name: string, id = ZONE, PrivateZone = false): HostedZone => ({
  Id: `/hostedzone/${id}`,
  Name,
  CallerReference: 'x',
  Config: { PrivateZone },
});

interface Surroundings {
  /** What public DNS has of TXT. */
  readonly txt?: Readonly<Record<string, readonly string[]>>;
  readonly zones?: readonly HostedZone[];
  /** What the zone has at the record's name. */
  readonly sets?: readonly ResourceRecordSet[];
  /** How many looks it takes until Route 53 has spread a change. */
  readonly syncs?: number;
}

/** A service whose private name is in these states, one look after the other. */
const world = (states: readonly string[], { txt = {}, zones = [], sets = [], syncs = 0 }: Surroundings = {}) => {
  const ada = ofAda();
  const described = ada.ec2Mock.on(DescribeVpcEndpointServiceConfigurationsCommand, { ServiceIds: [SERVICE_ID] });
  const replies = states.map((State) => ({
    ServiceConfigurations: [
      {
        PrivateDnsName: '*.api.example.com',
        PrivateDnsNameConfiguration: { State: State as 'verified', Type: 'TXT', Name: '_6e86', Value: VALUE },
      },
    ],
  }));
  for (const reply of replies.slice(0, -1)) described.resolvesOnce(reply);
  described.resolves(replies.at(-1) ?? { ServiceConfigurations: [{}] });
  ada.ec2Mock.on(StartVpcEndpointServicePrivateDnsVerificationCommand).resolves({ ReturnValue: true });
  const route53 = ada.homeZonesMock;
  for (const DNSName of ['api.example.com', 'example.com']) {
    // As Route 53 does: from that name on.
    const from = zones.filter(({ Name }) => Name === `${DNSName}.` || Name === 'example.org.');
    route53
      .on(ListHostedZonesByNameCommand, { DNSName })
      .resolves({ HostedZones: from, IsTruncated: false, MaxItems: 100 });
  }
  route53
    .on(ListResourceRecordSetsCommand, { HostedZoneId: ZONE, StartRecordName: RECORD })
    .resolves({ ResourceRecordSets: [...sets], IsTruncated: false, MaxItems: 300 });
  const change = (Status: 'PENDING' | 'INSYNC') => ({
    ChangeInfo: { Id: '/change/C1', Status, SubmittedAt: new Date(0) },
  });
  route53.on(ChangeResourceRecordSetsCommand).resolves(change('PENDING'));
  const changes = route53.on(GetChangeCommand, { Id: 'C1' });
  for (let look = 0; look < syncs; look += 1) changes.resolvesOnce(change('PENDING'));
  changes.resolves(change('INSYNC'));
  const asked: string[] = [];
  const services = {
    ...ada.services,
    lookUpTxt: async (of: string) => {
      asked.push(of);
      return txt[of] ?? [];
    },
  };
  const starts = () => callsOf(ada.ec2Mock).filter(([command]) => command.startsWith('Start'));
  const batches = () => callsOf(route53).filter(([command]) => command.startsWith('Change'));
  return { ...ada, services, asked, starts, batches, route53, zoneCalls: () => callsOf(route53) };
};

const THE_START = [['StartVpcEndpointServicePrivateDnsVerification', { ServiceId: SERVICE_ID }]];
const THE_BATCH = [
  [
    'ChangeResourceRecordSets',
    {
      HostedZoneId: ZONE,
      ChangeBatch: {
        Comment: `privatelink-concierge: ${SERVICE_ID}`,
        Changes: [
          {
            Action: 'CREATE',
            ResourceRecordSet: { Name: RECORD, Type: 'TXT', TTL: 1800, ResourceRecords: [{ Value: `"${VALUE}"` }] },
          },
        ],
      },
    },
  ],
];
const SEEN = { txt: { '_6e86.example.com': [VALUE] } };
const OURS = { zones: [aZone('example.com.')] };
const aTxt = (...values: readonly string[]): ResourceRecordSet => ({
  Name: RECORD,
  Type: 'TXT',
  TTL: 60,
  ResourceRecords: values.map((Value) => ({ Value: `"${Value}"` })),
});

describe('verify-name, where public DNS has the TXT record', () => {
  it.each([
    ['beneath the private name', '_6e86.api.example.com'],
    ['beneath a domain above it', '_6e86.example.com'],
  ])('%s - started, and looked at until EC2 says so; no zone is looked for', async (_where, place) => {
    const { services, starts, waits, zoneCalls } = world(['failed', 'failed', 'pendingVerification', 'verified'], {
      txt: { [place]: ['other', VALUE] },
    });

    await expect(verifyName(INPUT, services)).resolves.toEqual({ outcome: 'verified', ...ABOUT });
    expect([starts(), waits, zoneCalls()]).toEqual([THE_START, [10_000, 10_000], []]);
  });

  it('--dry-run - says so, and starts nothing', async () => {
    const { services, starts } = world(['pendingVerification'], SEEN);

    await expect(verifyName({ ...INPUT, dryRun: true }, services)).resolves.toEqual({ outcome: 'planned', ...ABOUT });
    expect(starts()).toEqual([]);
  });

  it.each([
    ['a failure that was there before: only once it is no leftover', ['failed'], 30],
    ['a failure after it was pending: at once', ['pendingVerification', 'failed'], 0],
    ['a failure that came after the start', ['failed', 'pendingVerification', 'failed'], 1],
  ])('EC2 does not find it, %s - refused', async (_what, states, looks) => {
    const { services, waits } = world(states, SEEN);

    await expect(verifyName(INPUT, services)).resolves.toEqual({
      outcome: 'refused',
      because: `EC2 did not find what it looked for. ${WANTED}. Is it there as it is, in this case, and in public DNS? Give the command again when it is.`,
    });
    expect(waits).toHaveLength(looks);
  });

  it('EC2 takes longer than anybody waits - pending', async () => {
    const { services } = world(['pendingVerification'], SEEN);

    await expect(verifyName(INPUT, services)).resolves.toEqual({ outcome: 'pending', waitsFor: 'EC2', ...ABOUT });
  });
});

describe('verify-name, where public DNS lacks the TXT record', () => {
  it('a hosted zone has room for it - written in one batch, spread, and then verified', async () => {
    const { services, starts, batches, waits, said } = world(['pendingVerification', 'verified'], {
      ...OURS,
      syncs: 2,
    });

    await expect(verifyName(INPUT, services)).resolves.toEqual({ outcome: 'verified', ...ABOUT, wrote: WROTE });
    expect([batches(), starts(), waits]).toEqual([THE_BATCH, THE_START, [5_000, 5_000]]);
    expect(said[0]).toBe(`Writing ${RECORD} TXT "${VALUE}" into ${ZONE} (example.com.).`);
  });

  it('--dry-run - what would be written, and nothing is', async () => {
    const { services, starts, batches } = world(['pendingVerification'], OURS);

    await expect(verifyName({ ...INPUT, dryRun: true }, services)).resolves.toEqual({
      outcome: 'planned',
      ...ABOUT,
      writes: WROTE,
    });
    expect([starts(), batches()]).toEqual([[], []]);
  });

  it('the zone has it already, by an earlier run - nothing is written twice', async () => {
    const { services, starts, batches } = world(['pendingVerification', 'verified'], {
      ...OURS,
      sets: [aTxt('somebody else’s', VALUE)],
    });

    await expect(verifyName(INPUT, services)).resolves.toEqual({ outcome: 'verified', ...ABOUT });
    expect([starts(), batches()]).toEqual([THE_START, []]);
  });

  it('the zone of the longer name is taken, and no private one', async () => {
    const longer = 'Z9999999999';
    const { services, route53 } = world(['pendingVerification'], {
      zones: [aZone('example.com.'), aZone('api.example.com.', 'Z1PRIVATE', true), aZone('api.example.com.', longer)],
    });
    route53.on(ListResourceRecordSetsCommand, { HostedZoneId: longer }).resolves({});

    await expect(verifyName({ ...INPUT, dryRun: true }, services)).resolves.toMatchObject({
      writes: { zoneId: longer, name: 'api.example.com.', record: RECORD },
    });
  });

  it.each([
    ['a TXT record', aTxt('theirs'), 'TXT "theirs"'],
    ['a CNAME', { Name: RECORD, Type: 'CNAME' as const, TTL: 60, ResourceRecords: [{ Value: 'x.' }] }, 'a CNAME'],
  ])('somebody else has %s there - refused, and theirs is untouched', async (_what, set, told) => {
    const { services, starts, batches } = world(['pendingVerification'], { ...OURS, sets: [set] });

    await expect(verifyName(INPUT, services)).resolves.toEqual({
      outcome: 'refused',
      because: `${RECORD} in ${ZONE} (example.com.) is ${told}, which we did not write. Nothing was written. Whoever wrote it may add the value "${VALUE}" to it; ${AGAIN}`,
    });
    expect([starts(), batches()]).toEqual([[], []]);
  });

  it('two public zones share the name - refused until one is said', async () => {
    const zones = [aZone('example.com.'), aZone('example.com.', 'Z2')];
    const { services, batches } = world(['pendingVerification', 'pendingVerification', 'verified'], { zones });

    await expect(verifyName(INPUT, services)).resolves.toMatchObject({
      because: `Your account has 2 public hosted zones example.com.: ${ZONE}, Z2. Say by --zone to which of them the domain is delegated. Nothing was written.`,
    });
    expect(batches()).toEqual([]);
    await expect(verifyName({ ...INPUT, zoneId: ZONE }, services)).resolves.toMatchObject({ outcome: 'verified' });
    expect(batches()).toEqual(THE_BATCH);
  });

  it.each([
    ['no zone of ours', [aZone('example.org.')], undefined, 'Your account has no public hosted zone for it'],
    ['a private zone alone', [aZone('example.com.', ZONE, true)], undefined, 'Your account has no public hosted zone'],
    [
      'another zone than was said',
      [aZone('example.com.')],
      'Z2',
      "Z2 is no public hosted zone of your account's for it",
    ],
  ])('%s - the record, for whoever has the domain, and nothing is started', async (_what, zones, zoneId, because) => {
    const { services, starts, asked } = world(['pendingVerification'], {
      zones,
      txt: { '_6e86.example.com': ['vpce:another'] },
    });

    const result = await verifyName(zoneId === undefined ? INPUT : { ...INPUT, zoneId }, services);
    expect(result).toMatchObject({ outcome: 'refused', because: expect.stringContaining(because) });
    expect(result).toMatchObject({ because: expect.stringContaining(`${WANTED}, and nobody sees it from here.`) });
    expect([starts(), asked]).toEqual([[], ['_6e86.api.example.com', '_6e86.example.com']]);
  });

  it.each([
    ['look', 'ListHostedZonesByName', 'You may not look into hosted zones'],
    ['read the zone', 'ListResourceRecordSets', 'You may not look into hosted zones'],
    ['write the zone', 'ChangeResourceRecordSets', `You may not write ${ZONE} (example.com.)`],
  ])('whoever calls may not %s - told, with the record for whoever may', async (_what, action, because) => {
    const { services, starts, route53 } = world(['pendingVerification'], OURS);
    const denied = awsError('AccessDenied');
    if (action === 'ListHostedZonesByName') route53.on(ListHostedZonesByNameCommand).rejects(denied);
    if (action === 'ListResourceRecordSets') route53.on(ListResourceRecordSetsCommand).rejects(denied);
    if (action === 'ChangeResourceRecordSets') route53.on(ChangeResourceRecordSetsCommand).rejects(denied);

    const result = await verifyName(INPUT, services);
    expect(result).toMatchObject({ outcome: 'refused', because: expect.stringContaining(because) });
    expect(result).toMatchObject({ because: expect.stringContaining(WANTED) });
    expect(starts()).toEqual([]);
  });

  it.each([
    ['somebody was faster', 'InvalidChangeBatch'],
    ['the zone is busy', 'PriorRequestNotComplete'],
  ])('%s - refused in words, and nothing is started', async (_what, code) => {
    const { services, starts, route53 } = world(['pendingVerification'], OURS);
    route53.on(ChangeResourceRecordSetsCommand).rejects(awsError(code));

    await expect(verifyName(INPUT, services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringMatching(/did not take it: .*Nothing was written/),
    });
    expect(starts()).toEqual([]);
  });

  it('Route 53 does not spread it - pending, and EC2 is not told yet', async () => {
    const { services, starts } = world(['pendingVerification'], { ...OURS, syncs: 1_000 });

    await expect(verifyName(INPUT, services)).resolves.toEqual({
      outcome: 'pending',
      waitsFor: 'Route 53',
      ...ABOUT,
      wrote: WROTE,
    });
    expect(starts()).toEqual([]);
  });

  it('EC2 does not find what was written - asks for the delegation', async () => {
    const { services } = world(['pendingVerification', 'failed'], OURS);

    await expect(verifyName(INPUT, services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(
        `It was written into ${ZONE}: is the domain delegated to the name servers of example.com.?`,
      ),
    });
  });

  it('--force - EC2 looks all the same, and no zone is looked at', async () => {
    const { services, starts, asked, zoneCalls } = world(['pendingVerification', 'verified'], OURS);

    await expect(verifyName({ ...INPUT, force: true }, services)).resolves.toMatchObject({ outcome: 'verified' });
    expect([starts(), asked, zoneCalls()]).toEqual([THE_START, [], []]);
  });
});

describe('verify-name', () => {
  it('it is verified - nothing is asked of DNS, and nothing started', async () => {
    const { services, starts, asked } = world(['verified']);

    await expect(verifyName(INPUT, services)).resolves.toEqual({ outcome: 'unchanged', ...ABOUT });
    expect([starts(), asked]).toEqual([[], []]);
  });

  it('it has no private name - refused', async () => {
    await expect(verifyName(INPUT, world([]).services)).resolves.toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining(`${SERVICE_ID} has no private DNS name.`),
    });
  });

  it.each([
    ['a service that is none', { serviceId: 'vpce-1' }, 'serviceId'],
    ['a zone that is none', { ...INPUT, zoneId: 'zone' }, 'zoneId'],
  ])('%s - BadInput', async (_what, input, field) => {
    await expect(verifyName(input, ofAda().services)).rejects.toMatchObject({ faults: [{ field }] });
  });
});
