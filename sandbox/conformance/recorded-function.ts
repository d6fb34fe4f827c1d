import type { InvocationRequest } from '@aws-sdk/client-lambda';
import type { Cloud, ServiceDefinition } from '../cloud.ts';

/** What one invocation did when the case was recorded. */
export type Invocation = 'succeeded' | 'failed' | 'timed-out';

/** JSON as Python's json.dumps writes it: the recorded functions are Python's, and Content-Length tells. */
const pythonJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${pythonJson(member)}`);
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value);
};

const DEFAULT_FAILURE = {
  errorMessage: 'Some exception was raised.',
  errorType: 'Exception',
};

/** The payload of a failed invocation, where the recording quotes one. */
const recordedFailure = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value.startsWith('{"errorMessage"') ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const member of Object.values(value)) {
    const found = recordedFailure(member);
    if (found !== undefined) return found;
  }
  return undefined;
};

/**
 * Lambda with the one function that the recorded cases have: it echoes its payload. Which of its invocations raised, or
 * did not answer in time, is taken from the recorded events, because the cases do not hold its code.
 */
export const recordedFunction = (
  cloud: Cloud,
  invocations: readonly Invocation[],
  details: unknown,
): ServiceDefinition => {
  let count = 0;
  const fail = (): string => {
    const text =
      recordedFailure(details) ?? JSON.stringify({ ...DEFAULT_FAILURE, requestId: '<uuid:1>', stackTrace: [] });
    return text.replaceAll(/<uuid:\d+>/g, () => cloud.random.uuid());
  };
  return {
    name: 'lambda',
    actions: {
      Invoke: {
        permissions: () => [],
        run: async ({ Payload: payload }: InvocationRequest) => {
          const invocation = invocations[count] ?? 'succeeded';
          count += 1;
          if (invocation === 'timed-out') await cloud.clock.sleep(365 * 24 * 3600 * 1000);
          const input: unknown = JSON.parse(Buffer.from(payload ?? []).toString() || 'null');
          const failed = invocation === 'failed';
          const text = failed ? fail() : pythonJson(input);
          return {
            StatusCode: 200,
            ExecutedVersion: '$LATEST',
            Payload: Buffer.from(text),
            ...(failed ? { FunctionError: 'Unhandled' } : {}),
          };
        },
      },
    },
  };
};
