import { VirtualClock } from '../../../../sandbox/clock/virtual-clock.ts';
import { Cloud, OPERATOR, PROVIDER_ACCOUNT } from '../../../../sandbox/cloud.ts';
import { Identities } from '../../../../sandbox/iam/identities.ts';
import type { Principal } from '../../../../sandbox/iam/principal.ts';
import { Sessions } from '../../../../sandbox/iam/sessions.ts';
import { Journal } from '../../../../sandbox/journal.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { simulatedHost } from '../../../../sandbox/run/simulated-host.ts';
import { lambdaService } from '../../../../sandbox/services/lambda/actions.ts';
import { sqsService } from '../../../../sandbox/services/sqs/actions.ts';
import { SqsModel } from '../../../../sandbox/services/sqs/model.ts';
import { stsService } from '../../../../sandbox/services/sts/actions.ts';
import { inProcessHttp } from '../../../../sandbox/wire/in-process-http.ts';
import { createRouter } from '../../../../sandbox/wire/router.ts';
import { asset } from '../../run/support.ts';

export const START = Date.UTC(2026, 10, 23, 1, 0, 0);
export const ENDPOINT = 'http://127.0.0.1:4599';
export const ROLE = `arn:aws:iam::${PROVIDER_ACCOUNT}:role/worker`;
export const arnOf = (name: string): string => `arn:aws:lambda:us-west-2:${PROVIDER_ACCOUNT}:function:${name}`;
export const queueArn = (name: string): string => `arn:aws:sqs:us-west-2:${PROVIDER_ACCOUNT}:${name}`;

/** Subnets whose ids end in b are in another VPC than the rest. */
const vpcOfTest = (subnetId: string): string => (subnetId.endsWith('b') ? 'vpc-0bbbbbbbb' : 'vpc-0aaaaaaaa');

const trust = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});

/** Lambda on a virtual clock, with queues for what failed, a role `worker` that may send, and one, `stranger`, that Lambda can't take. */
export const createLambdaWorld = (seed = 1) => {
  const clock = new VirtualClock(START);
  const random = seededRandom(seed);
  const journal = new Journal(clock);
  const identities = new Identities(clock);
  const sessions = new Sessions(random);
  const cloud = new Cloud({ clock, random, journal, authorizer: identities });
  const wire = createRouter({ cloud, principalOf: (key) => sessions.principalOf(key) });
  const host = simulatedHost({ clock, random, http: inProcessHttp(wire, clock) });
  const queues = new SqsModel({ clock, random, journal });
  const codes = new Map<string, string>();
  const lambda = lambdaService(
    cloud,
    {
      host,
      assets: (key) => {
        const directory = codes.get(key);
        if (directory === undefined) throw new Error(`No asset has the key ${key}.`);
        return directory;
      },
      sessions,
      endpoint: () => ENDPOINT,
      vpcOf: vpcOfTest,
    },
    queues,
  );
  cloud.register(lambda);
  cloud.register(stsService(identities, sessions));
  cloud.register(sqsService(cloud, queues, { endpoint: () => ENDPOINT, keyPolicy: () => undefined }));
  identities.createRole('worker', '/', 'AROA1', trust('lambda.amazonaws.com'));
  identities.createRole('stranger', '/', 'AROA2', trust('ec2.amazonaws.com'));
  identities.putRolePolicy('worker', 'send', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queueArn('letters') }],
  });

  /** Makes a call and lets time pass until it is answered. */
  const call = async <O>(action: string, input: unknown, principal: Principal = OPERATOR, service = 'lambda') => {
    let settled = false;
    const answer = cloud.invoke({ service, action, input, principal }).finally(() => {
      settled = true;
    });
    answer.catch(() => undefined);
    await clock.run(() => settled);
    return (await answer) as O;
  };

  /** Makes an asset of one file and gives where it is, as CreateFunction's `Code` has it. */
  const upload = (code: string, files: Readonly<Record<string, string>> = {}) => {
    const S3Key = `${codes.size}.zip`;
    codes.set(S3Key, asset({ 'index.js': code, ...files }));
    return { S3Bucket: 'assets', S3Key };
  };

  /** Creates a function of one file, `exports.handler = …`. */
  const create = (code: string, more: object = {}, files: Readonly<Record<string, string>> = {}) =>
    call<Record<string, unknown>>('CreateFunction', {
      FunctionName: 'decide',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: ROLE,
      Code: upload(code, files),
      ...more,
    });

  interface Answer {
    readonly StatusCode: number;
    readonly FunctionError?: string;
    readonly ExecutedVersion?: string;
    readonly LogResult?: string;
    readonly Payload?: Uint8Array;
  }

  /** Invokes; `value` is the payload, parsed. */
  const invoke = async (input: object = {}, principal?: Principal) => {
    const answer = await call<Answer>('Invoke', { FunctionName: 'decide', ...input }, principal);
    const text = Buffer.from(answer.Payload ?? new Uint8Array()).toString('utf8');
    return { ...answer, value: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };

  return {
    clock,
    cloud,
    journal,
    host,
    lambda,
    call,
    upload,
    create,
    invoke,
    pass: (seconds: number) => clock.run(() => false, clock.now() + seconds * 1000),
    createQueue: (name: string) => call('CreateQueue', { QueueName: name }, OPERATOR, 'sqs'),
    /** What lies in a queue. */
    messages: (name: string) => [...(queues.byArn(queueArn(name))?.messages.values() ?? [])],
    /** Lets the role `worker` do these actions on a resource. */
    allow: (name: string, actions: readonly string[], Resource: string) => {
      identities.putRolePolicy('worker', name, {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: [...actions], Resource }],
      });
    },
    /** How many messages of `answers` are hidden. */
    inFlight: () =>
      [...(queues.byArn(queueArn('answers'))?.messages.values() ?? [])].filter(
        ({ visibleAt }) => visibleAt > clock.now(),
      ).length,
    logs: () => journal.entries.filter(({ kind }) => kind === 'log').map(({ detail }) => detail),
  };
};

export const payload = (value: unknown): { readonly Payload: Uint8Array } => ({
  Payload: Buffer.from(JSON.stringify(value)),
});
