import { registryKey } from '../../functions/registry/keys.ts';
import { registerCustomer } from '../../sandbox/stories/customers.ts';
import { refusals } from '../../sandbox/stories/refusals.ts';
import { play } from '../../sandbox/stories/story.ts';
import type { AlarmedWorld } from './alarmed-world.ts';

/** Something that an alarm is there for. */
export interface Cause {
  readonly namespace: string;
  readonly metrics: readonly string[];
  /** In words, for the test's name. */
  readonly what: string;
  /** Brings it about, and returns how to end it. */
  happen(alarmed: AlarmedWorld): Promise<() => Promise<unknown>>;
  /** How many minutes after its end the alarm has noticed at the latest. @default 20 */
  readonly patience?: number;
}

const endsByItself = async (): Promise<void> => undefined;

const FUNCTION = 'AWS::Lambda::Function';
const MACHINE = 'AWS::StepFunctions::StateMachine';
const QUEUE = 'AWS::SQS::Queue';

/** Waits a minute, which may be longer than it is allowed to take. */
const waitingMachine = (timeout: number): string =>
  JSON.stringify({
    QueryLanguage: 'JSONata',
    TimeoutSeconds: timeout,
    StartAt: 'Wait',
    States: { Wait: { Type: 'Wait', Seconds: 60, End: true } },
  });

const switchSweep = async (alarmed: AlarmedWorld, State: 'ENABLED' | 'DISABLED'): Promise<void> => {
  const Name = alarmed.resource('AWS::Scheduler::Schedule', 'Sweep');
  const known = await alarmed.call<object>('scheduler', 'GetSchedule', { Name });
  await alarmed.call('scheduler', 'UpdateSchedule', { ...known, Name, State });
};

/** A service of ours that is in the registry. */
const registeredService = async (alarmed: AlarmedWorld): Promise<string> => {
  const { stage } = alarmed;
  const { serviceId } = await alarmed.until(stage.endpointService('orders'));
  await alarmed.until(stage.register(registryKey.service(serviceId), { serviceId, origin: 'created' }));
  return serviceId;
};

const converge = (alarmed: AlarmedWorld, serviceId: string) =>
  alarmed.call('lambda', 'Invoke', {
    FunctionName: alarmed.resource(FUNCTION, 'ConvergePrincipals'),
    Payload: Buffer.from(JSON.stringify({ serviceId })),
  });

const queues: readonly Cause[] = [
  {
    namespace: 'AWS/SQS',
    metrics: ['ApproximateNumberOfMessagesVisible'],
    what: 'a dead letter that nobody takes away',
    async happen(alarmed) {
      const QueueUrl = alarmed.resource(QUEUE, 'IntakeDeadLetters');
      await alarmed.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' });
      await alarmed.pass(3);
      return () => alarmed.call('sqs', 'PurgeQueue', { QueueUrl });
    },
  },
  {
    namespace: 'AWS/SQS',
    metrics: ['ApproximateAgeOfOldestMessage'],
    what: 'consumers that are switched off while messages wait',
    async happen(alarmed) {
      await alarmed.call('pipes', 'StopPipe', { Name: alarmed.resource('AWS::Pipes::Pipe', 'Intake') });
      const UUID = alarmed.resource('AWS::Lambda::EventSourceMapping', 'Answers');
      await alarmed.call('lambda', 'UpdateEventSourceMapping', { UUID, Enabled: false });
      await alarmed.pass(2);
      const waiting = ['IntakeQueue', 'AnswersQueue'].map((construct) => alarmed.resource(QUEUE, construct));
      for (const QueueUrl of waiting) await alarmed.call('sqs', 'SendMessage', { QueueUrl, MessageBody: '{}' });
      await alarmed.pass(33);
      return async () => {
        for (const QueueUrl of waiting) await alarmed.call('sqs', 'PurgeQueue', { QueueUrl });
      };
    },
  },
];

const functions: readonly Cause[] = [
  {
    namespace: 'AWS/Lambda',
    metrics: ['Errors'],
    what: 'functions that fail for a quarter of an hour',
    async happen(alarmed) {
      for (let time = 0; time < 4; time += 1) {
        for (const FunctionName of alarmed.all(FUNCTION)) {
          await alarmed.call('lambda', 'Invoke', { FunctionName, Payload: Buffer.from('"garbage"') });
        }
        await alarmed.pass(4);
      }
      return endsByItself;
    },
    patience: 30,
  },
  {
    namespace: 'AWS/Lambda',
    metrics: ['Invocations'],
    what: 'a sweep that is switched off',
    async happen(alarmed) {
      await alarmed.pass(20);
      await switchSweep(alarmed, 'DISABLED');
      // The last sweep was up to five minutes before; then three periods of five minutes pass without one.
      await alarmed.pass(22);
      return () => switchSweep(alarmed, 'ENABLED');
    },
  },
];

