import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { OPERATOR } from '../../../../sandbox/cloud.ts';
import { withControl } from '../../../../sandbox/control.ts';
import { deploy } from '../../../../sandbox/deploy/deploy.ts';
import { update } from '../../../../sandbox/deploy/update.ts';
import { dnsControl } from '../../../../sandbox/dns/control.ts';
import { accountPrincipal } from '../../../../sandbox/iam/principal.ts';
import { route53Subject } from '../../../../sandbox/services/route53/control.ts';
import { createEmptyWorld } from '../../../../sandbox/world.ts';
import { writeAssembly } from '../../deploy/support/assembly.ts';
import { ALARM, SECOND, START } from './route53-world.ts';

const VPC = { VPCId: 'vpc-0a1b2c3d', VPCRegion: 'us-west-2' };
const OTHER = { VPCId: 'vpc-0d4e5f6a', VPCRegion: 'us-west-2' };
const never = (): never => {
  throw new Error('Nothing runs here.');
};

/** Every service, and no function that runs. */
const everything = () => {
  const clock = new VirtualClock(START);
  let evaluation: 'OK' | 'ALARM' = 'OK';
  const world = createEmptyWorld(
    {
      ...{ clock, seed: 1, endpoint: 'http://127.0.0.1:4599' },
      createHost: () => ({ instancesPerFunction: 0, close: async () => undefined, start: never }),
      alarms: { find: () => ALARM, evaluate: () => evaluation },
      dns: { isCaching: false },
      elbv2: { registering: [SECOND, SECOND], isServing: (address) => address === '10.0.0.1' },
    },
    never,
  );
  const call = async (service: string, action: string, input: object, account?: string) =>
    (await world.cloud.invoke({
      ...{ service, action, input },
      principal: account === undefined ? OPERATOR : accountPrincipal(account),
    })) as Record<string, never>;
  const passes = async (milliseconds: number): Promise<void> => {
    await clock.run(undefined, clock.now() + milliseconds);
  };
  const settled = async <T>(work: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    await clock.run(() => isOver);
    return work;
  };
  const ask = (name: string, type = 'A', vantage: string = VPC.VPCId): readonly string[] | string => {
    const { code, records } = world.dns.query(name, type, vantage);
    return code === 'NOERROR' ? records.map(({ data }) => data) : code;
  };
  const alarms = (next: 'OK' | 'ALARM'): void => {
    evaluation = next;
  };
  return { ...world, clock, call, passes, settled, ask, alarms };
};

const of = (Resources: object) => ({ directory: writeAssembly({ Concierge: { Resources } }) });
const ref = (name: string) => ({ Ref: name });
const at = (name: string, attribute: string) => ({ 'Fn::GetAtt': [name, attribute] });

/** A private zone with a failover pair: a load balancer of the stack, and an address. */
const stack = (form: 'first' | 'second') => {
  const one = form === 'first';
  const failover = (Failover: string, more: object) => ({
    Type: 'AWS::Route53::RecordSet',
    Properties: {
      HostedZoneId: ref('Zone'),
      Name: 'db.example.com.',
      Type: 'A',
      SetIdentifier: Failover,
      Failover,
      ...more,
    },
  });
  return {
    Zone: {
      Type: 'AWS::Route53::HostedZone',
      Properties: {
        Name: 'example.com',
        VPCs: one ? [VPC] : [VPC, OTHER],
        HostedZoneConfig: { Comment: one ? 'first' : 'second' },
        HostedZoneTags: [{ Key: one ? 'a' : 'b', Value: 'v' }],
      },
    },
    Check: {
      Type: 'AWS::Route53::HealthCheck',
      Properties: {
        HealthCheckConfig: {
          Type: 'CLOUDWATCH_METRIC',
          AlarmIdentifier: { Name: 'unhealthy', Region: 'us-west-2' },
          InsufficientDataHealthStatus: one ? 'Unhealthy' : 'Healthy',
        },
        HealthCheckTags: [{ Key: 'k', Value: one ? '1' : '2' }],
      },
    },
    Nlb: {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      Properties: { Type: 'network', Scheme: 'internal', Subnets: ['subnet-1'] },
    },
    Primary: failover('PRIMARY', {
      TTL: '60',
      ResourceRecords: [one ? '10.0.0.5' : '10.0.0.6'],
      HealthCheckId: ref('Check'),
    }),
    Secondary: failover('SECONDARY', {
      AliasTarget: {
        HostedZoneId: at('Nlb', 'CanonicalHostedZoneID'),
        DNSName: at('Nlb', 'DNSName'),
        EvaluateTargetHealth: true,
      },
    }),
    Text: {
      Type: 'AWS::Route53::RecordSet',
      DependsOn: 'Zone',
      Properties: {
        HostedZoneName: 'example.com.',
        Name: 't.example.com',
        Type: one ? 'TXT' : 'SPF',
        TTL: 60,
        ResourceRecords: ['"t"'],
      },
    },
  };
};

