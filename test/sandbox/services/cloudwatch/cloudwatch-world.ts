import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { type Authorizer, Cloud, OPERATOR, type Permission } from '../../../../sandbox/cloud.ts';
import { accountPrincipal, type Principal } from '../../../../sandbox/iam/principal.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { cloudWatchService } from '../../../../sandbox/services/cloudwatch/actions.ts';
import type { CloudWatchOptions } from '../../../../sandbox/services/cloudwatch/options.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import { eventsService } from '../../../../sandbox/services/events/actions.ts';
import { EventsModel } from '../../../../sandbox/services/events/model.ts';
import { snsService } from '../../../../sandbox/services/sns/actions.ts';
import { SnsModel } from '../../../../sandbox/services/sns/model.ts';
import { sqsService } from '../../../../sandbox/services/sqs/actions.ts';
import { SqsModel } from '../../../../sandbox/services/sqs/model.ts';
import { inProcessHandler } from '../../../../sandbox/wire/in-process.ts';
import { createRouter } from '../../../../sandbox/wire/router.ts';

export const START = Date.parse('2026-11-23T00:00:00Z');
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
const REGION = 'eu-west-1';
export const ALARM_ARN = `arn:aws:cloudwatch:${REGION}:123456789012:alarm`;

/** What an alarm on the metric `App/Faults` needs at least. */
export const FAULTS = {
  AlarmName: 'faults',
  Namespace: 'App',
  MetricName: 'Faults',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
} as const;

/** A world with CloudWatch in a region of its own, queues, topics and buses. */
export const cloudWatchWorld = (
  options: CloudWatchOptions = {},
  refuse: (principal: Principal, permission: Permission) => string | undefined = () => undefined,
) => {
  const clock = new VirtualClock(START);
  const journal = new Journal(clock);
  const authorizer: Authorizer = {
    refuse,
    assumeRole: () => {
      throw new AwsError('AccessDenied', 'There are no roles here.');
    },
  };
  const cloud = new Cloud({ clock, journal, random: seededRandom(7), authorizer });
  const service = cloudWatchService(cloud, REGION, options);
  const keyPolicy = () => undefined;
  const queues = new SqsModel(cloud);
  for (const each of [
    service,
    sqsService(cloud, queues, { endpoint: () => 'http://127.0.0.1', keyPolicy }),
    snsService(cloud, new SnsModel(), { keyPolicy }),
    eventsService(cloud, new EventsModel()),
  ]) {
    cloud.register(each);
  }
  const principalOf = (key: string) => (/^\d{12}$/.test(key) ? accountPrincipal(key) : OPERATOR);
  const handler = createRouter({ cloud, principalOf });
  const clientOf = (accessKeyId: string) =>
    new CloudWatchClient({
      region: REGION,
      credentials: { accessKeyId, secretAccessKey: 'any' },
      maxAttempts: 1,
      requestHandler: inProcessHandler(handler),
    });
  const call = async <T = unknown>(name: string, action: string, input: object): Promise<T> =>
    (await cloud.invoke({ service: name, action, input, principal: OPERATOR })) as T;
  return {
    clock,
    journal,
    cloud,
    queues,
    handler,
    clientOf,
    client: clientOf('operator'),
    metrics: service.metrics,
    call,
    /** Lets time pass. */
    pass: async (milliseconds: number): Promise<void> => {
      await clock.run(() => false, clock.now() + milliseconds);
    },
    stateOf: (name: string) => service.metrics.alarms()[name],
  };
};

/** What a call is refused with: `Code: message`. */
export const refusalOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
  return 'nothing was refused';
};
