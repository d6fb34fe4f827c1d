import {
  DeleteListenerCommand,
  DeleteTargetGroupCommand,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import { elbWorld, failureOf, MINUTE, QUICK, SECOND, START } from './support.ts';

describe('the health of a target', () => {
  it('registered - initial, checked as often as its group says, healthy', async () => {
    const { inUse, register, health, passes } = elbWorld(QUICK);
    const group = await inUse();
    await register(group, '10.0.0.1');
    expect(await health(group)).toEqual(['10.0.0.1:5432 initial Elb.RegistrationInProgress']);
    await passes(SECOND);
    expect(await health(group)).toEqual(['10.0.0.1:5432 initial Elb.InitialHealthChecking']);
    await passes(10 * SECOND - 1);
    expect(await health(group)).toEqual(['10.0.0.1:5432 initial Elb.InitialHealthChecking']);
    await passes(1);
    expect(await health(group)).toEqual(['10.0.0.1:5432 healthy']);
  });

  it('AWS’s own settings - healthy after two and a half to four minutes', async () => {
    const { inUse, register, clock, journal } = elbWorld();
    const ARN = await inUse({
      HealthCheckIntervalSeconds: undefined,
      HealthyThresholdCount: undefined,
      UnhealthyThresholdCount: undefined,
    });
    await register(ARN, '10.0.0.1', '10.0.1.1', '10.0.2.1');
    await clock.run();
    const healthy = journal.entries.filter(({ what }) => what.endsWith(' healthy')).map(({ at }) => at - START);
    expect(healthy).toHaveLength(3);
    for (const after of healthy) {
      expect(after).toBeGreaterThanOrEqual(2.5 * MINUTE);
      expect(after).toBeLessThanOrEqual(4 * MINUTE);
    }
  });

  it('serves no more, and serves again - unhealthy, healthy, each after as many checks as the group says', async () => {
    let serves: boolean | undefined = true;
    const { inUse, register, health, passes } = elbWorld({ ...QUICK, isServing: () => serves });
    const group = await inUse();
    await register(group, '10.0.0.1');
    await passes(11 * SECOND);
    serves = false;
    await passes(19 * SECOND);
    expect(await health(group)).toEqual(['10.0.0.1:5432 healthy']);
    await passes(SECOND);
    expect(await health(group)).toEqual(['10.0.0.1:5432 unhealthy Target.FailedHealthChecks']);
    serves = true;
    await passes(20 * SECOND);
    expect(await health(group)).toEqual(['10.0.0.1:5432 healthy']);
    serves = undefined;
    await passes(10 * SECOND);
    expect(await health(group)).toEqual(['10.0.0.1:5432 unavailable Elb.InternalError']);
    serves = true;
    await passes(20 * SECOND);
    expect(await health(group)).toEqual(['10.0.0.1:5432 healthy']);
  });

  it('never serves - unhealthy, without having been healthy', async () => {
    const asked: string[] = [];
    const isServing = (address: string, port: number) => {
      asked.push(`${address} ${port}`);
      return false;
    };
    const { inUse, register, journal, passes } = elbWorld({ ...QUICK, isServing });
    await register(await inUse({ HealthCheckPort: '8080' }), { Id: '10.0.0.1', Port: 6000 });
    await passes(11 * SECOND);
    expect(journal.entries.filter(({ kind }) => kind === 'state').map(({ what }) => what)).toEqual([
      '10.0.0.1:6000 initial',
      '10.0.0.1:6000 initial',
      '10.0.0.1:6000 unhealthy',
    ]);
    expect(asked).toEqual(['10.0.0.1 8080', '10.0.0.1 8080']);
  });

  it('a target that changes nothing - a world at rest ends', async () => {
    const { inUse, register, clock } = elbWorld({ ...QUICK, isServing: () => true });
    await register(await inUse(), '10.0.0.1');
    await clock.run();
    expect(clock.now() - START).toBe(11 * SECOND);
  });

  it('other settings - followed from the next check on', async () => {
    const { inUse, register, health, passes, client } = elbWorld(QUICK);
    const TargetGroupArn = await inUse();
    await register(TargetGroupArn, '10.0.0.1');
    await client.send(
      new ModifyTargetGroupCommand({ TargetGroupArn, HealthyThresholdCount: 3, HealthCheckIntervalSeconds: 5 }),
    );
    await passes(10 * SECOND);
    expect(await health(TargetGroupArn)).toEqual(['10.0.0.1:5432 initial Elb.InitialHealthChecking']);
    await passes(SECOND);
    expect(await health(TargetGroupArn)).toEqual(['10.0.0.1:5432 healthy']);
  });
});

describe('a group that nothing forwards to', () => {
  it('its targets are unused, begin with a listener, and are unused again without', async () => {
    const { group, loadBalancer, listener, register, health, passes, client, reach } = elbWorld(QUICK);
    const arn = await group();
    await register(arn, '10.0.0.1');
    expect(await health(arn)).toEqual(['10.0.0.1:5432 unused Target.NotInUse']);
    expect(reach(arn)).toEqual([]);

    const ListenerArn = await listener(await loadBalancer(), arn);
    expect(await health(arn)).toEqual(['10.0.0.1:5432 initial Elb.RegistrationInProgress']);
    await passes(11 * SECOND);
    expect(reach(arn)).toEqual(['10.0.0.1']);

    expect(await failureOf(client.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn })))).toBe(
      `ResourceInUseException: Target group '${arn}' is currently in use by a listener or a rule`,
    );
    await client.send(new DeleteListenerCommand({ ListenerArn }));
    expect(await health(arn)).toEqual(['10.0.0.1:5432 unused Target.NotInUse']);
    await client.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }));
    expect(await failureOf(health(arn))).toBe(`TargetGroupNotFoundException: Target groups '${arn}' not found`);
  });

  it('a target deregistered from it - gone at once', async () => {
    const { group, register, deregister, health } = elbWorld(QUICK);
    const arn = await group();
    await register(arn, '10.0.0.1');
    await deregister(arn, '10.0.0.1');
    expect(await health(arn)).toEqual([]);
  });
});

