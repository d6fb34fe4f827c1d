import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { assembly } from '../support/assembly.ts';

/** A sandbox in a process of its own, as `npm run sandbox` starts it. */
export interface ServedSandbox {
  readonly url: string;
  /** The endpoint service's name, as a customer is told it. */
  readonly serviceName: string;
  /** Sends a signal and waits for the end. @returns the exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a sandbox on a free port, twenty times as fast as real time. @throws Error with what it said, where it ended first. */
export const startSandbox = async (...options: readonly string[]): Promise<ServedSandbox> => {
  const child = spawn(
    process.execPath,
    ['sandbox/serve.ts', '--port', '0', '--speed', '20', '--assembly', assembly(), ...options],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said = await linesUntil(child, 'access keys');
  const url = /^ready (\S+)$/m.exec(said)?.[1];
  const serviceName = /endpoint service\s+(\S+)/.exec(said)?.[1];
  if (url === undefined || serviceName === undefined) throw new Error(`The sandbox said: ${said}`);
  return {
    url,
    serviceName,
    stop: async (signal) => {
      const exited = once(child, 'exit');
      child.kill(signal);
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
};

const linesUntil = (child: ChildProcess, last: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      if (said.includes(last)) resolve(said);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('exit', (code) => reject(new Error(`The sandbox ended with code ${code}: ${said}`)));
  });

/** What a program wrote and how it ended. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. A program that is not installed has the code `null`. */
export const run = (program: string, parameters: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
  new Promise((resolve) => {
    const child = spawn(program, parameters, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', (error) => resolve({ code: null, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
