import {
  ChangeTagsForResourceCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { OPERATOR, type Permission } from '../../../../sandbox/cloud.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import { createEmptyWorld } from '../../../../sandbox/world.ts';
import { record, refusal, route53World, START, VPC } from './route53-world.ts';

/** A world that writes down what IAM is asked. */
const audited = () => {
  const asked: Permission[] = [];
  const world = route53World({}, {}, (_principal, permission) => void asked.push(permission));
  const askedOf = async (call: () => Promise<unknown>): Promise<string[]> => {
    asked.length = 0;
    await refusal(call());
    return asked.map(({ action, resource }) => `${action} ${resource}`);
  };
  return { world, asked, askedOf };
};

describe('what IAM is asked', () => {
  it('of each kind of resource - by ARNs without region and account', async () => {
    const { world, askedOf } = audited();
    const id = await world.zone();
    const check = await world.check({ Type: 'TCP', IPAddress: '192.0.2.1', Port: 1 });
    const { client } = world;
    const tag = { ResourceType: 'healthcheck' as const, ResourceId: check, AddTags: [{ Key: 'a', Value: 'b' }] };

    expect(await askedOf(() => client.send(new GetHostedZoneCommand({ Id: id })))).toEqual([
      `route53:GetHostedZone arn:aws:route53:::hostedzone/${id}`,
    ]);
    expect(await askedOf(() => client.send(new GetChangeCommand({ Id: '/change/C1' })))).toEqual([
      'route53:GetChange arn:aws:route53:::change/C1',
    ]);
    expect(await askedOf(() => client.send(new ChangeTagsForResourceCommand(tag)))).toEqual([
      `route53:ChangeTagsForResource arn:aws:route53:::healthcheck/${check}`,
    ]);
    expect(await askedOf(() => client.send(new ListHostedZonesCommand({})))).toEqual(['route53:ListHostedZones *']);
    expect(await askedOf(() => world.zone('example.org', VPC))).toEqual([
      'route53:CreateHostedZone *',
      'ec2:DescribeVpcs *',
    ]);
  });

  it('of a batch - names as IAM compares them, types and actions, each once', async () => {
    const { world, asked, askedOf } = audited();
    const id = await world.zone();
    const sets = [
      record('*.Example.com.', 'A', '192.0.2.1'),
      record('b.example.com', 'A', '192.0.2.1'),
      record('b.example.com', 'TXT', '"t"'),
    ];

    expect(await askedOf(() => world.change(id, 'UPSERT', ...sets))).toEqual([
      `route53:ChangeResourceRecordSets arn:aws:route53:::hostedzone/${id}`,
    ]);
    expect(asked[0]?.context).toEqual({
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['\\052.example.com', 'b.example.com'],
      'route53:ChangeResourceRecordSetsRecordTypes': ['A', 'TXT'],
      'route53:ChangeResourceRecordSetsActions': ['UPSERT'],
    });
  });

  it('refused - as AccessDenied', async () => {
    const world = route53World({}, {}, () => 'You shall not.');

    expect(await refusal(world.zone())).toBe('AccessDenied: You shall not.');
  });
});

describe('a role that may change the failover records only', () => {
  const POLICY = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'route53:ChangeResourceRecordSets',
        Resource: 'arn:aws:route53:::hostedzone/*',
        Condition: {
          'ForAllValues:StringLike': {
            'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['*.db.example.com'],
          },
          'ForAllValues:StringEquals': {
            'route53:ChangeResourceRecordSetsRecordTypes': ['CNAME'],
            'route53:ChangeResourceRecordSetsActions': ['UPSERT'],
          },
        },
      },
    ],
  };

  it.each<[string, 'UPSERT' | 'CREATE', ResourceRecordSet[], string]>([
    ['its own record', 'UPSERT', [record('a.db.example.com', 'CNAME', 'x.net')], 'allowed'],
    ['another action', 'CREATE', [record('a.db.example.com', 'CNAME', 'x.net')], 'AccessDenied'],
    ['another type', 'UPSERT', [record('a.db.example.com', 'TXT', '"t"')], 'AccessDenied'],
    ['another name', 'UPSERT', [record('a.example.com', 'CNAME', 'x.net')], 'AccessDenied'],
    [
      'its own record and another one',
      'UPSERT',
      [record('a.db.example.com', 'CNAME', 'x.net'), record('a.example.com', 'CNAME', 'x.net')],
      'AccessDenied',
    ],
  ])('%s', async (_, Action, sets, outcome) => {
    const clock = new VirtualClock(START);
    const never = () => {
      throw new Error('Nothing runs here.');
    };
    const host = { instancesPerFunction: 0, close: async () => undefined, start: never };
    const { cloud } = createEmptyWorld(
      { clock, seed: 1, endpoint: 'http://127.0.0.1:4599', createHost: () => host },
      never,
    );
    const call = async (service: string, action: string, input: object, principal = OPERATOR as never) =>
      (await cloud.invoke({ service, action, input, principal })) as Record<string, Record<string, string>>;
    const trust = {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    const { Role } = await call('iam', 'CreateRole', {
      RoleName: 'failover',
      Path: '/',
      AssumeRolePolicyDocument: JSON.stringify(trust),
    });
    await call('iam', 'PutRolePolicy', {
      RoleName: 'failover',
      PolicyName: 'p',
      PolicyDocument: JSON.stringify(POLICY),
    });
    const { HostedZone } = await call('route53', 'CreateHostedZone', { Name: 'example.com', CallerReference: 'r' });
    const role = cloud.assumeRole('states.amazonaws.com', Role?.Arn ?? '', 's');

    const Changes = sets.map((ResourceRecordSet) => ({ Action, ResourceRecordSet }));
    const input = { HostedZoneId: HostedZone?.Id, ChangeBatch: { Changes } };
    const came = await call('route53', 'ChangeResourceRecordSets', input, role as never).then(
      () => 'allowed',
      (error: unknown) => (error instanceof AwsError ? error.code : String(error)),
    );

    expect(came).toBe(outcome);
  });
});