describe('a template with Route 53', () => {
  it('is deployed, fails over, is changed and deleted', async () => {
    const world = everything();
    const { cloud, call, passes, settled, ask, alarms } = world;
    const first = await deploy(cloud, of(stack('first')));
    await passes(35 * SECOND);
    const zoneId = first.resources.get('Zone')?.physicalId ?? '';

    expect(ask('db.example.com')).toEqual(['10.0.0.5']);
    expect(ask('t.example.com', 'TXT')).toEqual(['"t"']);
    expect(ask('db.example.com', 'A', OTHER.VPCId)).toBe('NXDOMAIN');
    expect(first.resources.get('Primary')?.physicalId).toBe('db.example.com');
    alarms('ALARM');
    await passes(10 * SECOND);
    expect(ask('db.example.com')).toEqual(['10.0.0.5']); // the secondary's load balancer has no healthy target

    const second = await settled(update(cloud, first, of(stack('second'))));
    await passes(35 * SECOND);
    alarms('OK');
    await passes(10 * SECOND);
    expect(second.changes.updated.toSorted()).toEqual(['Check', 'Primary', 'Text', 'Zone']);
    expect(ask('db.example.com', 'A', OTHER.VPCId)).toEqual(['10.0.0.6']);
    expect(ask('t.example.com', 'SPF')).toEqual(['"t"']);
    const { ResourceTagSet, HostedZone } = {
      ...(await call('route53', 'ListTagsForResource', { ResourceType: 'hostedzone', ResourceId: zoneId })),
      ...(await call('route53', 'GetHostedZone', { Id: zoneId })),
    };
    expect(ResourceTagSet).toMatchObject({ Tags: [{ Key: 'b', Value: 'v' }] });
    expect(HostedZone).toMatchObject({ Config: { Comment: 'second' } });

    await settled(update(cloud, second, of({ Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties: {} } })));
    expect(await call('route53', 'ListHostedZones', {})).toMatchObject({ HostedZones: [] });
    expect(await call('route53', 'ListHealthChecks', {})).toMatchObject({ HealthChecks: [] });
  });
});

describe('names that aliases lead to', () => {
  it('a load balancer’s - its addresses for everybody, healthy with its targets', async () => {
    const { call, ask, passes } = everything();
    const elb = (action: string, input: object) => call('elasticloadbalancing', action, input);
    const [balancer] = (
      await elb('CreateLoadBalancer', { Name: 'api', Type: 'network', Scheme: 'internal', Subnets: ['s-1', 's-2'] })
    ).LoadBalancers as unknown as { LoadBalancerArn: string; DNSName: string; CanonicalHostedZoneId: string }[];
    const [group] = (
      await elb('CreateTargetGroup', { Name: 't', Protocol: 'TCP', Port: 5432, VpcId: 'vpc-1', TargetType: 'ip' })
    ).TargetGroups as unknown as { TargetGroupArn: string }[];
    const TargetGroupArn = group?.TargetGroupArn;
    await elb('CreateListener', {
      ...{ LoadBalancerArn: balancer?.LoadBalancerArn, Port: 5432, Protocol: 'TCP' },
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    });
    const { HostedZone } = (await call('route53', 'CreateHostedZone', {
      Name: 'example.com',
      CallerReference: 'r',
    })) as unknown as {
      HostedZone: { Id: string };
    };
    const alias = (Failover: string, rest: object) => ({
      Action: 'CREATE',
      ResourceRecordSet: { Name: 'db.example.com', Type: 'A', SetIdentifier: Failover, Failover, ...rest },
    });
    const AliasTarget = {
      HostedZoneId: balancer?.CanonicalHostedZoneId,
      DNSName: `dualstack.${balancer?.DNSName}`,
      EvaluateTargetHealth: true,
    };
    const Changes = [
      alias('PRIMARY', { AliasTarget }),
      alias('SECONDARY', { TTL: 60, ResourceRecords: [{ Value: '192.0.2.9' }] }),
    ];
    await call('route53', 'ChangeResourceRecordSets', { HostedZoneId: HostedZone.Id, ChangeBatch: { Changes } });
    await passes(35 * SECOND);
    const own = ask(balancer?.DNSName ?? '');

    const seen = [ask('db.example.com')];
    await elb('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] });
    await passes(600 * SECOND);
    seen.push(ask('db.example.com'));
    await elb('DeregisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] });
    await elb('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.2' }] });
    await passes(600 * SECOND);
    seen.push(ask('db.example.com'));

    expect(own).toHaveLength(2);
    expect(own).toEqual([expect.stringMatching(/^10\.200\./), expect.stringMatching(/^10\.200\./)]);
    expect(seen.map((answer) => (typeof answer === 'string' ? answer : answer.toSorted()))).toEqual([
      ['192.0.2.9'],
      typeof own === 'string' ? own : own.toSorted(),
      ['192.0.2.9'],
    ]);
  });

  it('an interface endpoint’s - addresses once it is accepted', async () => {
    const { call, ask, passes } = everything();
    const nlb = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/api/0123456789abcdef';
    const { ServiceConfiguration } = (await call('ec2', 'CreateVpcEndpointServiceConfiguration', {
      NetworkLoadBalancerArns: [nlb],
      AcceptanceRequired: true,
    })) as unknown as { ServiceConfiguration: { ServiceId: string; ServiceName: string } };
    const { ServiceId, ServiceName } = ServiceConfiguration;
    const consumer = '222222222222';
    await call('ec2', 'ModifyVpcEndpointServicePermissions', {
      ServiceId,
      AddAllowedPrincipals: [`arn:aws:iam::${consumer}:root`],
    });
    const input = {
      VpcEndpointType: 'Interface',
      ServiceName,
      VpcId: VPC.VPCId,
      SubnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
    };
    const { VpcEndpoint } = (await call('ec2', 'CreateVpcEndpoint', input, consumer)) as unknown as {
      VpcEndpoint: { VpcEndpointId: string; DnsEntries: { DnsName: string; HostedZoneId: string }[] };
    };
    const { DnsName = '', HostedZoneId } = VpcEndpoint.DnsEntries[0] ?? {};

    const before = ask(DnsName);
    await call('ec2', 'AcceptVpcEndpointConnections', { ServiceId, VpcEndpointIds: [VpcEndpoint.VpcEndpointId] });
    await passes(600 * SECOND);

    expect(HostedZoneId).toBe('Z1YSA3EXCYUU9Z');
    expect(before).toEqual([]);
    expect(ask(DnsName)).toEqual([expect.stringMatching(/^10\.201\./), expect.stringMatching(/^10\.201\./)]);
  });
});