const workflows: readonly Cause[] = [
  {
    namespace: 'AWS/States',
    metrics: ['ExecutionsFailed'],
    what: 'executions with an input that does not fit',
    async happen(alarmed) {
      for (const stateMachineArn of alarmed.all(MACHINE)) {
        await alarmed.call('states', 'StartExecution', { stateMachineArn, input: '{"no": "such input"}' });
      }
      await alarmed.pass(3);
      return endsByItself;
    },
  },
  {
    namespace: 'AWS/States',
    metrics: ['ExecutionsTimedOut', 'ExecutionsAborted'],
    what: 'executions that take too long, or are stopped',
    async happen(alarmed) {
      for (const stateMachineArn of alarmed.all(MACHINE)) {
        for (const timeout of [5, 300]) {
          const definition = waitingMachine(timeout);
          await alarmed.call('states', 'UpdateStateMachine', { stateMachineArn, definition });
          const starting = alarmed.call<{ executionArn: string }>('states', 'StartExecution', { stateMachineArn });
          const { executionArn } = await starting;
          if (timeout === 300) await alarmed.call('states', 'StopExecution', { executionArn });
        }
      }
      await alarmed.pass(3);
      return endsByItself;
    },
  },
];

const ours: readonly Cause[] = [
  {
    namespace: 'PrivateLinkConcierge',
    metrics: ['UnreadableEntries'],
    what: 'an entry that does not parse',
    async happen(alarmed) {
      const cases = refusals.cases.filter(({ name }) => name === 'an entry that does not parse');
      await alarmed.until(play({ ...refusals, cases }, alarmed.stage));
      await alarmed.pass(2);
      return () => alarmed.until(alarmed.stage.unregister(registryKey.customer('acme')));
    },
    patience: 40,
  },
  {
    namespace: 'PrivateLinkConcierge',
    metrics: ['OpenToEveryone'],
    what: 'a service that everybody on AWS may ask for',
    async happen(alarmed) {
      const ServiceId = await registeredService(alarmed);
      const change = (by: 'AddAllowedPrincipals' | 'RemoveAllowedPrincipals') =>
        alarmed.call('ec2', 'ModifyVpcEndpointServicePermissions', { ServiceId, [by]: ['*'] });
      await change('AddAllowedPrincipals');
      await alarmed.pass(1);
      await converge(alarmed, ServiceId);
      await alarmed.pass(3);
      return () => change('RemoveAllowedPrincipals');
    },
  },
  {
    namespace: 'PrivateLinkConcierge',
    metrics: ['PrincipalsContested'],
    what: 'somebody who removes again and again what we add',
    async happen(alarmed) {
      const serviceId = await registeredService(alarmed);
      const customer = { customerId: 'tyrell', name: 'tyrell', status: 'active' } as const;
      await alarmed.until(registerCustomer(alarmed.stage, serviceId, { customer, accounts: ['777777777777'] }));
      const principal = 'arn:aws:iam::777777777777:root';
      for (let time = 0; time < 3; time += 1) {
        await converge(alarmed, serviceId);
        const change = { ServiceId: serviceId, RemoveAllowedPrincipals: [principal] };
        await alarmed.call('ec2', 'ModifyVpcEndpointServicePermissions', change);
        await alarmed.pass(10);
      }
      await converge(alarmed, serviceId);
      await alarmed.pass(2);
      return () => alarmed.until(alarmed.stage.unregister(registryKey.entitlement(serviceId, 'tyrell')));
    },
  },
  {
    namespace: 'PrivateLinkConcierge',
    metrics: ['SilentSources'],
    what: 'a database whose name has no address',
    async happen(alarmed) {
      const { dns, hostName } = await alarmed.until(alarmed.stage.database('orders'));
      dns.ail(hostName, { kind: 'empty' });
      await alarmed.pass(8);
      return async () => dns.heal(hostName);
    },
  },
];

/** One for each metric on which the template has alarms. */
export const CAUSES: readonly Cause[] = [...queues, ...functions, ...workflows, ...ours];
