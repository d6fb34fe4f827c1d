import { GetChangeCommand, ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { AT_ONCE, record, refusal, route53World, SECOND } from './route53-world.ts';

const A = record('a.example.com', 'A', '192.0.2.1');
const addressed = (address: string) => record('a.example.com', 'A', address);

describe('a change', () => {
  it('is PENDING, then INSYNC; DNS knows it some time before', async () => {
    const { zone, create, client, passes, ask } = route53World({
      ...{ insync: [30 * SECOND, 30 * SECOND], propagation: [12 * SECOND, 12 * SECOND] },
    });
    const { ChangeInfo } = await create(await zone(), A);
    const status = async () => (await client.send(new GetChangeCommand({ Id: ChangeInfo?.Id }))).ChangeInfo?.Status;

    const seen = [[await status(), ask('a.example.com')]];
    for (const seconds of [11, 1, 17, 1]) {
      await passes(seconds * SECOND);
      seen.push([await status(), ask('a.example.com')]);
    }

    expect(ChangeInfo?.Id).toMatch(/^\/change\/C0/);
    expect(seen).toEqual([
      ['PENDING', 'NXDOMAIN'],
      ['PENDING', 'NXDOMAIN'],
      ['PENDING', ['192.0.2.1']],
      ['PENDING', ['192.0.2.1']],
      ['INSYNC', ['192.0.2.1']],
    ]);
  });

  it('never overtakes an earlier one of its zone', async () => {
    const { zone, change, passes, ask } = route53World({ propagation: [0, 20 * SECOND] });
    const id = await zone();
    const addresses = Array.from({ length: 12 }, (_, index) => `192.0.2.${index + 1}`);
    for (const address of addresses) await change(id, 'UPSERT', addressed(address));

    const seen: string[] = [];
    for (let second = 0; second < 25; second += 1) {
      await passes(SECOND);
      const answer = ask('a.example.com');
      if (typeof answer !== 'string' && answer[0] !== seen.at(-1)) seen.push(answer[0] ?? '');
    }

    expect(seen.at(-1)).toBe('192.0.2.12');
    expect(seen).toEqual([...seen].sort((a, b) => addresses.indexOf(a) - addresses.indexOf(b)));
  });

  it('is refused while the zone is busy with another one, and not in another zone', async () => {
    const { zone, change, passes, list } = route53World({ busy: [200, 200] });
    const [one, other] = [await zone(), await zone('example.org')];
    await passes(SECOND);
    await change(one, 'UPSERT', A);

    const refused = await refusal(change(one, 'UPSERT', addressed('192.0.2.2')));
    await change(other, 'UPSERT', record('a.example.org', 'A', '192.0.2.1'));
    await passes(200);
    await change(one, 'UPSERT', addressed('192.0.2.3'));

    expect(refused).toBe(
      'PriorRequestNotComplete: The request was rejected because Route 53 was still processing a prior request.',
    );
    expect(await list(one)).toEqual(['a.example.com. A 192.0.2.3']);
  });

  it('of somebody else is not known', async () => {
    const { zone, create, clientOf } = route53World();
    const { ChangeInfo } = await create(await zone(), A);

    const refused = await refusal(clientOf('222222222222').send(new GetChangeCommand({ Id: ChangeInfo?.Id })));

    expect(refused).toMatch(/^NoSuchChange: Could not find resource with ID: C0/);
  });
});

describe('the token buckets', () => {
  it('of the account - 50 requests at once, 10 a second, of whatever action', async () => {
    const { zone, list, passes } = route53World({ throttling: 'documented' });
    const id = await zone();
    for (let request = 1; request < 50; request += 1) await list(id);

    const refused = await refusal(list(id));
    await passes(SECOND);
    const after = await Promise.all(Array.from({ length: 11 }, () => refusal(list(id))));

    expect(refused).toBe('Throttling: Rate exceeded');
    expect(after.filter((each) => each.startsWith('Throttling'))).toHaveLength(1);
  });

  it('of an action - GetHealthCheckStatus has 4', async () => {
    const { client, check } = route53World({ throttling: 'documented' });
    const { GetHealthCheckStatusCommand } = await import('@aws-sdk/client-route-53');
    const HealthCheckId = await check({ Type: 'TCP', IPAddress: '192.0.2.1', Port: 5432 });
    const ask = () => refusal(client.send(new GetHealthCheckStatusCommand({ HealthCheckId })));

    const answers = [await ask(), await ask(), await ask(), await ask(), await ask()];

    expect(answers.filter((each) => each === 'Throttling: Rate exceeded')).toHaveLength(1);
  });

  it('of changes - an UPSERT takes two of 1,500', async () => {
    const { zone, change, passes } = route53World({ throttling: 'documented', ...AT_ONCE });
    const id = await zone();
    const sets = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => record(`n${from + index}.example.com`, 'A', '192.0.2.1'));
    await change(id, 'UPSERT', ...sets(0, 500));
    await change(id, 'CREATE', ...sets(500, 499));

    const refused = await refusal(change(id, 'UPSERT', ...sets(0, 1)));
    await passes(SECOND);

    expect(refused).toBe('Throttling: Rate exceeded');
    expect(await refusal(change(id, 'UPSERT', ...sets(0, 50)))).toBe('nothing was refused');
  });
});

describe('the control plane', () => {
  it('down - every request fails, DNS answers, and requests are counted', async () => {
    const { zone, create, list, ask, passes, control, check } = route53World(AT_ONCE);
    const id = await zone();
    await create(id, A);
    await passes(0);
    const before = control.controlPlane.calls;

    control.controlPlane.down();
    const refused = [await refusal(create(id, addressed('192.0.2.2'))), await refusal(list(id))];
    const checked = await refusal(check({ Type: 'TCP', IPAddress: '192.0.2.1', Port: 80 }));

    expect(refused[0]).toBe('ServiceUnavailable: The request has failed due to a temporary failure of the server.');
    expect([refused[1], checked]).toEqual([refused[0], refused[0]]);
    expect(ask('a.example.com')).toEqual(['192.0.2.1']);
    expect(control.controlPlane.calls).toEqual({ all: before.all + 3, changes: before.changes + 1 });
    control.controlPlane.up();
    expect(await list(id)).toEqual(['a.example.com. A 192.0.2.1']);
  });

  it('answers 503, as a failure of the server is answered', async () => {
    const { zone, client, control } = route53World();
    const HostedZoneId = await zone();
    control.controlPlane.down();

    const error = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId })).catch((each: unknown) => each);

    expect(error).toMatchObject({ $metadata: { httpStatusCode: 503 } });
  });
});