describe('POST /_sandbox/route53', () => {
  const door = () => {
    const world = everything();
    const handler = withControl(world.handler, () => Promise.reject(new Error('not here')), [
      route53Subject(world.route53),
      dnsControl(world.dns),
    ]);
    const post = async (path: string, options = '') => {
      const body = Buffer.from(options);
      const answer = await handler({ method: 'POST', path: `/_sandbox/${path}`, headers: {}, body });
      return { status: answer.status, said: JSON.parse(Buffer.from(answer.body).toString()) as unknown };
    };
    return { ...world, post };
  };

  it('control-plane - down and up, with the calls that came in', async () => {
    const { post, call } = door();
    const list = () =>
      call('route53', 'ListHostedZones', {}).then(
        () => 'answered',
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      );

    expect(await post('route53/control-plane/down')).toEqual({
      status: 200,
      said: { isUp: false, calls: { all: 0, changes: 0 } },
    });
    expect(await list()).toBe('ServiceUnavailable');
    expect(await post('route53/control-plane/calls')).toEqual({
      status: 200,
      said: { isUp: false, calls: { all: 1, changes: 0 } },
    });
    await post('route53/control-plane/up');
    expect(await list()).toBe('answered');
    expect(await post('route53/data-plane/down')).toEqual({
      status: 400,
      said: { message: 'Say control-plane, not data-plane.' },
    });
  });

  it('a health check - fails and recovers', async () => {
    const { post, call, passes } = door();
    const HealthCheckConfig = { Type: 'TCP', IPAddress: '192.0.2.1', Port: 5432 };
    const { HealthCheck } = (await call('route53', 'CreateHealthCheck', {
      CallerReference: 'r',
      HealthCheckConfig,
    })) as unknown as {
      HealthCheck: { Id: string };
    };

    expect(await post(`route53/${HealthCheck.Id}/fail`)).toMatchObject({ said: { isHealthy: true } });
    await passes(90 * SECOND);
    expect(await post(`route53/${HealthCheck.Id}/recover`)).toMatchObject({ said: { isHealthy: false } });
    await passes(90 * SECOND);
    expect(await post(`route53/${HealthCheck.Id}/status`)).toMatchObject({ said: { isHealthy: true } });
    expect((await post('route53/nobody/status')).status).toBe(404);
  });

  it('names - asked for as a VPC, and the VPC in which one is', async () => {
    const { post, call, passes, dns } = door();
    const { HostedZone } = (await call('route53', 'CreateHostedZone', {
      Name: 'example.com',
      CallerReference: 'r',
      VPC,
    })) as unknown as {
      HostedZone: { Id: string };
    };
    const set = { Name: 'c.example.com', Type: 'CNAME', TTL: 5, ResourceRecords: [{ Value: 'x.example.com.' }] };
    await call('route53', 'ChangeResourceRecordSets', {
      HostedZoneId: HostedZone.Id,
      ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: set }] },
    });
    await passes(35 * SECOND);

    expect(await post('dns/c.example.com/ask', JSON.stringify({ type: 'cname', vpc: VPC.VPCId }))).toEqual({
      status: 200,
      said: { code: 'NOERROR', records: [{ name: 'c.example.com', type: 'CNAME', ttl: 5, data: 'x.example.com' }] },
    });
    expect(await post('dns/c.example.com/ask')).toEqual({ status: 200, said: { code: 'NXDOMAIN', records: [] } });
    expect(await post('dns/nowhere/vantage')).toMatchObject({ status: 400 });
    expect(await post(`dns/${VPC.VPCId}/vantage`)).toEqual({ status: 200, said: { vpc: VPC.VPCId } });
    expect(dns.query('c.example.com', 'CNAME').code).toBe('NOERROR');
  });
});
