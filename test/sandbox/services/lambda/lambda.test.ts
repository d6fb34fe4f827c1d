import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountPrincipal, roleSession, servicePrincipal } from '../../../../sandbox/iam/principal.ts';
import { arnOf, createLambdaWorld, ENDPOINT, payload, ROLE, START } from './lambda-world.ts';

const ECHO = `exports.handler = async (event) => ({ event });`;

let world: ReturnType<typeof createLambdaWorld>;
beforeEach(() => {
  world = createLambdaWorld();
});
afterEach(() => world.host.close());

describe('creating a function', () => {
  it('answers with the configuration, defaults filled in', async () => {
    expect(await world.create(ECHO)).toMatchObject({
      FunctionName: 'decide',
      FunctionArn: arnOf('decide'),
      Runtime: 'nodejs24.x',
      Timeout: 3,
      MemorySize: 128,
      Version: '$LATEST',
      State: 'Active',
      TracingConfig: { Mode: 'PassThrough' },
      LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/decide' },
      LastModified: '2026-11-23T01:00:00.000+0000',
    });
    expect(await world.call('GetFunctionConfiguration', { FunctionName: arnOf('decide') })).toMatchObject({
      FunctionName: 'decide',
    });
    expect(await world.call('ListFunctions', {})).toMatchObject({ Functions: [{ FunctionName: 'decide' }] });
  });

  it.each([
    ['another runtime', { Runtime: 'python3.14' }, /runtime 'python3\.14'; the sandbox runs nodejs24\.x only/],
    ['no handler', { Handler: undefined }, /has no Handler/],
    ['a time-out above 15 minutes', { Timeout: 901 }, /'Timeout' is 901: it must be a whole number from 1 to 900/],
    ['too little memory', { MemorySize: 64 }, /'MemorySize' is 64/],
    ['a reserved variable', { Environment: { Variables: { AWS_REGION: 'x' } } }, /reserved keys.*: AWS_REGION$/],
    [
      'subnets without security groups',
      { VpcConfig: { SubnetIds: ['subnet-0a'], SecurityGroupIds: [] } },
      /VpcConfig must name both/,
    ],
    [
      'subnets of two VPCs',
      { VpcConfig: { SubnetIds: ['subnet-0a', 'subnet-0b'], SecurityGroupIds: ['sg-0a'] } },
      /The subnets are of several VPCs: vpc-0aaaaaaaa, vpc-0bbbbbbbb\./,
    ],
    ['a layer', { Layers: ['arn'] }, /has Layers, which the sandbox does not model/],
    ['a role that Lambda can not take', { Role: ROLE.replace('worker', 'stranger') }, /cannot be assumed by Lambda/],
  ])('refuses %s', async (_, change, message) => {
    await expect(world.create(ECHO, change)).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      message: expect.stringMatching(message),
    });
  });

  it('is in the VPC of its subnets, until it is told to be in none', async () => {
    const VpcConfig = { SubnetIds: ['subnet-0b', 'subnet-1b'], SecurityGroupIds: ['sg-0a'] };
    const placed = { VpcConfig: { ...VpcConfig, VpcId: 'vpc-0bbbbbbbb' } };
    expect(await world.create(ECHO, { VpcConfig })).toMatchObject(placed);
    const update = (input: object) => world.call('UpdateFunctionConfiguration', { FunctionName: 'decide', ...input });
    expect(await update({ Timeout: 5 })).toMatchObject(placed);
    expect(await update({ VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } })).not.toHaveProperty('VpcConfig');
  });

  it('refuses a second function of the same name', async () => {
    await world.create(ECHO);
    await expect(world.create(ECHO)).rejects.toMatchObject({ code: 'ResourceConflictException', status: 409 });
  });
});

describe('versions and aliases', () => {
  it('publishes a version once for the same code, under a qualified ARN', async () => {
    await world.create(ECHO);
    const published = { Version: '1', FunctionArn: `${arnOf('decide')}:1` };
    expect(await world.call('PublishVersion', { FunctionName: 'decide' })).toMatchObject(published);
    expect(await world.call('PublishVersion', { FunctionName: 'decide' })).toMatchObject(published);
    expect(await world.call('ListVersionsByFunction', { FunctionName: 'decide' })).toMatchObject({
      Versions: [{ Version: '$LATEST' }, { Version: '1' }],
    });
  });

  it('runs what a qualifier, an ARN or an alias names, each version in environments of its own', async () => {
    await world.create(`let calls = 0; exports.handler = async (event, context) =>
      [++calls, context.functionVersion, context.invokedFunctionArn];`);
    await world.call('PublishVersion', { FunctionName: 'decide' });
    const alias = { FunctionName: 'decide', Name: 'live', FunctionVersion: '1' };
    expect(await world.call('CreateAlias', alias)).toMatchObject({ AliasArn: `${arnOf('decide')}:live` });
    expect(await world.invoke()).toMatchObject({ value: [1, '$LATEST', arnOf('decide')], ExecutedVersion: '$LATEST' });
    expect(await world.invoke({ Qualifier: '1' })).toMatchObject({ value: [1, '1', `${arnOf('decide')}:1`] });
    expect(await world.invoke({ FunctionName: `${arnOf('decide')}:live` })).toMatchObject({
      value: [2, '1', `${arnOf('decide')}:live`],
      ExecutedVersion: '1',
    });
  });

  it.each([
    [{ FunctionName: 'other' }, `Function not found: ${arnOf('other')}`],
    [{ Qualifier: '7' }, `Function not found: ${arnOf('decide')}:7`],
  ])('does not find %j', async (input, message) => {
    await world.create(ECHO);
    await expect(world.invoke(input)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
      message,
    });
  });
});

