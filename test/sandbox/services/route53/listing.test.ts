import {
  CreateResourceRecordSetProtectionsCommand,
  DeleteResourceRecordSetProtectionsCommand,
  ListResourceRecordSetProtectionsCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
} from '@aws-sdk/client-route-53';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { record, refusal, route53World } from './route53-world.ts';

/** All pages of a listing, each as long as it is asked to be. */
const pages = async (
  world: ReturnType<typeof route53World>,
  HostedZoneId: string,
  MaxItems: number,
): Promise<readonly (readonly string[])[]> => {
  const all: string[][] = [];
  let start: Partial<ListResourceRecordSetsCommandInput> = {};
  for (;;) {
    const page = await world.client.send(new ListResourceRecordSetsCommand({ HostedZoneId, MaxItems, ...start }));
    all.push(
      (page.ResourceRecordSets ?? []).map(({ Name, Type, SetIdentifier }) =>
        [Name, Type, SetIdentifier].join(' ').trim(),
      ),
    );
    if (page.IsTruncated !== true) return all;
    start = {
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
  }
};

describe('a listing of record sets', () => {
  it('is in the order of names from their right end, then of types, then of set identifiers', async () => {
    const world = route53World();
    const id = await world.zone();
    await world.create(
      id,
      record('www.example.com', 'A', '192.0.2.1'),
      record('a.b.example.com', 'A', '192.0.2.1'),
      record('b.example.com', 'TXT', '"t"'),
      record('b.example.com', 'A', '192.0.2.1'),
      record('b-1.example.com', 'A', '192.0.2.1'),
      record('*.example.com', 'A', '192.0.2.1'),
      { ...record('w.example.com', 'A', '192.0.2.1'), SetIdentifier: 'two', Weight: 1 },
      { ...record('w.example.com', 'A', '192.0.2.1'), SetIdentifier: 'one', Weight: 1 },
    );

    expect((await pages(world, id, 300))[0]).toEqual([
      'example.com. NS',
      'example.com. SOA',
      '\\052.example.com. A',
      'b-1.example.com. A',
      'b.example.com. A',
      'b.example.com. TXT',
      'a.b.example.com. A',
      'w.example.com. A one',
      'w.example.com. A two',
      'www.example.com. A',
    ]);
  });

  it('comes in pages that together are the whole, whatever their size', async () => {
    const name = fc.stringMatching(/^[a-d*_-]{1,3}(\.[a-d]{1,2})?$/);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (names, size) => {
          const world = route53World();
          const id = await world.zone();
          await world.create(id, ...names.map((each) => record(`${each}.example.com`, 'A', '192.0.2.1')));

          const [whole = []] = await pages(world, id, 300);
          const parts = await pages(world, id, size);

          expect(whole).toHaveLength(names.length + 2);
          expect(parts.flat()).toEqual(whole);
          expect(parts.slice(0, -1).every((part) => part.length === size)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('begins where it is told, also between two names', async () => {
    const { zone, create, client } = route53World();
    const HostedZoneId = await zone();
    await create(HostedZoneId, record('a.example.com', 'A', '192.0.2.1'), record('c.example.com', 'A', '192.0.2.1'));

    const { ResourceRecordSets } = await client.send(
      new ListResourceRecordSetsCommand({ HostedZoneId, StartRecordName: 'B.example.com' }),
    );

    expect(ResourceRecordSets?.map(({ Name }) => Name)).toEqual(['c.example.com.']);
  });

  it.each([
    ['a type without a name', { StartRecordType: 'A' as const }],
    ['an identifier without a type', { StartRecordName: 'a', StartRecordIdentifier: 's' }],
    ['no items', { MaxItems: 0 }],
  ])('refused: %s', async (_, start) => {
    const { zone, client } = route53World();
    const HostedZoneId = await zone();

    expect(await refusal(client.send(new ListResourceRecordSetsCommand({ HostedZoneId, ...start })))).toContain(
      'InvalidInput',
    );
  });
});

describe('protections of record sets', () => {
  const A = { RecordName: 'a.example.com', RecordType: 'A' } as const;
  const B = { RecordName: 'b.example.com', RecordType: 'TXT', Comment: 'c' } as const;

  it('are created and deleted as a whole, and listed', async () => {
    const { zone, client, create } = route53World();
    const HostedZoneId = await zone();
    const put = (...Protections: (typeof A | typeof B)[]) =>
      client.send(new CreateResourceRecordSetProtectionsCommand({ HostedZoneId, Protections }));
    const take = (...Protections: (typeof A | typeof B)[]) =>
      client.send(new DeleteResourceRecordSetProtectionsCommand({ HostedZoneId, Protections }));
    const named = async () =>
      (
        await client.send(new ListResourceRecordSetProtectionsCommand({ HostedZoneId }))
      ).ResourceRecordSetProtections?.map(({ RecordName, RecordType, Comment }) => [RecordName, RecordType, Comment]);

    await put(A);
    const partly = await put(A, B).catch((error: unknown) => error);
    const wholly = await refusal(put(A));
    const unknown = await refusal(take(A, B));
    await put(B);

    expect(partly).toMatchObject({
      name: 'InvalidResourceRecordSetProtectionBatch',
      Errors: [{ RecordName: 'a.example.com', RecordType: 'A', Code: 'ProtectionAlreadyExists' }],
    });
    expect(wholly).toContain('ProtectionAlreadyExists');
    expect(unknown).toContain('InvalidResourceRecordSetProtectionBatch');
    expect(await named()).toEqual([
      ['a.example.com.', 'A', undefined],
      ['b.example.com.', 'TXT', 'c'],
    ]);
    await take(A, B);
    expect(await named()).toEqual([]);
    expect(await refusal(create(HostedZoneId, record('a.example.com', 'A', '192.0.2.1')))).toBe('nothing was refused');
  });
});
