import { DescribeExecutionCommand, type DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { plainText } from '../functions/domain/text.ts';
import type { Regional } from './services.ts';

/** An execution runs, and nobody can see what becomes of it. `cause` says why. */
export class NotFollowed extends Error {
  override readonly name = 'NotFollowed';
}

/** How an execution ended; `running` = it did not yet. */
export type Ending =
  | { readonly kind: 'succeeded'; readonly output: unknown }
  /** `error` is one of the names that the workflow gives, or the status where it has none: `ABORTED`. */
  | { readonly kind: 'failed'; readonly error: string; readonly cause: string }
  | { readonly kind: 'running' };

const SECOND = 1000;

/** The first ten looks come a second after another, for what takes no time; then one comes every five. */
const intervalOf = (look: number): number => (look < 10 ? SECOND : 5 * SECOND);

/**
 * Looks after an execution until it ends.
 *
 * @param patience - seconds after which nobody waits any longer.
 * @param isEnough - whether to stop looking earlier: asked after each look at one that runs.
 * @throws NotFollowed, whatever went wrong: it runs on.
 */
export const follow = async (
  executionArn: string,
  patience: number,
  services: Regional,
  isEnough?: (executionArn: string) => Promise<boolean>,
): Promise<Ending> => {
  let waited = 0;
  for (let look = 0; ; look += 1) {
    const described = await describe(executionArn, services);
    if (described.status !== 'RUNNING' && described.status !== 'PENDING_REDRIVE') return endingOf(described);
    if (waited >= patience * SECOND || (await isEnough?.(executionArn)) === true) return { kind: 'running' };
    await services.wait(intervalOf(look));
    waited += intervalOf(look);
  }
};

type Described = Pick<DescribeExecutionOutput, 'status' | 'output' | 'error' | 'cause'>;

const describe = async (executionArn: string, { sfn }: Regional): Promise<Described> => {
  try {
    return await sfn.send(new DescribeExecutionCommand({ executionArn }));
  } catch (error) {
    // A read lags behind: https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return { status: 'RUNNING' };
    throw new NotFollowed(`It was started, and nobody sees what becomes of it (${plainText(executionArn, 300)})`, {
      cause: error,
    });
  }
};

const endingOf = ({ status, output, error, cause }: Described): Ending =>
  status === 'SUCCEEDED'
    ? { kind: 'succeeded', output: JSON.parse(output ?? 'null') as unknown }
    : { kind: 'failed', error: plainText(error ?? String(status), 80), cause: plainText(messageOf(cause ?? ''), 1000) };

/** A function's failure is a JSON text with its message and stack trace; any other cause is words already. */
const messageOf = (cause: string): string => {
  try {
    const parsed = JSON.parse(cause) as { readonly errorMessage?: unknown } | null;
    return typeof parsed?.errorMessage === 'string' ? parsed.errorMessage : cause;
  } catch {
    return cause;
  }
};
