import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { type Authorizer, Cloud, OPERATOR, type Permission, PROVIDER_ACCOUNT } from '../../../../sandbox/cloud.ts';
import { listOf } from '../../../../sandbox/iam/policy.ts';
import { type PolicyDocument, type Principal, roleSession } from '../../../../sandbox/iam/principal.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { dynamodbService } from '../../../../sandbox/services/dynamodb/actions.ts';
import { Streams } from '../../../../sandbox/services/dynamodb/streams.ts';
import { AwsError } from '../../../../sandbox/services/errors.ts';
import { eventsService } from '../../../../sandbox/services/events/actions.ts';
import { EventsModel } from '../../../../sandbox/services/events/model.ts';
import type { KeyLookup } from '../../../../sandbox/services/key-lookup.ts';
import { pipesService } from '../../../../sandbox/services/pipes/actions.ts';
import { schedulerService } from '../../../../sandbox/services/scheduler/actions.ts';
import { snsService } from '../../../../sandbox/services/sns/actions.ts';
import { SnsModel } from '../../../../sandbox/services/sns/model.ts';
import { sqsService } from '../../../../sandbox/services/sqs/actions.ts';
import { SqsModel } from '../../../../sandbox/services/sqs/model.ts';

export const START = Date.UTC(2026, 10, 23, 1, 0, 0);
export const ENDPOINT = 'http://127.0.0.1:4599';
export const ROLE = `arn:aws:iam::${PROVIDER_ACCOUNT}:role/worker`;
export const KEY_ARN = `arn:aws:kms:us-west-2:${PROVIDER_ACCOUNT}:key/intake`;

export const queueArn = (name: string): string => `arn:aws:sqs:us-west-2:${PROVIDER_ACCOUNT}:${name}`;
export const queueUrl = (name: string): string => `${ENDPOINT}/${PROVIDER_ACCOUNT}/${name}`;
export const functionArn = (name: string): string => `arn:aws:lambda:us-west-2:${PROVIDER_ACCOUNT}:function:${name}`;
export const machineArn = (name: string): string => `arn:aws:states:us-west-2:${PROVIDER_ACCOUNT}:stateMachine:${name}`;
export const busArn = (name: string): string => `arn:aws:events:us-west-2:${PROVIDER_ACCOUNT}:event-bus/${name}`;

/** A policy that lets AWS services do some actions, e.g. `letServices(['sns.amazonaws.com'], 'sqs:SendMessage')`. */
export const letServices = (services: readonly string[], action: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: services }, Action: action, Resource: '*' }],
});

/** Roles may do everything; a service only what a resource's policy lets it. `refusals` come before both. */
class SimpleAuthorizer implements Authorizer {
  readonly refusals: ((principal: Principal, permission: Permission) => boolean)[] = [];
  readonly missingRoles = new Set<string>();

  refuse(principal: Principal, permission: Permission): string | undefined {
    const sentence = `${principal.arn} is not authorized to perform: ${permission.action} on resource: ${permission.resource}`;
    if (this.refusals.some((refuses) => refuses(principal, permission))) return sentence;
    if (principal.kind !== 'service') return undefined;
    const allowed = permission.resourcePolicy?.Statement.some(({ Principal: who, Action: actions }) => {
      const services = typeof who === 'object' ? listOf(who.Service) : [];
      return services.includes(principal.service) && listOf(actions).includes(permission.action);
    });
    return allowed === true ? undefined : sentence;
  }

  assumeRole(service: string, roleArn: string, sessionName: string): ReturnType<typeof roleSession> {
    if (this.missingRoles.has(roleArn)) {
      throw new AwsError('AccessDenied', `${service} is not authorized to assume ${roleArn}`, 403);
    }
    return roleSession(roleArn, sessionName);
  }
}

/** A function that the tests stand in for: what it was given, and what it answers. */
class FakeFunction {
  readonly payloads: unknown[] = [];
  /** How it was called each time. */
  readonly types: string[] = [];
  answer: (payload: unknown) => unknown = () => null;
}