describe('a target that is deregistered', () => {
  it('drains for the group’s delay, is gone then, and unused where somebody asks for it', async () => {
    const { inUse, register, deregister, health, passes, reach } = elbWorld(QUICK);
    const group = await inUse();
    await register(group, '10.0.0.1', '10.0.1.1');
    await passes(11 * SECOND);
    await deregister(group, '10.0.0.1');
    expect(await health(group)).toEqual([
      '10.0.0.1:5432 draining Target.DeregistrationInProgress',
      '10.0.1.1:5432 healthy',
    ]);
    expect(reach(group)).toEqual(['10.0.1.1']);
    await passes(5 * MINUTE - 1);
    expect(await health(group)).toHaveLength(2);
    await passes(1);
    expect(await health(group)).toEqual(['10.0.1.1:5432 healthy']);
    expect(await health(group, '10.0.0.1', { Id: '10.0.1.1', Port: 1 })).toEqual([
      '10.0.0.1:5432 unused Target.NotRegistered',
      '10.0.1.1:1 unused Target.NotRegistered',
    ]);
  });

  it('registered again while it drains - initial, and stays', async () => {
    const { inUse, register, deregister, health, passes } = elbWorld(QUICK);
    const group = await inUse();
    await register(group, '10.0.0.1');
    await passes(11 * SECOND);
    await deregister(group, '10.0.0.1');
    await passes(MINUTE);
    await register(group, '10.0.0.1');
    expect(await health(group)).toEqual(['10.0.0.1:5432 initial Elb.RegistrationInProgress']);
    await passes(10 * MINUTE);
    expect(await health(group)).toEqual(['10.0.0.1:5432 healthy']);
  });

  it('another delay - as long as that', async () => {
    const { inUse, register, deregister, health, passes, setAttributes } = elbWorld(QUICK);
    const group = await inUse();
    await setAttributes(group, { 'deregistration_delay.timeout_seconds': '20' });
    await register(group, '10.0.0.1');
    await deregister(group, '10.0.0.1');
    await passes(20 * SECOND - 1);
    expect(await health(group)).toHaveLength(1);
    await passes(1);
    expect(await health(group)).toEqual([]);
  });

  it('connections that linger - reach it for so long, whatever its delay', async () => {
    const { inUse, register, deregister, passes, setAttributes, reach } = elbWorld({ ...QUICK, lingers: MINUTE });
    const group = await inUse();
    await setAttributes(group, { 'deregistration_delay.timeout_seconds': '0' });
    await register(group, '10.0.0.1', '10.0.1.1');
    await passes(11 * SECOND);
    await deregister(group, '10.0.0.1');
    await passes(MINUTE - 1);
    expect(reach(group)).toEqual(['10.0.1.1', '10.0.0.1']);
    await passes(1);
    expect(reach(group)).toEqual(['10.0.1.1']);
  });
});

