import { describe, expect, it } from 'vitest';
import { route53Service } from '../../../../sandbox/services/route53/actions.ts';
import { route53Model } from '../../../../sandbox/services/route53/model.ts';
import { type Route53Options, settingsFrom } from '../../../../sandbox/services/route53/options.ts';
import { makeWorld } from '../states/world.ts';
import { SECOND } from './route53-world.ts';

const sdk = (action: string, Arguments: object, rest: object = { End: true }) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::aws-sdk:route53:${action}`,
  Arguments,
  ...rest,
});
const batch = (address: string) => ({
  Comment: 'by a workflow',
  Changes: [
    {
      Action: 'CREATE',
      ResourceRecordSet: { Name: 'a.example.com', Type: 'A', TTL: 30, ResourceRecords: [{ Value: address }] },
    },
  ],
});
const ZONE = '{% $zone %}';

/** A workflow that makes a zone and goes on with these states. */
const run = async (states: Record<string, object>, options: Route53Options = {}) => {
  const world = makeWorld();
  const { clock, random, journal } = world.cloud;
  const model = route53Model(
    {
      ...{ clock, random, journal },
      alarms: { find: () => undefined, evaluate: () => 'OK' },
      targets: { find: () => undefined },
    },
    settingsFrom(options),
  );
  world.cloud.register(route53Service(model));
  const first = sdk(
    'createHostedZone',
    { Name: 'example.com', CallerReference: 'r' },
    { Assign: { zone: '{% $states.result.HostedZone.Id %}' }, Next: Object.keys(states)[0] },
  );
  return { ...(await world.run({ Zone: first, ...states })), model };
};

describe('Route 53 as a task of a workflow', () => {
  it('a change, waited for until it is INSYNC', async () => {
    const { status, output } = await run(
      {
        Change: sdk(
          'changeResourceRecordSets',
          { HostedZoneId: ZONE, ChangeBatch: batch('192.0.2.1') },
          { Assign: { change: '{% $states.result.ChangeInfo %}' }, Next: 'Wait' },
        ),
        Wait: { Type: 'Wait', Seconds: 30, Next: 'Look' },
        Look: sdk(
          'getChange',
          { Id: '{% $change.Id %}' },
          { Output: '{% [$change, $states.result.ChangeInfo] %}', End: true },
        ),
      },
      { insync: [30 * SECOND, 30 * SECOND] },
    );

    expect(status).toBe('SUCCEEDED');
    const change = {
      Id: expect.stringMatching(/^C0[0-9A-F]{19}$/),
      SubmittedAt: '2026-11-23T12:00:00.000Z',
      Comment: 'by a workflow',
    };
    expect(output).toEqual([
      { ...change, Status: 'PENDING' },
      { ...change, Status: 'INSYNC' },
    ]);
  });

  it.each([
    ['Route53.InvalidChangeBatchException', {}, batch('x')],
    ['Route53.NoSuchHostedZoneException', { HostedZoneId: 'Z1' }, batch('192.0.2.1')],
    ['Route53.InvalidInputException', {}, { Changes: [] }],
  ])('an error is named %s', async (name, more, ChangeBatch) => {
    const { error, cause } = await run({
      Change: sdk('changeResourceRecordSets', { HostedZoneId: ZONE, ChangeBatch, ...more }),
    });

    expect(error).toBe(name);
    expect(cause).toMatch(
      /\(Service: Route53, Status Code: 40[04], Request ID: [0-9a-f-]{36}\) \(SDK Attempt Count: 1\)$/,
    );
  });

  it('a busy zone is Route53.PriorRequestNotCompleteException, and a retry gets through', async () => {
    const parallel = (name: string) => ({
      StartAt: name,
      States: {
        [name]: sdk(
          'changeResourceRecordSets',
          {
            HostedZoneId: ZONE,
            ChangeBatch: {
              Changes: [
                {
                  Action: 'UPSERT',
                  ResourceRecordSet: {
                    Name: `${name}.example.com`,
                    Type: 'A',
                    TTL: 30,
                    ResourceRecords: [{ Value: '192.0.2.1' }],
                  },
                },
              ],
            },
          },
          {
            Retry: [
              {
                ErrorEquals: ['Route53.PriorRequestNotCompleteException'],
                IntervalSeconds: 1,
                BackoffRate: 2,
                MaxAttempts: 3,
              },
            ],
            End: true,
          },
        ),
      },
    });
    const { status, model } = await run(
      {
        Pause: { Type: 'Wait', Seconds: 1, Next: 'Both' },
        Both: { Type: 'Parallel', Branches: [parallel('one'), parallel('two')], End: true },
      },
      { busy: [500, 500] },
    );

    expect(status).toBe('SUCCEEDED');
    expect(model.controlPlane.calls.changes).toBe(3);
  });

  it('a control plane that is down has no error of its own: Route53.Route53Exception', async () => {
    const world = makeWorld();
    const { clock, random, journal } = world.cloud;
    const nothing = {
      alarms: { find: () => undefined, evaluate: () => 'OK' as const },
      targets: { find: () => undefined },
    };
    const model = route53Model({ clock, random, journal, ...nothing }, settingsFrom({}));
    world.cloud.register(route53Service(model));
    model.controlPlane.down();

    const { error, cause } = await world.run({ List: sdk('listHostedZones', {}) });

    expect(error).toBe('Route53.Route53Exception');
    expect(cause).toContain('Status Code: 503');
  });
});