describe('a synchronous invocation', () => {
  it('gives the event and returns the result', async () => {
    await world.create(ECHO);
    expect(await world.invoke(payload({ a: [1] }))).toMatchObject({ StatusCode: 200, value: { event: { a: [1] } } });
    expect(await world.invoke()).toMatchObject({ value: { event: {} } });
  });

  it('has Lambda’s environment, the function’s own variables, and keys of the role', async () => {
    const code = `exports.handler = async () => process.env;`;
    await world.create(code, { Environment: { Variables: { TABLE: 'registry' } }, MemorySize: 256 });
    const { value } = await world.invoke();
    expect(value).toMatchObject({
      AWS_REGION: 'us-west-2',
      AWS_LAMBDA_FUNCTION_NAME: 'decide',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/decide',
      AWS_ENDPOINT_URL: ENDPOINT,
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      POWERTOOLS_TRACE_ENABLED: 'false',
      TABLE: 'registry',
      _HANDLER: 'index.handler',
    });
    expect(value).not.toHaveProperty('_X_AMZN_TRACE_ID');
  });

  it('acts as the role of the function when it calls AWS', async () => {
    await world.create(`const http = require('node:http');
      exports.handler = () => new Promise((resolve, reject) => {
        const authorization = 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20261123/us-west-2/sts/aws4_request, SignedHeaders=host, Signature=x';
        const request = http.request(process.env.AWS_ENDPOINT_URL, { method: 'POST', headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' } },
          async (response) => { let text = ''; for await (const chunk of response) text += chunk; resolve(/<Arn>(.*)<\\/Arn>/.exec(text)?.[1] ?? text); });
        request.on('error', reject); request.end('Action=GetCallerIdentity&Version=2011-06-15');
      });`);
    expect((await world.invoke()).value).toBe('arn:aws:sts::123456789012:assumed-role/worker/decide');
  });

  it('marks a failure of the function and hands its error over', async () => {
    await world.create(`exports.handler = async () => { throw new TypeError('no'); };`);
    expect(await world.invoke()).toMatchObject({
      StatusCode: 200,
      FunctionError: 'Unhandled',
      value: { errorType: 'TypeError', errorMessage: 'no' },
    });
  });

  it('shows the end of the log where it is asked for', async () => {
    await world.create(
      `exports.handler = async () => { console.log('looking'); await new Promise((r) => setTimeout(r, 20)); };`,
    );
    const { LogResult } = await world.invoke({ LogType: 'Tail' });
    const lines = Buffer.from(LogResult ?? '', 'base64')
      .toString()
      .split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^START RequestId: [0-9a-f-]{36} Version: \$LATEST$/),
      expect.stringMatching(/^2026-11-23T01:00:00\.000Z\t[0-9a-f-]{36}\tINFO\tlooking$/),
      expect.stringMatching(/^END RequestId: [0-9a-f-]{36}$/),
      expect.stringMatching(/\tDuration: 20\.00 ms\tBilled Duration: 20 ms\tMemory Size: 128 MB\t$/),
      '',
    ]);
    expect(await world.invoke()).not.toHaveProperty('LogResult');
  });

  it('cuts the log down to its last 4 KB', async () => {
    await world.create(`exports.handler = async () => { console.log('x'.repeat(10_000)); };`);
    const { LogResult } = await world.invoke({ LogType: 'Tail' });
    expect(Buffer.from(LogResult ?? '', 'base64')).toHaveLength(4096);
  });

  it('only asks whether it would be allowed where it is a dry run', async () => {
    await world.create(`exports.handler = async () => console.log('ran');`);
    expect(await world.invoke({ InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204 });
    expect(world.logs()).toEqual([]);
  });

  it.each([
    ['text that is no JSON', Buffer.from('{'), 'InvalidRequestContentException'],
    ['more than 6 MB', Buffer.alloc(6 * 1024 * 1024 + 1, 32), 'RequestTooLargeException'],
  ])('refuses %s', async (_, Payload, code) => {
    await world.create(ECHO);
    await expect(world.invoke({ Payload })).rejects.toMatchObject({ code });
  });

  it('is throttled above the reservation', async () => {
    await world.create(ECHO);
    await world.call('PutFunctionConcurrency', { FunctionName: 'decide', ReservedConcurrentExecutions: 0 });
    await expect(world.invoke()).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
      members: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
  });

  it('keeps 100 of the account’s 1,000 unreserved', async () => {
    await world.create(ECHO);
    await expect(
      world.call('PutFunctionConcurrency', { FunctionName: 'decide', ReservedConcurrentExecutions: 901 }),
    ).rejects.toMatchObject({ code: 'InvalidParameterValueException', message: expect.stringContaining('[100]') });
  });
});

