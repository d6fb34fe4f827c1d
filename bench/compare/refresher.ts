import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const RUNNER = fileURLToPath(new URL('each_line.py', import.meta.url));

/** What the refresher needs, and how one sees whether it is there. */
const NEEDED = [
  { what: 'python3', package: 'python3', program: 'python3', parameters: ['--version'] },
  { what: 'boto3', package: 'python3-boto3', program: 'python3', parameters: ['-c', 'import boto3'] },
  { what: 'dig', package: 'bind9-dnsutils', program: 'dig', parameters: ['-v'] },
] as const;

const isThere = async (program: string, parameters: readonly string[]): Promise<boolean> => {
  const child = spawn(program, parameters, { stdio: 'ignore' });
  const [code] = (await once(child, 'close').catch(() => [null])) as [number | null];
  return code === 0;
};

/** What is missing on this machine for the refresher to run, in a sentence; undefined where nothing is. */
export const whatIsMissing = async (): Promise<string | undefined> => {
  const missing: string[] = [];
  for (const { what, package: name, program, parameters } of NEEDED) {
    if (!(await isThere(program, parameters))) missing.push(`${what} (Debian package ${name})`);
  }
  return missing.length === 0
    ? undefined
    : `The refresher is a real client, and this machine lacks ${missing.join(', ')}. Install what is missing and try again.`;
};

/** Where the refresher looks, and what it keeps in line. */
export interface RefresherWorld {
  readonly endpoint: string;
  readonly dnsPort: number;
  readonly targetGroupArn: string;
  readonly hostName: string;
}

/** So long one refresh may take, in seconds of the machine: it takes a tenth of one. */
const PATIENCE = 60;

/** `refresher.py` in a process of its own, with real boto3 and real `dig`. */
export class Refresher {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #said: () => string;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, said: () => string) {
    this.#child = child;
    this.#lines = lines;
    this.#said = said;
  }

  /** Starts it, and waits until it has imported what it needs. @throws Error with what it said, where it ends first. */
  static async start({ endpoint, dnsPort, targetGroupArn, hostName }: RefresherWorld): Promise<Refresher> {
    const child = spawn('python3', ['-B', RUNNER], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        // Nothing of the person's own AWS: whatever this process writes, it writes into the sandbox.
        PATH: process.env.PATH,
        HOME: '/nonexistent',
        ...{ AWS_ACCESS_KEY_ID: 'refresher', AWS_SECRET_ACCESS_KEY: 'any', AWS_DEFAULT_REGION: 'us-west-2' },
        ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: endpoint, NO_PROXY: '127.0.0.1' },
        ...{ DNS_SERVER: '127.0.0.1', DNS_PORT: String(dnsPort) },
        ...{ TARGET_GROUP_ARN: targetGroupArn, HOST_NAME: hostName },
      },
    });
    let complaint = '';
    child.on('error', (error) => {
      complaint += error.message;
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    // What is written to one that has ended is told when its answer is missed.
    child.stdin?.on('error', () => undefined);
    if (child.stdout === null) throw new Error('The refresher has no output.');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const refresher = new Refresher(child, lines, () => complaint);
    await refresher.#next();
    return refresher;
  }

  /** Has it refresh once. @returns `ok`, or what went wrong. @throws Error where it does not answer. */
  refresh(): Promise<string> {
    this.#child.stdin?.write('refresh\n');
    return this.#next();
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #next(): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`The refresher said nothing for ${PATIENCE} s.`)), PATIENCE * 1000);
    });
    try {
      const { done, value } = await Promise.race([this.#lines.next(), late]);
      if (done === true) throw new Error(`The refresher ended: ${this.#said().trim()}`);
      return value;
    } finally {
      clearTimeout(timer);
    }
  }
}