describe('where new connections go', () => {
  it('none healthy - to all that do not drain', async () => {
    const { inUse, register, deregister, passes, reach } = elbWorld({ ...QUICK, isServing: () => false });
    const group = await inUse();
    await register(group, '10.0.0.1', '10.0.1.1', '10.0.2.1');
    await passes(11 * SECOND);
    await deregister(group, '10.0.2.1');
    expect(reach(group)).toEqual(['10.0.0.1', '10.0.1.1']);
  });

  it.each([
    ['one of three', {}, ['10.0.0.1']],
    ['fewer than the least', { count: '2' }, ['10.0.0.1', '10.0.1.1', '10.0.2.1']],
    ['fewer than the least share', { percentage: '34' }, ['10.0.0.1', '10.0.1.1', '10.0.2.1']],
    ['the least share', { percentage: '33' }, ['10.0.0.1']],
  ])('%s healthy', async (_, minimum, expected) => {
    const { inUse, register, passes, setAttributes, reach } = elbWorld({
      ...QUICK,
      isServing: (address) => address === '10.0.0.1',
    });
    const group = await inUse();
    const name = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets';
    for (const [key, value] of Object.entries(minimum)) await setAttributes(group, { [`${name}.${key}`]: value });
    await register(group, '10.0.0.1', '10.0.1.1', '10.0.2.1');
    await passes(11 * SECOND);
    expect(reach(group)).toEqual(expected);
  });

  it('a group that does not exist - nowhere', () => {
    const { targets } = elbWorld();
    expect(targets.routable('arn')).toEqual([]);
    expect(targets.registered('arn')).toEqual([]);
  });
});

describe('reads that lag', () => {
  it('show what was true before; what is written sees the truth', async () => {
    const { inUse, register, deregister, health, passes, setAttributes, targets } = elbWorld({
      ...QUICK,
      readDelay: [5 * SECOND, 5 * SECOND],
    });
    const group = await inUse();
    await setAttributes(group, { 'deregistration_delay.timeout_seconds': '0' });
    await register(group, '10.0.0.1');
    expect(await health(group)).toEqual([]);
    expect(await health(group, '10.0.0.1')).toEqual(['10.0.0.1:5432 unused Target.NotRegistered']);
    expect(targets.registered(group)).toMatchObject([{ id: '10.0.0.1', health: { state: 'initial' } }]);
    await passes(11 * SECOND);
    expect(await health(group)).toEqual(['10.0.0.1:5432 initial Elb.InitialHealthChecking']);
    await passes(5 * SECOND);
    expect(await health(group)).toEqual(['10.0.0.1:5432 healthy']);
    await deregister(group, '10.0.0.1');
    await passes(5 * SECOND - 1);
    expect(await health(group)).toEqual(['10.0.0.1:5432 healthy']);
    expect(targets.registered(group)).toEqual([]);
    await passes(1);
    expect(await health(group)).toEqual([]);
  });
});

describe('the journal', () => {
  it('tells each state with how many of the group are healthy and registered', async () => {
    const { inUse, register, deregister, passes, journal } = elbWorld(QUICK);
    const targetGroupArn = await inUse();
    await register(targetGroupArn, '10.0.0.1');
    await passes(11 * SECOND);
    await deregister(targetGroupArn, '10.0.0.1');
    await passes(5 * MINUTE);
    const detail = { targetGroupArn, zone: 'us-west-2a' };
    expect(journal.entries.filter(({ who }) => who === 'elbv2')).toEqual([
      {
        ...{ at: START, kind: 'state', who: 'elbv2', what: '10.0.0.1:5432 initial' },
        detail: { ...detail, reason: 'Elb.RegistrationInProgress', healthy: 0, registered: 1 },
      },
      {
        ...{ at: START + SECOND, kind: 'state', who: 'elbv2', what: '10.0.0.1:5432 initial' },
        detail: { ...detail, reason: 'Elb.InitialHealthChecking', from: 'initial', healthy: 0, registered: 1 },
      },
      {
        ...{ at: START + 11 * SECOND, kind: 'state', who: 'elbv2', what: '10.0.0.1:5432 healthy' },
        detail: { ...detail, from: 'initial', healthy: 1, registered: 1 },
      },
      {
        ...{ at: START + 11 * SECOND, kind: 'state', who: 'elbv2', what: '10.0.0.1:5432 draining' },
        detail: { ...detail, reason: 'Target.DeregistrationInProgress', from: 'healthy', healthy: 0, registered: 0 },
      },
      {
        ...{ at: START + 11 * SECOND + 5 * MINUTE, kind: 'state', who: 'elbv2', what: '10.0.0.1:5432 deregistered' },
        detail: { ...detail, from: 'draining', healthy: 0, registered: 0 },
      },
    ]);
  });
});