/** The messaging services, a clock, and stand-ins for functions and state machines. */
export const createMessagingWorld = (seed = 1) => {
  const clock = new VirtualClock(START);
  const random = seededRandom(seed);
  const journal = new Journal(clock);
  const authorizer = new SimpleAuthorizer();
  const cloud = new Cloud({ clock, random, journal, authorizer });
  const queues = new SqsModel({ clock, random, journal });
  const streams = new Streams(clock, random);
  let keyPolicy: PolicyDocument = { Statement: [] };
  const keys: KeyLookup = (key) => (key === KEY_ARN ? { arn: KEY_ARN, policy: keyPolicy } : undefined);
  const lambda = new FakeFunction();
  const executions: { stateMachineArn: string; input: unknown; who: string }[] = [];

  cloud.register(sqsService(cloud, queues, { endpoint: () => ENDPOINT, keyPolicy: keys }));
  cloud.register(snsService(cloud, new SnsModel(), { keyPolicy: keys }));
  cloud.register(eventsService(cloud, new EventsModel()));
  cloud.register(dynamodbService(cloud, streams));
  cloud.register(pipesService(cloud, queues, streams));
  cloud.register(schedulerService(cloud, { lateness: 0 }));
  cloud.register({
    name: 'lambda',
    actions: {
      Invoke: {
        permissions: (input: { FunctionName: string }) => [
          {
            action: 'lambda:InvokeFunction',
            resource: input.FunctionName,
            resourcePolicy: letServices(['events.amazonaws.com'], 'lambda:InvokeFunction'),
          },
        ],
        run(input: { Payload: Uint8Array; InvocationType?: string }) {
          const payload: unknown = JSON.parse(Buffer.from(input.Payload).toString());
          lambda.payloads.push(payload);
          lambda.types.push(input.InvocationType ?? 'RequestResponse');
          try {
            return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(lambda.answer(payload))) };
          } catch (error) {
            if (error instanceof AwsError) throw error;
            if (input.InvocationType === 'Event') return { StatusCode: 202 };
            const Payload = Buffer.from(JSON.stringify({ errorMessage: String(error) }));
            return { StatusCode: 200, FunctionError: 'Unhandled', Payload };
          }
        },
      },
    },
  });
  cloud.register({
    name: 'states',
    actions: {
      StartExecution: {
        permissions: (input: { stateMachineArn: string }) => [
          { action: 'states:StartExecution', resource: input.stateMachineArn },
        ],
        run(input: { stateMachineArn: string; input: string }, { principal }) {
          executions.push({
            stateMachineArn: input.stateMachineArn,
            input: JSON.parse(input.input),
            who: principal.arn,
          });
          return { executionArn: 'arn', startDate: new Date(clock.now()) };
        },
      },
    },
  });

  /** Makes a call and lets time pass until it is answered. */
  const call = async <O>(
    service: string,
    action: string,
    input: unknown,
    principal: Principal = OPERATOR,
  ): Promise<O> => {
    let settled = false;
    const answer = cloud.invoke({ service, action, input, principal }).finally(() => {
      settled = true;
    });
    answer.catch(() => undefined);
    await clock.run(() => settled);
    return (await answer) as O;
  };

  return {
    clock,
    journal,
    cloud,
    queues,
    lambda,
    executions,
    refuse: (refuses: (principal: Principal, permission: Permission) => boolean) => authorizer.refusals.push(refuses),
    missRole: (roleArn: string) => authorizer.missingRoles.add(roleArn),
    setKeyPolicy: (policy: PolicyDocument) => {
      keyPolicy = policy;
    },
    call,
    pass: (seconds: number) => clock.run(() => false, clock.now() + seconds * 1000),
    createQueue: (name: string, attributes: Readonly<Record<string, string>> = {}) =>
      call<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName: name, Attributes: attributes }),
    /** The bodies that lie in a queue, visible or not. */
    bodies: (name: string) =>
      [...(queues.byArn(queueArn(name))?.messages.values() ?? [])].map((message) => message.body),
    /** What became of things, in the journal's words. */
    states: () => journal.entries.filter((entry) => entry.kind === 'state').map((entry) => entry.what),
  };
};

export type MessagingWorld = ReturnType<typeof createMessagingWorld>;
