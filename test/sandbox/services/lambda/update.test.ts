import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../../sandbox/cloud.ts';
import { createLambdaWorld, payload, ROLE } from './lambda-world.ts';

/** Says which code it is, how it is configured, and how often this environment was used. */
const code = (name: string): string => `
let used = 0;
exports.handler = async ({ wait = 0 }) => {
  used += 1;
  await new Promise((resolve) => setTimeout(resolve, wait));
  return { code: '${name}', stage: process.env.STAGE, used };
};`;
const stage = (STAGE: string) => ({ Environment: { Variables: { STAGE } } });

let world: ReturnType<typeof createLambdaWorld>;
beforeEach(async () => {
  world = createLambdaWorld();
  await world.create(code('old'), stage('first'));
});
afterEach(() => world.host.close());

const publish = async () =>
  (await world.call<{ Version: string }>('PublishVersion', { FunctionName: 'decide' })).Version;
const updateCode = (name: string, more: object = {}) =>
  world.call<Record<string, unknown>>('UpdateFunctionCode', {
    FunctionName: 'decide',
    ...world.upload(code(name)),
    ...more,
  });
/** Updates the code while an invocation is under way. */
const updateAfter = (milliseconds: number): void => {
  const input = { FunctionName: 'decide', ...world.upload(code('new')) };
  world.clock.after(milliseconds, () => {
    void world.cloud.invoke({ service: 'lambda', action: 'UpdateFunctionCode', input, principal: OPERATOR });
  });
};
const configure = (change: object) =>
  world.call<Record<string, unknown>>('UpdateFunctionConfiguration', { FunctionName: 'decide', ...change });
const ran = async (Qualifier?: string) => (await world.invoke({ Qualifier })).value;

describe('versions', () => {
  it('keep their code and their configuration, whatever becomes of $LATEST', async () => {
    await publish();
    await updateCode('new');
    await configure(stage('second'));
    expect(await publish()).toBe('2');
    await updateCode('newest');

    expect(await ran('1')).toMatchObject({ code: 'old', stage: 'first' });
    expect(await ran('2')).toMatchObject({ code: 'new', stage: 'second' });
    expect(await ran()).toMatchObject({ code: 'newest', stage: 'second' });
    expect(await world.call('GetFunction', { FunctionName: 'decide', Qualifier: '1' })).toMatchObject({
      Configuration: stage('first'),
    });
  });

  it('keep their environments; those of $LATEST are replaced', async () => {
    await publish();
    for (const qualifier of ['1', undefined]) await ran(qualifier);
    await updateCode('new');

    expect(await ran('1')).toMatchObject({ used: 2 });
    expect(await ran()).toMatchObject({ code: 'new', used: 1 });
    await configure(stage('second'));
    expect(await ran()).toMatchObject({ code: 'new', stage: 'second', used: 1 });
  });

  it('what $LATEST has in hand is finished as it began, and its environment is not used again', async () => {
    updateAfter(500);
    expect((await world.invoke(payload({ wait: 1000 }))).value).toMatchObject({ code: 'old', used: 1 });
    expect(await ran()).toMatchObject({ code: 'new', used: 1 });
  });

  it('an environment that is still busy with what $LATEST was can be killed', async () => {
    updateAfter(300);
    let killed = 0;
    world.clock.after(500, () => {
      killed = world.lambda.endEnvironments('decide');
    });
    expect(await world.invoke(payload({ wait: 1000 }))).toMatchObject({
      FunctionError: 'Unhandled',
      value: { errorType: 'Runtime.ExitError' },
    });
    expect(killed).toBe(1);
  });
});

describe('a new number', () => {
  it.each([
    ['other code', () => updateCode('new')],
    ['another variable', () => configure(stage('second'))],
    ['another description', () => configure({ Description: 'decides' })],
  ])('%s - given', async (_, change) => {
    expect(await publish()).toBe('1');
    await change();
    expect(await publish()).toBe('2');
    expect(await publish()).toBe('2');
  });

  it('an update that changes nothing - not given', async () => {
    expect(await publish()).toBe('1');
    await configure({ ...stage('first'), Timeout: 3 });
    expect(await publish()).toBe('1');
  });

  it("a version's own description is no change of $LATEST", async () => {
    await world.call('PublishVersion', { FunctionName: 'decide', Description: 'the first' });
    expect(await publish()).toBe('1');
  });

  it('is never one that was deleted, and an alias keeps its version', async () => {
    await publish();
    await updateCode('new', { Publish: true });
    await world.call('CreateAlias', { FunctionName: 'decide', Name: 'live', FunctionVersion: '2' });
    await expect(world.call('DeleteFunction', { FunctionName: 'decide', Qualifier: '2' })).rejects.toMatchObject({
      code: 'ResourceConflictException',
      message: expect.stringMatching(/aliases reference it: \[live\]$/),
    });
    await world.call('UpdateAlias', { FunctionName: 'decide', Name: 'live', FunctionVersion: '1' });
    await world.call('DeleteFunction', { FunctionName: 'decide', Qualifier: '2' });

    expect(await ran('live')).toMatchObject({ code: 'old' });
    await expect(world.invoke({ Qualifier: '2' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    expect(await publish()).toBe('3');
  });
});

describe('an update', () => {
  it('what is not named stays', async () => {
    await configure({ Timeout: 20, Description: 'decides' });
    expect(await configure({ MemorySize: 256 })).toMatchObject({
      Timeout: 20,
      MemorySize: 256,
      Description: 'decides',
      Handler: 'index.handler',
      ...stage('first'),
    });
  });

  it('with the RevisionId of an older $LATEST - refused, nothing changed', async () => {
    const { RevisionId } = await configure({ Timeout: 20 });
    await configure({ Timeout: 30 });
    const stale = { code: 'PreconditionFailedException' };
    await expect(updateCode('new', { RevisionId })).rejects.toMatchObject(stale);
    await expect(configure({ Timeout: 40, RevisionId })).rejects.toMatchObject(stale);
    expect(await ran()).toMatchObject({ code: 'old' });
    expect(await configure({})).toMatchObject({ Timeout: 30 });
  });

  it('as a dry run - answered, nothing changed', async () => {
    await updateCode('new', { DryRun: true });
    expect(await ran()).toMatchObject({ code: 'old' });
  });

  it.each([
    ['of a version', 'UpdateFunctionCode', { FunctionName: 'decide:1' }, /does not support versions/],
    ['with code that is nowhere', 'UpdateFunctionCode', { S3Key: 'lost.zip' }, /NoSuchKey.*lost\.zip/],
    ['with inline code', 'UpdateFunctionCode', { ZipFile: new Uint8Array(1) }, /takes code by its S3Key/],
    ['to a layer', 'UpdateFunctionConfiguration', { Layers: ['arn'] }, /has Layers, which the sandbox does not model/],
    [
      'to a role that Lambda can not take',
      'UpdateFunctionConfiguration',
      { Role: ROLE.replace('worker', 'stranger') },
      /cannot be assumed by Lambda/,
    ],
  ])('%s - refused', async (_, action, input, message) => {
    await publish();
    await expect(world.call(action, { FunctionName: 'decide', ...input })).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      message: expect.stringMatching(message),
    });
    expect(await ran()).toMatchObject({ code: 'old', stage: 'first' });
  });
});
