import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** Makes sure that a directory is there and can be written to. @throws Error in a sentence where nothing can be written: the app's own words for it are a stack trace. */
export const makeWritable = (directory: string): void => {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `The synthesised stack can't be written to ${directory} (${code}): use a copy of the project that you may write to.`,
      { cause: error },
    );
  }
};

/**
 * Synthesises the stack by running the app itself, as the CDK's command line does, with `cdk.json`'s context. Leaves out cdk-nag and
 * the CloudFormation checks, which change nothing in the template: `npm run synth` and `npm run check` are for those.
 *
 * @param directory - where the cloud assembly goes, relative to the project.
 * @param environment - of `infra/config.ts`: with or without the standby region's stack. @default 'sandbox'
 * @throws Error with what the app wrote, where it failed; one sentence where the directory can't be written.
 */
export const synthesise = async (
  directory: string,
  environment: 'sandbox' | 'sandbox-with-standby' = 'sandbox',
): Promise<string> => {
  const outdir = resolve(PROJECT, directory);
  makeWritable(outdir);
  const { context } = JSON.parse(readFileSync(join(PROJECT, 'cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  const unchecked = { ...context, environment, checks: false, '@aws-cdk/core:validateAgainstDefaultRules': false };
  const app = spawn(process.execPath, ['infra/app.ts'], {
    cwd: PROJECT,
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(unchecked) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  app.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  app.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise<number | null>((done, failed) => {
    app.on('error', failed);
    app.on('close', done);
  });
  if (code !== 0) throw new Error(`The stack could not be synthesised.\n${said.trim()}`);
  return outdir;
};
