import {
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  GetHealthCheckCommand,
  GetHealthCheckStatusCommand,
  type HealthCheckConfig,
  ListHealthChecksCommand,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { ALARM, refusal, route53World, SECOND } from './route53-world.ts';

const FOLLOWING: HealthCheckConfig = {
  Type: 'CLOUDWATCH_METRIC',
  AlarmIdentifier: { Region: 'us-west-2', Name: 'unhealthy' },
};
const ENDPOINT: HealthCheckConfig = { Type: 'HTTPS', FullyQualifiedDomainName: 'app.example.com', Port: 443 };
const LOOK = 10 * SECOND;

describe('a health check that follows an alarm', () => {
  it('copies the alarm’s configuration', async () => {
    const { client, check } = route53World();

    const { HealthCheck } = await client.send(new GetHealthCheckCommand({ HealthCheckId: await check(FOLLOWING) }));

    expect(HealthCheck?.CloudWatchAlarmConfiguration).toEqual({
      ...{ Namespace: 'AWS/NetworkELB', MetricName: 'UnHealthyHostCount', Statistic: 'Maximum' },
      ...{ Period: 60, EvaluationPeriods: 3, Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' },
      Dimensions: [{ Name: 'LoadBalancer', Value: 'net/api/0' }],
    });
    expect(HealthCheck?.HealthCheckConfig).toMatchObject({
      InsufficientDataHealthStatus: 'LastKnownStatus',
      Inverted: false,
      Disabled: false,
    });
  });

  it.each([
    [
      'is not there',
      { Region: 'us-west-2', Name: 'gone' },
      'The CloudWatch alarm gone does not exist in the region us-west-2.',
    ],
    [
      'is in another region',
      { Region: 'eu-west-1', Name: 'unhealthy' },
      'The CloudWatch alarm unhealthy does not exist in the region eu-west-1.',
    ],
    [
      'is of high resolution',
      { Region: 'us-west-2', Name: 'fast' },
      'The CloudWatch alarm fast is based on a high-resolution metric.',
    ],
    [
      'has an extended statistic',
      { Region: 'us-west-2', Name: 'p99' },
      'The CloudWatch alarm p99 has no single metric with a standard statistic.',
    ],
    [
      'is of metric math',
      { Region: 'us-west-2', Name: 'math' },
      'The CloudWatch alarm math has no single metric with a standard statistic.',
    ],
  ] as const)('refuses an alarm that %s', async (_, AlarmIdentifier, words) => {
    const { check, alarms } = route53World();
    alarms.set('us-west-2 fast', { ...ALARM, Period: 10 });
    alarms.set('us-west-2 p99', { ...ALARM, Statistic: undefined, ExtendedStatistic: 'p99' });
    alarms.set('us-west-2 math', { ...ALARM, Metrics: [{ Id: 'm1' }] });

    expect(await refusal(check({ ...FOLLOWING, AlarmIdentifier }))).toBe(`InvalidInput: Invalid parameter: ${words}`);
  });

  it.each([
    ['OK', undefined, true],
    ['ALARM', undefined, false],
    ['INSUFFICIENT_DATA', 'Healthy', true],
    ['INSUFFICIENT_DATA', 'Unhealthy', false],
    ['INSUFFICIENT_DATA', 'LastKnownStatus', true], // "the default status for the health check is healthy"
    ['INSUFFICIENT_DATA', undefined, true],
  ] as const)('data %s, InsufficientDataHealthStatus %s - healthy: %s', async (evaluation, status, healthy) => {
    const { check, data, passes, control } = route53World();
    data.set('UnHealthyHostCount', evaluation);
    const id = await check({ ...FOLLOWING, ...(status === undefined ? {} : { InsufficientDataHealthStatus: status }) });

    await passes(LOOK);

    expect(control.isHealthy(id)).toBe(healthy);
  });

  it('remembers what it knew last, and is healthy until somebody has looked', async () => {
    const { check, data, passes, control } = route53World();
    const id = await check(FOLLOWING);
    data.set('UnHealthyHostCount', 'ALARM');

    const seen = [control.isHealthy(id)];
    await passes(LOOK);
    seen.push(control.isHealthy(id));
    data.set('UnHealthyHostCount', 'INSUFFICIENT_DATA');
    await passes(LOOK);
    seen.push(control.isHealthy(id));
    data.set('UnHealthyHostCount', 'OK');
    await passes(LOOK);
    seen.push(control.isHealthy(id));

    expect(seen).toEqual([true, false, false, true]);
  });

  it('is seen some time later, if it is told so', async () => {
    const { check, data, passes, control } = route53World({
      healthInterval: 30 * SECOND,
      healthDelay: [7 * SECOND, 7 * SECOND],
    });
    const id = await check(FOLLOWING);
    data.set('UnHealthyHostCount', 'ALARM');

    await passes(36 * SECOND);
    const before = control.isHealthy(id);
    await passes(SECOND);

    expect([before, control.isHealthy(id)]).toEqual([true, false]);
  });

  it.each([
    [false, true],
    [true, false],
  ])('where AWS is uncertain: follows the alarm’s edits: %s - healthy: %s', async (followsAlarmEdits, healthy) => {
    const { check, alarms, data, passes, control, client } = route53World({ uncertain: { followsAlarmEdits } });
    const id = await check(FOLLOWING);
    data.set('UnHealthyHostCount', 'OK');
    data.set('HealthyHostCount', 'ALARM');
    alarms.set('us-west-2 unhealthy', { ...ALARM, MetricName: 'HealthyHostCount' });
    await passes(LOOK);

    expect(control.isHealthy(id)).toBe(healthy);

    await client.send(new UpdateHealthCheckCommand({ HealthCheckId: id, Inverted: false }));
    await passes(LOOK);
    expect(control.isHealthy(id)).toBe(false);
  });

  it('goes on while the control plane is down', async () => {
    const { check, data, passes, control } = route53World();
    const id = await check(FOLLOWING);
    control.controlPlane.down();
    data.set('UnHealthyHostCount', 'ALARM');
    await passes(LOOK);

    expect(control.isHealthy(id)).toBe(false);
  });
});

describe('a calculated health check', () => {
  it.each([
    { healthy: 0, of: 2, threshold: 0, is: true },
    { healthy: 0, of: 2, threshold: 1, is: false },
    { healthy: 1, of: 2, threshold: 1, is: true },
    { healthy: 1, of: 2, threshold: 2, is: false },
    { healthy: 2, of: 2, threshold: 2, is: true },
    { healthy: 2, of: 2, threshold: 3, is: false },
  ])(
    '$healthy of $of healthy, threshold $threshold - $is; the opposite where it is inverted',
    async ({ healthy, of, threshold, is }) => {
      const { check, control, passes } = route53World();
      const children = await Promise.all(Array.from({ length: of }, () => check(ENDPOINT)));
      for (const child of children.slice(healthy)) control.answers(child, false);
      await passes(120 * SECOND);
      const calculated = { Type: 'CALCULATED', ChildHealthChecks: children, HealthThreshold: threshold } as const;

      expect(control.isHealthy(await check(calculated))).toBe(is);
      expect(control.isHealthy(await check({ ...calculated, Inverted: true }))).toBe(!is);
    },
  );

  it('of calculated ones; a child that is disabled or gone is healthy', async () => {
    const { check, control, client, passes } = route53World();
    const child = await check(ENDPOINT);
    const inner = await check({ Type: 'CALCULATED', ChildHealthChecks: [child], HealthThreshold: 1 });
    const outer = await check({ Type: 'CALCULATED', ChildHealthChecks: [inner], HealthThreshold: 1 });
    control.answers(child, false);
    await passes(120 * SECOND);

    const seen = [control.isHealthy(outer)];
    await client.send(new UpdateHealthCheckCommand({ HealthCheckId: child, Disabled: true }));
    seen.push(control.isHealthy(outer));
    await client.send(new UpdateHealthCheckCommand({ HealthCheckId: child, Disabled: false }));
    seen.push(control.isHealthy(outer));
    await client.send(new DeleteHealthCheckCommand({ HealthCheckId: child }));
    seen.push(control.isHealthy(outer));

    expect(seen).toEqual([false, true, false, true]);
  });

  it('refuses a child that is not there, and a circle', async () => {
    const { check, client } = route53World();
    const inner = await check({ Type: 'CALCULATED', HealthThreshold: 0 });
    const outer = await check({ Type: 'CALCULATED', ChildHealthChecks: [inner], HealthThreshold: 1 });

    const gone = await refusal(check({ Type: 'CALCULATED', ChildHealthChecks: ['nobody'], HealthThreshold: 1 }));
    const circle = await refusal(
      client.send(new UpdateHealthCheckCommand({ HealthCheckId: inner, ChildHealthChecks: [outer] })),
    );

    expect(gone).toBe('InvalidInput: Invalid parameter: The health check nobody does not exist.');
    expect(circle).toBe(
      `InvalidInput: Invalid parameter: The health check ${outer} depends on the health check ${inner} itself.`,
    );
  });
});

describe('a health check of an endpoint', () => {
  it('changes after three looks in a row, at the interval that it has', async () => {
    const { check, control, passes, client } = route53World();
    const id = await check({ ...ENDPOINT, RequestInterval: 10 });
    control.answers(id, false);

    await passes(29 * SECOND);
    const before = control.isHealthy(id);
    await passes(SECOND);
    const { HealthCheckObservations } = await client.send(new GetHealthCheckStatusCommand({ HealthCheckId: id }));
    control.answers(id, true);
    const after = control.isHealthy(id);
    await passes(30 * SECOND);

    expect([before, after, control.isHealthy(id)]).toEqual([true, false, true]);
    expect(HealthCheckObservations?.map(({ StatusReport }) => StatusReport?.Status)).toEqual(
      Array(4).fill('Failure: HTTPS'),
    );
  });
});

describe('the actions on health checks', () => {
  const input = { CallerReference: 'r', HealthCheckConfig: ENDPOINT };

  it('the same request again - the same check; another one under its reference - refused, also when it is gone', async () => {
    const { client } = route53World();
    const create = (HealthCheckConfig: HealthCheckConfig = ENDPOINT) =>
      client.send(new CreateHealthCheckCommand({ ...input, HealthCheckConfig }));
    const { HealthCheck, Location } = await create();

    expect((await create()).HealthCheck?.Id).toBe(HealthCheck?.Id);
    expect(Location).toBe(`https://route53.amazonaws.com/2013-04-01/healthcheck/${HealthCheck?.Id}`);
    expect(await refusal(create({ ...ENDPOINT, Port: 8443 }))).toContain('HealthCheckAlreadyExists');
    await client.send(new DeleteHealthCheckCommand({ HealthCheckId: HealthCheck?.Id }));
    expect(await refusal(create())).toContain('HealthCheckAlreadyExists');
  });

  it('an update changes what it names, counts versions, and refuses another one', async () => {
    const { client, check } = route53World();
    const HealthCheckId = await check(ENDPOINT);

    const { HealthCheck } = await client.send(
      new UpdateHealthCheckCommand({ HealthCheckId, HealthCheckVersion: 1, FailureThreshold: 5 }),
    );
    const refused = await refusal(client.send(new UpdateHealthCheckCommand({ HealthCheckId, HealthCheckVersion: 1 })));

    expect(HealthCheck).toMatchObject({
      HealthCheckVersion: 2,
      HealthCheckConfig: { Type: 'HTTPS', Port: 443, FailureThreshold: 5 },
    });
    expect(refused).toContain('HealthCheckVersionMismatch');
  });

  it('listed page by page', async () => {
    const { client, check } = route53World();
    const ids = [await check(ENDPOINT), await check(ENDPOINT), await check(ENDPOINT)];

    const first = await client.send(new ListHealthChecksCommand({ MaxItems: 2 }));
    const second = await client.send(new ListHealthChecksCommand({ MaxItems: 2, Marker: first.NextMarker }));

    expect([first, second].map(({ HealthChecks }) => HealthChecks?.map(({ Id }) => Id))).toEqual([
      ids.slice(0, 2),
      ids.slice(2),
    ]);
  });

  it.each<[string, HealthCheckConfig, string]>([
    [
      'RECOVERY_CONTROL',
      { Type: 'RECOVERY_CONTROL' },
      'NotImplemented: The sandbox does not model health checks of the type RECOVERY_CONTROL.',
    ],
    [
      'no endpoint',
      { Type: 'HTTP' },
      'InvalidInput: Invalid parameter: At least one of IPAddress and FullyQualifiedDomainName must be specified.',
    ],
    [
      'no alarm',
      { Type: 'CLOUDWATCH_METRIC' },
      'InvalidInput: Invalid parameter: AlarmIdentifier must be specified for CLOUDWATCH_METRIC.',
    ],
    [
      'what goes with another type',
      { ...FOLLOWING, Port: 80 },
      'InvalidInput: Invalid parameter: Port cannot be specified for health checks of the type CLOUDWATCH_METRIC.',
    ],
    [
      'an interval of 20 seconds',
      { ...ENDPOINT, RequestInterval: 20 },
      'InvalidInput: Invalid parameter: RequestInterval must be 10 or 30.',
    ],
  ])('refused: %s', async (_, config, refused) => {
    const { check } = route53World();

    expect(await refusal(check(config))).toBe(refused);
  });

  it('the status of a calculated one is not told; nobody knows another account’s', async () => {
    const { check, client, clientOf } = route53World();
    const HealthCheckId = await check({ Type: 'CALCULATED', HealthThreshold: 0 });

    expect(await refusal(client.send(new GetHealthCheckStatusCommand({ HealthCheckId })))).toContain('InvalidInput');
    expect(await refusal(clientOf('222222222222').send(new GetHealthCheckCommand({ HealthCheckId })))).toBe(
      `NoSuchHealthCheck: A health check with id ${HealthCheckId} does not exist.`,
    );
  });
});