describe('what a function logs', () => {
  it('goes to the journal, JSON parsed, under the name of the function', async () => {
    await world.create(
      `exports.handler = async () => { console.log('plain'); process.stdout.write('{"level":"INFO","id":1}\\n'); };`,
    );
    await world.invoke();
    const lines = world.journal.entries.filter(({ kind }) => kind === 'log');
    expect(lines).toEqual([
      { at: START, kind: 'log', who: arnOf('decide'), what: 'line', detail: expect.stringMatching(/\tINFO\tplain$/) },
      { at: START, kind: 'log', who: arnOf('decide'), what: 'line', detail: { level: 'INFO', id: 1 } },
    ]);
  });

  it('is followed by Lambda’s own line where the function timed out', async () => {
    await world.create(`exports.handler = () => new Promise(() => {});`);
    expect((await world.invoke()).value).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(world.logs()).toEqual([expect.stringMatching(/^RequestId: .* Error: Task timed out after 3\.00 seconds$/)]);
  });
});

describe('who may invoke', () => {
  const rule = 'arn:aws:events:us-west-2:123456789012:rule/watch';
  const events = servicePrincipal('events.amazonaws.com', rule);

  it('is decided by the policy of exactly the qualifier', async () => {
    await world.create(ECHO);
    await world.call('PublishVersion', { FunctionName: 'decide' });
    await expect(world.invoke({}, events)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    await world.call('AddPermission', {
      FunctionName: `${arnOf('decide')}:1`,
      StatementId: 'rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: rule,
    });
    expect((await world.invoke({ Qualifier: '1' }, events)).StatusCode).toBe(200);
    await expect(world.invoke({}, events)).rejects.toMatchObject({ code: 'AccessDeniedException' });
    const elsewhere = servicePrincipal('events.amazonaws.com', `${rule}-of-another`);
    await expect(world.invoke({ Qualifier: '1' }, elsewhere)).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });

  it('shows the policy and refuses a second statement of the same id', async () => {
    await world.create(ECHO);
    const permission = {
      FunctionName: 'decide',
      StatementId: 'customer',
      Action: 'lambda:InvokeFunction',
      Principal: '222222222222',
    };
    await expect(world.call('GetPolicy', { FunctionName: 'decide' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await world.call('AddPermission', permission);
    await expect(world.call('AddPermission', permission)).rejects.toMatchObject({ code: 'ResourceConflictException' });
    const { Policy } = await world.call<{ Policy: string }>('GetPolicy', { FunctionName: 'decide' });
    expect(JSON.parse(Policy).Statement).toEqual([
      {
        Sid: 'customer',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::222222222222:root' },
        Action: 'lambda:InvokeFunction',
        Resource: arnOf('decide'),
      },
    ]);
    await expect(world.invoke({}, accountPrincipal('333333333333'))).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    await world.call('RemovePermission', { FunctionName: 'decide', StatementId: 'customer' });
    await expect(world.call('GetPolicy', { FunctionName: 'decide' })).rejects.toThrow();
  });

  it('is not a role that has no permission', async () => {
    await world.create(ECHO);
    await expect(world.invoke({}, roleSession(ROLE, 'x'))).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });
});

describe('faults', () => {
  it('end environments between two calls, so that the next one is a cold start', async () => {
    await world.create(`let calls = 0; exports.handler = async () => ++calls;`);
    expect((await world.invoke()).value).toBe(1);
    expect((await world.invoke()).value).toBe(2);
    expect(world.lambda.endEnvironments('decide')).toBe(1);
    expect((await world.invoke()).value).toBe(1);
  });

  it('end environments in the middle of a call', async () => {
    await world.create(`exports.handler = () => new Promise((resolve) => setTimeout(resolve, 2000));`);
    world.clock.after(500, () => world.lambda.endEnvironments());
    expect((await world.invoke()).value).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(world.clock.now()).toBe(START + 500);
  });
});

describe('the journal', () => {
  it('is the same byte for byte with the same seed', async () => {
    const journalOf = async (seed: number): Promise<string> => {
      const other = createLambdaWorld(seed);
      await other.create(`exports.handler = async () => {
        await new Promise((r) => setTimeout(r, Math.random() * 1000)); console.log(crypto.randomUUID(), process.memoryUsage().rss, new Error('where').stack);
        if (Math.random() < 0.5) throw new Error('unlucky'); };`);
      for (let n = 0; n < 5; n += 1) await other.invoke();
      await other.invoke({ InvocationType: 'Event' });
      await other.pass(600);
      await other.host.close();
      return other.journal.toText();
    };
    const text = await journalOf(3);
    expect(await journalOf(3)).toBe(text);
    expect(await journalOf(4)).not.toBe(text);
    expect(text).not.toContain(process.cwd());
  });
});
