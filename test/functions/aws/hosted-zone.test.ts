import type { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { readSets } from '../../../functions/aws/hosted-zone.ts';
import { markSet, wantedSets } from '../../../functions/domain/dns-record.ts';
import { alias, NLB, NLB_ZONE, record, route53World } from '../../sandbox/services/route53/route53-world.ts';
import { aFailover, aRecord } from '../../support/dns-records.ts';

const NAME = 'db.example.com';
const BALANCER = { kind: 'alias', dnsName: NLB, zoneId: NLB_ZONE } as const;
const ROUTING = aFailover({ engages: 'manual-armed', primary: BALANCER, secondary: BALANCER });

/** A zone with a record that only a person fails over, and the names that its listings began with. */
const zoneWith = async (others: readonly string[]) => {
  const made = route53World();
  const zoneId = await made.zone();
  const checked = await made.check({ Type: 'TCP', IPAddress: '192.0.2.1', Port: 1 });
  const ours = aRecord({ name: NAME, zoneId, routing: ROUTING });
  const wanted = wantedSets(ours, { addressesOf: () => undefined, healthCheckId: checked });
  if (wanted.kind === 'doubt') throw new Error(wanted.because);
  const { values = [] } = markSet(ours);
  await made.create(
    zoneId,
    {
      ...alias(`_primary.${NAME}`),
      AliasTarget: { HostedZoneId: NLB_ZONE, DNSName: NLB, EvaluateTargetHealth: false },
    },
    {
      ...alias(`_secondary.${NAME}`),
      AliasTarget: { HostedZoneId: NLB_ZONE, DNSName: NLB, EvaluateTargetHealth: false },
    },
    {
      ...alias(NAME, `_primary.${NAME}`, zoneId),
      ...{ SetIdentifier: 'primary', Failover: 'PRIMARY', HealthCheckId: checked },
    },
    { ...alias(NAME, `_secondary.${NAME}`, zoneId), SetIdentifier: 'secondary', Failover: 'SECONDARY' },
    { ...record(markSet(ours).name, 'TXT', ...values), TTL: 300 },
  );
  for (let from = 0; from < others.length; from += 200) {
    await made.create(zoneId, ...others.slice(from, from + 200).map((name) => record(name, 'A', '192.0.2.9')));
  }
  const began: (string | undefined)[] = [];
  const send = made.client.send.bind(made.client);
  const counting = Object.assign(Object.create(made.client), {
    send: (command: ListResourceRecordSetsCommand) => {
      began.push(command.input.StartRecordName);
      return send(command);
    },
  }) as typeof made.client;
  return { route53: counting, record: ours, all: [...wanted.sets, markSet(ours)], began };
};

const many = (count: number, name: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => name(1_000 + index));

describe('what a zone has of a record', () => {
  it.each<[situation: string, others: readonly string[], listings: readonly string[]]>([
    ['a small zone - in one listing', ['a.db.example.com', 'z.example.com'], ['db.example.com.']],
    [
      'many names behind it - the listing has seen all of it by then',
      many(320, (index) => `z${index}.example.com`),
      ['db.example.com.'],
    ],
    [
      'many names below it before ours - a second listing from the first of ours on',
      many(320, (index) => `${index}.db.example.com`),
      ['db.example.com.', '_primary.db.example.com.'],
    ],
    [
      'many names between ours - on from each',
      [
        ...many(320, (index) => `${index}.db.example.com`),
        ...many(320, (index) => `${index}._primary.db.example.com`),
        ...many(320, (index) => `_q${index}.db.example.com`),
      ],
      [
        'db.example.com.',
        '_primary.db.example.com.',
        '_privatelink-concierge-a.db.example.com.',
        '_secondary.db.example.com.',
      ],
    ],
  ])('%s', async (_situation, others, listings) => {
    const given = await zoneWith(others);
    const found = await readSets(given.route53, given.record);

    expect(new Set(found)).toEqual(new Set(given.all));
    expect(found).toHaveLength(given.all.length);
    expect(given.began).toEqual(listings);
  });
});
