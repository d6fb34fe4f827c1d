import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runExecutionCases } from '../../../sandbox/conformance/executions.ts';
import { differencesFrom } from '../../../sandbox/conformance/masks.ts';

const passCase = {
  id: 'pass',
  class: 'pure',
  recorded: 'today',
  definition: { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Pass', Output: [1], End: true } } },
  input: {},
  final: 'ExecutionSucceeded',
  details: { output: '[1]', outputDetails: { truncated: false } },
  events: ['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded'],
};

describe('recorded executions', () => {
  it('pass when all is as recorded', async () => {
    expect(await runExecutionCases([passCase])).toEqual([{ id: 'pass', passed: true, differences: [] }]);
  });

  it('tell what was not', async () => {
    const [result] = await runExecutionCases([
      {
        ...passCase,
        final: 'ExecutionFailed',
        details: { output: '[2]', outputDetails: {} },
        events: ['ExecutionStarted'],
      },
    ]);
    expect(result?.differences).toEqual([
      'final event: expected ExecutionFailed, got ExecutionSucceeded',
      'details/output/(json)/0: expected 2, got 1',
      'details/outputDetails/truncated: expected nothing, got false',
      'events: expected ExecutionStarted; got ExecutionStarted, PassStateEntered, PassStateExited, ExecutionSucceeded',
    ]);
  });

  it('tell of a definition that is refused', async () => {
    const [result] = await runExecutionCases([{ ...passCase, definition: {} }]);
    expect(result?.differences[0]).toContain('refused with InvalidDefinition');
  });

  it('let the function fail where it failed', async () => {
    const cause = '{"errorMessage":"m","errorType":"Own","requestId":"<uuid:1>","stackTrace":[]}';
    const [result] = await runExecutionCases([
      {
        ...passCase,
        definition: {
          QueryLanguage: 'JSONata',
          StartAt: 'A',
          States: { A: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:111111111111:function:f', End: true } },
        },
        final: 'ExecutionFailed',
        details: { error: 'Own', cause },
        events: [
          ...['ExecutionStarted', 'TaskStateEntered', 'LambdaFunctionScheduled', 'LambdaFunctionStarted'],
          ...['LambdaFunctionFailed', 'ExecutionFailed'],
        ],
      },
    ]);
    expect(result).toEqual({ id: 'pass', passed: true, differences: [] });
  });
});

describe('masks', () => {
  it.each([
    ['arn:<partition>:x:<uuid:1>', 'arn:aws:x:4f1c', 'details/cause', 0],
    ['arn:<partition>:x', 'arn:aws:y', 'details/cause', 1],
    ['a(b)<uuid:1>', 'a(b)c', 'details/cause', 0],
    ['date', '2026-11-23', 'details/when', 0],
    ['RequestId', 'c0ffee', 'details/RequestId', 0],
    ['lambda_function_name', 'f', 'details/FunctionName', 0],
    ['States.QueryEvaluationError', 'Other', 'details/error', 1],
    ['{"a":1}', '{ "a": 1 }', 'details/output', 0],
    ['"1"', '1', 'details/output', 1],
  ])('%s against %s', (expected, actual, path, count) => {
    expect(differencesFrom(expected, actual, path)).toHaveLength(count);
  });
});

describe('the command', () => {
  const run = (...args: string[]): { status: number; text: string } => {
    try {
      const text = execFileSync(process.execPath, ['sandbox/conformance/main.ts', ...args], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
      return { status: 0, text };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { status, text: stdout + stderr };
    }
  };
  const file = (content: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'conformance-')), 'cases.json');
    writeFileSync(path, content);
    return path;
  };

  it('ends with 0 when all pass, with 1 and the differences when not', () => {
    expect(run(file(JSON.stringify([passCase])))).toEqual({
      status: 0,
      text: '1 cases, 1 passed, 0 failed (0 known)\n',
    });
    const failed = run(file(JSON.stringify([{ ...passCase, final: 'ExecutionFailed' }])));
    expect(failed.status).toBe(1);
    expect(failed.text).toContain('pass\n  final event: expected ExecutionFailed');
  });

  it('ends with 2 and one sentence when it cannot run', () => {
    expect(run().status).toBe(2);
    expect(run('/no/such/file')).toMatchObject({ status: 2, text: expect.stringContaining('cannot be read') });
    expect(run(file('[{"a":1}]'))).toMatchObject({ status: 2, text: expect.stringContaining('holds no cases') });
  });
});
